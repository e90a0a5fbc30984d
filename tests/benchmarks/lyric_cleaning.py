"""Processor time of cleaning songs, naming their languages and cutting them into sections, by 10,000 songs.

Run as ``python -m tests.benchmarks.lyric_cleaning [N]``; 2,000 made-up songs of some 223 words where no number is given,
and, where they are at hand, the real songs beside the repository. The cleaning of the crawl is timed beside it.
"""

from __future__ import annotations

import csv
import sys
import time
from typing import TYPE_CHECKING, TypeVar

from musicdata.music.text import lyric_cleaning, lyric_residue, lyric_sections, song_language, writing
from musicdata.twin.songs import SongPopulation
from tests.benchmarks.printing import print_table
from tests.songs import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

N_SONGS = 2_000
T = TypeVar("T")


def main() -> None:
    """Print the table."""
    n_songs = int(sys.argv[1]) if sys.argv[1:] else N_SONGS
    sets = {"made up": [(song.title, song.language, song.lyrics) for song in SongPopulation(n_songs).songs()]}
    table = DATA / "lyrics" / "songs.csv"
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as file:
            sets["real"] = [(row["Song"], row["Language"], row["Lyrics"]) for row in csv.DictReader(file)]
    else:
        print("real data are not here: ../shared/data/lyrics")
    song_language.judge("the detector reads its model once a process", None)
    rows = [[name, *timed(songs)] for name, songs in sets.items()]
    print_table(
        "CPU seconds by 10,000 songs",
        ["songs", "number", "words", "cleaning of the crawl", "cleaning", "language", "sections", "removed from"],
        rows,
    )


def timed(songs: list[tuple[str, str, str]]) -> list[str]:
    """Return a row of figures: their number, their mean words, and CPU seconds by 10,000 for each step."""
    crawl_s, _ = seconds(lambda: [lyric_cleaning.clean(text) for _, _, text in songs])
    clean_s, cleaned = seconds(lambda: [lyric_residue.clean(text, title) for title, _, text in songs])
    judge_s, _ = seconds(
        lambda: [song_language.judge(one.text, label) for one, (_, label, _) in zip(cleaned, songs, strict=True)]
    )
    cut_s, _ = seconds(lambda: [lyric_sections.cut(one.text, one.marks) for one in cleaned])
    words = sum(writing.n_words(one.text) for one in cleaned) / len(songs)
    touched = sum(1 for one in cleaned if one.removed) / len(songs)
    figures = [f"{one * 1e4 / len(songs):.1f}" for one in (crawl_s, clean_s, judge_s, cut_s)]
    return [f"{len(songs):,}", f"{words:.0f}", *figures, f"{touched:.0%}"]


def seconds(work: Callable[[], list[T]]) -> tuple[float, list[T]]:
    """Return the CPU seconds that something takes, and what it makes."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


if __name__ == "__main__":
    main()
