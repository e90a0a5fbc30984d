"""What a user asks, read by the rules, by an endpoint where one is set, or not at all."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from musicdata.errors import UsageError
from musicdata.music.queries import understand as by_rules

if TYPE_CHECKING:
    from musicdata.definitions.search import Ask
    from musicdata.music.queries.parts import Understood
    from musicdata_baselines.suites.text_search.searching.songs import SongIndex

_ENDPOINT = "MUSICDATA_LLM_URL"
_NAMED = 30
_OF_LANGUAGE = ("language", "not_language")


def understand(ask: Ask, index: SongIndex) -> Understood:
    """Return a query as it was read; what the user says of the language wins over what the query says.

    Raises:
        UsageError: a kind that is not to be read is none there is, or no song is in the language that is wanted.
    """
    language = wanted_language(ask, index)
    asked = _read(ask, index)
    if not language:
        return asked
    parts = tuple(part for part in asked.parts if part.kind not in _OF_LANGUAGE)
    return replace(asked, languages=(language,), not_languages=(), parts=parts)


def _read(ask: Ask, index: SongIndex) -> Understood:
    if not os.environ.get(_ENDPOINT, "").strip():
        return by_rules(ask.words, index.known, plain=ask.plain, without=ask.without)
    from musicdata.sources.query_endpoint import understand_by_endpoint  # what it takes to call one is slow to load

    return understand_by_endpoint(ask.words, index.known, plain=ask.plain, without=ask.without)


def wanted_language(ask: Ask, index: SongIndex) -> str:
    """Return the language that a user named beside the query, "" for none.

    Raises:
        UsageError: no song is in it.
    """
    language = (ask.language or "").strip().lower()
    if language and language not in index.known.languages:
        counts = Counter(index.column("language").to_pylist()).most_common(_NAMED)
        there = ", ".join(f"{one} ({n:,})" for one, n in sorted(counts, key=lambda one: (-one[1], str(one[0]))))
        raise UsageError(f"no song is in language {language[:20]!r}, ISO 639-1; there are {there}")
    return language
