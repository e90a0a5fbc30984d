"""From captions to figures: means over songs, and over networks of one kind, with intervals of whole groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.captioning.scores import Scores, score
from musicdata_baselines.captioning.scores.copying import longest_copies
from musicdata_baselines.captioning.scores.rouge import Rouge
from musicdata_baselines.captioning.words import split_words
from musicdata_baselines.retrieval.paired import PairedDraws
from musicdata_baselines.suites.captioning.results import GROUPED, MAIN, METRICS, Estimate, SystemFigures
from musicdata_baselines.suites.captioning.settings import FULL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.scores import WordNet
    from musicdata_baselines.suites.captioning.parts import Parts

N_DRAWS = 2_000
LONG = 25
"""Words of a caption whose every word is a reference's: of shorter ones two people may well write the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What one system wrote about the test songs.

    Attributes:
        name: of the system.
        texts: a caption a song.
        seed: of the network; None where nothing is random.
    """

    name: str
    texts: list[str]
    seed: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What one system scores.

    Attributes:
        figures: means, with intervals.
        main: (networks, songs) of the main metric.
    """

    figures: SystemFigures
    main: NDArray[np.float64]


class Judge:
    """Scores captions of the test songs of one way of splitting.

    Args:
        parts: the songs.
        wordnet: for METEOR; None for none.
        seed: of the draws.
    """

    def __init__(self, parts: Parts, wordnet: WordNet | None, seed: int) -> None:
        self.parts = parts
        self.draws = PairedDraws(parts.groups, N_DRAWS, seed)
        self.meteor = ""
        self.notes: tuple[str, ...] = ()
        self._seed = seed
        self._wordnet = wordnet
        self._rouge = Rouge()

    def judge_all(self, written: Mapping[str, Sequence[Written]]) -> dict[str, Scored]:
        """Return what each system scores.

        Args:
            written: name of a system → its captions; several where several networks wrote.
        """
        if self.parts.scheme != GROUPED:
            return {name: self._judge_briefly(captions) for name, captions in written.items()}
        copies = self._copies([one for captions in written.values() for one in captions])
        return {name: self._judge(captions, copies) for name, captions in written.items()}

    def _judge(self, written: Sequence[Written], copies: Mapping[Written, NDArray[np.int64]]) -> Scored:
        parts = self.parts
        scores = [self._score(one.texts) for one in written]
        self.meteor, self.notes = scores[0].meteor_name, scores[0].notes
        figures = SystemFigures(
            name=written[0].name,
            scheme=parts.scheme,
            variant=parts.variant,
            n_songs=len(parts.test),
            n_references=len(parts.test.captions),
            seeds=len(written),
            single={metric: self.estimate(_mean([getattr(one, metric) for one in scores])) for metric in METRICS},
            best={metric: self.estimate(_mean([getattr(one.best, metric) for one in scores])) for metric in METRICS},
            by_pair={metric: _of([getattr(one.rows, metric) for one in scores]) for metric in METRICS},
            bleu=_of([one.bleu for one in scores]),
            distinct_2=_of([one.distinct_2 for one in scores]),
            mean_words=_of([one.mean_words for one in scores]),
            length_ratio=_of([one.length_ratio for one in scores]),
            copy_share=_of([_share(copies[one], one.texts) for one in written]) if copies else None,
            exact_copies=_of([one.exact_copies & (one.n_words >= LONG) for one in scores]),
            cider=_of([one.cider for one in scores if one.cider is not None]) if scores[0].cider is not None else None,
        )
        return Scored(figures, np.stack([getattr(one, MAIN) for one in scores]))

    def _judge_briefly(self, written: Sequence[Written]) -> Scored:
        """Return what is shown of a way of splitting that is there to be compared with: the main metric and lengths."""
        parts = self.parts
        main = np.stack([self.main(one.texts) for one in written])
        best = np.stack([self._overlaps(one.texts, max) for one in written])
        references = [{tuple(split_words(text)) for text in texts} for texts in parts.test.references]
        words = float(np.mean([len(text.split()) for one in written for text in one.texts]))
        theirs = float(np.mean([np.mean([len(text.split()) for text in texts]) for texts in parts.test.references]))
        figures = SystemFigures(
            name=written[0].name,
            scheme=parts.scheme,
            variant=parts.variant,
            n_songs=len(parts.test),
            n_references=len(parts.test.captions),
            seeds=len(written),
            single={MAIN: self.estimate(main.mean(axis=0))},
            best={MAIN: self.estimate(best.mean(axis=0))},
            mean_words=words,
            length_ratio=words / max(theirs, 1.0),
            exact_copies=_of(
                [
                    np.array([len(text.split()) >= LONG and tuple(split_words(text)) in known])
                    for one in written
                    for text, known in zip(one.texts, references, strict=True)
                ]
            ),
        )
        return Scored(figures, main)

    def main(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return of captions (songs,) the main metric alone."""
        return self._overlaps(texts, lambda scores: sum(scores) / len(scores))

    def _overlaps(self, texts: Sequence[str], of_song: Callable[[list[float]], float]) -> NDArray[np.float64]:
        pairs = zip(texts, self.parts.test.references, strict=True)
        return np.array([of_song([self._rouge.score(text, one).rouge1_f1 for one in known]) for text, known in pairs])

    def estimate(self, values: NDArray[np.float64]) -> Estimate:
        """Return the mean of values (songs,) with its interval."""
        return Estimate(float(values.mean()), *self.draws.interval(values))

    def one_error(self, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Estimate:
        """Return the mean of ours less theirs, both (songs,), with bounds at one standard error."""
        found = PairedDraws(self.parts.groups, N_DRAWS, self._seed, level=0.6827).compare(ours, theirs)
        return Estimate(found.mean, found.low, found.high)

    def _copies(self, written: Sequence[Written]) -> dict[Written, NDArray[np.int64]]:
        """Return of each caption the words of its longest run that stands in one train caption.

        Train captions are read once for all systems, and only for those of the data set's own split.
        """
        if (self.parts.scheme, self.parts.variant) != (GROUPED, FULL):
            return {}
        longest = longest_copies([text for one in written for text in one.texts], self.parts.train.captions)
        return dict(zip(written, longest.reshape(len(written), -1), strict=True))

    def _score(self, texts: Sequence[str]) -> Scores:
        return score(texts, self.parts.test.references, wordnet=self._wordnet)


def _share(longest: NDArray[np.int64], texts: Sequence[str]) -> NDArray[np.float64]:
    return longest / np.maximum([len(split_words(text)) for text in texts], 1)


def _mean(arrays: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.asarray(np.mean(arrays, axis=0), np.float64)


def _of(values: Sequence[object]) -> float:
    return float(np.mean([np.mean(one) for one in values]))  # type: ignore[call-overload]  # numbers or arrays of them
