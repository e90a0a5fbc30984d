"""The baselines a data set is measured with: which, in what order, chosen how."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from musicdata_baselines import backend
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from musicdata_baselines.linear.mcca import MCCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.linear.selection import SHRINKAGES, choose
from musicdata_baselines.suites.paired_views.judging import Scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.linear.estimator import LinearEstimator
    from musicdata_baselines.linear.selection import Choice
    from musicdata_baselines.suites.paired_views.controls.subject import Pair
    from musicdata_baselines.suites.paired_views.dataset import Dataset

EXPONENTS = (0.5, 1.0, 2.0, 4.0)  # powers of the correlation a score is weighted with
N_COMPONENTS = 100  # the papers go from 10 to 100
DEEP_FIT_S, DEEP_FIT_ROWS = 18.0, 2000  # of a deep baseline, one thread (docs/benchmarks.md); fewer rows take as long

Views = dict[str, "list[NDArray[Any]]"]


def views_of(data: Dataset, names: Sequence[str]) -> Views:
    """Return split → views of the named modalities."""
    return {
        split: [data.subject.views[name][data.rows(split)] for name in names] for split in ("train", "valid", "test")
    }


def linear(data: Dataset, *, device: str = "auto") -> Iterator[Scores]:
    """Yield the linear baselines, ridge and weighting chosen on the validation split.

    Plain scores are what the papers compare; weighted ones are multiplied with a power of their correlation.
    """
    names = data.subject.names
    for pair in data.subject.pairs:
        yield from _both_weightings(CCA, views_of(data, pair), [pair], pair, device)
    if len(names) > 2:
        views = views_of(data, names)
        yield from _both_weightings(GCCA, views, data.subject.pairs, names, device)
        yield from _both_weightings(MCCA, views, data.subject.pairs, names, device)


def _both_weightings(
    make: type[LinearEstimator], views: Views, pairs: Sequence[Pair], names: Sequence[str], device: str
) -> Iterator[Scores]:
    started = time.monotonic()
    moments = Moments.of(views["train"], backend=backend.choose(device))
    choice = choose_linear(make, moments, views["valid"], exponents=(0.0, *EXPONENTS), device=device)
    for label, exponents in ((make.__name__, (0.0,)), (f"{make.__name__} weighted", EXPONENTS)):
        tried = {key: mrr for key, mrr in choice.tried.items() if key[1] in exponents}
        shrinkage, exponent = max(tried, key=lambda key: tried[key])
        fitted = make(shrinkage=shrinkage, weighting=exponent, device=device).fit_moments(moments, at_most=N_COMPONENTS)
        scores = fitted.transform(views["test"])
        yield Scores(
            name=label,
            pairs={pair: (scores[names.index(pair[0])], scores[names.index(pair[1])]) for pair in pairs},
            settings={"shrinkage": shrinkage, "exponent": exponent, "valid_mrr": tried[shrinkage, exponent]},
            seconds=time.monotonic() - started,
        )


def choose_linear(
    make: Any,
    moments: Moments,
    valid: Sequence[NDArray[Any]],
    *,
    shrinkages: Sequence[float] = SHRINKAGES,
    exponents: Sequence[float] = EXPONENTS,
    device: str = "auto",
) -> Choice:
    """Choose ridge and weighting of a linear estimator on the validation views."""
    return choose(
        make,
        moments,
        valid,
        shrinkages=shrinkages,
        exponents=exponents,
        n_components=N_COMPONENTS,
        device=device,
    )


def least_deep_rows() -> int:
    """Return how many train samples the deep baselines need: more than they have components."""
    from musicdata_baselines.deep.dcca import DCCA

    return DCCA().n_components + 1


def n_deep(n_views: int) -> int:
    """Return how many deep baselines `deep` fits to so many modalities.

    >>> n_deep(2), n_deep(3)
    (2, 7)
    """
    n_pairs = n_views * (n_views - 1) // 2
    return 2 * n_pairs + (n_views > 2)


def deep(data: Dataset, *, device: str = "auto", seed: int = 0) -> Iterator[Scores]:
    """Yield the deep baselines: DCCA and the residual network for every pair, DGCCA for all modalities at once.

    The epoch is chosen on the validation split.
    """
    from musicdata_baselines.deep.dcca import DCCA
    from musicdata_baselines.deep.dgcca import DGCCA
    from musicdata_baselines.deep.residual import ResidualCCA

    names = data.subject.names
    for make in (DCCA, ResidualCCA):
        for pair in data.subject.pairs:
            yield _deep(make, data, pair, [pair], device, seed)
    if len(names) > 2:
        yield _deep(DGCCA, data, names, data.subject.pairs, device, seed)


def _deep(make: Any, data: Dataset, names: Sequence[str], pairs: Sequence[Pair], device: str, seed: int) -> Scores:
    started = time.monotonic()
    views = views_of(data, names)
    fitted = make(device=device, seed=seed).fit(views["train"], valid=views["valid"])
    scores = fitted.transform(views["test"])
    return Scores(
        name=make.__name__,
        pairs={pair: (scores[names.index(pair[0])], scores[names.index(pair[1])]) for pair in pairs},
        settings={"best_epoch": fitted.best_epoch_, "epochs": len(fitted.history_)},
        seconds=time.monotonic() - started,
    )
