"""What a row says of a song and of an interpretation of it, brought to the fields that the tables have."""

from __future__ import annotations

import functools
import hashlib
import math
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from musicdata.definitions.identifiers import is_file_name
from musicdata.errors import FormatError
from musicdata.music.text.limits import STATEMENT, TOO_LONG
from musicdata.sources.interpretations.columns import fields_of_comment
from musicdata.sources.interpretations.tags import NOT_UNICODE, SEPARATOR, tags
from musicdata.sources.interpretations.votes import votes
from musicdata.sources.tabular.cells import NO_TEXT, require_encodable, stated
from musicdata.sources.tabular.rows import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.sources.interpretations.music4all import Music4All

LONGEST_ID = 128
_ID_DIGITS = 15
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "development"), "valid"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
OF_SONG = ("music4all", "songmeanings", "id", "lyrics", "artist", "title", "language", "licence", "tags", "audio")
"""Fields, of `columns.FIELDS`, that speak of the song."""

_TRUE, _FALSE = (True, 1, "true", "1", "yes"), (False, 0, "false", "0", "no")


class SongFacts(NamedTuple):
    """What a row says of its song; the fields are columns of `interpreted_songs`."""

    song_id: str
    songmeanings_id: str | None
    artist: str | None
    title: str | None
    language_given: str | None
    licence: str | None
    lyrics: str | None
    lyrics_sha256: str | None
    tags: str | None
    audio_name: str | None


class Interpretation(NamedTuple):
    """One interpretation in a row; `part` numbers several that one row has."""

    text: str
    text_sha256: str
    votes: int | None
    votes_given: str | None
    part: int


def facts(cells: Mapping[str, Any], music4all: Music4All) -> SongFacts:
    """Return what a row says of its song.

    Args:
        cells: field, one of `columns.FIELDS` → what the source says.
        music4all: what is told of songs whose row does not say it.

    Raises:
        FormatError: ``bad_id``, ``not_unicode``, ``text_too_long`` or ``bad_lyrics``.
    """
    for name in OF_SONG:
        if type(value := cells.get(name)) is str:
            require_encodable(name, value, NOT_UNICODE)
    known, songmeanings = _id(cells, "music4all"), _id(cells, "songmeanings")
    lyrics = _lyrics(cells.get("lyrics"))
    artist, title = stated("artist", cells.get("artist")), stated("title", cells.get("title"))
    if known and (artist is None or title is None):
        told = music4all.names.get(known, (None, None))
        artist, title = artist or told[0], title or told[1]
    named = tags(cells.get("tags"))
    if known and known in music4all.tags:
        named = tuple(sorted({*named, *tags(music4all.tags[known])}))
    return SongFacts(
        known or songmeanings or _id(cells, "id") or _made_id(artist, title, lyrics),
        songmeanings,
        artist,
        title,
        stated("language", cells.get("language")),
        stated("licence", cells.get("licence")),
        lyrics,
        None if lyrics is None else hashlib.sha256(lyrics.encode()).hexdigest(),
        SEPARATOR.join(named) or None,
        _file_name(stated("audio", cells.get("audio"))),
    )


def _id(cells: Mapping[str, Any], name: str) -> str | None:
    value = cells.get(name)
    if value is None or value == "":
        return None
    if type(value) is str and "\0" in value:
        raise FormatError("bad_id", f"{name} {value[:40]!r} has a character that no name has")
    text = stated(name, value)
    if text is not None and not _is_fit(text):
        raise FormatError(
            "bad_id", f"{name} {text[:40]!r} is no name of a file of at most {LONGEST_ID} characters, as an id must be"
        )
    return text


@functools.lru_cache(maxsize=4096)
def _is_fit(text: str) -> bool:
    return len(text) <= LONGEST_ID and (_PLAIN_ID.fullmatch(text) is not None or is_file_name(text))


