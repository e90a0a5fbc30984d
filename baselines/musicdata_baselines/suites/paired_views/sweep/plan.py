"""Which part of a sweep is run, and for how long."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from musicdata.errors import UsageError


@dataclass(frozen=True, slots=True)
class Plan:
    """Which part of a sweep is run.

    Attributes:
        deep: train the deep methods too.
        why_not: why they are not trained, as the beginning of a sentence; "" when they are.
        runs: random splits that are used, the first so many; all of them when None.
        epochs: share of the paper's epochs.
    """

    deep: bool
    why_not: str = ""
    runs: int | None = None
    epochs: float = 1.0

    def __post_init__(self) -> None:
        if self.runs is not None and self.runs < 1:
            raise UsageError(f"runs is {self.runs}, expected at least 1")
        if not 0 < self.epochs < float("inf"):
            raise UsageError(f"epochs is {self.epochs}, expected a share of the paper's above 0; 1 is all of them")

    def epochs_of(self, in_paper: int) -> int:
        """Return the epochs to train, where the paper has so many."""
        return max(1, round(in_paper * self.epochs))


def make_plan(
    *,
    sweep: bool | None,
    deep: bool | None,
    on_card: bool,
    runs: int | None = None,
    epochs: float = 1.0,
) -> Plan | None:
    """Decide what is run: the linear methods always, deep ones on a card or when `sweep` says so.

    Args:
        sweep: False for nothing at all, True for the deep methods wherever it runs, None for what is affordable.
        deep: False leaves the deep methods out.
        on_card: whether training runs on a CUDA card.
        runs: see `Plan`.
        epochs: see `Plan`.

    Raises:
        UsageError: a number makes no sense.
    """
    if sweep is False:
        return None
    why_not = ""
    if deep is False:
        why_not = "deep baselines were not wanted (--no-deep)"
    elif importlib.util.find_spec("torch") is None:
        why_not = "PyTorch is not installed (pip install 'musicdata[deep]')"
    elif not sweep and not on_card:
        why_not = "there is no CUDA card, and on a processor 10,000 pairs take weeks"
    return Plan(deep=not why_not, why_not=why_not, runs=runs, epochs=epochs)
