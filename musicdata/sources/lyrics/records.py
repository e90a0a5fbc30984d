"""What a source says of one song, brought to the fields that the table of words has."""

from __future__ import annotations

import hashlib
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from musicdata.errors import FormatError
from musicdata.music.text.limits import STATEMENT, TOO_LONG
from musicdata.sources.tabular.cells import NO_TEXT, require_encodable, stated
from musicdata.sources.tabular.rows import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_ID = 100
_ID_DIGITS = 15
_DIGEST_BYTES = 8
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?!\d)")
_STATED = ("artist", "title", "genre", "language", "licence", "work")


class SongText(NamedTuple):
    """A song with its words; the fields but the last are the columns of `song_texts`.

    Attributes:
        source: name of the file that holds it, `source_row` its row there, counted from 1.
        identity: digest of artist, title and words, hexadecimal: rows that agree in these are one song.
    """

    song_id: str
    artist: str | None
    title: str | None
    genre: str | None
    language_given: str | None
    year: int | None
    licence: str | None
    work_id: str | None
    text: str
    text_sha256: str
    source: str
    source_row: int
    identity: str

    @property
    def statements(self) -> tuple[object, ...]:
        """Return what is said of the song, wherever it stands."""
        return (self.artist, self.title, self.genre, self.language_given, self.year, self.licence, self.work_id)

    def digests(self) -> tuple[str, str]:
        """Return digests of what is said of the song, and of the whole row, hexadecimal."""
        told = _digest(self.statements)
        return told, _digest((self.song_id, told, self.text_sha256, self.source, self.source_row))


def _digest(values: tuple[object, ...]) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=_DIGEST_BYTES).hexdigest()


def song_text(cells: Mapping[str, Any], source: str, row: int, song_id: str = "") -> SongText:
    r"""Return the song of a row.

    Args:
        cells: field, one of `columns.FIELDS` → what the source says.
        source: name of the file.
        row: of it, counted from 1.
        song_id: where the row names none.

    Raises:
        FormatError: ``no_text``, ``text_too_long``, ``bad_encoding`` or ``bad_id``.

    >>> song = song_text({"artist": " A ", "lyrics": "one\r\ntwo", "year": "1987-05-01"}, "a.csv", 1)
    >>> song.artist, song.title, song.year, song.text, song.song_id
    ('A', None, 1987, 'one\ntwo', 'le9130d511214cd7')
    """
    text = _words(cells.get("lyrics"))
    artist, title, genre, language, licence, work = (stated(name, cells.get(name)) for name in _STATED)
    text_sha256 = hashlib.sha256(text.encode()).hexdigest()
    named = f"{artist or ''}\0{title or ''}\0{text_sha256}"  # no statement has a NUL
    identity = hashlib.sha256(named.encode()).hexdigest()[:_ID_DIGITS]
    if own_id := stated("id", cells.get("id")):
        song_id = _fit_id(own_id)
    song_id = song_id or f"l{identity}"
    year = _year(cells.get("year"))
    return SongText(
        song_id, artist, title, genre, language, year, licence, work, text, text_sha256, source, row, identity
    )


def _fit_id(song_id: str) -> str:
    if len(song_id) > _LONGEST_ID:
        raise FormatError("bad_id", f"{len(song_id):,} characters, at most {_LONGEST_ID}: {song_id[:40]!r} …")
    return song_id


def _words(value: object) -> str:
    """Return the words as the source has them, with the same line breaks everywhere."""
    if isinstance(value, list):
        value = "\n".join(line for line in value if isinstance(line, str))
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        raise FormatError("no_text", "the cell for the words is empty")
    if not isinstance(value, str):
        raise FormatError("no_text", f"{type(value).__name__} where words are expected: {str(value)[:40]!r}")
    if len(value) > MAX_TEXT:
        raise FormatError(TOO_LONG, f"words: {len(value):,} characters, at most {MAX_TEXT:,} are read")
    require_encodable("words", value)
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if len(value) < STATEMENT and (not (bare := value.strip(" \t\n\0")) or bare.casefold() in NO_TEXT):
        raise FormatError("no_text", f"the cell for the words says {value.strip()[:20]!r}")
    return value


def _year(value: object) -> int | None:
    """Return the first number of a date that can be a year."""
    found = _YEAR.search(str(value)[:STATEMENT]) if value is not None else None
    return int(found[1]) if found else None
