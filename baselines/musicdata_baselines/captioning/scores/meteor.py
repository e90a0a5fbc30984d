"""METEOR by the formula of NLTK, with a WordNet of our own reading."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

from musicdata.errors import SetupError
from musicdata_baselines.captioning.scores.treebank import TreebankWords

if TYPE_CHECKING:
    from collections.abc import Iterable

    from musicdata_baselines.captioning.scores.wordnets import WordNet

_KEPT = 2048  # texts
_LONGEST_WORD = 200  # characters; the stemmer of NLTK calls itself for each y of a row of them
_ALPHA, _BETA, _GAMMA = 0.9, 3.0, 0.5

Pairs = list[tuple[int, int]]
"""Places of words in a prediction and in a reference that are matched."""


class _Text:
    """The words of a text, and where each stands."""

    __slots__ = ("places", "words")

    def __init__(self, words: Iterable[str]) -> None:
        self.words = [word.lower() for word in words]
        self.places = _places(enumerate(self.words))


class Meteor:
    r"""Scores predictions against references as `nltk.translate.meteor_score.single_meteor_score` does.

    .. math:: F = \frac{PR}{\alpha P + (1 - \alpha) R}, \quad
              s = \left(1 - \gamma \left(\frac{\text{chunks}}{m}\right)^\beta\right) F

    with α = 0.9, β = 3, γ = 0.5 and m matched words: equal ones, then equal stems (Porter, NLTK's way), then synonyms
    of stems (Lavie & Agarwal 2007; later versions, as METEOR 1.5, give other and lower numbers). `TreebankWords` says
    how texts are cut.

    Args:
        wordnet: knows synonyms; None for none.

    Raises:
        SetupError: NLTK is not installed.

    Attributes:
        name: of the metric, with its WordNet.
    """

    def __init__(self, wordnet: WordNet | None = None) -> None:
        try:
            from nltk.stem.porter import PorterStemmer
        except ImportError as error:
            raise SetupError(f"METEOR needs NLTK ({error}); run: pip install 'musicdata[captions]'") from error
        self.name = f"METEOR (NLTK, {wordnet.name if wordnet else 'no WordNet'})"
        self._wordnet = wordnet
        self._stem_of = PorterStemmer().stem
        self._stems: dict[str, str] = {}
        cut = TreebankWords().cut
        self._text = functools.lru_cache(_KEPT)(lambda text: _Text(cut(text)))

    def score(self, prediction: str, reference: str) -> float:
        """Return the score of a prediction against one reference, 0 where they have nothing in common."""
        ours, theirs = self._text(prediction), self._text(reference)
        pairs = self._align(ours, theirs)
        if not pairs:
            return 0.0
        precision, recall = len(pairs) / len(ours.words), len(pairs) / len(theirs.words)
        mean = (precision * recall) / (_ALPHA * precision + (1 - _ALPHA) * recall)
        score: float = (1 - _GAMMA * (_chunks(pairs) / len(pairs)) ** _BETA) * mean
        return score

    def _align(self, ours: _Text, theirs: _Text) -> Pairs:
        """Return the matched words, by their place in the prediction."""
        pairs = _same(ours.places, theirs.places)
        our_stems, their_stems = (
            self._left(ours.words, {i for i, _ in pairs}),
            self._left(theirs.words, {j for _, j in pairs}),
        )
        by_stem = _same(_places(our_stems), _places(their_stems))
        pairs += by_stem
        if self._wordnet is not None:
            i_gone, j_gone = {i for i, _ in by_stem}, {j for _, j in by_stem}
            pairs += self._synonyms(
                self._wordnet,
                [(i, stem) for i, stem in our_stems if i not in i_gone],
                _places((j, stem) for j, stem in their_stems if j not in j_gone),
            )
        return sorted(pairs)

    def _left(self, words: list[str], gone: set[int]) -> list[tuple[int, str]]:
        """Return place and stem of the words that are not matched yet."""
        return [(place, self._stem(word)) for place, word in enumerate(words) if place not in gone]

    def _stem(self, word: str) -> str:
        stem = self._stems.get(word)
        if stem is None:
            stem = self._stems[word] = self._stem_of(word) if len(word) <= _LONGEST_WORD else word
        return stem

    @staticmethod
    def _synonyms(wordnet: WordNet, ours: list[tuple[int, str]], theirs: dict[str, list[int]]) -> Pairs:
        """Match words, from the last to the first, to the last of their synonyms that is left."""
        pairs: Pairs = []
        for i, word in reversed(ours):
            shared = wordnet.synonyms(word) & theirs.keys()
            if shared:
                best = max(shared, key=lambda synonym: theirs[synonym][-1])
                pairs.append((i, theirs[best].pop()))
                if not theirs[best]:
                    del theirs[best]
        return pairs


def _places(words: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, word in words:
        places.setdefault(word, []).append(place)
    return places


def _same(ours: dict[str, list[int]], theirs: dict[str, list[int]]) -> Pairs:
    """Match equal words, the last of one to the last of the other."""
    return [
        pair
        for word in ours.keys() & theirs.keys()
        for pair in zip(reversed(ours[word]), reversed(theirs[word]), strict=False)
    ]


def _chunks(pairs: Pairs) -> int:
    """Return how many runs of neighbours in both texts the matched words make."""
    return 1 + sum(b != (a[0] + 1, a[1] + 1) for a, b in itertools.pairwise(pairs))
