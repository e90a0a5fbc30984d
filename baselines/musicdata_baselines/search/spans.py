"""The lines of a song that a query matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.search.hits import Span
from musicdata_baselines.search.terms import split_terms

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_LINES = 4
"""Lines of a span at most."""

_LINES_LOOKED_AT = 5000


def find_span(text: str, weights: Mapping[str, float]) -> Span | None:
    r"""Return the lines, four at most, whose distinct terms weigh most; of equals the fewest, then the first.

    Args:
        text: lines between line breaks.
        weights: of the terms of a query.

    Returns:
        None where no line holds a term.

    >>> find_span("o ye hills\nthe sea so blue\nthe hills", {"sea": 2, "blue": 1, "hills": 1})
    Span(first_line=0, n_lines=2)
    """
    lines = [{term for term in split_terms(line) if term in weights} for line in text.split("\n")[:_LINES_LOOKED_AT]]
    best, span = 0.0, None
    for n_lines in range(1, MOST_LINES + 1):
        for first in range(len(lines) - n_lines + 1):
            if not lines[first] or not lines[first + n_lines - 1]:
                continue  # a shorter one has the same terms
            weight = sum(weights[term] for term in sorted(set().union(*lines[first : first + n_lines])))
            if weight > best * (1 + 1e-9):
                best, span = weight, Span(first, n_lines)
    return span
