"""Writes songs with interpretations: an object a line, the papers' arrays, and what is true of each row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from musicdata.system import paths
from musicdata.twin.interpretations.population import LICENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedWriter
    from pathlib import Path

    from musicdata.twin.interpretations.population import Comment, InterpretationPopulation, InterpretedSong

ROWS, TRUTH = "songs.jsonl", "truth.tsv"
PAPERS = ("dataset_full_256.json", "dataset_not_negative_256.json", "dataset_positive_256.json", "dataset_test.json")
_TRUTH_COLUMNS = ("of", "kind", "song_id", "row", "other_song_id", "other_row", "is_test", "residue")


class Truth(NamedTuple):
    """What is true of a song or of a comment.

    Attributes:
        of: "song" or "comment".
        kind: as `population` names it.
        song_id: of it.
        row: of the comment in the file, from 1; 0 of a song.
        other_song_id: song that this one is a version of, or that the comment it is a copy of stands under; "" of none.
        other_row: of that comment; 0 of none.
        is_test: whether the song is in the official test split.
        residue: names of what was planted.
    """

    of: str
    kind: str
    song_id: str
    row: int
    other_song_id: str
    other_row: int
    is_test: bool
    residue: tuple[str, ...]


def write_files(population: InterpretationPopulation, folder: Path) -> None:
    """Write the rows of a population, an object a line, and what is true of them.

    Args:
        population: whose songs they are.
        folder: made if there is none; files of the same names are replaced. `songs.jsonl` is what is read, `truth.tsv`
            is for tests alone.
    """
    with paths.create_inside(folder, ROWS) as rows, paths.create_inside(folder, TRUTH) as told:
        told.write(("\t".join(_TRUTH_COLUMNS) + "\n").encode())
        for song in population.songs():
            for comment in song.comments:
                rows.write(_line(row(song, comment)) + b"\n")
            for entry in truth(population, song):
                told.write(("\t".join(_cells(entry)) + "\n").encode())


def write_papers(population: InterpretationPopulation, folder: Path) -> None:
    """Write the rows as the papers' files have them: arrays by votes, without votes, and the test split apart.

    Args:
        population: whose songs they are.
        folder: made if there is none; files of the same names are replaced.
    """
    full, not_negative, positive, test = (paths.create_inside(folder, name) for name in PAPERS)
    with full as a, not_negative as b, positive as c, test as d:
        arrays = [_Array(file) for file in (a, b, c, d)]
        for song in population.songs():
            for comment in song.comments:
                document = _line(paper_row(song, comment))
                votes = comment.votes or 0
                for array, is_in in zip(arrays, (True, votes >= 0, votes > 0, True), strict=True):
                    if is_in and (array is arrays[-1]) == song.is_test:
                        array.write(document)
        for array in arrays:
            array.end()


def row(song: InterpretedSong, comment: Comment) -> dict[str, Any]:
    """Return what a row of the file says."""
    stated = {
        "artist": song.artist,
        "title": song.title,
        "licence": LICENCE,
        "votes": comment.votes,
        "split": "test" if song.is_test else "train",
    }
    return paper_row(song, comment) | stated


def paper_row(song: InterpretedSong, comment: Comment) -> dict[str, Any]:
    """Return what a row of the papers' files says."""
    return {
        "music4all_id": song.song_id,
        "songmeanings_id": song.songmeanings_id,
        "lyrics": song.lyrics,
        "comment": comment.text,
    }


def truth(population: InterpretationPopulation, song: InterpretedSong) -> Iterator[Truth]:
    """Yield what is true of a song and of its comments."""
    other = population.song_id(song.of) if song.of >= 0 else ""
    yield Truth("song", song.kind, song.song_id, 0, other, 0, song.is_test, ())
    for number, comment in enumerate(song.comments, song.first + 1):
        of = comment.of
        other = population.song_id(population.song_of(of)) if of >= 0 else ""
        yield Truth("comment", comment.kind, song.song_id, number, other, of + 1, song.is_test, comment.residue)


def _cells(entry: Truth) -> list[str]:
    return [
        *(str(value) for value in entry[:-2]),
        str(int(entry.is_test)),
        " ".join(entry.residue),
    ]


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


class _Array:
    """A JSON array that is written an element at a time."""

    def __init__(self, file: BufferedWriter) -> None:
        self._file, self._before = file, b"["

    def write(self, element: bytes) -> None:
        self._file.write(self._before + element)
        self._before = b",\n"

    def end(self) -> None:
        """Write what closes it."""
        self._file.write((b"[]" if self._before == b"[" else b"]") + b"\n")
