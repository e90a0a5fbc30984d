"""Reads and groups albums and reviews of the size of MARD, made up, and measures both.

Run as ``python -m tests.benchmarks.album_reviews [ALBUMS REVIEWS]``; without sizes the paper's, about four minutes on two
cores, of which one makes the lines up. The archive is read as it would be fetched.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import musicdata
from tests.benchmarks import album_lines
from tests.benchmarks.album_lines import MadeUp
from tests.benchmarks.costs import measure
from tests.benchmarks.costs import musicdata as command
from tests.benchmarks.printing import print_table
from tests.recipes import write_recipe

STAGES = ("ingest.albums", "group_albums")


def main() -> None:
    """Print the tables."""
    n_albums, n_reviews = map(int, sys.argv[1:3]) if sys.argv[1:] else (album_lines.N_ALBUMS, album_lines.N_REVIEWS)
    with tempfile.TemporaryDirectory(prefix="album-reviews-") as name:
        folder = Path(name)
        made = album_lines.write(folder / "mard.zip", n_albums, n_reviews)
        _report_costs(folder, f"{n_albums:,} albums, {n_reviews:,} reviews")
        _report_groups(musicdata.open_work(folder / "work"), made)


def _report_costs(folder: Path, size: str) -> None:
    rows = []
    archive = folder / "mard.zip"
    for n_stages, step in ((1, "read"), (2, "group"), (2, "again, nothing to do")):
        recipe = write_recipe(folder, *STAGES[:n_stages], **{STAGES[0]: f'input = "{archive}"'})
        change = ("--change",) if step == "group" else ()
        cost = measure(command("build", recipe, "--work", folder / "work", *change), memory=True)
        memory = [f"{cost.peak_mb.get(kind, 0):,.0f}" for kind in ("worker", "together")]
        rows.append([step, f"{cost.wall_s:.1f}", f"{cost.cpu_s:.1f}", *memory])
    title = f"{size}, an archive of {archive.stat().st_size / 1e6:,.0f} MB"
    print_table(title, ["step", "s on the clock", "s of processor", "largest worker, MB", "all processes, MB"], rows)


def _report_groups(work: musicdata.Work, made: MadeUp) -> None:
    """Print how many of the ties that were made up are found, and how many reviews tie what has none in common."""
    rows = {row["album_id"]: row for row in work.rows("album_groups")}
    group_of = {album_id: row["group_id"] for album_id, row in rows.items()}
    reissued = [group_of[one] == group_of[other] for one, other in made.reissues.items()]
    shared = [rows[one]["group_id"] == rows[other]["group_id"] for one, other in made.sharing]
    known = {album_id for pair in made.sharing for album_id in pair}
    by_reviews = {album_id for album_id, row in rows.items() if "reviews" in (row["linked_by"] or "")}
    print_table(
        "Ties",
        ["made up", "found", "of", "found beside them"],
        [
            ["re-issue", sum(reissued), len(reissued), ""],
            ["a review of 40 words or more in common", sum(shared), len(shared), f"{len(by_reviews - known)} albums"],
        ],
    )
    sizes = {name: max(row[f"{name}_size"] for row in rows.values()) for name in ("group", "artist_group")}
    print(f"Largest group {sizes['group']:,} albums, largest group of artists {sizes['artist_group']:,}\n")


if __name__ == "__main__":
    main()
