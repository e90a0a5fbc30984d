"""Retrieval by its definition, in rational numbers and over every order of ties, for a handful of items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product

Rows = Sequence[Sequence[int]]


def cosine_key(x: Sequence[int], y: Sequence[int]) -> Fraction:
    """Return a number that orders pairs as their cosine does: its square with its sign."""
    inner = sum(p * q for p, q in zip(x, y, strict=True))
    squares = sum(p * p for p in x) * sum(q * q for q in y)
    return Fraction(inner * abs(inner), squares) if squares else Fraction(0)


def places(a: Rows, b: Rows) -> tuple[list[int], list[int]]:
    """Return how many candidates are better than each partner, and how many others tie with it."""
    keys = [[cosine_key(x, y) for y in b] for x in a]
    better = [sum(key > row[i] for key in row) for i, row in enumerate(keys)]
    return better, [sum(key == row[i] for key in row) - 1 for i, row in enumerate(keys)]


def orders(keys: Sequence[Fraction], candidates: Sequence[int]) -> Iterator[list[int]]:
    """Go through every order of the candidates by falling key."""
    classes = [[c for c in candidates if keys[c] == key] for key in sorted({keys[c] for c in candidates}, reverse=True)]
    for parts in product(*(permutations(tied) for tied in classes)):
        yield [c for part in parts for c in part]


def mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def category_figures(
    keys: Sequence[Sequence[Fraction]], categories: Sequence[int], *, exclude_self: bool
) -> dict[str, float]:
    """Return the figures of `CategoryMetrics`, each query's expected over every order of its ties."""
    found: dict[str, list[Fraction]] = {"mrr": [], "r1": [], "r5": [], "rank": [], "precision": []}
    for query, row in enumerate(keys):
        candidates = [c for c in range(len(row)) if not (exclude_self and c == query)]
        if not any(categories[c] == categories[query] for c in candidates):
            continue
        every = [[categories[c] == categories[query] for c in order] for order in orders(row, candidates)]
        first = [1 + flags.index(True) for flags in every]
        found["mrr"].append(mean([Fraction(1, rank) for rank in first]))
        found["r1"].append(mean([Fraction(rank <= 1) for rank in first]))
        found["r5"].append(mean([Fraction(rank <= 5) for rank in first]))
        found["rank"].append(mean([Fraction(rank) for rank in first]))
        found["precision"].append(mean([average_precision(flags) for flags in every]))
    figures = {name: float(mean(values)) for name, values in found.items()}
    ranks = sorted(found["rank"])
    return figures | {"median": float(ranks[len(ranks) // 2] + ranks[(len(ranks) - 1) // 2]) / 2, "n": len(ranks)}


def average_precision(flags: Sequence[bool]) -> Fraction:
    at = [place for place, flag in enumerate(flags, start=1) if flag]
    return mean([Fraction(number, place) for number, place in enumerate(at, start=1)])
