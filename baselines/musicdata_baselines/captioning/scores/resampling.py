"""The mean that rouge-score prints: the median of the means of draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DRAWS = 1000


def bootstrap_mid(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return `mid` (columns,) of values (rows, columns), as rouge-score's `BootstrapAggregator` draws it.

    Columns come in twos, F1 and recall of one kind of ROUGE, each two with draws of their own. The same seed, given to
    NumPy before `BootstrapAggregator.aggregate`, gives the same numbers; the scorers that published figures come from
    set none, and their figures change in the fourth digit from run to run.

    >>> bootstrap_mid(np.array([[1.0, 0.5], [0.0, 0.5]]), 0).tolist()
    [0.5, 0.5]
    """
    rng = np.random.RandomState(seed)  # as rouge-score does
    n, mids = len(values), np.empty(values.shape[1])
    for start in range(0, values.shape[1], 2):
        both, means = values[:, start : start + 2], np.empty((_DRAWS, 2))
        for number in range(_DRAWS):
            drawn = np.bincount(rng.choice(n, size=n), minlength=n)
            means[number] = drawn @ both / n
        mids[start : start + 2] = np.percentile(means, 50, axis=0)
    return mids
