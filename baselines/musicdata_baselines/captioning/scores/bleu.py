"""BLEU of all captions at once, as sacreBLEU computes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import SetupError
from musicdata_baselines.captioning.scores.grams import LONGEST, count_grams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.scores.grams import Bags


def bleu(predictions: Sequence[str], references: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Return BLEU, 0 to 100, of every pair of a prediction and a reference, and of predictions with all references.

    `sacrebleu.corpus_bleu` wants as many streams of references as the song with most of them has; the same numbers are
    counted here for any number of them: mixed case, tokenizer 13a, exponential smoothing, the length of the reference
    that is nearest, of two the shorter (Post 2018, A call for clarity in reporting BLEU scores).

    Raises:
        SetupError: sacrebleu is not installed.
    """
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    except ImportError as error:
        raise SetupError(f"BLEU needs sacrebleu ({error}); run: pip install 'musicdata[captions]'") from error
    cut: Any = Tokenizer13a()  # type: ignore[no-untyped-call]  # it has none
    n, song = len(predictions), np.repeat(np.arange(len(references)), [len(texts) for texts in references])
    texts = [*predictions, *(text for texts in references for text in texts)]
    pairs, songs = np.zeros((2, LONGEST), np.int64), np.zeros((2, LONGEST), np.int64)
    for place, bags in enumerate(count_grams(texts, lambda text: cut(text.rstrip()).split())):
        ours, theirs = bags.of(0, n), bags.of(n, len(texts))
        if place == 0:
            n_ours, n_theirs = _sizes(ours, n), _sizes(theirs, len(song))
        total = np.maximum(n_ours - place, 0)
        one, every = _matches(ours, theirs, song)
        pairs[:, place] = one, total[song].sum()
        songs[:, place] = every, total.sum()
    nearest = _nearest(n_ours[song], n_theirs, song)

    def value(counts: NDArray[np.int64], length: NDArray[np.int64], reference: NDArray[np.int64]) -> float:
        if not length.any():
            return 0.0
        sizes = int(length.sum()), int(reference.sum())
        return float(BLEU.compute_bleu(counts[0].tolist(), counts[1].tolist(), *sizes, smooth_method="exp").score)

    return value(pairs, n_ours[song], n_theirs), value(songs, n_ours, nearest)


def _sizes(words: Bags, n: int) -> NDArray[np.int64]:
    """Return the number of words (n,) of each text."""
    return np.bincount(words.text, weights=words.count, minlength=n).astype(np.int64)


def _matches(ours: Bags, theirs: Bags, song: NDArray[np.int64]) -> tuple[int, int]:
    """Return the runs that stand on both sides: of each pair, and of each song with the reference that has most."""
    known = ours.counts_of(song[theirs.text], theirs.name)
    both = np.flatnonzero(known)
    keys = song[theirs.text[both]] * ours.n_names + theirs.name[both]
    matched = np.minimum(known[both], theirs.count[both])
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    most = np.maximum.reduceat(matched[order], starts) if len(starts) else matched
    return int(matched.sum()), int(most.sum())


def _nearest(ours: NDArray[np.int64], theirs: NDArray[np.int64], song: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of the reference of each song that is nearest to the prediction's, the shorter of two."""
    order = np.lexsort((theirs, np.abs(ours - theirs), song))
    return theirs[order[np.flatnonzero(np.diff(song[order], prepend=-1))]]
