"""How sources call what they say of a song and of an interpretation: in any order and case."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.sources.lyrics.columns import FIELDS as OF_LYRICS
from musicdata.sources.tabular import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FIELDS: Mapping[str, tuple[str, ...]] = {
    "interpretation": ("interpretation", "comment", "note", "caption", "annotation", "meaning", "explanation"),
    "interpretations": ("interpretations", "comments", "notes", "captions", "annotations"),
    "votes": ("votes", "vote", "rating", "score", "upvotes", "likes"),
    "music4all": ("music4all id", "music4allid", "music4all"),
    "songmeanings": ("songmeanings id", "songmeaningsid", "songmeanings", "sm id"),
    "id": ("ytid", *OF_LYRICS["id"]),
    "lyrics": OF_LYRICS["lyrics"],
    "artist": OF_LYRICS["artist"],
    "title": OF_LYRICS["title"],
    "language": OF_LYRICS["language"],
    "licence": OF_LYRICS["licence"],
    "tags": ("tags", "tag list", "aspect list", "aspects", "labels", "tag"),
    "audio": ("audio name", "audio file", "audio path", "audio", "file name", "filename", "path", "file"),
    "split": ("split", "official split", "subset", "set", "partition"),
    "is_test": ("is audioset eval", "is test"),
}
"""Field → the names of columns that are taken for it, as `normalised` has them; the first that is there counts."""

OF_A_COMMENT: Mapping[str, tuple[str, ...]] = {
    "interpretation": (*FIELDS["interpretation"], "text", "body"),
    "votes": FIELDS["votes"],
}
"""The same of one in a list of several."""


def fields(names: Iterable[str]) -> dict[str, str]:
    """Return field → the column that is taken for it.

    >>> fields(["music4all_id", "songmeanings_id", "lyrics", "comment", "Views"])
    {'interpretation': 'comment', 'music4all': 'music4all_id', 'songmeanings': 'songmeanings_id', 'lyrics': 'lyrics'}
    """
    return columns.fields(names, FIELDS)


@functools.lru_cache(maxsize=1024)
def fields_of(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return `fields` of columns that come again and again."""
    return fields(names)


@functools.lru_cache(maxsize=256)
def fields_of_comment(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the fields of one comment in a list of several."""
    return columns.fields(names, OF_A_COMMENT)


def ignored(names: Iterable[str]) -> list[str]:
    """List the columns that are taken for nothing."""
    return columns.ignored(names, FIELDS)


def has_interpretations(names: Iterable[str]) -> bool:
    """Say whether a column is taken for interpretations."""
    return not {"interpretation", "interpretations"}.isdisjoint(fields(names))


def require_interpretations(names: Sequence[str], where: object) -> None:
    """Raise InputError where no column is taken for interpretations; the message lists the columns and those known."""
    if not has_interpretations(names):
        there = ", ".join(name[:40] for name in names[:20] if name.strip()) or "none"
        known = ", ".join((*FIELDS["interpretation"], *FIELDS["interpretations"]))
        raise InputError(
            f"{where} has no column with interpretations: its columns are {there}; known are {known} (in any case), "
            "rename the one that has them"
        )
