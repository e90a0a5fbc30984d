"""Builds made-up songs into a data set to be searched, stage by stage, but for encoding them, and measures each stage.

Run as ``python -m tests.benchmarks.lyrics_build [N [FOLDER]]``; 20,000 songs where no number is given. Songs that are in
FOLDER from an earlier run are taken again, and what was built there is built anew.

A stage is added to the recipe at a time, and the same workspace is built on: what a stage takes includes what every
command takes that finds the stages before it up to date, which the line before the first tells.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from musicdata.definitions.stage import STAGES
from musicdata.twin.songs import SongPopulation, tables
from tests.benchmarks.costs import measure, musicdata
from tests.benchmarks.printing import print_table

N_SONGS = 20_000
STEPS = (
    "ingest.lyrics",
    "clean_lyrics",
    "identify_language",
    "group_lyrics",
    "split_lyrics",
    "lyric_texts",
    "rights.lyrics",
    "lyric_sections",
    "embed.minilm",
    "embed.use",
    "lyric_features",
    "lyric_queries",
)


def main() -> None:
    """Print the table."""
    n_songs = int(sys.argv[1]) if sys.argv[1:] else N_SONGS
    with tempfile.TemporaryDirectory(prefix="lyrics-build-") as name:
        folder = Path(sys.argv[2]) if sys.argv[2:] else Path(name)
        source, work = folder / "songs", folder / "work"
        if not (source / tables.SONGS).is_file():
            tables.write_files(SongPopulation(n_songs), source)
        shutil.rmtree(work, ignore_errors=True)
        rows = []
        steps = [step for step in STEPS if step in STAGES.all()]
        for number, step in enumerate(steps, 1):
            recipe = _write_recipe(folder, source, steps[:number])
            cost = measure(musicdata("build", recipe, "--work", work, "--change"), memory=True)
            largest = max(mb for kind, mb in cost.peak_mb.items() if kind != "together")
            made = sum(path.stat().st_size for path in work.rglob("*") if path.is_file()) / 1e6
            rows.append([step, f"{cost.cpu_s:.1f}", f"{cost.wall_s:.1f}", f"{largest:,.0f}", f"{made:,.0f}"])
            print(f"{step}: {cost.cpu_s:.0f} CPU s, {cost.wall_s:.0f} s", file=sys.stderr, flush=True)
        idle = measure(musicdata("build", _write_recipe(folder, source, steps), "--work", work), memory=True)
        rows.append(
            ["nothing to do", f"{idle.cpu_s:.1f}", f"{idle.wall_s:.1f}", f"{max(idle.peak_mb.values()):,.0f}", ""]
        )
        print_table(
            f"{n_songs:,} made-up songs, {(source / tables.SONGS).stat().st_size / 1e6:,.0f} MB",
            ["stage", "s of processor", "s on the clock", "largest process, MB", "workspace, MB"],
            rows,
        )


def _write_recipe(folder: Path, source: Path, steps: list[str]) -> Path:
    parameters = {step: "languages = []\n" for step in steps if step.startswith("embed.")}  # of no language
    parameters[STEPS[0]] = f'input = "{source / tables.SONGS}"\nworks = "{source / tables.WORKS}"\n'
    body = "".join(f'[[stage]]\nuse = "{step}"\n{parameters.get(step, "")}' for step in steps)
    recipe = folder / "lyrics-build.toml"
    recipe.write_text(f'[dataset]\nname = "lyrics-build"\ntitle = "lyrics"\nmodalities = []\n{body}', "utf-8")
    return recipe


if __name__ == "__main__":
    main()
