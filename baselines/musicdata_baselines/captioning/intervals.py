"""What may be said of captioners: intervals over songs, right music less wrong music, and the effect of length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musicdata_baselines.captioning.scores.scoring import Scores


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over songs: bounds at 95 % and the standard error, by the bootstrap over songs."""

    mean: float
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class Gain:
    """A mean difference over the same songs: bounds at 95 %, bootstrap over songs, and a two-sided p-value."""

    mean: float
    low: float
    high: float
    p_value: float


class SongBootstrap:
    """Draws songs with replacement, the same for everything that is asked.

    Args:
        n_songs: there are.
        n_draws: of them.
        seed: of the draws.
    """

    def __init__(self, n_songs: int, n_draws: int = 2_000, seed: int = 0) -> None:
        raise NotImplementedError

    def interval(self, values: NDArray[np.float64]) -> Interval:
        """Return the mean of values (n,) with its interval."""
        raise NotImplementedError

    def difference(self, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Gain:
        """Return the mean of `ours` (n,) less `theirs` (n,): of right less wrong music, of one system less another."""
        raise NotImplementedError


def length_effect(ours: Scores, theirs: Scores | None = None) -> str | None:
    """Say why the length of captions explains a score: too short or long, or recall up with F1 down; else None."""
    raise NotImplementedError
