"""Which songs a query may find, after what it says of language, genre, year, artist and title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from musicdata.music.queries.parts import Understood
    from musicdata_baselines.suites.text_search.searching.songs import SongIndex


_NO_LETTER = r"[^\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}\p{N}]"


def allowed(index: SongIndex, asked: Understood) -> NDArray[np.bool_]:
    """Return which songs are left, (songs,): those that have what is wanted, and not what is not.

    A song of unknown genre or year is none of those wanted, and stays where a genre is not wanted.
    """
    left = np.ones(len(index), bool)
    if asked.languages:
        left &= _is_in(index, "language", asked.languages)
    left &= ~_is_in(index, "language", asked.not_languages)
    if asked.genres:
        left &= _is_in(index, "genre", asked.genres)
    left &= ~_is_in(index, "genre", asked.not_genres)
    if asked.years is not None:
        years, (first, last) = index.songs.years, asked.years
        left &= (years > 0) & (years >= first) & (years <= last)
    if asked.artist is not None:
        left &= _is_in(index, "artist_key", [asked.artist])
    if asked.title is not None:
        left &= _is_in(index, "title_key", [asked.title])
    return left


def has_language(index: SongIndex, language: str) -> NDArray[np.bool_]:
    """Return which songs are in a language."""
    return _is_in(index, "language", [language])


def _is_in(index: SongIndex, column: str, values: Collection[str]) -> NDArray[np.bool_]:
    if not values:
        return np.zeros(len(index), bool)
    found: NDArray[np.bool_] = pc.is_in(index.column(column), value_set=pa.array(sorted(values), pa.string())).to_numpy(
        zero_copy_only=False
    )
    return found


def titled(index: SongIndex, words: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which songs are called just so, and which have the words in their title; `words` are folded."""
    part = holds(index, words)
    exact = np.zeros_like(part)
    keys = index.column("title_key")
    for place in np.flatnonzero(part).tolist():
        exact[place] = keys[place].as_py() == words
    return exact, part


def holds(index: SongIndex, words: str) -> NDArray[np.bool_]:
    """Return which songs have folded words in their title, whole ones where the script puts spaces between words."""
    found: Any = pc.match_substring_regex(
        index.column("title_key"), f"(^|{_NO_LETTER}){re.escape(words)}({_NO_LETTER}|$)"
    )
    mask: NDArray[np.bool_] = found.fill_null(False).to_numpy(zero_copy_only=False)
    return mask


def years_unknown(index: SongIndex, asked: Understood) -> int:
    """Return how many songs a year keeps out because nobody knows theirs."""
    return int((index.songs.years == 0).sum()) if asked.years is not None else 0
