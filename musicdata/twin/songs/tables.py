"""Writes songs as tables: the Kaggle columns and the year, the works beside them, and what is true of each row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterable
    from io import BufferedWriter
    from pathlib import Path

    from musicdata.twin.songs.population import Song, SongPopulation

SONGS, WORKS, TRUTH = "songs.csv", "works.tsv", "truth.tsv"
_SONG_COLUMNS = ("Artist", "Song", "Genre", "Language", "Lyrics", "Year")
_WORK_COLUMNS = ("row", "work", "licence")
_TRUTH_COLUMNS = ("row", "kind", "of_row", "language", "residue", "look_alikes", "n_words")
_ROWS_AT_ONCE = 1_000


def write_files(population: SongPopulation, folder: Path) -> None:
    """Write the tables of a population.

    Args:
        population: whose songs they are.
        folder: made if there is none; files of the same names are replaced. `songs.csv` is what is read, `works.tsv`
            says which rows are translations of one work, `truth.tsv` is for tests alone.
    """
    with (
        paths.create_inside(folder, SONGS) as songs,
        paths.create_inside(folder, WORKS) as works,
        paths.create_inside(folder, TRUTH) as truth,
    ):
        tables = (_Table(songs, ","), _Table(works, "\t"), _Table(truth, "\t"))
        for table, columns in zip(tables, (_SONG_COLUMNS, _WORK_COLUMNS, _TRUTH_COLUMNS), strict=True):
            table.write(columns)
        for row, song in enumerate(population.songs(), 1):
            tables[0].write((song.artist, song.title, song.genre, song.language, song.lyrics, song.year))
            if song.work:
                tables[1].write((row, song.work, song.licence))
            tables[2].write(_truth(row, song))
        for row, (fault, cells) in enumerate(faulty_rows(population), population.n_songs + 1):
            tables[0].write(cells)
            tables[2].write((row, fault, *[""] * (len(_TRUTH_COLUMNS) - 2)))
        for table in tables:
            table.flush()
        songs.write(b'Nobody,Broken off,Rock,English,"The mark that opens is not closed\n')


def faulty_rows(population: SongPopulation) -> list[tuple[str, tuple[str, ...]]]:
    """Return rows that are no songs, each with the reason for which it is rejected; the first says a song again.

    One more, which is not among them, ends the file: its quotation mark is not closed.
    """
    song = population.song(0)
    again = (song.artist, song.title, song.genre, song.language, song.lyrics, song.year)
    return [
        ("duplicate_row", again),
        ("no_text", ("Nobody", "Nothing", "Rock", "English", "", "1990")),
        ("ragged_row", ("Nobody", "Too short", "Rock")),
    ]


def _truth(row: int, song: Song) -> Iterable[object]:
    of_row = song.of + 1 if song.of >= 0 else ""
    return (
        row,
        song.kind,
        of_row,
        song.true_language,
        " ".join(song.residue),
        " | ".join(song.look_alikes),
        song.n_words,
    )


class _Table:
    """A table that is written some rows at a time."""

    def __init__(self, file: BufferedWriter, separator: str) -> None:
        self._file, self._separator = file, separator
        self._waiting: list[Iterable[object]] = []

    def write(self, row: Iterable[object]) -> None:
        """Add a row."""
        self._waiting.append(row)
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        text = io.StringIO()
        csv.writer(text, delimiter=self._separator, lineterminator="\n").writerows(self._waiting)
        self._file.write(text.getvalue().encode())
        self._waiting = []
