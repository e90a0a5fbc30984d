"""How sure a retrieval figure is: bootstrap intervals and permutation tests that keep the items of a group together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval.labels import number_labels
from musicdata_baselines.retrieval.order import tabulate_reciprocal_ranks
from musicdata_baselines.retrieval.ranks import check_scores, normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

AT_ONCE = 2**18
DETECTION_LEVEL = 0.01


@dataclass(frozen=True, slots=True)
class Significance:
    """Compares an MRR with those of re-pairings.

    Attributes:
        observed_mrr: of the pairs as they are.
        null_mean: mean over the re-pairings.
        p_value: share of MRRs at least as high as the observed, itself counted: (1 + #) / (1 + N).
        detection_limit: an MRR above it has p < 0.01; infinite where there are too few re-pairings for that.
    """

    observed_mrr: float
    null_mean: float
    p_value: float
    detection_limit: float


@dataclass(frozen=True, slots=True)
class PermutationResult(Significance):
    """Compares the mean MRR of both directions with those of re-pairings.

    Attributes:
        n_rows: rows the test was made on; fewer than given where there were too many.
        n_groups: groups they are from.
        directions: a → b and b → a, from the same re-pairings.
    """

    n_rows: int
    n_groups: int
    directions: tuple[Significance, Significance]


def bootstrap_by_group(
    values: NDArray[Any],
    groups: Sequence[Any] | NDArray[Any] | None,
    n_draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the percentile interval of the mean of `values` (n,) when whole groups are drawn with replacement.

    The values are reciprocal ranks, or the differences of two methods' on the same queries. Items of a group, such as
    windows of one song, are no independent evidence: the interval is as wide as the number of groups makes it.

    Raises:
        ViewError: values that are not finite, not one group a value, fewer than two groups, or a wrong number of draws
            or level.

    >>> import numpy as np
    >>> bootstrap_by_group(np.array([1.0, 1.0, 0.5, 0.5]), ["a", "a", "b", "b"])
    (0.5, 1.0)
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ViewError(f"values of shape {values.shape} to draw from, expected (n,) finite numbers")
    if n_draws < 1 or not 0 < level < 1:
        raise ViewError(f"{n_draws} draws at level {level}, expected at least one draw and a level between 0 and 1")
    numbers = number_labels(groups, len(values), "groups")
    sizes, sums = np.bincount(numbers), np.bincount(numbers, weights=values)
    require_groups(len(sizes))
    rng = np.random.default_rng(seed)
    step = max(1, AT_ONCE // len(sizes))
    means = []
    for start in range(0, n_draws, step):
        drawn = rng.integers(0, len(sizes), size=(min(step, n_draws - start), len(sizes)), dtype=np.int32)
        means.append(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def permutation_test(
    a: NDArray[Any],
    b: NDArray[Any],
    groups: Sequence[Any] | NDArray[Any] | None = None,
    n_permutations: int = 10_000,
    seed: int = 0,
    max_rows: int = 4096,
) -> PermutationResult:
    """Compare the mean MRR of both directions with that of re-pairings that move whole groups.

    Scores stay as they are, so that an MRR is a mean over a table of reciprocal ranks. A re-pairing gives each group of
    a one group of b, in random order, and lays its items alongside from a random one on, around and around while the
    group of a is longer: neighbours stay neighbours, so that windows of one song do not count as independent. With
    groups of one size, such as without groups, this is a permutation of the items. With unequal sizes it is not: laying
    the groups end to end would be, but it breaks them up, and doubles the false alarms at p < 0.01.

    Args:
        a: scores (n, k) of the first view.
        b: scores (n, k) of the second.
        groups: label (n,) of each item's group; items of a group are in their order.
        n_permutations: re-pairings drawn.
        seed: of the draws.
        max_rows: rows the tables may have; above it, groups are drawn that fit. Memory is 12 · max_rows² bytes.

    Raises:
        ViewError: see `count_ranks`; not one group a row, or fewer than two groups.
    """
    a, b = check_scores(a, b)
    if n_permutations < 1:
        raise ViewError(f"{n_permutations} permutations, expected at least one")
    numbers = number_labels(groups, len(a), "groups")
    rng = np.random.default_rng(seed)
    rows = draw_groups(numbers, max_rows, rng)
    sizes = np.bincount(numbers[rows])
    sizes = sizes[sizes > 0]
    require_groups(len(sizes))
    table = _tabulate_both(normalise(a[rows]), normalise(b[rows]))
    step = max(1, AT_ONCE // len(rows))
    observed = _mean_along(table, np.arange(len(rows))[None])
    null = np.concatenate(
        [
            _mean_along(table, draw_repairings(sizes, min(step, n_permutations - start), rng))
            for start in range(0, n_permutations, step)
        ]
    )
    return PermutationResult(
        *compare((observed.real + observed.imag)[0] / 2, (null.real + null.imag) / 2),
        n_rows=len(rows),
        n_groups=len(sizes),
        directions=(
            Significance(*compare(observed.real[0], null.real)),
            Significance(*compare(observed.imag[0], null.imag)),
        ),
    )


def require_groups(n: int) -> None:
    """Refuse to infer from one group.

    Raises:
        ViewError: there are fewer than two.
    """
    if n < 2:
        raise ViewError(f"{n} group, at least two are needed: what one group shows may be its own")


def draw_groups(numbers: NDArray[np.int64], max_rows: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the rows of randomly drawn groups, `max_rows` at most, sorted by group and in their order within.

    Raises:
        ViewError: no two groups fit.
    """
    order = np.argsort(numbers, kind="stable")
    if len(numbers) <= max_rows:
        return order
    sizes = np.bincount(numbers)
    kept, room = np.zeros(len(sizes), bool), max_rows
    for group in rng.permutation(len(sizes)).tolist():
        if sizes[group] <= room:
            kept[group] = True
            room -= int(sizes[group])
    if kept.sum() < 2:
        raise ViewError(f"max_rows is {max_rows}, groups have up to {sizes.max()} rows; two of them must fit")
    return order[kept[numbers[order]]]


def _tabulate_both(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.complex64]:
    """Return the reciprocal ranks (n, n) of pairing row i of a with row j of b: a → b real, b → a imaginary.

    One complex number of both directions is fetched from memory at once.
    """
    table = np.empty((len(a), len(a)), np.complex64)
    table.real = tabulate_reciprocal_ranks(a, b)
    table.imag = tabulate_reciprocal_ranks(b, a).T
    return table


def _mean_along(table: NDArray[np.complex64], pairing: NDArray[np.int64]) -> NDArray[np.complex128]:
    """Return the mean (draws,) over the rows of the table at the columns that each pairing (draws, n) gives."""
    n = len(table)
    means: NDArray[np.complex128] = table.ravel()[pairing + np.arange(0, n * n, n)].sum(axis=1, dtype=np.complex128) / n
    return means


def draw_repairings(sizes: NDArray[np.int64], draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return random partners (draws, n) of items that are sorted by group, each group's from one group."""
    n_groups, longest = len(sizes), int(sizes.max())
    order = rng.permuted(np.broadcast_to(np.arange(n_groups), (draws, n_groups)), axis=1)
    if longest == 1:
        return order
    # Each group is written out once, around and around, far enough for the longest one from any of its items.
    starts = np.cumsum(sizes) - sizes
    rounds = np.concatenate(
        [start + np.arange(size + longest) % size for start, size in zip(starts, sizes, strict=True)]
    )
    first = starts + longest * np.arange(n_groups)
    begin = first[order] + rng.integers(0, sizes[order])
    group = np.repeat(np.arange(n_groups), sizes)
    partners: NDArray[np.int64] = rounds[begin[:, group] + (np.arange(len(group)) - starts[group])]
    return partners


def compare(observed: float, null: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return the fields of `Significance`, of an MRR and those of re-pairings."""
    p_value = (1 + np.count_nonzero(null >= observed)) / (1 + len(null))
    allowed = int(np.ceil(DETECTION_LEVEL * (1 + len(null)))) - 2  # re-pairings that may be as high at p < 0.01
    limit = np.sort(null)[-1 - allowed] if allowed >= 0 else np.inf
    return float(observed), float(null.mean()), float(p_value), float(limit)
