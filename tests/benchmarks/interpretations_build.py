"""Builds made-up songs with interpretations, stage by stage, measures each, and judges what is found of what was planted.

Run as ``python -m tests.benchmarks.interpretations_build [SONGS ROWS [FOLDER]]``; 2,000 songs and their share of comments
where no numbers are given, 20672 310315 for the size of the papers' largest file. Rows that are in FOLDER from an earlier
run are taken again, and what was built there is built anew.

A stage is added to the recipe at a time, and the same workspace is built on: what a stage takes includes what every
command takes that finds the stages before it up to date, which the last line tells.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.definitions.stage import STAGES
from musicdata.music.similarity.components import components
from musicdata.twin.interpretations import InterpretationPopulation, tables
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader
from tests.benchmarks.costs import measure, musicdata
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

N_SONGS = 2_000
STEPS = (
    "ingest.interpretations",
    "clean_interpretations",
    "group_interpretations",
    "split_interpretations",
    "rights.interpretations",
    "interpretation_lyrics",
    "variants",
)
_OF_GOAL = STEPS[:4]
_VERSIONS, _COPIES = ("cover", "remaster", "same_id"), ("copy_elsewhere", "copy_here")


def main() -> None:
    """Print the tables."""
    n_songs, n_rows = (int(sys.argv[1]), int(sys.argv[2])) if sys.argv[2:] else (N_SONGS, 0)
    with tempfile.TemporaryDirectory(prefix="interpretations-build-") as name:
        folder = Path(sys.argv[3]) if sys.argv[3:] else Path(name)
        source, work = folder / "songs", folder / "work"
        if not (source / tables.TRUTH).is_file():
            tables.write_files(InterpretationPopulation(n_songs, n_rows), source)
        shutil.rmtree(work, ignore_errors=True)
        _measure(folder, source, work)
        _judge(source, work)


def _measure(folder: Path, source: Path, work: Path) -> None:
    rows, sums = [], [0.0, 0.0]
    steps = [step for step in STEPS if step in STAGES.all()]
    for number, step in enumerate(steps, 1):
        recipe = _write_recipe(folder, source, steps[:number])
        cost = measure(musicdata("build", recipe, "--work", work, "--change"), memory=True)
        if step in _OF_GOAL:
            sums = [sums[0] + cost.cpu_s, sums[1] + cost.wall_s]
        largest = max(mb for kind, mb in cost.peak_mb.items() if kind != "together")
        together = cost.peak_mb.get("together", largest)
        rows.append([step, f"{cost.cpu_s:.1f}", f"{cost.wall_s:.1f}", f"{largest:,.0f}", f"{together:,.0f}"])
        print(f"{step}: {cost.cpu_s:.0f} CPU s, {cost.wall_s:.0f} s", file=sys.stderr, flush=True)
    idle = measure(musicdata("build", _write_recipe(folder, source, steps), "--work", work), memory=True)
    rows.append(["nothing to do", f"{idle.cpu_s:.1f}", f"{idle.wall_s:.1f}", f"{max(idle.peak_mb.values()):,.0f}", ""])
    rows.append(["load, clean, group, split", *(f"{value:.1f}" for value in sums), "", ""])
    size = (source / tables.ROWS).stat().st_size / 1e6
    made = sum(path.stat().st_size for path in work.rglob("*") if path.is_file()) / 1e6
    header = ["stage", "s of processor", "s on the clock", "largest process, MB", "all of them, MB"]
    print_table(f"{size:,.0f} MB of rows, {made:,.0f} MB of workspace", header, rows)


def _write_recipe(folder: Path, source: Path, steps: list[str]) -> Path:
    parameters = {STEPS[0]: f'input = "{source / tables.ROWS}"\n'}
    body = "".join(f'[[stage]]\nuse = "{step}"\n{parameters.get(step, "")}' for step in steps)
    recipe = folder / "interpretations-build.toml"
    recipe.write_text(f'[dataset]\nname = "interpretations-build"\ntitle = "songs"\nmodalities = []\n{body}', "utf-8")
    return recipe


def _judge(source: Path, work: Path) -> None:
    """Print which planted pairs were found, and how many of those found are right."""
    reader = TableReader(Workspace(work))
    with (source / tables.TRUTH).open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file, delimiter="\t"))
    songs = [entry for entry in truth if entry["of"] == "song"]
    comments = [entry for entry in truth if entry["of"] == "comment"]
    rows = reader.read("interpretation_groups", ["song_id", "group_id", "linked_by"]).to_pylist()
    group_of = {row["song_id"]: row["group_id"] for row in rows}
    versions = [(one["song_id"], one["other_song_id"], one["kind"]) for one in songs if one["kind"] in _VERSIONS]
    elsewhere = [(one["song_id"], one["other_song_id"], "") for one in comments if one["kind"] == "copy_elsewhere"]
    table = [[f"song, {kind}", *cells] for kind, *cells in _recalls(versions, group_of)]
    table[0].append(_precision(group_of, [*versions, *elsewhere]))
    copies = reader.read("interpretation_copies", ["song_id", "interpretation_id", "copy_group_id"]).to_pylist()
    names = _names(reader)
    copy_group = {f"{row['song_id']}/{row['interpretation_id']}": row["copy_group_id"] for row in copies}
    of_row = {row: copy_group[name] for row, name in names.items() if name in copy_group}
    planted = [(one["row"], one["other_row"], one["kind"]) for one in comments if one["kind"] in _COPIES]
    found = [[f"comment, {kind}", *cells] for kind, *cells in _recalls(planted, of_row)]
    if found:
        found[0].append(_precision(of_row, planted))
    table += found
    header = ["planted", "pairs", "of which both are left", "recall", "precision"]
    print_table("near-duplicates", header, [[*row, *[""] * (5 - len(row))] for row in table])
    reasons = Counter((reject["stage"], reject["reason"]) for reject in reader.rejects())
    print_table("rejects", ["stage", "reason", "n"], [[*key, f"{n:,}"] for key, n in sorted(reasons.items())])


def _recalls(pairs: Iterable[tuple[str, str, str]], group_of: Mapping[str, str]) -> list[list[str]]:
    """Return kind, pairs, pairs of which both are there, and the share of those that are in one group."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one, other, kind in pairs:
        both = one in group_of and other in group_of
        for place, is_so in enumerate((True, both, both and group_of[one] == group_of[other])):
            counts[kind][place] += is_so
    return [
        [kind, f"{n:,}", f"{both:,}", f"{found / max(both, 1):.4f}"]
        for kind, (n, both, found) in sorted(counts.items())
    ]


