"""Measures the join of albums, reviews and documents at the paper's size, and what reads its result.

Run as ``python -m tests.benchmarks.album_join [SHARE]``; SHARE of the paper's size, 1 unless given. At 1 it takes half
an hour on two cores and 30 GB of disk.

The tables before the join are made by stages of a plug-in (`tests.benchmarks.made_albums`): 65,566 albums, 263,525
reviews, 343,882 documents of 2,647 numbers in 30 archives. Then the real command builds, and builds again.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from musicdata.api.work import open_work
from tests.benchmarks.costs import Command, Cost, measure, musicdata
from tests.benchmarks.printing import print_table

MADE = ("made_albums", "made_documents")
JOIN = ("match_albums", "features_acousticbrainz")
TEXTS = ("split_reviews", "review_vocabulary", "review_tokens", "features_review")
RECIPE = """
[dataset]
name = "made-albums"
title = "Made-up albums"
modalities = ["reviews", "audio"]

[plugins]
modules = ["{plugin}"]
"""
COMPLETE = '\n[release]\ncomplete = "album_samples"\n'
LOAD = """
import sys
import musicdata
release = musicdata.load(sys.argv[1])
n = 0
for part in release.iterate("features_acousticbrainz", ["sample_id", "vector", "full"]):
    n += len(part)
print(n)
"""


def main() -> None:
    """Print the tables."""
    share = float(sys.argv[1]) if sys.argv[1:] else 1.0
    with tempfile.TemporaryDirectory(prefix="album-join-") as name:
        folder = Path(name)
        _run(folder, "made", MADE, share)
        rows = []
        stages = MADE
        for step, more in (("join", JOIN), ("texts", TEXTS)):
            stages = (*stages, *more)
            built = _run(folder, step, stages, share)
            rows.append(_row(step, built))
            _print_stages(step, built)
            rows.append(_row(f"{step}, again", _run(folder, step, stages, share)))
        release = folder / "release"
        freeze = musicdata("release", "build", folder / "work", "--version", "1.0.0", "--out", release,
                           "--allow-failed-gate", "--no-deep")  # fmt: skip
        rows.append(_row("release build", measure(freeze, memory=True)))
        rows.append(_row("release verify", measure(musicdata("release", "verify", release), memory=True)))
        rows.append(
            _row("load, all vectors", measure(Command([sys.executable, "-c", LOAD, str(release)]), memory=True))
        )
        work = open_work(folder / "work")
        n = [len(work.table(table, ["sample_id"])) for table in ("album_samples", "review_matches", "song_matches")]
        title = "{:,} albums, {:,} reviews and {:,} songs that are matched".format(*n)
        print_table(
            title, ["step", "s on the clock", "s of processor", "largest process, MB", "all processes, MB"], rows
        )


def _run(folder: Path, step: str, stages: tuple[str, ...], share: float) -> Cost:
    recipe = folder / f"{step}.toml"
    sizes = {"albums": 65_566, "mapped": 28_053, "reviews": 263_525, "documents": 343_882}
    made = "".join(f"{name} = {max(1, round(share * n))}\n" for name, n in sizes.items())
    text = RECIPE.format(plugin=Path(__file__).with_name("made_albums.py"))
    for stage in stages:
        text += f'\n[[stage]]\nuse = "{stage}"\n{made if stage in MADE else ""}'
    recipe.write_text(text + (COMPLETE if JOIN[0] in stages else ""), "utf-8")
    arguments = ("--work", folder / "work", "--workers", 2, "--json", "--change")
    return measure(musicdata("build", recipe, *arguments), memory=True)


def _row(step: str, cost: Cost) -> list[object]:
    largest = max(cost.peak_mb.get(kind, 0) for kind in ("main", "worker"))
    return [
        step,
        f"{cost.wall_s:.1f}",
        f"{cost.cpu_s:.1f}",
        f"{largest:,.0f}",
        f"{cost.peak_mb.get('together', 0):,.0f}",
    ]


def _print_stages(step: str, cost: Cost) -> None:
    stages = [stage for stage in json.loads(cost.stdout)["stages"] if stage["built"]]
    rows = [[s["stage"], f"{s['seconds']:.1f}", ", ".join(f"{n:,} {t}" for t, n in s["rows"].items())] for s in stages]
    print_table(f"Stages of the {step}", ["stage", "s", "rows"], rows)


if __name__ == "__main__":
    main()