def _made_id(artist: str | None, title: str | None, lyrics: str | None) -> str:
    """Return an id of what is said of the song; where nothing is, all such rows would be one song.

    Raises:
        FormatError: ``bad_id``: nothing is said.
    """
    if artist is None and title is None and lyrics is None:
        raise FormatError("bad_id", "the row has neither an id nor artist, title or lyrics: nobody knows of which song")
    named = f"{artist or ''}\0{title or ''}\0{lyrics or ''}"
    return f"s{hashlib.sha256(named.encode()).hexdigest()[:_ID_DIGITS]}"


def _lyrics(value: Any) -> str | None:
    """Return the words as the source has them, with the same line breaks everywhere; None where there are none."""
    if isinstance(value, list | tuple):
        value = "\n".join(line for line in value if isinstance(line, str))
        require_encodable("lyrics", value, NOT_UNICODE)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        raise FormatError("bad_lyrics", f"{type(value).__name__} where words are expected: {str(value)[:40]!r}")
    if len(value) > MAX_TEXT:
        raise FormatError(TOO_LONG, f"lyrics: {len(value):,} characters, at most {MAX_TEXT:,} are read")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return None if len(value) < STATEMENT and value.strip().casefold() in NO_TEXT else value


def _file_name(text: str | None) -> str | None:
    """Return the name of a file without its folders; None where there is none that a file can have."""
    name = PurePosixPath(text.replace("\\", "/")).name if text else ""
    return name if name and is_file_name(name) else None


def split_of(cells: Mapping[str, Any]) -> str | None:
    """Return the split in which a row places its song: by a column of splits, or by one that says whether it is test.

    >>> split_of({"split": "Validation"}), split_of({"is_test": "True"}), split_of({"is_test": False}), split_of({})
    ('valid', 'test', 'train', None)
    """
    if isinstance(given := cells.get("split"), str) and (split := _SPLITS.get(given.strip().casefold())):
        return split
    is_test = cells.get("is_test")
    is_test = is_test.strip().casefold() if isinstance(is_test, str) else is_test
    if is_test in _TRUE:
        return "test"
    return "train" if is_test in _FALSE else None


def interpretations(cells: Mapping[str, Any]) -> Iterator[Interpretation | FormatError]:
    """Yield the interpretations of a row, and why one of them is none.

    A row has one, in a column of its own, or a list of several: texts, or pairs of text and votes. One that stands in
    the list too is not taken twice.
    """
    single = cells.get("interpretation")
    if not (several := _several(cells.get("interpretations"))):
        yield _checked(single, cells.get("votes"), 0)
        return
    given = [_taken_apart(one) for one in several]
    if single is not None and all(text != single for text, _ in given):
        given.append((single, cells.get("votes")))
    for part, (text, of_readers) in enumerate(given):
        yield _checked(text, of_readers, part)


def _several(value: Any) -> list[Any]:
    """Return the items of a list of interpretations; a text is a list of one."""
    if isinstance(value, list | tuple):
        return list(value)
    return [] if value is None or value != value else [value]  # noqa: PLR0124  # not a number


def _taken_apart(one: Any) -> tuple[Any, Any]:
    """Return text and votes of one interpretation in a list of several."""
    if isinstance(one, list | tuple) and one:
        return one[0], one[1] if len(one) > 1 else None
    if isinstance(one, dict):
        names = fields_of_comment(tuple(name for name in one if isinstance(name, str)))
        return tuple(one.get(names.get(name, ""), None) for name in ("interpretation", "votes"))  # type: ignore[return-value]
    return one, None


def _checked(text: Any, given: Any, part: int) -> Interpretation | FormatError:
    if text is None or text == "" or (isinstance(text, float) and math.isnan(text)):
        return FormatError("no_interpretation", "the row has no text that interprets the song")
    if not isinstance(text, str):
        return FormatError("bad_interpretation", f"{type(text).__name__} where a text is expected: {str(text)[:40]!r}")
    if len(text) > MAX_TEXT:
        return FormatError(TOO_LONG, f"interpretation: {len(text):,} characters, at most {MAX_TEXT:,} are read")
    try:
        require_encodable("interpretation", text, NOT_UNICODE)
    except FormatError as error:
        return error
    return Interpretation(text, hashlib.sha256(text.encode()).hexdigest(), *votes(given), part)