def _precision(group_of: Mapping[str, str], pairs: Iterable[tuple[str, str, str]]) -> str:
    """Return the share of pairs in one group that are planted, directly or through others."""
    place = {item: number for number, item in enumerate(group_of)}
    planted = [[place[one], place[other]] for one, other, _ in pairs if one in place and other in place]
    true = components(len(place), planted).tolist()
    found = Counter(group_of.values())
    right = Counter((group_of[item], true[number]) for item, number in place.items())
    n_found, n_right = (sum(n * (n - 1) // 2 for n in counts.values()) for counts in (found, right))
    return f"{n_right / max(n_found, 1):.4f} of {n_found:,}"


def _names(reader: TableReader) -> dict[str, str]:
    """Return row of the source → song and interpretation; of rows that say the same, one."""
    kept = reader.read("clean_interpretations", ["song_id", "interpretation_id", "text_raw_sha256"]).to_pylist()
    by_sum = {(row["song_id"], row["text_raw_sha256"]): f"{row['song_id']}/{row['interpretation_id']}" for row in kept}
    raw = reader.read("raw_interpretations", ["song_id", "text_sha256", "source_row"]).to_pylist()
    named = {str(row["source_row"]): by_sum.get((row["song_id"], row["text_sha256"]), "") for row in raw}
    return {row: name for row, name in named.items() if name}


if __name__ == "__main__":
    main()
