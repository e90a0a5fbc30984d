"""BLEU of all captions at once, as sacreBLEU computes it."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING

from musicdata.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONGEST = 4
_KEPT = 1024  # texts

Grams = Counter[tuple[str, ...]]


class _Text:
    """The runs of one to four words of a text, counted."""

    __slots__ = ("grams", "n_words")

    def __init__(self, words: list[str]) -> None:
        self.n_words = len(words)
        self.grams = Grams(
            tuple(words[start : start + n]) for n in range(1, _LONGEST + 1) for start in range(len(words) - n + 1)
        )


class _Counts:
    """The numbers that BLEU is made of, by length of the runs."""

    def __init__(self) -> None:
        self.correct = [0] * _LONGEST
        self.total = [0] * _LONGEST
        self.n_ours = 0
        self.n_theirs = 0

    def add(self, ours: _Text, theirs: Grams, n_theirs: int) -> None:
        """Count a prediction against what stands in its references."""
        self.n_ours += ours.n_words
        self.n_theirs += n_theirs
        for length in range(1, _LONGEST + 1):
            self.total[length - 1] += max(0, ours.n_words - length + 1)
        for gram in ours.grams.keys() & theirs.keys():
            self.correct[len(gram) - 1] += min(ours.grams[gram], theirs[gram])


class Bleu:
    """Counts predictions against their references, of which there may be any number (Post 2018, sacreBLEU).

    `sacrebleu.corpus_bleu` wants as many streams of references as the song with most of them has; what this class
    counts, song after song, is the same: mixed case, tokenizer 13a, exponential smoothing.

    Raises:
        SetupError: sacrebleu is not installed.
    """

    def __init__(self) -> None:
        try:
            from sacrebleu.metrics.bleu import BLEU
            from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
        except ImportError as error:
            raise SetupError(f"BLEU needs sacrebleu ({error}); run: pip install 'musicdata[captions]'") from error
        cut: Callable[[str], str] = Tokenizer13a()  # type: ignore[no-untyped-call] # it has none
        self._text = functools.lru_cache(_KEPT)(lambda text: _Text(cut(text.rstrip()).split()))
        self._compute = BLEU.compute_bleu
        self._pairs, self._songs = _Counts(), _Counts()

    def add(self, prediction: str, references: Sequence[str]) -> None:
        """Count a prediction against each of its references, and against all of them at once."""
        ours = self._text(prediction)
        together, lengths = Grams(), []
        for reference in references:
            theirs = self._text(reference)
            self._pairs.add(ours, theirs.grams, theirs.n_words)
            lengths.append(theirs.n_words)
            for gram in ours.grams.keys() & theirs.grams.keys():
                together[gram] = max(together[gram], theirs.grams[gram])
        nearest = min(lengths, key=lambda length: (abs(length - ours.n_words), length))
        self._songs.add(ours, together, nearest)

    def of_pairs(self) -> float:
        """Return BLEU, 0 to 100, of every pair of a prediction and a reference."""
        return self._score(self._pairs)

    def of_songs(self) -> float:
        """Return BLEU, 0 to 100, of every prediction against all its references at once."""
        return self._score(self._songs)

    def _score(self, counts: _Counts) -> float:
        if not counts.n_ours:
            return 0.0
        made = self._compute(
            list(counts.correct), list(counts.total), counts.n_ours, counts.n_theirs, smooth_method="exp"
        )
        return float(made.score)
