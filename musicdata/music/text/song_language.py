"""The language of a song, from what its source says and what its words show.

The detector's choice is mended where it is known to err: a script that only one language here is written in decides
(ideographs without kana are no Japanese), and Latin, which it does not know, is told by its own words.

Source and detector may differ. Then the words decide where the detector is sure, `SURE` or more on 12 words at least:
labels of songs are often those of the artist's country. Else the source does: short and old texts are what detectors
err on.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from musicdata.music.text import language, latin, writing
from musicdata.music.text.language import UNDETERMINED
from musicdata.music.text.language_names import iso_639_1

if TYPE_CHECKING:
    from collections.abc import Iterator

SURE = 0.7
_LEAST_WORDS = 12
_MOST_CHARACTERS, _QUARTERS = 800, 4
_WORDS_OF_A_STRETCH = 30
_SURE_OF_STRETCH = 0.6
_SECOND = 0.005  # of songs in one language the second choice is rarely that likely
_MIXED = 0.25
_UNSURE_OF_LATIN = 0.6
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]+(?:['’][A-Za-zÀ-ɏḀ-ỿ]+)*")
_NOT_LATIN = re.compile("[\u0370-\u1dff\u2c80-\uffff]")
# A script that songs of one language only are written in, or that the detector's choice has to be one of.
_OF_SCRIPT: dict[str, tuple[str, ...]] = {
    "Jpan": ("ja",), "Hans": ("zh",), "Hant": ("zh",), "Hani": ("zh",), "Hang": ("ko",), "Thai": ("th",),
    "Grek": ("el",), "Geor": ("ka",), "Armn": ("hy",), "Hebr": ("he", "yi"), "Khmr": ("km",), "Laoo": ("lo",),
    "Taml": ("ta",), "Telu": ("te",), "Knda": ("kn",), "Mlym": ("ml",), "Gujr": ("gu",), "Guru": ("pa",),
    "Sinh": ("si",),
}  # fmt: skip


class SongLanguage(NamedTuple):
    """What is known of a song's language.

    Attributes:
        language: ISO 639-1 code that is to be gone by, or ``und``.
        language_from: ``agreement``, ``words``, ``source`` or ``neither``.
        language_detected: what the words show, or ``und``.
        language_score: the detector's probability of its first choice; of Latin the share of Latin words and endings; 1
            where the script decides.
        language_tool: name and version of the detector.
        language_given: what the source says, None where that is no one language.
        languages_agree: whether both say the same; None where one of them says nothing.
        script: ISO 15924 code.
        is_mixed: whether a quarter of the words stand in another language, in runs of some 30 words; None where there
            are too few to tell.
    """

    language: str
    language_from: str
    language_detected: str
    language_score: float
    language_tool: str
    language_given: str | None
    languages_agree: bool | None
    script: str
    is_mixed: bool | None


def judge(text: str, given: str | None) -> SongLanguage:
    """Return the language of cleaned lyrics; the same text and name always get the same answer.

    >>> judge("Der Mond ist aufgegangen, die goldnen Sternlein prangen am Himmel hell und klar", "English")[:3]
    ('de', 'words', 'de')
    >>> judge("Allein, allein", "German")[:3], judge("Allein", None)[:3]
    (('de', 'source', 'und'), ('und', 'neither', 'und'))

    Args:
        text: of the song.
        given: its language as the source names it, in whatever form.
    """
    script, lines = writing.script(text), _telling(text)
    telling = "\n".join(lines)
    n_words = writing.n_words(telling)
    detected, score, tool, second = _detected(telling, script, n_words)
    said = iso_639_1(given) if given else None
    code, source = _chosen(text, n_words, detected, score, said)
    agree = None if said is None or detected == UNDETERMINED else said == detected
    is_mixed = _is_mixed(telling, n_words, lines, code, second)
    return SongLanguage(code, source, detected, score, tool, said, agree, script, is_mixed)


def _detected(text: str, script: str, n_words: int) -> tuple[str, float, str, float]:
    guess, second = language.detect_two(text)
    of_script = _OF_SCRIPT.get(script, ())
    if of_script and guess.language not in of_script and n_words >= language.MIN_WORDS:
        return of_script[0], 1.0, guess.tool, second
    if script == "Latn" and guess.score < _UNSURE_OF_LATIN and latin.is_latin(text):
        return latin.LATIN, latin.share(text), guess.tool, second
    return guess.language, min(guess.score, 1.0), guess.tool, second


def _chosen(text: str, n_telling: int, detected: str, score: float, said: str | None) -> tuple[str, str]:
    if said is not None and said == detected:
        return said, "agreement"
    if detected == UNDETERMINED:
        return (said, "source") if said else (UNDETERMINED, "neither")
    is_long = n_telling >= _LEAST_WORDS or writing.n_words(text) >= _LEAST_WORDS
    is_sure = (score >= SURE or detected == latin.LATIN) and is_long
    return (said, "source") if said and not is_sure else (detected, "words")


def _is_mixed(text: str, n_words: int, lines: list[str], code: str, second: float) -> bool | None:
    """Say whether a quarter of the words or more are of other languages: by their letters, or as far as it is sure."""
    if code in (UNDETERMINED, latin.LATIN) or n_words < _LEAST_WORDS:
        return None
    share = _share_in_latin(text, n_words)
    if _MIXED <= share <= 1 - _MIXED:
        return True
    if share < _MIXED or second < _SECOND:
        return False
    stretches = list(_stretches(lines))
    n = sum(n_of_it for _, n_of_it in stretches)
    if n < 2 * _WORDS_OF_A_STRETCH:
        return None
    n_other, n_left = 0, n
    for stretch, n_of_it in stretches:
        other, sure = language.likeliest(stretch)
        n_other += n_of_it if other != code and sure >= _SURE_OF_STRETCH else 0
        n_left -= n_of_it
        if n_other >= _MIXED * n or n_other + n_left < _MIXED * n:
            break
    return n_other >= _MIXED * n


def _share_in_latin(text: str, n_words: int) -> float:
    """Return which share of the words of a text is in Latin letters."""
    if text.isascii() or not _NOT_LATIN.search(text):
        return 1.0
    return min(len(_LATIN_WORD.findall(text)) / n_words, 1.0)


def _telling(text: str) -> list[str]:
    """Return each line once, and of a long text what its quarters begin with: more does not tell more."""
    lines = [line for line in dict.fromkeys(text.split("\n")) if line]
    if sum(map(len, lines)) <= _MOST_CHARACTERS or len(lines) < _QUARTERS:
        return lines
    telling = []
    for quarter in range(_QUARTERS):
        first, last = (number * len(lines) // _QUARTERS for number in (quarter, quarter + 1))
        before = [0, *accumulate(len(line) for line in lines[first:last])]
        telling += [
            line for line, n in zip(lines[first:last], before, strict=False) if n < _MOST_CHARACTERS // _QUARTERS
        ]
    return telling


def _stretches(lines: list[str]) -> Iterator[tuple[str, int]]:
    """Yield lines joined until they have enough words to be judged, and how many they have."""
    stretch: list[str] = []
    n = 0
    for line in lines:
        stretch.append(line)
        n += line.count(" ") + 1
        if n >= _WORDS_OF_A_STRETCH:
            yield " ".join(stretch), n
            stretch, n = [], 0
    if n >= _WORDS_OF_A_STRETCH // 2:
        yield " ".join(stretch), n
