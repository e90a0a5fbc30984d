"""How sources call what they say of a song: in any order and case, with words of their own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.sources.tabular import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# fmt: off
FIELDS: Mapping[str, tuple[str, ...]] = {
    "lyrics": (
        "lyrics", "lyric", "text", "words", "song lyrics", "song text", "songtext", "lyrics text", "track lyrics",
        "letra", "letras", "paroles", "liedtext", "testo",
    ),
    "artist": (
        "artist", "artists", "artist name", "artist names", "artistname", "artist s", "artist name s", "track artist",
        "performer", "performers", "singer", "band",
    ),
    "title": (
        "title", "song", "track", "song title", "track title", "song name", "track name", "songname", "trackname",
        "name",
    ),
    "genre": ("genre", "genres", "music genre", "style", "tag", "category"),
    "language": ("language", "lang", "language code", "locale", "idiom"),
    "year": ("year", "song year", "release year", "release date", "released", "date"),
    "licence": ("licence", "license", "rights", "copyright"),
    "work": ("work", "work id", "workid"),
    "id": ("song id", "songid", "track id", "trackid", "lyrics id", "id"),
}
"""Field → the names of columns that are taken for it, as `normalised` has them; the first that is there counts."""
# fmt: on


def fields(names: Iterable[str]) -> dict[str, str]:
    """Return field → the column that is taken for it.

    >>> fields(["Song year", "LYRICS", "Artist", "Track_id", "Song", "Popularity"])
    {'lyrics': 'LYRICS', 'artist': 'Artist', 'title': 'Song', 'year': 'Song year', 'id': 'Track_id'}
    """
    return columns.fields(names, FIELDS)


@functools.lru_cache(maxsize=1024)
def fields_of(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return `fields` of columns that come again and again."""
    return fields(names)


def ignored(names: Iterable[str]) -> list[str]:
    """List the columns that are taken for nothing; those without a name are none.

    >>> ignored(["Artist", "Views", "", "Lyrics"])
    ['Views']
    """
    return columns.ignored(names, FIELDS)


def require_lyrics(names: Sequence[str], where: object) -> None:
    """Raise InputError where no column is taken for the words; the message lists the columns and the names known."""
    if "lyrics" not in fields(names):
        there = ", ".join(name[:40] for name in names[:20] if name.strip()) or "none"
        raise InputError(
            f"{where} has no column with lyrics: its columns are {there}; known for the words are "
            f"{', '.join(FIELDS['lyrics'])} (in any case), rename the one that has them"
        )
