"""French as it is sung: every mute e after a consonant is a syllable, and spelling alone decides the rest.

Sung verse counts *diérèse* where speech glides (``pas-si-on``, ``vi-o-lon``, ``gra-ci-eux``), but keeps the
everyday glides of ``lu-miè-re``, ``ciel``, ``pi-tié``. A mute e before a vowel is elided only in context,
which a word alone does not show; `fit` takes care of it when the number of notes is known.
"""

from __future__ import annotations

import re

from musicdata.music.text.syllable_rules import Span, boundaries, onset_set

_VOWELS = "aàâeéèêëiîïoôuùûüyœæ"

# One spoken vowel each.
_VOWEL = re.compile(
    rf"""
      eau | oeu | œu | aoû
    | (?:eui|œi|(?<=[cg])uei|oui|ai|ei)(?=l)            # feuil-le, œil, ac-cueil, so-leil
    | aî | ai | au | eî | ei | eû | eu | oî | oi | où | oû | ou
    | [{_VOWELS}]
    """,
    re.VERBOSE,
)
_ONSETS = onset_set("bl br cl cr dr fl fr gl gr pl pr tr vr ch ph th gn rh chr chl phr phl thr qu gu ge y")
_NOT_SILENT = re.compile(r"(?:ori|cli|pati|sci|effici|récipi|expédi|inconvéni|ingrédi|pays|influ|afflu)ent$")
# mieux, a-dieux; adjectives have one syllable more: gra-ci-eux
_EVERYDAY_IEUX = re.compile(r"(?:^[cdlmpv]|ad|mil|ép|ess)ieux$")
_AFTER_MUTE_AND_LIQUID = re.compile(r"[bcdfgptv][lr]$")


def split_points(letters: str) -> list[int]:
    """Returns the boundaries of the sung syllables of a French word."""
    return boundaries(letters, _nuclei(letters), _ONSETS)


def _nuclei(letters: str) -> list[Span]:
    """Finds the vowels, joining those that are sung on one note."""
    nuclei: list[Span] = []
    for match in _VOWEL.finditer(letters):
        start, stop = match.span()
        if _is_consonantal(letters, start, stop):
            continue
        if nuclei and nuclei[-1][1] == start and _joins(letters, nuclei[-1], (start, stop)):
            nuclei[-1] = (nuclei[-1][0], stop)
        else:
            nuclei.append((start, stop))
    return nuclei


def _is_consonantal(letters: str, start: int, stop: int) -> bool:
    """Says whether a vowel letter only spells a consonant: ``qu``, ``gu``, ``ge``, or y before a vowel."""
    vowel, before, after = letters[start:stop], letters[start - 1 : start], letters[stop : stop + 1]
    if not after or after not in _VOWELS:
        return False
    if vowel == "u":
        return before == "q" or (before == "g" and after in "eéèêiîy")
    if vowel == "e":
        return before == "g" and after in "aâoôu"
    return vowel == "y" and (not before or before in _VOWELS)


def _joins(letters: str, first: Span, second: Span) -> bool:
    """Says whether two vowels that touch are sung as one syllable."""
    left, right, rest = letters[slice(*first)], letters[slice(*second)], letters[second[1] :]
    if right == "e" and _is_mute(letters, rest):
        return True
    if left == "ou":
        return letters in {"oui", "ouest"}
    if left == "i":
        return _glides(letters, letters[: first[0]], right, rest)
    return left == "u" and right in {"i", "î"}


def _glides(letters: str, before: str, vowel: str, rest: str) -> bool:
    """Says whether i before a vowel is a glide (``ciel``) or a syllable (``ou-bli-er``, ``pas-si-on``)."""
    if _AFTER_MUTE_AND_LIQUID.search(before):
        return False
    if vowel == "eu" and rest in {"x", "se", "ses"}:
        return _EVERYDAY_IEUX.search(letters) is not None
    if vowel == "o":
        return rest == "ns" and before != "l" and not before.endswith(("s", "t", "g", "x"))  # ai-mions
    return vowel in {"e", "é", "è", "ê", "ei", "eu"}


def _is_mute(letters: str, rest: str) -> bool:
    """Says whether an e after a vowel is mute: ``vie``, ``jouent``, ``gaieté``, but not ``orient``."""
    if rest == "nt":
        return not _NOT_SILENT.search(letters) and not letters.endswith(("vient", "tient"))
    return rest in {"", "s"} or rest.startswith(("ment", "ra", "re", "ro", "té"))
