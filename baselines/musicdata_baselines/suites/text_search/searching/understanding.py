"""What a user asks, read by the rules, by an endpoint where one is set, or not at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from musicdata.errors import UsageError
from musicdata.music.queries.parts import KINDS

if TYPE_CHECKING:
    from musicdata.definitions.search import Ask
    from musicdata.music.queries.parts import Understood
    from musicdata_baselines.suites.text_search.searching.songs import SongIndex

_NAMED = 30
_OF_LANGUAGE = ("language", "not_language")


def understand(ask: Ask, index: SongIndex) -> Understood:
    """Return a query as it was read; what the user says of the language wins over what the query says.

    Raises:
        UsageError: a kind that is not to be read is none there is, or no song is in the language that is wanted.
    """
    from musicdata.sources.query_endpoint import understand_by_endpoint

    from musicdata.music.queries import understand as read

    if odd := [kind for kind in ask.without if kind not in KINDS]:
        raise UsageError(f"nothing that is read out of a query is called {odd[0]!r}; there are {', '.join(KINDS)}")
    language = wanted_language(ask, index)
    without = {*ask.without, *(_OF_LANGUAGE if language else ())}
    if ask.plain:
        asked = read(ask.words, index.known, plain=True)
    else:
        asked = understand_by_endpoint(ask.words, index.known, without=without)
    return replace(asked, languages=(language,), not_languages=()) if language else asked


def wanted_language(ask: Ask, index: SongIndex) -> str:
    """Return the language that a user named beside the query, "" for none.

    Raises:
        UsageError: no song is in it.
    """
    language = (ask.language or "").strip().lower()
    if language and language not in index.known.languages:
        counts = Counter(index.column("language").to_pylist()).most_common(_NAMED)
        there = ", ".join(f"{one} ({n:,})" for one, n in sorted(counts, key=lambda one: (-one[1], one[0])))
        raise UsageError(f"no song is in language {language[:20]!r}, ISO 639-1; there are {there}")
    return language
