"""Measures what a build costs against the bare renderers on the same inputs, and what running it again costs.

Run as ``python -m tests.benchmarks.build_cost``; takes about eight minutes on two cores.

- *build* is the real command on songs that are read already (an `ingest.songs` that is up to date), so that
  all its processor time but the parsing counts: its own start, workers, renders, tables.
- *bare* is the two programs alone on the same `.ly` and `.mid` files in the same batches with the same
  options: no boxes, no checks, no fence, no tables. As many run side by side as the build has workers.
- *one process a sample* is the same two programs, started for each page and each clip.

Real songs are `../shared/data/lmd_lyrics`; made-up ones come from `tests.songs`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from musicdata.api.work import open_work
from musicdata.definitions import shipped
from musicdata.definitions.recipe import load
from musicdata.system.processors import processors
from tests import songs
from tests.benchmarks import bare
from tests.benchmarks.costs import Cost, measure, measure_all, musicdata
from tests.benchmarks.printing import print_table

RECIPE = "musictm-lmd"
REAL_FILES = 130  # of the real songs: about 200 samples
MADE_UP_SONGS = 1000  # two samples each
SONG_NOTES = 85  # more than 40 words: two windows
SINGLES = 40
ROUNDS = 3
WORKERS = processors()


@dataclass(frozen=True, slots=True)
class Songs:
    """Songs to build from, and the options they need."""

    name: str
    folder: Path
    options: tuple[str, ...] = ()


def main() -> None:
    """Print all tables."""
    with tempfile.TemporaryDirectory(prefix="build-cost-") as name:
        folder = Path(name)
        real = Songs("real", songs.DATA / "lmd_lyrics" / "word_level", ("--limit", str(REAL_FILES)))
        read = _read(real, folder / "real")
        work, rounds = _compare(real, read, folder / "real", ROUNDS)
        few, many = _made_up(folder, MADE_UP_SONGS // 10), _made_up(folder, MADE_UP_SONGS)
        few_cost = _build(few, _read(few, folder / "few"))
        many_work, many_rounds = _compare(many, _read(many, folder / "many"), folder / "many", 1)
        _report_ratio([(real, work, rounds), (many, many_work, many_rounds)])
        _report_singles(real, read, work, folder, ROUNDS)
        _report_memory([(folder / "few", few_cost), (many_work, many_rounds[0][0])])
        _report_again([(real, work), (many, many_work)])


def _made_up(folder: Path, n_songs: int) -> Songs:
    made = songs.write_songs(folder / f"songs-{n_songs}", n_songs, SONG_NOTES)
    return Songs("made-up", made, ("--set", "ingest.songs.unit_ql=1.0"))


def _recipe(folder: Path, drop: set[str]) -> Path:
    """Write the recipe without some of its stages."""
    document = tomllib.loads((shipped.folder("pipelines") / f"{RECIPE}.toml").read_text("utf-8"))
    document["stage"] = [stage for stage in document["stage"] if stage["use"] not in drop]
    document["options"] = {"input": document["options"]["input"]}  # of the songs, which are read in any case
    path = folder / f"without-{len(drop)}.toml"
    path.write_text(tomli_w.dumps(document), encoding="utf-8")
    return path


def _read(source: Songs, work: Path) -> Path:
    """Build up to the songs, and no further."""
    work.parent.mkdir(exist_ok=True)
    stages = {step.stage.name for step in load(RECIPE).steps}
    _build(source, work, str(_recipe(work.parent, stages - {"ingest.songs"})))
    return work


def _build(source: Songs, work: Path, recipe: str = RECIPE, *more: str) -> Cost:
    arguments = ("--input", source.folder, "--work", work, "--workers", WORKERS, "--json")
    return measure(musicdata("build", recipe, *arguments, *source.options, *more), memory=True)


def _compare(source: Songs, read: Path, folder: Path, n_rounds: int) -> tuple[Path, list[tuple[Cost, Cost]]]:
    """Build and draw bare in turn, so that other work on the machine hits both; return a finished build."""
    rounds = []
    for number in range(n_rounds):
        work = folder.with_name(f"{folder.name}-built-{number}")
        shutil.copytree(read, work)
        built = _build(source, work)
        inputs = folder.with_name(f"{folder.name}-bare-{number}")
        rounds.append((built, measure_all(bare.all_commands(work, inputs), WORKERS)))
        shutil.rmtree(inputs)
    return work, rounds


def _report_ratio(found: list[tuple[Songs, Path, list[tuple[Cost, Cost]]]]) -> None:
    rows = []
    for source, work, rounds in found:
        opened = open_work(work)
        n_samples = len(opened.table("samples", ["sample_id"]))
        n_notes = len(set(opened.table("note_sheets", ["note_sheet_id"]).column(0).to_pylist()))
        for built, plain in rounds:
            rows.append(
                [
                    source.name,
                    n_samples,
                    n_notes,
                    f"{1000 * built.cpu_s / n_samples:.1f}",
                    f"{1000 * plain.cpu_s / n_samples:.1f}",
                    f"{built.cpu_s / plain.cpu_s:.2f}",
                    f"{built.wall_s:.0f}",
                    f"{plain.wall_s:.0f}",
                ]
            )
    print_table(
        "Processor time of a build against the bare renderers (goal: at most 1.4 times)",
        [
            "songs",
            "samples",
            "note pictures",
            "build, ms a sample",
            "bare, ms a sample",
            "build / bare",
            "build, s on the clock",
            "bare, s on the clock",
        ],
        rows,
    )


def _report_singles(source: Songs, read: Path, work: Path, folder: Path, n_rounds: int) -> None:
    """Compare with a process for each page and clip, in turn; note pictures are left out on both sides."""
    recipe = str(_recipe(folder, {"render_note_sheet"}))
    n_samples = len(open_work(work).table("samples", ["sample_id"]))
    pages = next(bare.shards_of_pages(work))[:SINGLES]
    clips = next(bare.shards_of_clips(work))[:SINGLES]
    rows = []
    for number in range(n_rounds):
        without, inputs = folder / f"without-notes-{number}", folder / f"singles-{number}"
        shutil.copytree(read, without)
        built = _build(source, without, recipe)
        commands = bare.page_commands(inputs / "pages", pages, 1) + bare.clip_commands(inputs / "clips", clips, 1)
        together, alone = measure_all(commands, WORKERS), measure_all(commands, 1)
        ours_ms = [1000 * seconds / n_samples for seconds in (built.cpu_s, built.wall_s, built.wall_s)]
        theirs_ms = [1000 * s / len(pages) for s in (together.cpu_s, together.wall_s, alone.wall_s)]
        times = [f"{theirs / ours:.1f}" for ours, theirs in zip(ours_ms, theirs_ms, strict=True)]
        rows.append([*(f"{ms:.0f}" for ms in (*ours_ms[:2], *theirs_ms)), *times])
    print_table(
        f"Build of {n_samples} real samples against one renderer process for each page and each clip, {len(pages)} of "
        "each; both without note pictures, ms a sample (goal: at least 4 times)",
        [
            "build, CPU",
            "build, clock",
            "single, CPU",
            f"single, clock, {WORKERS} at once",
            "single, clock, 1 at a time",
            "times, CPU",
            f"times, clock, {WORKERS} at once",
            "times, clock, 1 at a time",
        ],
        rows,
    )


def _report_memory(found: list[tuple[Path, Cost]]) -> None:
    rows = [
        [len(open_work(work).table("samples", ["sample_id"]))]
        + [f"{cost.peak_mb.get(kind, 0):.0f}" for kind in ("main", "worker", "renderer")]
        for work, cost in found
    ]
    main_mb = [cost.peak_mb["main"] for _, cost in found]
    print_table(
        "Peak memory, made-up songs (goal for the main process: within 20 %; "
        f"found: {100 * (main_mb[1] / main_mb[0] - 1):+.0f} %)",
        ["samples", "main process, MB", "largest worker, MB", "largest renderer, MB"],
        rows,
    )


def _report_again(found: list[tuple[Songs, Path]]) -> None:
    again, changed = [], []
    for source, work in found:
        n_samples = len(open_work(work).table("samples", ["sample_id"]))
        ran = _build(source, work)
        n_built = sum(stage["built"] for stage in json.loads(ran.stdout)["stages"])
        again.append([source.name, n_samples, f"{ran.wall_s:.2f}", f"{ran.cpu_s:.2f}", n_built])
    ran = _build(found[0][0], found[0][1], RECIPE, "--set", "render_sheet.dpi=120", "--change")
    for stage in json.loads(ran.stdout)["stages"]:
        did = "ran" if stage["built"] else "kept"
        why = "; ".join(stage["reasons"])
        changed.append([stage["stage"], did, stage["n_items"], stage["n_kept"] if stage["built"] else "", why])
    print_table(
        "Running a finished build again (goal: below 3 s, nothing built)",
        ["songs", "samples", "s on the clock", "s of processor", "stages built"],
        again,
    )
    print_table(
        "Real songs built again with `--set render_sheet.dpi=120`",
        ["stage", "did", "items", "of them kept", "why"],
        changed,
    )


if __name__ == "__main__":
    main()
