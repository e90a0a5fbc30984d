"""Groups of near-duplicates, with the splits that their samples are in: a group in two of them is a leak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.web import counting
from musicdata.web.asking import BadRequestError

if TYPE_CHECKING:
    from musicdata.web.library import Library

GROUP, SPLIT = "group_id", "split"


def home(library: Library) -> str:
    """Return the table that says which group a sample is in; "" where there is none."""
    for table in library.source.tables:
        contract = library.contract(table)
        names = {column.name for column in contract.columns}
        if contract.key == (SAMPLE_ID,) and {GROUP, SPLIT} <= names and contract.introduces == SAMPLE_ID:
            return table
    return ""


def describe(library: Library, offset: int, limit: int) -> dict[str, Any]:
    """Return groups of several samples: leaks first, then the largest.

    Returns:
        ``groups``, each with group, n samples, splits with counts, members (20 at most); ``n`` groups of several
        samples, ``of`` all groups, ``leaks``.

    Raises:
        BadRequestError: the data set has no groups.
    """
    table = home(library)
    if not table:
        raise BadRequestError(
            "the data set has no groups", "groups", "none of its tables says which samples are alike", 404
        )
    return {"table": table} | counting.groups(library, table, GROUP, SPLIT, SAMPLE_ID, (offset, limit))
