"""Which songs of a source are kept: each once, whatever the order of its rows; what is dropped is listed with why.

Rows are read one by one, and of each no more is held than tells it from others. Where rows of one id differ in artist,
title or words, one is kept and the others are dropped: an id of ours beside it would be another one as soon as a row
more is there, and whatever else names songs by that id means one song.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from musicdata.errors import FormatError, InputError
from musicdata.sources.lyrics import inputs, records
from musicdata.sources.lyrics.columns import fields_of
from musicdata.sources.tabular.dropped import Dropped, place
from musicdata.sources.tabular.rows import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.sources.lyrics.inputs import Source
    from musicdata.sources.lyrics.records import SongText
    from musicdata.sources.lyrics.works import Works


class Entry(NamedTuple):
    """A row that is a song, as it is held.

    Attributes:
        song_id: of the song; `digest` of the whole row, hexadecimal.
        identity: of artist, title and words.
        n_told: statements that the row makes; `told` their digest.
        file: that holds it, `row` of it.
    """

    song_id: str
    digest: str
    identity: str
    n_told: int
    told: str
    file: str
    row: int

    @property
    def place(self) -> str:
        """Return where the row stands, for people."""
        return place(self.file, self.row)

    @property
    def order(self) -> tuple[object, ...]:
        """Return the key by which the row that says most comes first; of equals what they say decides."""
        return (-self.n_told, self.identity, self.told, self.file, self.row)


@dataclass(slots=True)
class Listing:
    """The songs of a source as they are read."""

    dropped: list[Dropped] = field(default_factory=list)
    _first: dict[str, Entry] = field(default_factory=dict)
    _others: dict[str, list[Entry]] = field(default_factory=dict)

    def add(self, song: SongText) -> str:
        """Take a song; return the digest of its row."""
        told, digest = song.digests()
        n_told = len(song.statements) - song.statements.count(None)
        entry = Entry(song.song_id, digest, song.identity, n_told, told, song.source, song.source_row)
        if self._first.setdefault(song.song_id, entry) is not entry:
            self._others.setdefault(song.song_id, []).append(entry)
        return digest

    def kept(self, limit: int = 0) -> list[Entry]:
        """Return the songs that are kept, in order of their ids; the first `limit` of them, if it is not 0."""
        kept = dict(self._first)
        for song_id, others in self._others.items():
            kept[song_id] = min([self._first[song_id], *others], key=lambda entry: entry.order)
        return [kept[song_id] for song_id in sorted(kept)[: limit or None]]

    def all_dropped(self) -> list[Dropped]:
        """Return what is not kept, rows that say again what others say last."""
        repeated = []
        for song_id in sorted(self._others):
            first, *rest = sorted([self._first[song_id], *self._others[song_id]], key=lambda entry: entry.order)
            repeated += [_repeated(entry, first) for entry in rest]
        return self.dropped + repeated


def _repeated(entry: Entry, kept: Entry) -> Dropped:
    if entry.identity != kept.identity:
        detail = f"id {entry.song_id}: {kept.place} has it too, with another artist, title or text; that one is kept"
        return Dropped(entry.place, "duplicate_id", detail)
    more = "" if entry.told == kept.told else ", and says something else of it (genre, language, year, licence or work)"
    return Dropped(entry.place, "duplicate_row", f"the same artist, title and text as {kept.place}{more}")


def songs(source: Source, works: Works, listing: Listing) -> Iterator[tuple[SongText, str]]:
    """Yield all songs of a source, each with the digest of its row, and list them; what is none is listed as dropped.

    Raises:
        InputError: a file cannot be read, or `works` names songs and none of them is there.
    """
    n_told = 0
    for file in source.files:
        for row in inputs.rows(file):
            if isinstance(row, Fault):
                listing.dropped.append(Dropped(place(file.name, row.row), row.reason, row.detail))
                continue
            names = fields_of(tuple(row.cells))
            cells = {field: row.cells[name] for field, name in names.items()}
            try:
                song = records.song_text(cells, file.name, row.row, row.song_id)
            except FormatError as error:
                listing.dropped.append(Dropped(place(file.name, row.row), error.reason, error.detail))
                continue
            told = works.told(song)
            n_told += told is not song
            yield told, listing.add(told)
    if len(works) and not n_told:
        raise InputError(
            f"works: none of its {len(works):,} rows names a song of the input; rows are counted from 1, and where "
            "several files are read a column file says which is meant"
        )
