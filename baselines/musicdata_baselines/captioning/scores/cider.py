"""CIDEr of all captions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.captioning.scores.grams import LONGEST, count_grams
from musicdata_baselines.captioning.words import split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.scores.grams import Bags

_SIGMA = 6.0


def cider(predictions: Sequence[str], references: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    r"""Return CIDEr-D (songs,) of each prediction, 0 to 10, as the package pycocoevalcap computes it.

    .. math:: \frac{10}{4 m} \sum_{n=1}^{4} \sum_{r} e^{-\frac{(l_p - l_r)^2}{2 \sigma^2}}
              \frac{\min(g_n(p), g_n(r)) \cdot g_n(r)}{\|g_n(p)\| \|g_n(r)\|}

    over the m references of a song, with :math:`g_n` the counts of runs of n words, each times the logarithm of songs
    over songs whose references have it, l the number of words less one, σ = 6 (Vedantam et al. 2015, CIDEr: consensus-
    based image description evaluation). Words are those of `split_words`, in the place of a tokenizer that needs Java.
    With one song, no run tells it from others, and all is 0.
    """
    n, song = len(predictions), np.repeat(np.arange(len(references)), [len(texts) for texts in references])
    texts = [*predictions, *(text for texts in references for text in texts)]
    similar = np.zeros((LONGEST, len(song)))
    gap = np.zeros(len(song))
    for place, bags in enumerate(count_grams(texts, split_words)):
        ours, theirs = bags.of(0, n), bags.of(n, len(texts))
        similar[place] = _cosines(ours, theirs, song, np.log(n) - np.log(_songs_with(theirs, song)))
        if place == 1:  # the package counts the pairs of neighbours for length
            gap = _sums(ours, ours.count, n)[song] - _sums(theirs, theirs.count, len(song))
    pairs = similar.mean(axis=0) * np.exp(-(gap**2) / (2 * _SIGMA**2))
    return 10 * np.bincount(song, weights=pairs, minlength=n) / np.bincount(song, minlength=n)


def _songs_with(theirs: Bags, song: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return in the references of how many songs each run stands (runs,), 1 at least."""
    keys = np.unique(song[theirs.text] * theirs.n_names + theirs.name)
    return np.maximum(np.bincount(keys % theirs.n_names, minlength=theirs.n_names), 1)


def _cosines(ours: Bags, theirs: Bags, song: NDArray[np.int64], rarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the clipped cosine (references,) of each reference with its song's prediction."""
    weights = theirs.count * rarity[theirs.name]
    our_weights = ours.counts_of(song[theirs.text], theirs.name) * rarity[theirs.name]
    shared = _sums(theirs, np.minimum(our_weights, weights) * weights, len(song))
    n = int(song[-1]) + 1
    our_norm = np.sqrt(_sums(ours, (ours.count * rarity[ours.name]) ** 2, n))[song]
    norms = our_norm * np.sqrt(_sums(theirs, weights**2, len(song)))
    cosines: NDArray[np.float64] = np.divide(shared, norms, out=np.zeros(len(song)), where=norms > 0)
    return cosines


def _sums(bags: Bags, values: NDArray[np.float64] | NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Return the sum (n,) of values of each text."""
    return np.bincount(bags.text, weights=values, minlength=n).astype(np.float64)
