"""Groups of near-duplicates, with the splits that their samples are in: a group in two of them is a leak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import MusicdataError
from musicdata.web import counting
from musicdata.web.asking import BadRequestError
from musicdata.web.sample import BROKEN

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
        ``groups``, each with group, n samples, splits with counts, members (20 at most, each a sample and its split)
        and ``why``, the rows of it in the tables that put things into groups; ``n`` groups of several samples, ``of``
        all groups, ``leaks``, ``torn`` by a split by lot.

    Raises:
        BadRequestError: the data set has no groups.
    """
    table = home(library)
    if not table:
        raise BadRequestError(
            "the data set has no groups", "groups", "none of its tables says which samples are alike", 404
        )
    found = counting.groups(library, table, GROUP, SPLIT, SAMPLE_ID, (offset, limit))
    grouping = _grouping(library)
    for group in found["groups"]:
        group["why"] = [_why(library, name, group["group"]) for name in grouping]
    return {"table": table} | found


def _grouping(library: Library) -> list[str]:
    """List the tables with a row for each thing that is put into a group: they say what it is like, and how much."""
    contracts = [library.contract(table) for table in library.source.tables]
    of_things = [one for one in contracts if len(one.key) == 1 and one.key[0] not in (GROUP, SAMPLE_ID)]
    return [one.name for one in of_things if GROUP in {column.name for column in one.columns}]


def _why(library: Library, table: str, group: str) -> dict[str, Any]:
    try:
        rows = library.one(table, GROUP, group, counting.MEMBERS_SHOWN)
    except MusicdataError as error:
        return {"table": table, "columns": [BROKEN], "rows": [[str(error)]]}
    columns = [name for name in (rows[0] if rows else ()) if name != GROUP]
    return {"table": table, "columns": columns, "rows": [[row[name] for name in columns] for row in rows]}
