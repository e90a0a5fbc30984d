"""Prose, such as reviews → words: what counts as the same one."""

from __future__ import annotations

import re
import unicodedata

VERSION = "prose 1"
"""Name of the way words are cut; another one where the same text would give other words."""

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`", "'"))
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def words(text: str) -> list[str]:
    """Return the words of a text, without case: letters, and apostrophes between them.

    Digits and other signs part words. Letters and their accents are one sign where Unicode has one (NFC).

    >>> words("It’s GREAT -- 'Café-jazz' at 45rpm, don't you think?")
    ["it's", 'great', 'café', 'jazz', 'at', 'rpm', "don't", 'you', 'think']
    """
    return _WORD.findall(unicodedata.normalize("NFC", text).lower().translate(_APOSTROPHES))
