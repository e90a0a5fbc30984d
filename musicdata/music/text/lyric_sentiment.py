"""How positive English lyrics are, line by line, by the lexicon VADER (Hutto and Gilbert, ICWSM 2014).

A line's compound score goes from -1 to 1. It sums over words, so that a whole song would be at one of the ends; lines
are scored and their scores described. Where a song has lost its lines, it is cut into stretches of as many words as a
line may have. Lexicon and rules were made for posts, not for songs, and nothing here was checked against listeners.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE, LICENCE = "vaderSentiment", "MIT"
LANGUAGES = frozenset({"en"})
_LONGEST_LINE = 24  # words
_NEGATIVE = -0.05  # the authors' bound between negative and neutral


@dataclass(frozen=True, slots=True)
class Sentiment:
    """What is found of a song.

    Attributes:
        mean: of its lines' scores, -1 to 1; `spread` their standard deviation.
        negative_share: of its lines.
    """

    mean: float
    spread: float
    negative_share: float


def tool() -> str:
    """Return the name of the lexicon and its version.

    Raises:
        SetupError: it is not installed.
    """
    try:
        return f"VADER {version(PACKAGE)}"
    except PackageNotFoundError:
        raise SetupError(
            f"the sentiment of lyrics needs {PACKAGE}, which is not installed: pip install 'musicdata[lyrics]'. "
            "Without it, set lyric_features.sentiment to false"
        ) from None


def score(text: str) -> Sentiment | None:
    """Return the sentiment of English lyrics; None where no line has a word.

    Raises:
        SetupError: the lexicon is not installed.
    """
    scores = np.array([_score(line) for line in _lines(text)], np.float64)
    if not len(scores):
        return None
    return Sentiment(float(scores.mean()), float(scores.std()), float((scores <= _NEGATIVE).mean()))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        words = line.split()
        if any(character.isalpha() for character in line):
            for start in range(0, len(words), _LONGEST_LINE):
                yield " ".join(words[start : start + _LONGEST_LINE])


@lru_cache(maxsize=4096)
def _score(line: str) -> float:
    analyzer = _analyzer()
    if not _may_score(line, analyzer):
        return 0.0
    return float(analyzer.polarity_scores(line)["compound"])


def _may_score(line: str, analyzer: Any) -> bool:
    """Say whether a line has a word of the lexicon, or a sign that the lexicon has a word for; else its score is 0."""
    if not line.isascii() and any(character in analyzer.emojis for character in line):
        return True
    lexicon = analyzer.lexicon
    return any(word in lexicon or word.strip(string.punctuation) in lexicon for word in line.lower().split())


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    tool()
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
