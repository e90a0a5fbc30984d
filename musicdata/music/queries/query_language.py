"""Which language a few words are in: by their script, by words that the rules have, then by the detector."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musicdata.music.queries.rules import all_rules
from musicdata.music.text import alphabets, language

if TYPE_CHECKING:
    from collections.abc import Sequence

UNKNOWN = "und"
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u3400-\u9fff\U00020000-\U000323af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_OTHER_CYRILLIC = (("uk", re.compile("[іїєґ]", re.IGNORECASE)), ("be", re.compile("ў", re.IGNORECASE)))
_SURE = 0.5
_FUNCTION_WEIGHT = 0.35
_OF_DETECTOR = 6


def query_language(text: str, plains: Sequence[str]) -> str:
    """Return the language of a query: ISO 639-1, or ``und``.

    Args:
        text: the query, or what is left of it to search for.
        plains: its words without case and accents.
    """
    for code, script in _SCRIPTS:
        if script.search(text):
            return code
    if _CYRILLIC.search(text):
        return next((code for code, letters in _OTHER_CYRILLIC if letters.search(text)), "ru")
    scores = _by_function_words(plains)
    for code, share in language.shares(text, _OF_DETECTOR):
        if len(code) == 2 and alphabets.can_be(text, code):
            scores[code] = scores.get(code, 0.0) + share
    best = max(sorted(scores), key=lambda code: scores[code], default=UNKNOWN)
    return best if scores.get(best, 0.0) >= _SURE else UNKNOWN


def _by_function_words(plains: Sequence[str]) -> dict[str, float]:
    """Return the weight that each language has by the words of its own; one that several languages have counts less."""
    scores: dict[str, float] = {}
    for word in set(plains):
        holding = [rules.language for rules in all_rules() if rules.knows(word)]
        for code in holding:
            scores[code] = scores.get(code, 0.0) + _FUNCTION_WEIGHT / len(holding)
    return scores
