"""Words of captions and of lyrics, as the baselines count and compare them."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def split_words(text: str) -> list[str]:
    """Return the words of a text without case and punctuation, in every script.

    >>> split_words("It's LOVE — Ça va?")
    ['it', 's', 'love', 'ça', 'va']
    """
    return _WORD.findall(text.lower())


def count_words(text: str) -> int:
    """Return how many words stand between spaces, as lengths of captions are counted.

    >>> count_words("It's love, love!")
    3
    """
    return len(text.split())
