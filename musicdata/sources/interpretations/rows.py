"""All rows of a source, one after the other, each with where it stands; what cannot be read is dropped with why."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from musicdata.errors import FormatError
from musicdata.sources.interpretations import inputs, records
from musicdata.sources.interpretations.columns import fields_of
from musicdata.sources.tabular.dropped import Dropped, place
from musicdata.sources.tabular.rows import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.sources.interpretations.inputs import InputFile, Source
    from musicdata.sources.interpretations.music4all import Music4All
    from musicdata.sources.interpretations.records import Interpretation, SongFacts
    from musicdata.sources.tabular.rows import Row

_DIGEST_BYTES = 8


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


def given(source: Source, music4all: Music4All) -> Iterator[Given | Dropped]:
    """Yield the interpretations of a source in the order of its files, and what is dropped.

    Raises:
        InputError: a file cannot be read.
    """
    yield from music4all.dropped
    for file in source.files:
        if file.file.fault:
            yield Dropped(file.name, file.file.fault, file.file.detail)
            continue
        for row in inputs.rows(file.file):
            if isinstance(row, Fault):
                yield Dropped(place(file.name, row.row), row.reason, row.detail)
            else:
                yield from _of_row(row, file, music4all)


def _of_row(row: Row, file: InputFile, music4all: Music4All) -> Iterator[Given | Dropped]:
    key = place(file.name, row.row)
    cells = {field: row.cells[name] for field, name in fields_of(tuple(row.cells)).items()}
    try:
        song = records.facts(cells, music4all)
    except FormatError as error:
        yield Dropped(key, error.reason, error.detail)
        return
    song_digest = _digest((*song[:6], *song[7:]))
    split = file.split or records.split_of(cells) or ""
    for number, one in enumerate(records.interpretations(cells), 1):
        if isinstance(one, FormatError):
            which = f" interpretation {number}" if "interpretations" in cells else ""
            yield Dropped(key + which, one.reason, one.detail)
            continue
        digest = _digest((song_digest, *one[1:], file.variant, split, file.name, row.row))
        yield Given(song, song_digest, one, file.variant, split, file.name, row.row, digest)


def _digest(values: tuple[object, ...]) -> int:
    data = hashlib.blake2b(repr(values).encode(), digest_size=_DIGEST_BYTES).digest()
    return int.from_bytes(data, "little", signed=True)
