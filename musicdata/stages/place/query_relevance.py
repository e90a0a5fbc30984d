"""Which songs answer which query, found once for all songs and kept as each shard wants it."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TITLE, LINE, ABSENT, TRANSLATION = "title", "line", "absent", "translation"
TOO_MANY, SUNG_ELSEWHERE = "too_many_relevant", "held_by_another"

_TYPES: dict[str, pa.DataType] = {
    "sample_id": pa.string(),
    "basis": pa.string(),
    "number": pa.string(),
    "place": pa.int32(),
    "withheld": pa.string(),
    "n_relevant": pa.int32(),
}
_ASKED = pa.schema(_TYPES)
_ANSWERS = pa.schema({name: pa.string() for name in ("sample_id", "source_id", "basis", "number")})


@dataclass(frozen=True, slots=True)
class Asked:
    """What queries are made from: a song's title, one of its lines, or its beginning.

    Attributes:
        song: number of the song it is from.
        basis: one of the constants above; queries of several kinds may have the same.
        number: of the line among those chosen of the song; language that a translation is wanted in.
        line: key of the line.
        place: of the line in the text, counted from 0; of a title, 1 if the song sings it.
    """

    song: int
    basis: str
    number: str
    line: int = 0
    place: int = 0


@dataclass(slots=True)
class Songs:
    """What of all songs decides which of them answer a query; a song's number is its place among the ids.

    Attributes:
        ids: in their order.
        groups: of equal words, of each song.
        works: of which each song is a version; "" where that is not known.
        in_language: work and language → numbers of its songs in that language.
        held_out: which are absent from the index.
        lines: keys of each song's lines, part by part; `owners` the numbers of the songs they are from.
    """

    ids: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    works: list[str] = field(default_factory=list)
    in_language: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    held_out: list[bool] = field(default_factory=list)
    lines: list[NDArray[np.uint64]] = field(default_factory=list)
    owners: list[NDArray[np.int32]] = field(default_factory=list)


def holders(songs: Songs, wanted: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the numbers of the songs that hold each of some lines.

    Args:
        songs: and their lines, each line of a song once.
        wanted: keys of lines, each once, in order.

    Returns:
        The numbers, those of one line behind those of the other, each in order; and where those of each line begin,
        with the end of the last.
    """
    places, owners = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    for keys, of in zip(songs.lines, songs.owners, strict=True):
        place = np.searchsorted(wanted, keys)
        is_wanted = wanted[np.minimum(place, len(wanted) - 1)] == keys if len(wanted) else np.zeros(len(keys), bool)
        places.append(place[is_wanted])
        owners.append(of[is_wanted])
    place, owner = np.concatenate(places), np.concatenate(owners)
    order = np.lexsort((owner, place))
    return owner[order], np.searchsorted(place[order], np.arange(len(wanted) + 1))


class Relevance:
    """Finds the songs that answer what is asked.

    Args:
        songs: all of them.
        asked: all that is asked.
        most_relevant: songs that may answer one query.
    """

    def __init__(self, songs: Songs, asked: Sequence[Asked], most_relevant: int) -> None:
        self._songs = songs
        self._most = most_relevant
        _, groups = np.unique(np.array(songs.groups, np.str_), return_inverse=True)
        self._group: NDArray[np.intp] = groups
        self._by_group = np.argsort(groups, kind="stable").astype(np.int32)
        self._group_starts = np.searchsorted(groups[self._by_group], np.arange(len(songs.ids) + 1))
        self._wanted = np.unique(np.array([one.line for one in asked if one.basis in (LINE, ABSENT)], np.uint64))
        self._holders, self._holder_starts = holders(songs, self._wanted)

    def of(self, one: Asked) -> tuple[NDArray[np.int32], str]:
        """Return the numbers of the songs that answer it, in order, and why it is withheld; "" where it is not."""
        if one.basis == TRANSLATION:
            found = np.array(self._songs.in_language[self._songs.works[one.song], one.number], np.int32)
        elif one.basis == TITLE:
            found = self._alike(one.song)
        else:
            found = np.union1d(self._alike(one.song), self._singing(one.line))
        if one.basis == ABSENT and not all(self._songs.held_out[number] for number in found.tolist()):
            return found, SUNG_ELSEWHERE
        return found, TOO_MANY if len(found) > self._most else ""

    def _alike(self, song: int) -> NDArray[np.int32]:
        group = self._group[song]
        return self._by_group[self._group_starts[group] : self._group_starts[group + 1]]

    def _singing(self, line: int) -> NDArray[np.int32]:
        """Return songs that hold a line: one more than may answer a query, where there are more."""
        place = int(np.searchsorted(self._wanted, np.uint64(line)))
        start, stop = self._holder_starts[place : place + 2].tolist()
        return self._holders[start : min(stop, start + self._most + 1)]


