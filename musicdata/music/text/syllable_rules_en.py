"""English as it is sung: vowel groups and silent e give the number of syllables, stems and onsets the places.

English scores follow two habits, ``nev-er`` (dictionary) and ``ne-ver`` (sung); where a single consonant
stands between vowels the sung one is taken, unless an ending shows the stem (``sing-ing``, ``keep-er``).
Clusters follow pyphen's patterns first, then the longest onset.
"""

from __future__ import annotations

import re
from itertools import pairwise

from musicdata.music.text.syllable_rules import Span, hyphen_points, onset_set, onset_start

_ONSETS = onset_set(
    "bl br ch cl cr dr dw fl fr gl gr gn kl kn kr ph pl pr qu rh sc sch scr sh shr sk sl sm sn sp "
    "sph spl spr squ st str sw th thr tr tw wh wr chr y gu"
)

# Vowels that are one nucleus, in order; a vowel not listed with its neighbour is a nucleus of its own.
_NUCLEUS = re.compile(
    r"""
      ^a(?=w[aeio]) | ^[br]e(?=w|y) | o(?=wards?$)             # a-way, be-yond, re-ward, to-wards
    | (?<=cr)e(?=at) | (?:(?<=^id)|(?<=^ar))e(?=as?$) | (?<=th)e(?=at)     # cre-ate, i-de-a, the-a-tre
    | eau | [ie]ou(?=s) (?<=[cgtxn][ie]ou) | (?<=pe)o(?=ple)       # beau-ty, gra-cious, gor-geous
    | eye | ye(?=s?$) | (?<=u)ia$ | (?<=[dst])n(?=t$)
    | (?:(?<=[ctsgxn])|(?<=ll))io(?=n) | (?<!^sc)(?<=[ct])i[ae](?=[ln])
    | (?<=g)eo(?=n) | eo(?=ple)                                # sur-geon, peo-ple
    | ai | au | ay | aw | ea | ee | ei(?!ng|ty) | ey | ew | eu
    | ie(?=f|ld|ve|ces?$|nd|ge) | ie(?!t|th|st$|rs?$|n[ct]|ty)        # be-lieve, but qui-et, hap-pi-er
    | oa(?!sis) | oi(?!ng) | oy | oo | ou | ow | oe(?=s?$)
    | (?:(?<![gq])|(?<=rg))ue(?=s?$|d$) | ui(?=t|s|l|ce) | uy
    | [aeiouyàáâäæèéêëìíîïòóôöœùúûü]
    """,
    re.VERBOSE,
)
_INFLECTED_Y = re.compile(r"y(?:ing|ings|eth|est|er|ers|ed)$")

_SYLLABIC_L_OR_R = re.compile(r"(?:[bcdfgkptz]l|[bcdt]r)e$")
_SPOKEN_ED = re.compile(
    r"(?:[td]|[bcdfgkptz]l|[cdt]r)ed$"
    r"|^(?:un)?(?:bless|belov|nak|wick|rugg|ragg|jagg|dogg|wretch|crook|ag)ed$"
)
_SPOKEN_ES = re.compile(r"(?:[szxcg]|ch|sh|[bcdfgkptz]l)es$")
_SUFFIX_AFTER_E = re.compile(
    r"(?:ly|li(?:ness|est|er|hood)|less|ful|ness|ment|some|thing|times?|wards?|hood|body|where|fore)"
    r"(?:ly|ness|nesses|s)?$"
)
_FIRST_PART = re.compile(
    r"(?:bare|base|care|fate|fire|fore|grave|home|house|ice|life|like|lone|love|name|pine|rose|shame|side"
    r"|some|stone|there|tide|time|twice|where|wide|wine)(?![aeiouydnr]|ls?$|s$|st|ver)|eve(?=nings?$|ntide)"
    r"|(?:more|there|where|here)(?=over|of$|in$|at$|on$|upon$|unto$|by$|fore|with|after)"
)


def split_points(letters: str, elisions: frozenset[int] = frozenset()) -> list[int]:
    """Returns the boundaries of the sung syllables of an English word.

    Args:
        letters: the lower-case letters of the word.
        elisions: positions of letters that follow an apostrophe: vowels meet there on one note (``o'er``).
    """
    nuclei = _nuclei(letters, elisions)
    hyphens = hyphen_points(letters, "en_US")
    return [_boundary(letters, first, second[0], hyphens) for first, second in pairwise(nuclei)]


def _nuclei(letters: str, elisions: frozenset[int]) -> list[Span]:
    """Finds the vowels that are sung."""
    first_part = _FIRST_PART.match(letters)
    nuclei: list[Span] = []
    for match in _NUCLEUS.finditer(letters):
        start, stop = match.span()
        if _is_consonantal(letters, start, stop) or (first_part and stop == first_part.end()):
            continue
        if nuclei and start in elisions and nuclei[-1][1] == start:
            nuclei[-1] = (nuclei[-1][0], stop)
        elif not (nuclei and letters[start:stop] == "e" and _is_silent(letters[:stop], letters[stop:])):
            nuclei.append((start, stop))
    return nuclei


