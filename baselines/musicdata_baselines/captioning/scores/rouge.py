"""ROUGE-1, ROUGE-2 and ROUGE-L, as the package rouge-score counts them, without its table of every pair of words."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

_OTHER = re.compile("[^a-z0-9]+")
_Item = TypeVar("_Item", str, tuple[str, str])

_KEPT = 2048  # texts, some 20 kB each


class RougeScores(NamedTuple):
    """F1 and recall of a prediction against one reference; 0 where either has no word."""

    rouge1_f1: float
    rouge1_recall: float
    rouge2_f1: float
    rouge2_recall: float
    rougeL_f1: float  # noqa: N815 - the field's name
    rougeL_recall: float  # noqa: N815


@dataclass(slots=True)
class _Text:
    """The words of a text, counted."""

    words: list[str]
    ones: Counter[str] = field(init=False)
    twos: Counter[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.ones = Counter(self.words)
        self.twos = Counter(itertools.pairwise(self.words))


class Rouge:
    r"""Scores predictions against references (Lin 2004, ROUGE: a package for automatic evaluation of summaries).

    .. math:: P = \frac{m}{|p|}, \quad R = \frac{m}{|r|}, \quad F_1 = \frac{2PR}{P + R}

    with m the words, or pairs of neighbours, in common (each as often as it stands in both), or the length of the
    longest common subsequence. Words are runs of a–z and 0–9 in lower case, not stemmed: letters with accents part
    words, as they do in rouge-score 0.1.2, whose numbers these are. What was counted of the latest texts is kept.

    >>> Rouge().score("the cat", "The cat sat.").rouge1_recall.__round__(3)
    0.667
    """

    def __init__(self) -> None:
        self._text = functools.lru_cache(_KEPT)(_count)

    def score(self, prediction: str, reference: str) -> RougeScores:
        """Return F1 and recall of a prediction against one reference."""
        ours, theirs = self._text(prediction), self._text(reference)
        one = _in_common(ours.ones, theirs.ones)
        two = _in_common(ours.twos, theirs.twos) if one > 1 else 0
        longest = common_subsequence(ours.words, theirs.words) if one > 1 else one
        n, m = len(ours.words), len(theirs.words)
        return RougeScores(*_rates(one, n, m), *_rates(two, n - 1, m - 1), *_rates(longest, n, m))


def _count(text: str) -> _Text:
    return _Text(tokens(text))


def tokens(text: str) -> list[str]:
    """Return the words of a text as rouge-score cuts it.

    >>> tokens("Don't: naïve!")
    ['don', 't', 'na', 've']
    """
    return _OTHER.sub(" ", text.lower()).split()


def _in_common(ours: Counter[_Item], theirs: Counter[_Item]) -> int:
    """Return how many items two bags have in common."""
    return sum(min(ours[item], theirs[item]) for item in ours.keys() & theirs.keys())


def _rates(matches: int, n_ours: int, n_theirs: int) -> tuple[float, float]:
    """Return F1 and recall."""
    precision, recall = matches / max(n_ours, 1), matches / max(n_theirs, 1)
    return (2 * precision * recall / (precision + recall) if matches else 0.0), recall


def common_subsequence(a: list[str], b: list[str]) -> int:
    """Return the length of the longest common subsequence.

    A row of the table is one whole number, a bit for each word of `a` that is 0 where the row rises (Hyyrö 2004, Bit-
    parallel LCS-length computation revisited).

    >>> common_subsequence("a b c d".split(), "b x d a".split())
    2
    """
    places: dict[str, int] = {}
    for place, word in enumerate(a):
        places[word] = places.get(word, 0) | 1 << place
    everything = (1 << len(a)) - 1
    row = everything
    for word in b:
        matches = places.get(word)
        if matches is not None:
            rising = row & matches
            row = ((row + rising) | (row - rising)) & everything
    return len(a) - row.bit_count()
