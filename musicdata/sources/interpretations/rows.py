"""All rows of a source, one after the other, each with where it stands; what cannot be read is dropped with why."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from musicdata.errors import FormatError
from musicdata.sources.interpretations import inputs, records
from musicdata.sources.interpretations.columns import fields_of
from musicdata.sources.tabular.dropped import Dropped, place
from musicdata.sources.tabular.rows import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.sources.interpretations.inputs import InputFile, Source
    from musicdata.sources.interpretations.music4all import Music4All
    from musicdata.sources.interpretations.records import Interpretation, SongFacts
    from musicdata.sources.tabular.rows import Row

_DIGEST_BYTES = 8
_KEPT_CHARACTERS = 48 << 20
_PLAIN = frozenset({str, type(None)})


class Given(NamedTuple):
    """One interpretation of a song, with all that its row says.

    Attributes:
        song: what the row says of the song; `song_digest` tells it from what other rows say.
        interpretation: the text and its votes.
        variant: of the set in which its file is one; "" for none.
        official_split: in which the source places it; "" where it does not.
        source: name of its file, `source_row` its row there, counted from 1.
        digest: of all of it, the song's words and the text by their hashes.
    """

    song: SongFacts
    song_digest: int
    interpretation: Interpretation
    variant: str
    official_split: str
    source: str
    source_row: int
    digest: int


class _Songs:
    """What rows say of their songs; of what they say again and again as much is kept as memory has room for."""

    def __init__(self, music4all: Music4All) -> None:
        self._music4all = music4all
        self._known: dict[tuple[str | None, ...], tuple[SongFacts, int]] = {}
        self._n_characters = 0

    def of(self, cells: Mapping[str, Any]) -> tuple[SongFacts, int]:
        """Return what a row says of its song, and the digest of that.

        Raises:
            FormatError: it is none of what a song can have.
        """
        told = tuple(map(cells.get, records.OF_SONG))
        if not _PLAIN.issuperset(map(type, told)):
            return self._read(cells)
        if (known := self._known.get(told)) is not None:
            return known
        if self._n_characters > _KEPT_CHARACTERS:
            self._known, self._n_characters = {}, 0
        read = self._known[told] = self._read(cells)
        self._n_characters += sum(len(value) for value in told if value)
        return read

    def _read(self, cells: Mapping[str, Any]) -> tuple[SongFacts, int]:
        song = records.facts(cells, self._music4all)
        return song, _digest(repr((*song[:6], *song[7:])))


def given(source: Source, music4all: Music4All) -> Iterator[Given | Dropped]:
    """Yield the interpretations of a source in the order of its files, and what is dropped.

    Raises:
        InputError: a file cannot be read.
    """
    yield from music4all.dropped
    songs = _Songs(music4all)
    for file in source.files:
        if file.file.fault:
            yield Dropped(file.name, file.file.fault, file.file.detail)
            continue
        for row in inputs.rows(file.file):
            if isinstance(row, Fault):
                yield Dropped(place(file.name, row.row), row.reason, row.detail)
            else:
                yield from _of_row(row, file, songs)


def _of_row(row: Row, file: InputFile, songs: _Songs) -> list[Given | Dropped]:
    cells = {field: row.cells[name] for field, name in fields_of(tuple(row.cells)).items()}
    try:
        song, song_digest = songs.of(cells)
    except FormatError as error:
        return [Dropped(place(file.name, row.row), error.reason, error.detail)]
    split = file.split or records.split_of(cells) or ""
    where = f"{song_digest} {file.variant} {split} {row.row} {file.name}"
    read: list[Given | Dropped] = []
    for one in records.interpretations(cells):
        if isinstance(one, FormatError):
            which = f" interpretation {len(read) + 1}" if "interpretations" in cells else ""
            read.append(Dropped(place(file.name, row.row) + which, one.reason, one.detail))
            continue
        digest = _digest(f"{one.text_sha256} {one.part} {one.votes} {one.votes_given!r} {where}")
        read.append(Given(song, song_digest, one, file.variant, split, file.name, row.row, digest))
    return read


def _digest(told: str) -> int:
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=_DIGEST_BYTES).digest(), "little", signed=True)
