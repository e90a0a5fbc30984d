"""Every other language: known vowel spellings or single vowels, and pyphen where it has patterns.

Four cases, by what is known of the language:

* spelling shows the syllables (Italian, Spanish, Portuguese, Latin): vowel spellings and onsets, no patterns;
* patterns help (Dutch, Polish, Finnish, the Nordic languages, and every other language pyphen knows): vowel
  spellings for the number of syllables, patterns for the places;
* unknown language or ``und``: the vowels and onsets that most European languages share; two vowels that meet
  are one syllable only when the second is i, u or y, or they are the same;
* scripts in which every character is a syllable (Han, kana, Hangul): one each. Words in scripts without vowel
  letters (Arabic, Hebrew, Devanagari, Thai ...) stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from musicdata.music.text.syllable_rules import Span, boundaries, has_patterns, hyphen_points, onset_set

_VOWELS = frozenset("aeiouyæœøıаеёиоуыэюяіїєўαεηιουω")
_CHARACTER_IS_SYLLABLE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_JOINS_PREVIOUS = frozenset("ぁぃぅぇぉゃゅょっゎァィゥェォャュョッヮー")
_LIQUID_ONSETS = "bl br cl cr dr fl fr gl gr pl pr tr ch ph th qu gu"
_GERMANIC_ONSETS = f"{_LIQUID_ONSETS} sch schr sl sm sn sp spr st str sk skr sw zw kl kn kr vr vl kw kv sj skj tj tv dv"


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a language writes for one nucleus, and which consonants can begin a syllable.

    Attributes:
        nuclei: the vowels of two or more letters that are one syllable.
        onsets: the consonants of two or more letters that can begin one.
        patterns: whether pyphen's patterns are asked first.
    """

    nuclei: re.Pattern[str]
    onsets: frozenset[str]
    patterns: bool


def _spelling(nuclei: str, onsets: str, *, patterns: bool) -> Spelling:
    return Spelling(re.compile(nuclei), onset_set(onsets), patterns)


_ITALIAN = _spelling(
    r"(?<=[cg])iao|(?<=[aeou])i(?:uo|[aeo])"  # in gio-ia, a-iuo-le i is a consonant
    r"|(?<=[cg])i[aàoòuùeè]|(?<=gl)i[aeoàèò]|(?<=sc)i[aeou]|(?<=[qg])u[aàeèéiìoò]i?|uoi|uo|uò|iei|ie|iè"
    r"|ia(?!$)|(?<=tr)ia$|(?<=.z)i[ao]$|(?<=or)i[ao]$|io(?=[^n]|ne)|[aeoàèò][iu](?![aeou])|i[uù]",
    f"{_LIQUID_ONSETS} gn gh sb sc sch scr sd sf sg sgr sl sm sn sp spr spl sq squ st str sv sr",
    patterns=False,
)
_SPANISH = _spelling(
    r"(?<=[qg])u(?:ie|[eéií])|ü[eéií]|[iu][aeoáéó][iuy]?|[aeoáéó][iuy](?![aeoáéó])|iu|u[iy]|uí|iú",
    f"{_LIQUID_ONSETS} ll rr",
    patterns=False,
)
_PORTUGUESE = _spelling(
    r"(?<=[qg])u[eéêiíaáo]|ão|ãe|õe|[aeoáéóâêô][iu](?![aeoáéó]|nh|m)|ui",
    f"{_LIQUID_ONSETS} lh nh vr",
    patterns=False,
)
_LATIN = _spelling(
    r"ae|oe|au|(?<=[qg])u[aeio]|(?<=[aeou])i[aeou]|^i[aeou]|^eu(?!n)",
    f"{_LIQUID_ONSETS} gn sc sp st str spr scr",
    patterns=False,
)
_DUTCH = _spelling(r"aai|ooi|oei|eeu|ieu|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|ou|au|ai", _GERMANIC_ONSETS, patterns=True)
_NORDIC = _spelling(r"au|eu(?!m)|ei|øy|øi", _GERMANIC_ONSETS, patterns=True)
_POLISH = _spelling(r"i[aąeęoóuy]|au|eu", f"{_LIQUID_ONSETS} cz sz rz dz dź dż krz prz trz", patterns=True)
_FINNISH = _spelling(r"aa|ee|ii|oo|uu|yy|ää|öö|[aeouyäö]i|[aoei]u|[äöei]y|ie|uo|yö", "", patterns=True)
_ANY = _spelling(
    r"aa|ee|ii|oo|uu|[aeouæø][iuy](?![aeiou])|(?<=q)u[aeio]|α[ιυίύ]|ε[ιυίύ]|ο[ιυίύ]|υ[ιί]",
    f"{_LIQUID_ONSETS} st sp sk",
    patterns=True,
)
_SPELLINGS = {
    "it": _ITALIAN,
    "es": _SPANISH,
    "pt": _PORTUGUESE,
    "la": _LATIN,
    "nl": _DUTCH,
    "pl": _POLISH,
    "fi": _FINNISH,
    "sv": _NORDIC,
    "da": _NORDIC,
    "nb": _NORDIC,
    "nn": _NORDIC,
    "no": _NORDIC,
}
_DICTIONARY = {"no": "nb"}


def split_points(letters: str, language: str) -> list[int]:
    """Returns the boundaries of the syllables of a word; `language` is ISO 639-1, or anything else."""
    spelling = _SPELLINGS.get(language, _ANY)
    dictionary = _DICTIONARY.get(language, language)
    uses_patterns = spelling.patterns and has_patterns(dictionary)
    hyphens = hyphen_points(letters, dictionary) if uses_patterns else set()
    if _CHARACTER_IS_SYLLABLE.match(letters):
        return [i for i in range(1, len(letters)) if letters[i] not in _JOINS_PREVIOUS]
    nuclei = _nuclei(letters, spelling)
    return boundaries(letters, nuclei, spelling.onsets, hyphens)


def _nuclei(letters: str, spelling: Spelling) -> list[Span]:
    """Finds the vowels, the longer spellings first."""
    nuclei: list[Span] = []
    position = 0
    while position < len(letters):
        match = spelling.nuclei.match(letters, position)
        if match:
            nuclei.append(match.span())
        elif _is_vowel(letters, position):
            nuclei.append((position, position + 1))
        position = nuclei[-1][1] if nuclei and nuclei[-1][1] > position else position + 1
    return nuclei


def _is_vowel(letters: str, position: int) -> bool:
    """Says whether a letter is a vowel by itself: accents do not count, nor does y before a vowel."""
    if unicodedata.normalize("NFD", letters[position])[0] not in _VOWELS:
        return False
    after = letters[position + 1 : position + 2]
    return not (letters[position] == "y" and after and unicodedata.normalize("NFD", after)[0] in _VOWELS - {"y"})
