"""Says whether a text can be of a language by how it is written: its letters, its signs, its capitals.

Meant for texts that may have been read in a wrong encoding, where a letter comes out as another letter or as a sign:
one that cannot be is enough. In the East Asian languages it is the share of each script that tells, and how often the
most usual characters come.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from musicdata.music.text import alphabets

if TYPE_CHECKING:
    from collections.abc import Sequence

# fmt: off
_APOSTROPHES = dict.fromkeys(
    ("af", "be", "ca", "da", "de", "en", "fr", "ga", "it", "nl", "no", "pt", "sv", "tr", "uk"), "\u2019\u00b4`"
)
_LOW_QUOTES = ("af", "bg", "cs", "de", "et", "hr", "hu", "is", "lt", "lv", "mk", "nl", "pl", "ro", "ru", "sk", "sl",
               "sq", "sr", "uk")
_INVERTED = ("es", "gl", "ca")
_OF_LANGUAGE = {"el": "·\u0384", "he": "־׳״", "ar": "،؛؟", "fa": "،؛؟\u200c", "th": "ฯๆ฿"}
_WIDE = re.compile("[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2500-\u257f\u25a0-\u266f・ー]")
# fmt: on
_CAPITAL_INSIDE = re.compile(
    "[a-z\u00df-\u00f6\u00f8-\u00ff\u03ac-\u03ce\u0430-\u045f]"
    "[\u00c0-\u00d6\u00d8-\u00de\u0100\u0106\u010c\u0118\u0141\u0160\u017d\u0152\u0178\u0391-\u03a9\u0401-\u042f]"
)
_BEYOND_LATIN = "[\u0370-\u06ff\u0e00-\u0e7f]"
_TWO_SCRIPTS = re.compile(f"[A-Za-z\u00c0-\u024f]{_BEYOND_LATIN}|{_BEYOND_LATIN}[A-Za-z\u00c0-\u024f]")
_DASH = re.compile("[^\\W\\d_][\u2013\u2014]")


def can_be(texts: Sequence[str], language: str) -> bool:
    """Say whether texts, which may be syllables, can be of an ISO 639-1 language.

    >>> can_be(["¿y", "je ", "nam "], "pl"), can_be(["ży", "je ", "nam "], "pl"), can_be(["пРИ", "ВЕТ "], "ru")
    (False, True, False)
    """
    if language in _EAST_ASIAN:
        return _EAST_ASIAN[language]("".join(texts))
    apart = "\n".join(texts)
    spaced = sum(text[:1].isspace() or text[-1:].isspace() or text[:1] in "\\/" for text in texts) > 0.1 * len(texts)
    words = "".join(texts) if spaced else apart
    return (
        alphabets.can_be(words, language)
        and alphabets.is_script_of(words, language)
        and _signs_fit(words, language)
        and not _CAPITAL_INSIDE.search(words)
        and not _TWO_SCRIPTS.search(words)
    )


def doubts(texts: Sequence[str]) -> int:
    """Return how many things in texts are unusual, though they occur: a dash after a letter, half a quotation."""
    text = "".join(texts)
    unpaired = sum(map(text.count, "\u201c\u201d\u201e")) % 2 + (text.count("\u2018") > text.count("\u2019"))
    return bool(_DASH.search(text)) + unpaired


def _signs_fit(text: str, language: str) -> bool:
    places = {(found[1], found[2], found[3]) for found in _SIGN.finditer(f" {text} ")}
    return all(_sign_fits(before, sign, after, language) for before, sign, after in places if not sign.isalpha())


_SIGN = re.compile("(?<=(.))([^\\s!-~]|[\x00-\x08\x0e-\x1f\x7f-\xa0])(?=(.))", re.DOTALL)


def _sign_fits(before: str, sign: str, after: str, language: str) -> bool:
    """Say whether a sign between these two characters stands where the language's texts have it."""
    is_mark = unicodedata.category(sign) == "Mn"  # on a letter, which the alphabet knows
    if is_mark or sign in _OF_LANGUAGE.get(language, "") or sign in _APOSTROPHES.get(language, ""):
        return True
    if sign == "\u00b7":
        return before.lower() == after.lower() == "l"
    place = _PLACES.get(sign)
    within = before.isalpha() and after.isalpha()
    return place is not None and not within and place(before, after, language)


def _inverted(before: str, _after: str, language: str) -> bool:
    return language in _INVERTED and not before.isalnum()


def _low_quote(before: str, after: str, language: str) -> bool:
    return language in _LOW_QUOTES and not before.isalnum() and after.isalnum()


def _high_quote(before: str, _after: str, language: str) -> bool:
    return language in _LOW_QUOTES or not before.isalnum()


def _opens(before: str, _after: str, _language: str) -> bool:
    return not before.isalnum()


def _closes(_before: str, after: str, _language: str) -> bool:
    return not after.isalnum()


def _beside_a_sign(before: str, after: str, _language: str) -> bool:
    return any(beside in "!?:;%\u00ab\u00bb\u2013\u2014" for beside in (before, after))


def _anywhere(_before: str, _after: str, _language: str) -> bool:
    return True


_PLACES = {
    **dict.fromkeys("\u00a9\u00ae\u2122\u266a\u266b\u2013\u2014", _anywhere),
    **dict.fromkeys("\u2018\u00ab\u2039\u2022\u00b0", _opens),
    **dict.fromkeys("\u201d\u2019\u00bb\u203a\u2026", _closes),
    **dict.fromkeys("\u00bf\u00a1", _inverted),
    "\u201c": _high_quote,
    "\u201e": _low_quote,
    "\u00a0": _beside_a_sign,
}


def _parts(text: str) -> tuple[int, int, int, int, int]:
    """Return how many letters are kana, Han, Hangul, in half width, and of another script but Latin."""
    kana = han = hangul = half = other = 0
    for c, n in Counter(text).items():
        if "\u3041" <= c <= "\u30ff":
            kana += n
        elif "\u4e00" <= c <= "\u9fff" or c in "々〇":
            han += n
        elif "\uac00" <= c <= "\ud7a3":
            hangul += n
        elif "\uff66" <= c <= "\uff9f":
            half += n
        elif not (c.isascii() or "\uff01" <= c <= "\uff5e" or _WIDE.match(c) or c in _PLACES):
            other += n
    return kana, han, hangul, half, other


def _japanese(text: str) -> bool:
    kana, han, hangul, half, other = _parts(text)
    return not (hangul or other or half > kana) and kana > 0.3 * (kana + han)


def _chinese(text: str) -> bool:
    kana, han, hangul, half, other = _parts(text)
    return not (kana or hangul or half or other) and _often(text, _FREQUENT_HAN) >= 0.08 * han > 0


def _korean(text: str) -> bool:
    kana, han, hangul, half, other = _parts(text)
    return not (kana or half or other or han > 0.05 * hangul) and _often(text, _FREQUENT_HANGUL) >= 0.2 * hangul > 0


def _often(text: str, characters: str) -> int:
    return sum(map(text.count, characters))


_FREQUENT_HAN = (
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過"
    "天心爱愛无無风風花月春山云雲水何日夜梦夢情相谁誰家如与與"
)
_FREQUENT_HANGUL = "이다는을가에의지고하나로어사기대리시은아한도니자그들라를만내너요해면서게인오마수일보주있음정스"
_EAST_ASIAN = {"ja": _japanese, "zh": _chinese, "ko": _korean}
