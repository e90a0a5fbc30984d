"""How well songs fit the mood that a query asks for.

The numbers of a song say how far it is from the mean song, in standard deviations. Where z is that of one emotion, the
song fits by 1 / (1 + e^−z), and what is not wanted by 1 less that; of several emotions the mean is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.music.queries.parts import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NEUTRAL = 0.5
"""What a song counts as of which nobody knows the mood."""


def fit(moods: NDArray[np.float32], wanted: Sequence[str], unwanted: Sequence[str]) -> NDArray[np.float32]:
    """Return how well songs fit, 0 to 1, NaN where nobody knows.

    Args:
        moods: (songs, emotions) in the order of `EMOTIONS`.
        wanted: emotions.
        unwanted: others.

    >>> z = np.array([[0, 0], [1, 5], [np.nan, 0]], np.float32)
    >>> fit(z, ["joy"], ["sadness"]).astype(float).round(2).tolist()
    [0.5, 0.37, nan]
    """
    asked = [(emotion, 1) for emotion in wanted] + [(emotion, -1) for emotion in unwanted]
    if not asked:
        return np.full(len(moods), NEUTRAL, np.float32)
    columns = np.array([EMOTIONS.index(emotion) for emotion, _ in asked])
    signs = np.array([sign for _, sign in asked], np.float32)
    z = np.clip(moods[:, columns] * signs, -30, 30)
    mean: NDArray[np.float32] = (1 / (1 + np.exp(-z))).mean(axis=1, dtype=np.float32)
    return mean
