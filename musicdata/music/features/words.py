"""Words and syllables as tokens: what counts as the same one."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def token(text: str | None) -> str:
    """Return the text without case and without what is no letter, mark or digit at its ends; "" when nothing is left.

    >>> token("Röslein,"), token("o’er"), token("—")
    ('röslein', 'o’er', '')
    """
    folded = unicodedata.normalize("NFC", (text or "").casefold())
    keep = [index for index, sign in enumerate(folded) if unicodedata.category(sign)[0] in "LMN"]
    return folded[keep[0] : keep[-1] + 1] if keep else ""


def sung_words(words: Iterable[str | None], word_indices: Iterable[int | None]) -> list[str]:
    """Return the words of a run of notes, each once, however many notes it is sung on.

    >>> sung_words(["Heiden", "Heiden", "Heiden", "rot"], [4, 4, 5, 6])
    ['heiden', 'heiden', 'rot']
    """
    once = dict(zip(word_indices, words, strict=True))
    return [folded for index, word in once.items() if index is not None and (folded := token(word))]