def keep(
    folder: Path, songs: Songs, asked: Sequence[Asked], most_relevant: int, runs: Sequence[tuple[int, int]]
) -> None:
    """Write what is asked of the songs of each shard, and what its songs answer.

    Args:
        folder: an empty one.
        songs: all of them.
        asked: all that is asked, in order of the songs.
        most_relevant: songs that may answer one query; one that more do is withheld.
        runs: where each shard begins and ends among the songs.
    """
    judged = _judged(Relevance(songs, asked, most_relevant), asked)
    sources = np.array([one.song for one in asked], np.int32)
    for start, stop in runs:
        first = songs.ids[start]
        begin, end = np.searchsorted(sources, (start, stop)).tolist()
        _write(folder / _file("asked", first), _asked_rows(songs, asked, judged, range(begin, end)))
        begin, end = np.searchsorted(judged.songs, (start, stop)).tolist()
        _write(folder / _file("answers", first), _answer_rows(songs, asked, judged, slice(begin, end)))


@dataclass(frozen=True, slots=True)
class _Judged:
    """Which songs answer what.

    Attributes:
        n_relevant: how many do, of each thing asked; `withheld` why it is not asked, "" where it is.
        songs: numbers of songs that answer something, in order; `answered` the numbers of what they answer.
    """

    n_relevant: list[int]
    withheld: list[str]
    songs: NDArray[np.int32]
    answered: NDArray[np.int32]


def _judged(relevance: Relevance, asked: Sequence[Asked]) -> _Judged:
    songs, answered = array("i"), array("i")
    n_relevant: list[int] = []
    withheld: list[str] = []
    for number, one in enumerate(asked):
        found, why = relevance.of(one)
        n_relevant.append(len(found))
        withheld.append(why)
        if not why:
            songs.extend(found.tolist())
            answered.extend([number] * len(found))
    order = np.argsort(np.frombuffer(songs, np.int32), kind="stable")
    in_order = (np.frombuffer(numbers, np.int32)[order] for numbers in (songs, answered))
    return _Judged(n_relevant, withheld, *in_order)


def _asked_rows(songs: Songs, asked: Sequence[Asked], judged: _Judged, rows: range) -> pa.Table:
    columns: dict[str, list[Any]] = {
        "sample_id": [songs.ids[asked[row].song] for row in rows],
        "basis": [asked[row].basis for row in rows],
        "number": [asked[row].number for row in rows],
        "place": [asked[row].place for row in rows],
        "withheld": [judged.withheld[row] for row in rows],
        "n_relevant": [judged.n_relevant[row] for row in rows],
    }
    return pa.table(columns, schema=_ASKED)


def _answer_rows(songs: Songs, asked: Sequence[Asked], judged: _Judged, rows: slice) -> pa.Table:
    answered = [asked[number] for number in judged.answered[rows].tolist()]
    columns = {
        "sample_id": [songs.ids[number] for number in judged.songs[rows].tolist()],
        "source_id": [songs.ids[one.song] for one in answered],
        "basis": [one.basis for one in answered],
        "number": [one.number for one in answered],
    }
    return pa.table(columns, schema=_ANSWERS)


def asked_of(folder: Path, first: str) -> list[dict[str, Any]]:
    """Return what is asked of the songs of the shard that begins with `first`: rows in order of the songs."""
    return _read(folder / _file("asked", first))


def answers_of(folder: Path, first: str) -> list[dict[str, Any]]:
    """Return what the songs of the shard that begins with `first` answer: rows in order of the songs."""
    return _read(folder / _file("answers", first))


def _file(what: str, first: str) -> str:
    return f"{what}-{hashlib.sha256(first.encode('utf-8', 'replace')).hexdigest()[:32]}.arrow"


def _write(path: Path, rows: pa.Table) -> None:
    with paths.create(path) as file, pa.ipc.new_stream(file, rows.schema) as stream:
        stream.write(rows)


def _read(path: Path) -> list[dict[str, Any]]:
    with paths.open_regular(path) as file, paths.native(file) as source, pa.ipc.open_stream(source) as stream:
        return list(stream.read_all().to_pylist())
