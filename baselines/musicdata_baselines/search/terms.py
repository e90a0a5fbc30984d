"""Words of a text, as they are compared: in every script, whether its words stand apart or not.

Text is brought to NFKC and case-folded. What has spaces between words is cut at them; Chinese and Japanese characters
count one each and as pairs of neighbours; Thai, Lao, Khmer and Burmese, which have no spaces, are cut into overlapping
threes of characters; Korean words stand with the pairs of their syllables. Arabic loses vowel marks and the variants of
its letters, Hebrew its points. English contractions are one word (don't → dont); any other apostrophe parts words
(l'amour → l, amour).
"""

from __future__ import annotations

import re
import unicodedata

# Marks that belong to letters but are none: of Latin, Hebrew, Arabic, the Indic scripts and those without spaces.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
    "\u0e31-\u0e4e\u0eb1-\u0ece\u1000-\u109f\u1780-\u17d3"
)
_WORD = re.compile(rf"[\w{_MARKS}]+")
_CONTRACTION = re.compile(r"(?<=[^\W\d_])'(?=(?:t|s|ll|re|ve|d|m)(?![^\W_]))")
_SEMITIC = re.compile("[\u0591-\u06ed]")
_SEMITIC_MARKS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
)
_ARABIC_LETTERS = str.maketrans("أإآٱىةؤئکی", "ااااي\u0647\u0648\u064aكي")
_IDEOGRAPHS = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003fffd"
)
_HANGUL = "\u1100-\u11ff\uac00-\ud7a3"
_UNBROKEN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_DENSE = re.compile(f"[{_IDEOGRAPHS}{_HANGUL}{_UNBROKEN}]")
_RUNS = re.compile(f"([{_IDEOGRAPHS}]+)|([{_HANGUL}]+)|([{_UNBROKEN}]+)|([^{_IDEOGRAPHS}{_HANGUL}{_UNBROKEN}]+)")


def split_terms(text: str) -> list[str]:
    """Return the words of a text in order, as they are compared; those that come twice stand twice.

    >>> split_terms("Don't say «L'amour»!")
    ['dont', 'say', 'l', 'amour']
    >>> split_terms("明月光 ABC")
    ['明', '月', '光', '明月', '月光', 'abc']
    """
    folded = fold(text)
    if "'" in folded:
        folded = _CONTRACTION.sub("", folded)
    found = _WORD.findall(folded)
    if folded.isascii() or not _DENSE.search(folded):
        return found
    return [term for word in found for term in _cut(word)]


def fold(text: str) -> str:
    """Return a text in NFKC and case-folded, with one kind of apostrophe, without points and vowel marks."""
    if text.isascii():
        return text.lower().replace("_", " ")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = folded.replace("’", "'").replace("ʼ", "'").replace("i̇", "i").replace("_", " ")
    if _SEMITIC.search(folded):
        folded = _SEMITIC_MARKS.sub("", folded).translate(_ARABIC_LETTERS)
    return folded


def drop_accents(term: str) -> str:
    """Return a word without the accents of its letters, as a hurried writer types it.

    >>> drop_accents("corazón"), drop_accents("łąka")
    ('corazon', 'laka')
    """
    if term.isascii():
        return term
    bare = "".join(c for c in unicodedata.normalize("NFD", term) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare).translate(_STROKES)


_STROKES = str.maketrans("łøđıħŧ", "lodiht")


def _cut(word: str) -> list[str]:
    """Return the terms of a word in which characters of scripts without spaces, or of Korean, may stand."""
    terms: list[str] = []
    for ideographs, hangul, unbroken, plain in _RUNS.findall(word):
        if ideographs:
            terms += [*ideographs, *_overlapping(ideographs, 2)]
        elif hangul:
            terms += [hangul, *(_overlapping(hangul, 2) if len(hangul) > 2 else ())]
        elif unbroken:
            terms += _overlapping(unbroken, 3) or [unbroken]
        else:
            terms.append(plain)
    return terms


def _overlapping(run: str, n: int) -> list[str]:
    return [run[start : start + n] for start in range(len(run) - n + 1)]
