"""What may be said of captioners: intervals over songs, right music less wrong music, and the effect of length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.retrieval.paired import Difference, PairedDraws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.scores.scoring import Scores

SHORTEST, LONGEST = 0.5, 2.0
"""Words of captions over words of references: beyond these, scores are about length."""

_KINDS = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L"}


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over songs: `low` and `high` are its bounds at 95 %, `error` its standard error, by the bootstrap."""

    mean: float
    low: float
    high: float
    error: float


class SongBootstrap:
    """Draws songs with replacement, the same draws for everything that is asked.

    Args:
        n_songs: there are, two at least.
        n_draws: of them.
        seed: of the draws.

    Raises:
        ViewError: fewer than two songs, or no draw.

    >>> songs = SongBootstrap(3)
    >>> songs.interval(np.array([0.5, 0.5, 0.5]))
    Interval(mean=0.5, low=0.5, high=0.5, error=0.0)
    >>> songs.difference(np.array([0.5, 0.7, 0.9]), np.array([0.25, 0.45, 0.65])).low.__round__(6)
    0.25
    """

    def __init__(self, n_songs: int, n_draws: int = 2_000, seed: int = 0) -> None:
        self._draws = PairedDraws(np.arange(n_songs), n_draws, seed)

    def interval(self, values: NDArray[np.float64]) -> Interval:
        """Return the mean of values (n,), one a song, with its interval.

        Raises:
            ViewError: values that are not finite, or not one a song.
        """
        low, high = self._draws.interval(values)
        return Interval(float(np.mean(values)), low, high, self._draws.standard_error(values))

    def difference(self, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Difference:
        """Return the mean of `ours` (n,) less `theirs` (n,): right less wrong music, one captioner less another.

        Raises:
            ViewError: see `interval`.
        """
        return self._draws.compare(ours, theirs)


def length_effect(ours: Scores, theirs: Scores | None = None) -> str | None:
    """Say why the length of captions would explain a score, or return None.

    Captions may be far shorter or longer than references; or, against `theirs`, recall is higher while F1 is lower,
    which saying more does without saying anything better.
    """
    said = []
    if not SHORTEST <= ours.length_ratio <= LONGEST:
        said.append(
            f"captions have {ours.length_ratio:.2f} times the words of their references "
            f"({SHORTEST:g} to {LONGEST:g} are comparable)"
        )
    if theirs is not None:
        said += _longer_not_better(ours, theirs)
    return "; ".join(said) or None


def _longer_not_better(ours: Scores, theirs: Scores) -> Iterator[str]:
    for kind, name in _KINDS.items():
        recall, their_recall = (float(getattr(one, f"{kind}_recall").mean()) for one in (ours, theirs))
        f1, their_f1 = (float(getattr(one, f"{kind}_f1").mean()) for one in (ours, theirs))
        if recall > their_recall and f1 < their_f1:
            yield (
                f"{name} recall is higher ({recall:.3f} against {their_recall:.3f}) and F1 lower ({f1:.3f} against "
                f"{their_f1:.3f}), with {ours.mean_words:.0f} words a caption against {theirs.mean_words:.0f}"
            )
