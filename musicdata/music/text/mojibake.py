"""Texts in UTF-8 that somebody read as Windows-1252 or Latin-1 (``cafÃ©``): told from letters that stand there rightly.

A sequence is repaired only if its bytes are whole UTF-8, the character it would be is one that texts have, and the text
gives evidence: a sign in the middle of a word, a capital after a small letter, or several such sequences in a row where
one alone could be letters of some language.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicdata.music.text.residue_count import Count

# The characters that bytes 0x80 to 0xbf are in Windows-1252, and in Latin-1 where that has none.
_HIGH = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
_LATIN_1 = {chr(byte): byte for byte in range(0x80, 0x100)}
_BYTES = _LATIN_1 | _HIGH
_FOLLOWING = "".join(sorted(character for character, byte in _BYTES.items() if 0x80 <= byte <= 0xBF))
_F = f"[{re.escape(_FOLLOWING)}]"
_SEQUENCE = re.compile(f"[\u00c2-\u00df]{_F}|[\u00e0-\u00ef]{_F}{{2}}|[\u00f0-\u00f4]{_F}{{3}}")
_MAYBE = re.compile(f"[\u00c2-\u00f4](?={_F})")

# Characters of Windows-1252 that are control characters in Latin-1.
_PUNCTUATION = re.compile("[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")

_OF_TEXTS = re.compile(
    "[\u00a0-\u017f\u0192\u0218-\u021b\u01a0\u01a1\u01af\u01b0\u02bc\u0300-\u036f\u0370-\u04ff\u0530-\u06ff\u0900-\u0e7f"
    "\u10a0-\u10ff\u1e00-\u1fff\u2010-\u205e\u20ac\u2122\u2190-\u21ff\u2600-\u27bf\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3"
    "\uff00-\uffef\U0001f300-\U0001faff\u200b-\u200f\ufeff]"
)
# Signs that stand neither beside nor inside a word: all but quotes, dashes and dots.
_SIGNS = frozenset("¡¢£¤¥¦§¨©ª¬®¯°±²³´µ¶·¸¹º¼½¾¿†‡ˆ‰€™˜")
_NEVER = ("â€", "ï»¿", "ðŸ", "á»«")
_BARE = re.compile("Ã(?= )")


def with_punctuation(text: str, count: Count) -> str:
    r"""Return a text whose dashes and quotes of Windows-1252 were kept as control characters, with these repaired.

    >>> from musicdata.music.text.residue_count import Count
    >>> with_punctuation("Daphn\u00e9 \x97 I\x92ll", Count())
    'Daphné — I’ll'
    """
    if text.isascii() or not _PUNCTUATION.search(text):
        return text
    return count.sub("mojibake", _PUNCTUATION, lambda found: found[0].encode("latin-1").decode("cp1252"), text)


def repaired(text: str, count: Count) -> str:
    r"""Return a text with its sequences repaired; one without evidence stays as it is.

    >>> from musicdata.music.text.residue_count import Count
    >>> repaired("cafÃ© dâ€™Ã©tÃ©", Count()), repaired("ÉTÉ… voilà\u00a0» SÅ…", Count())
    ('café d’été', 'ÉTÉ… voilà\xa0» SÅ…')
    """
    if text.isascii() or not _MAYBE.search(text):
        return text
    chosen = _repairable(text)
    if not chosen:
        return text
    pieces, position = [], 0
    for start, stop, character in chosen:
        pieces += [text[position:start], character]
        position = stop
    after = "".join([*pieces, text[position:]])
    count.add("mojibake", len(chosen), len(text) - len(after))
    # The second half of this letter is a space, which somebody made an ordinary one.
    return count.sub("mojibake", _BARE, "à", after)


def _repairable(text: str) -> list[tuple[int, int, str]]:
    """Return start, stop and character of each sequence that is to be repaired."""
    found = [
        (match.start(), match.end(), character)
        for match in _SEQUENCE.finditer(text)
        if (character := _decoded(match[0])) is not None
    ]
    n_high = sum(1 for character in text if character in _BYTES)
    whole = sum(stop - start for start, stop, _ in found) == n_high
    sure = [one for one in found if _is_evident(text, *one[:2])]
    rows = _in_rows(found)
    # All that is not ASCII is of such sequences: one piece of evidence is enough for all.
    if whole and (sure or rows):
        return found
    return sorted({*sure, *rows})


def _decoded(sequence: str) -> str | None:
    try:
        character = bytes(_BYTES[one] for one in sequence).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None
    return character if _OF_TEXTS.fullmatch(character) else None


def _is_evident(text: str, start: int, stop: int) -> bool:
    """Say whether a sequence cannot be letters and signs that stand there rightly."""
    sequence, before, after = text[start:stop], text[start - 1 : start], text[stop : stop + 1]
    if sequence.startswith(_NEVER) or any("\x7f" < one < "\xa0" for one in sequence):
        return True
    signs = any(one in _SIGNS for one in sequence[1:])
    if len(sequence) > 2:
        return signs and (before.isalpha() or after.isalpha())
    # A capital after a small letter, or a sign of no language's between two letters.
    in_word = before.isalpha() and before.islower()
    is_sign = signs or (sequence[0] in "ÃÂ" and not sequence[1].isalpha())
    return sequence[0] in "ÃÂÅÄ" and (in_word or (is_sign and after.isalpha()))


def _in_rows(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the sequences that touch another one of the same script that is not Latin."""
    rows = []
    for one, other in pairwise(found):
        if one[1] == other[0] and min(ord(one[2]), ord(other[2])) > 0x2FF:
            rows += [one, other]
    return rows
