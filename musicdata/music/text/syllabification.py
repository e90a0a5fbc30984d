"""Splits words into the syllables they are sung on.

Hyphenation for print is not syllabification: it spares one-letter syllables at the ends of words (``Abend``),
takes English words apart by descent and French mute e as silent. So vowels give the number of syllables,
rules of each language the places, and pyphen's patterns are one witness among them.
``tests/benchmarks/syllabification.py`` measures the result against songs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from musicdata.errors import UsageError
from musicdata.music.text import syllable_rules_de, syllable_rules_en, syllable_rules_fr, syllable_rules_other

_APOSTROPHES = frozenset("'’ʼ`´")
_HYPHENS = frozenset("-‐‑–—")
_CACHED_WORDS = 1 << 16

# A consonant and the i that may become a syllable before the vowel that follows.
_GLIDE = re.compile(r"[^\W\daeiouy]i(?=[aouéèê])", re.IGNORECASE)
_GLIDES = {
    "de": re.compile(r"[^\W\daeiouyäöü]i(?=[ao]|en$)", re.IGNORECASE),
    "fr": re.compile(r"[^\W\daeiouyéèê]i(?=[aouéèê]|e[^s\W])", re.IGNORECASE),
}


def syllabify(word: str, language: str) -> list[str]:
    """Splits a word into its sung syllables.

    Case is kept; punctuation and apostrophes stay with the syllable before them, or at the start of the word
    with the one after; a hyphen inside a word always ends a syllable. Joined together the syllables are the
    word, in NFC.

    Args:
        word: one word, punctuation included; text of several words is treated as one.
        language: ISO 639-1 code, region and case ignored (``pt_BR``). German, English and French have rules
            of their own, Italian, Spanish, Portuguese, Latin and some more their vowels, any other language
            that pyphen knows its patterns. All else, ``und`` included, falls back to the vowels and onsets
            most European languages share.

    Returns:
        The syllables, none of them empty; a word without vowels or letters is one, an empty word none.

    Examples:
        >>> syllabify("Abendröte,", "de")
        ['A', 'bend', 'rö', 'te,']
        >>> syllabify("wander'd", "en")
        ['wan', "der'd"]
        >>> syllabify("l'âme", "fr")
        ["l'â", 'me']
    """
    return list(_syllables(unicodedata.normalize("NFC", word), _base_language(language)))


def fit(word: str, language: str, n_notes: int) -> list[str]:
    """Splits a word for a known number of notes.

    With fewer notes than syllables the weakest boundaries are given up first: vowels that meet (``vi-o-lets``
    on two notes is ``vio-lets``), then before a syllable in e (French mute e; ``wander-ing``), later ones
    before earlier ones. With more notes, splits that only slow singing makes
    are added (``pas-si-on``). When no more are possible, fewer syllables than notes come back: the last one
    is a melisma over the notes that remain, which the caller joins to it.

    Args:
        word: as for `syllabify`.
        language: as for `syllabify`.
        n_notes: the number of notes the word is sung on, 1 or more.

    Returns:
        At most `n_notes` syllables that join to the word in NFC.

    Raises:
        UsageError: when `n_notes` is below 1.

    Examples:
        >>> fit("violets", "en", 2)
        ['vio', 'lets']
        >>> fit("passion", "en", 3)
        ['pas', 'si', 'on']
        >>> fit("love", "en", 4)
        ['love']
    """
    if n_notes < 1:
        raise UsageError(f"{word!r} is to be sung on {n_notes} notes; a word needs at least 1")
    syllables = syllabify(word, language)
    while len(syllables) > n_notes:
        weakest = max(range(1, len(syllables)), key=lambda i: (_weakness(syllables[i - 1], syllables[i]), i))
        syllables[weakest - 1 : weakest + 1] = [syllables[weakest - 1] + syllables[weakest]]
    while len(syllables) < n_notes and (longer := _stretch(syllables, _base_language(language))):
        syllables = longer
    return syllables


def _weakness(left: str, right: str) -> int:
    """Ranks how readily singers run two neighbouring syllables together; higher is readier."""
    before = "".join(filter(str.isalpha, left.lower()))[-1:]
    after = "".join(filter(str.isalpha, right.lower()))
    if before and after and _is_vowel(before) and _is_vowel(after[0]):
        return 2
    nuclei = {letter for letter in after if _is_vowel(letter)}
    return 1 if nuclei <= {"e"} else 0


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0] in "aeiouyæœø"


def _stretch(syllables: list[str], language: str) -> list[str]:
    """Parts the first glide that slow singing makes a syllable of (``na-ti-on``), or returns nothing."""
    if len(syllables) == 1:
        return []
    for index, syllable in enumerate(syllables):
        match = _GLIDES.get(language, _GLIDE).search(syllable)
        if match:
            place = match.end()
            return [*syllables[:index], syllable[:place], syllable[place:], *syllables[index + 1 :]]
    return []


def _base_language(language: str) -> str:
    """Returns the language of a code without region or script."""
    return language.lower().replace("-", "_").partition("_")[0]


@lru_cache(maxsize=_CACHED_WORDS)
def _syllables(word: str, language: str) -> tuple[str, ...]:
    """Splits at hyphens, then each part by the language's rules."""
    if not word:
        return ()
    return tuple(syllable for part in _hyphen_parts(word) for syllable in _split(part, language))


def _hyphen_parts(word: str) -> list[str]:
    """Cuts after the hyphens that stand between two letters."""
    cuts = [0]
    last_letter = None
    for index, character in enumerate(word):
        if _is_letter(character):
            between = word[last_letter + 1 : index] if last_letter is not None else ""
            if _HYPHENS.intersection(between):
                cuts.append(index)
            last_letter = index
    return [word[start:stop] for start, stop in zip(cuts, [*cuts[1:], len(word)], strict=True)]


def _split(part: str, language: str) -> list[str]:
    """Applies the rules to the letters alone and puts what stands between them back."""
    places = [index for index, character in enumerate(part) if _is_letter(character)]
    letters = "".join(_lower(part[place]) for place in places)
    elisions = frozenset(i for i, place in enumerate(places) if i and part[place - 1] in _APOSTROPHES)
    cuts = [0, *(places[point] for point in _points(letters, elisions, language)), len(part)]
    return [part[start:stop] for start, stop in pairwise(cuts)]


def _points(letters: str, elisions: frozenset[int], language: str) -> list[int]:
    """Returns the boundaries the rules of the language find, none of them at an end of the word."""
    match language:
        case "de":
            points = syllable_rules_de.split_points(letters)
        case "en":
            points = syllable_rules_en.split_points(letters, elisions)
        case "fr":
            points = syllable_rules_fr.split_points(letters)
        case _:
            points = syllable_rules_other.split_points(letters, language)
    return [point for point in points if 0 < point < len(letters)]


def _is_letter(character: str) -> bool:
    """Says whether a character is sung; modifier letters and combining marks go with the one before."""
    return character.isalpha() and unicodedata.category(character) != "Lm"


def _lower(letter: str) -> str:
    """Lower-cases a letter that stays one letter by it (unlike İ)."""
    lower = letter.lower()
    return lower if len(lower) == 1 else letter
