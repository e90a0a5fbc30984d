"""Keywords of songs: words that a song has often and few others of its language have.

    w(t, s) = √(n(t, s)) · ln(N / d(t))

n(t, s) times that song s has term t, N songs of its language, d(t) of them that have t. That is c-TF-IDF with songs as
classes (Grootendorst, arXiv 2203.05794, with its root of frequent words), but for d(t): the frequency of t over all
classes, which stands there, would leave only misspelt words where there are many songs. Stop words need no list:
what more than a fifth of the songs have is no keyword, and neither is what hardly any other song has, a name or a slip.

Terms are words in lower case; where a script is written without spaces, pairs of neighbouring characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from musicdata.music.text import lyric_language

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "1"
BETWEEN = " | "
_N_KEYWORDS = 8
_LARGEST_SHARE = 0.2
_SONGS_A_TERM = 20_000  # of so many songs one more must have a term
_MOST_TERMS = 2_000_000
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # of scripts with spaces
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|dell|nell|all|sull|un|quell)['’](?=\w)")
_POSSESSIVE = re.compile(r"['’]s$")
_ELIDING = frozenset({"fr", "it"})


def terms(text: str, language: str) -> Counter[str]:
    r"""Count the terms of a song.

    >>> sorted(terms("The sea, the SEA's song\nLa la la", "en").items())
    [('sea', 2), ('song', 1), ('the', 2)]
    >>> sorted(terms("L’horizon", "fr")), sorted(terms("曲水流觞", "zh"))
    (['horizon'], ['曲水', '水流', '流觞'])
    """
    found: Counter[str] = Counter()
    if not text.isascii():
        for run in _WITHOUT_SPACES.findall(text):
            found.update(run[place : place + 2] for place in range(len(run) - 1))
        text = _WITHOUT_SPACES.sub(" ", text)
    for word, n in Counter(_WORD.findall(text.casefold())).items():
        if term := _term(word, language):
            found[term] += n
    return found


@lru_cache(maxsize=1 << 16)
def _term(word: str, language: str) -> str:
    """Return a word without what is joined to it; "" of one that says nothing."""
    if language in _ELIDING:
        word = _ELISION.sub("", word, count=1)
    elif language == lyric_language.ENGLISH:
        word = _POSSESSIVE.sub("", word)
    return word if len(word) > 1 and not lyric_language.is_vocable(word) else ""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many songs of a language each term is.

    Attributes:
        n_songs: songs that were counted.
        songs: term → songs that have it; terms that too few or too many have are left out.
    """

    n_songs: int
    songs: Mapping[str, int]

    def keywords(self, counts: Mapping[str, int], most: int = _N_KEYWORDS) -> list[str]:
        """Return the keywords of a song, the most telling first; those that tell as much in order of the alphabet.

        Args:
            counts: the song's terms, as `terms` counts them.
            most: keywords there may be.
        """
        weights = {
            term: math.sqrt(count) * math.log(self.n_songs / self.songs[term])
            for term, count in counts.items()
            if term in self.songs
        }
        telling = sorted((-weight, term) for term, weight in weights.items() if weight > 0)
        return [term for _, term in telling[:most]]


@dataclass
class Counting:
    """Counts in how many songs of a language each term is, song after song."""

    n_songs: int = 0
    _songs: Counter[str] = field(default_factory=Counter)

    def add(self, counts: Mapping[str, int]) -> None:
        """Count a song; when there are too many terms to remember, those of a single song are forgotten."""
        self.n_songs += 1
        self._songs.update(counts.keys())
        if len(self._songs) > _MOST_TERMS:
            self._songs = Counter({term: n for term, n in self._songs.items() if n > 1})

    def frequencies(self) -> Frequencies:
        """Return what was counted, without the terms that too few or too many songs have."""
        least, most = 2 + self.n_songs // _SONGS_A_TERM, _LARGEST_SHARE * self.n_songs
        return Frequencies(self.n_songs, {term: n for term, n in sorted(self._songs.items()) if least <= n <= most})
