"""Texts under so many songs that they are the words of none: "Lyrics for this song have yet to be released"."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def placeholder_texts(
    rows_of: Mapping[int, Sequence[int]],
    artists: Sequence[str | None],
    titles: Sequence[str | None],
    most: int,
) -> dict[int, str]:
    """Return text → why it is no song's, of those that stand under more than `most` artists and as many titles.

    A carol that many sing keeps its title.

    Args:
        rows_of: text → rows of the songs that have it.
        artists: of each song, normalised; None for nobody.
        titles: of each song, normalised; None where there is none.
        most: artists, and titles, that a song may have.
    """
    found = {}
    for first, rows in rows_of.items():
        if len(rows) > most:
            n_artists = len({artists[row] for row in rows} - {None})
            counts = Counter(titles[row] for row in rows)
            n_titles = len(counts) + max(counts[None] - 1, 0)  # nothing says that songs without one have the same
            if min(n_artists, n_titles) > most:
                found[first] = f"its words stand under {n_artists} artists and {n_titles} titles"
    return found
