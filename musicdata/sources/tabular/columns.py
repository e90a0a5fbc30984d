"""Columns by what they mean: sources call them in any order and case, with words of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.music.text.names import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def fields(names: Iterable[str], known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return field → the column that is taken for it.

    Args:
        names: of the columns of a table.
        known: field → the names that are taken for it, as `normalised` has them; the first that is there counts.

    >>> fields(["Year", "SONG_TITLE", "Popularity", "Song"], {"title": ("song", "song title"), "date": ("year",)})
    {'title': 'Song', 'date': 'Year'}
    """
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(normalised(name), name)
    chosen = {
        field: next((by_name[name] for name in spelled if name in by_name), None) for field, spelled in known.items()
    }
    return {field: name for field, name in chosen.items() if name is not None}


def ignored(names: Iterable[str], known: Mapping[str, Sequence[str]]) -> list[str]:
    """List the columns that are taken for nothing; those without a name are none.

    >>> ignored(["Artist", "Views", "", "Lyrics"], {"artist": ("artist",), "lyrics": ("lyrics",)})
    ['Views']
    """
    names = list(names)
    taken = set(fields(names, known).values())
    return [name for name in names if name.strip() and name not in taken]
