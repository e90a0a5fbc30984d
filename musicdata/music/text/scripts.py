"""Which script a name is written in, and how names of one script are spelled in another.

Latin spellings of one name differ with the country and the century ("Chaikovskij", "Tchaikovsky"); `skeleton` leaves of
each what they have in common, so that equal skeletons are one name. Of ideographs nothing tells how they sound.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LATIN, CYRILLIC, GREEK, KANA, HAN, HANGUL, OTHER = "latin", "cyrillic", "greek", "kana", "han", "hangul", "other"
_SCRIPTS = {
    "LATIN": LATIN, "CYRILLIC": CYRILLIC, "GREEK": GREEK, "HIRAGANA": KANA, "KATAKANA": KANA,
    "KATAKANA-HIRAGANA": KANA, "CJK": HAN, "HANGUL": HANGUL,
}  # fmt: skip
SPELLED = frozenset({CYRILLIC, GREEK, KANA, HANGUL})  # the letters of which are spelled by rule


def _spellings(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters, latin.split(), strict=True))


_CYRILLIC = _spellings(
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўјљњћђџ",
    "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya e i i e g u j lj nj c dj dz",
)
_GREEK = _spellings("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
_GREEK_PAIRS = {"ου": "u", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "nt", "αι": "e", "ει": "i", "οι": "i"}
# Of Latin spellings: the longer first.
_ALIKE = (
    ("shch|tsch|sch", "s"), ("tch", "c"), ("sh", "s"), ("zh", "z"), ("ch|ts|tz", "c"), ("kh|gh", "h"), ("ph", "f"),
    ("th", "t"), ("x", "ks"), ("w", "v"), ("ck|q", "k"), ("ou|oo|oh(?=$)", "u"), ("[yj]", "i"), ("ie|ii", "i"),
    ("o", "u"), ("h(?=$)", ""), ("eu", "u"),
)  # fmt: skip
_KANA_ALIKE = (
    ("sh(?=[auoe])", "sy"), ("ch(?=[auoe])", "ty"), ("j(?=[auoe])", "zy"), ("shi", "si"), ("chi", "ti"), ("tsu", "tu"),
    ("fu", "hu"), ("ji|di", "zi"), ("dzu|du", "zu"), ("wo", "o"), ("m(?=[bmp])", "n"), ("ou|oo|oh", "o"), ("uu", "u"),
    ("ei|ee", "e"), ("aa", "a"), ("ii", "i"),
)  # fmt: skip


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """Return the script of a letter, one of the constants above; "" of what is no letter."""
    if not character.isalpha():
        return LATIN if character.isdigit() else ""
    return _SCRIPTS.get(unicodedata.name(character, "").split(" ")[0], OTHER)


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of a text's letters.

    >>> sorted(scripts_of("IU 아이유"))
    ['hangul', 'latin']
    """
    return frozenset(script for character in text if not character.isdigit() and (script := script_of(character)))


def romanised(text: str) -> str:
    """Return a text with letters of Cyrillic, Greek, Kana and Hangul in Latin ones, by one rule a script.

    >>> romanised("Группа крови"), romanised("さくら"), romanised("한글")
    ('gruppa krovi', 'sakura', 'hangeul')
    """
    if not scripts_of(text) & SPELLED:
        return text
    bare = "".join(
        character
        for character in unicodedata.normalize("NFD", text.casefold())
        if not "\u0300" <= character <= "\u036f"
    )
    plain = unicodedata.normalize("NFC", bare)
    for pair, letters in _GREEK_PAIRS.items():
        plain = plain.replace(pair, letters)
    latin = "".join(_latin(character) for character in plain)
    latin = re.sub(r"~tu([bcdfghjkmprstyz])", r"\1\1", latin)  # the small tsu doubles what follows
    latin = re.sub(r"i~y([auo])", r"y\1", latin)
    return re.sub(r"[~-](?=\w|$)", "", latin)


@lru_cache(maxsize=4096)
def _latin(character: str) -> str:
    script = script_of(character)
    if script == CYRILLIC:
        return _CYRILLIC.get(character, character)
    if script == GREEK:
        return _GREEK.get(character, character)
    if script not in (KANA, HANGUL):
        return character
    words = unicodedata.name(character).split(" ")
    if words[0] == "KATAKANA-HIRAGANA":  # the mark that makes a vowel long
        return ""
    small = "~" if "SMALL" in words else ""
    return small + words[-1].lower()


@lru_cache(maxsize=4096)
def skeleton(text: str, *, japanese: bool = False) -> str:
    """Return what Latin spellings of one name have in common, without spaces.

    >>> skeleton("Znaesh") == skeleton(romanised("Знаешь"))
    True
    >>> skeleton("Shoujo", japanese=True) == skeleton(romanised("しょうじょ"), japanese=True)
    True
    """
    plain = re.sub(r"[^a-z0-9]", "", romanised(text).casefold())
    for pattern, letters in _KANA_ALIKE if japanese else _ALIKE:
        plain = re.sub(pattern, letters, plain)
    return re.sub(r"(.)\1+", r"\1", plain)