def _is_consonantal(letters: str, start: int, stop: int) -> bool:
    """Says whether u after q or g, or y, only begins the syllable of the vowel that follows."""
    vowel, before, after = letters[start:stop], letters[start - 1 : start], letters[stop : stop + 1]
    if vowel not in {"u", "y"} or not after or after not in "aeiouyèé":
        return False
    if vowel == "u":
        return before in {"q", "g"}
    return not _INFLECTED_Y.match(letters, start)


def _is_silent(head: str, rest: str) -> bool:
    """Says whether the e that ends `head`, with `rest` after it and a vowel before, is not sung."""
    if rest in {"", "s", "d"}:
        if head[-2] in "aeiouyw":
            return True
        spoken = {"": _SYLLABIC_L_OR_R, "s": _SPOKEN_ES, "d": _SPOKEN_ED}[rest]
        return spoken.search(head + rest) is None
    if not _SUFFIX_AFTER_E.match(rest) or _SYLLABIC_L_OR_R.search(head):
        return False
    return (head[-2:], rest) not in {
        ("le", "ment"),
        ("le", "ments"),
        ("he", "less"),
    }  # e-le-ment, never-the-less


_STEM_ENDING = re.compile(r"ings?(?:ly)?|eth|ed(?:ly|st)?|èd")
# Where a first part or a stem ends that the letters around it would hide.
_PARTS = (
    re.compile(
        r"for(?=ev)|wher(?=ever|eer)|what|when|how(?=ever)|up(?=on)|with(?=in|out)|any(?=t|w|b)|some(?=thing)"
        r"|un(?=[aeo]|im|in|us)|dis(?=[ao])|mis(?=[ao])"
        r"|(?:s|st|r|br|sw|h|b)[ia]ng(?=ers?$)|(?:dar|ster)(?=lings?$)"
    ),
    re.compile(r"every|ever(?=more|last)"),
    re.compile(r"(?:for)?ev(?=ery|ermore|erlast)|eve(?=nings?$)"),
)


def _boundary(letters: str, first: Span, stop: int, hyphens: set[int]) -> int:
    """Chooses the place in the cluster between two nuclei, from the strongest evidence to the weakest."""
    start = first[1]
    cluster = letters[start:stop]
    certain = _after_part(letters, start, stop) or _before_ending(letters, start, stop)
    if certain is not None:
        return certain
    if cluster in {"", "ck", "x"} or (cluster == "ght" and letters[start - 1] == "i"):
        return stop
    onset = onset_start(letters, start, stop, _ONSETS)
    if len(cluster) == 1 or cluster in {"th", "sh", "ch", "ph"}:
        return stop if _closes(letters, first, stop) else onset
    inside = [point for point in hyphens if start <= point <= stop]
    if inside:
        return max(inside)
    return stop - 1 if cluster in {"st", "sp", "sk", "sc"} else onset


def _after_part(letters: str, start: int, stop: int) -> int | None:
    """Returns where a part of the word that `_PARTS` knows ends, if it does so in the cluster."""
    ends = (match.end() for part in _PARTS if (match := part.match(letters)))
    return next((end for end in ends if start <= end <= stop), None)


def _before_ending(letters: str, start: int, stop: int) -> int | None:
    """Returns where the stem ends when one of the endings begins with the second vowel, or None."""
    cluster, ending = letters[start:stop], letters[stop:]
    if _STEM_ENDING.fullmatch(ending):
        return _after_stem(letters, start, stop)
    if ending == "nt":  # could-n't
        return stop
    if ending == "es":
        onset = onset_start(letters, start, stop, _ONSETS)
        return stop if cluster.endswith(("ch", "sh", "x")) else onset
    if ending == "y" and cluster.endswith(("tl", "dl")):
        return stop - 1
    return None


def _after_stem(letters: str, start: int, stop: int) -> int:
    """Places the boundary before -ing and its like: ``sing-ing``, ``run-ning``, ``call-ing``."""
    cluster = letters[start:stop]
    if re.search(r"[bcdfgkptz]l$", cluster):
        return stop - (1 if cluster.endswith("ckl") else 2)
    if re.search(r"[bcdfgkptvw]r$", cluster):
        return onset_start(letters, start, stop, _ONSETS)
    return stop - 1 if re.search(r"([^lsfz])\1$", cluster) else stop


def _closes(letters: str, first: Span, stop: int) -> bool:
    """Says whether a single consonant stays with the vowel before it."""
    start = first[1]
    vowel, cluster = letters[slice(*first)], letters[start:stop]
    if cluster == "th" and letters.startswith("er", stop):
        return vowel in {"i", "a"} and letters[first[0] - 1 : first[0]] != "f"
    if letters[stop:] in {"er", "ers"}:
        return cluster in {"sh", "ch"} or (cluster in set("pkdlmn") and len(vowel) == 2)
    if cluster == "n" and letters.startswith("ion", stop):
        return True
    return letters[stop:] == "est"
