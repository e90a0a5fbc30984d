"""What a table can be filtered by: values with counts, histograms; and groups of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.web.library import cell
from musicdata.web.terms import quoted, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.column import Column
    from musicdata.web.asking import Condition
    from musicdata.web.library import Held, Library

MEMBERS_SHOWN = 20
"""Of a group."""

_VALUES = 40
_BINS = 24


def facets(library: Library, table: str, conditions: Sequence[Condition], words: str) -> list[dict[str, Any]]:
    """Return, for each column that can be a filter, its values with counts or its histogram.

    What a column's own condition leaves out is counted too, so that it can be chosen.
    """
    held = library.held(table)
    key = set(held.contract.key)
    found: list[dict[str, Any]] = []
    for column in held.columns:
        others = [one for one in conditions if one.column != column.name]
        if column.type == "bool" or column.name in held.few:
            if column.name not in key or column.type == "bool":
                found.append(_values(library, held, column, others, words))
        elif column.type != "string":
            found.append(_histogram(library, held, column, others, words))
    return found


def _values(library: Library, held: Held, column: Column, others: Sequence[Condition], words: str) -> dict[str, Any]:
    term, values = where(held.columns, others, words)
    name, table = quoted(column.name), quoted(held.contract.name)
    counted = library.ask(
        f"SELECT {name}, count(*) AS n FROM {table} {term} GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?",
        [*values, _VALUES + 1],
    )
    shown = [{"value": cell(value), "n": n} for value, n in counted[:_VALUES]]
    return {"column": column.name, "values": shown, "has_more": len(counted) > _VALUES}


def _histogram(library: Library, held: Held, column: Column, others: Sequence[Condition], words: str) -> dict[str, Any]:
    name, table = quoted(column.name), quoted(held.contract.name)
    is_number = f"isfinite({name})" if column.type.startswith("float") else f"{name} IS NOT NULL"
    least, most, n_empty = library.ask(
        f"SELECT min({name}) FILTER ({is_number}), max({name}) FILTER ({is_number}), "
        f"count(*) FILTER (NOT coalesce({is_number}, false)) FROM {table}"
    )[0]
    if least is None:
        return {"column": column.name, "bins": [], "least": None, "most": None, "empty": n_empty}
    is_whole = column.type in ("int32", "int64") and most - least < _BINS
    n_bins = int(most - least) + 1 if is_whole else _BINS
    width = 1 if is_whole else (most - least) / n_bins or 1.0
    term, values = where(held.columns, others, words)
    place = f"least(CAST(floor(({name} - ?) / ?) AS INTEGER), ?)"
    counted = library.ask(
        f"SELECT {place}, count(*) FROM {table} {term} {'AND' if term else 'WHERE'} {is_number} GROUP BY 1",
        [least, width, n_bins - 1, *values],
    )
    counts = dict(counted)
    bins = [int(counts.get(number, 0)) for number in range(n_bins)]
    return {"column": column.name, "bins": bins, "least": least, "most": most, "width": width, "empty": n_empty}


def groups(library: Library, table: str, group: str, split: str, member: str, span: tuple[int, int]) -> dict[str, Any]:
    """Return the values of a column that several rows have: those in several splits first, then the commonest.

    ``torn`` is how many of these a split by lot, of the same shares and row by row, would tear apart on the average.

    Args:
        library: that has the table.
        table: by name.
        group: column of it that says who belongs together.
        split: column of it; a group with several values is a leak.
        member: column of it that names the rows.
        span: groups before, groups at most.
    """
    library.held(table)
    text = (
        f"SELECT {quoted(group)} AS g, count(*) AS n, count(DISTINCT {quoted(split)}) AS s, "
        f"histogram(CAST({quoted(split)} AS VARCHAR)), "
        f"list([CAST({quoted(member)} AS VARCHAR), CAST({quoted(split)} AS VARCHAR)] "
        f"ORDER BY {quoted(member)})[1:{MEMBERS_SHOWN}] FROM {quoted(table)} GROUP BY 1"
    )
    of, n, leaks = library.ask(f"SELECT count(*), count(*) FILTER (n > 1), count(*) FILTER (s > 1) FROM ({text})")[0]
    shares = f"SELECT count(*) / sum(count(*)) OVER () AS p FROM {quoted(table)} GROUP BY {quoted(split)}"
    torn = library.ask(f"SELECT sum(1 - (SELECT sum(p ** n) FROM ({shares}))) FROM ({text}) WHERE n > 1")[0][0]
    offset, limit = span
    found = library.ask(f"{text} HAVING n > 1 ORDER BY s DESC, n DESC, g LIMIT ? OFFSET ?", [limit, offset])
    shown = [{"group": g, "n": size, "splits": dict(splits), "members": ids} for g, size, _, splits, ids in found]
    return {"groups": shown, "of": of, "n": n, "leaks": leaks, "torn": round(torn or 0, 1)}


def first_of_each(
    library: Library, table: str, columns: Sequence[str], by: tuple[str, ...], most: int
) -> dict[str, Any]:
    """Return the first rows of each kind: ``columns``, ``rows``, about `most`, in order, and ``of``, all there are."""
    held = library.held(table)
    kind, wanted = ", ".join(map(quoted, by)), ", ".join(map(quoted, columns))
    ((n_kinds,),) = library.ask(f"SELECT count(*) FROM (SELECT DISTINCT {kind} FROM {quoted(table)})")
    place = f"row_number() OVER (PARTITION BY {kind} ORDER BY rowid)"
    numbered = f'SELECT rowid AS "#", {place} AS "##" FROM {quoted(table)}'  # no column is called so
    found = library.ask(
        f'SELECT {wanted} FROM {quoted(table)} JOIN ({numbered}) ON rowid = "#" WHERE "##" <= ? ORDER BY "#"',
        [max(1, most // max(n_kinds, 1))],
    )
    return {"columns": list(columns), "rows": [list(map(cell, row)) for row in found], "of": held.n_rows}


def sizes(library: Library, table: str, column: str) -> dict[Any, int]:
    """Return how often each value of a column comes."""
    library.held(table)
    return dict(library.ask(f"SELECT {quoted(column)}, count(*) FROM {quoted(table)} GROUP BY 1"))


def ids(library: Library, table: str, column: str, split: str, value: str | None) -> list[str]:
    """Return a column of the rows of a split, of all rows where `value` is None, in order."""
    library.held(table)
    term = f"WHERE {quoted(split)} = ?" if value is not None else ""
    found = library.ask(f"SELECT {quoted(column)} FROM {quoted(table)} {term} ORDER BY rowid", [value] if term else [])
    return [str(row[0]) for row in found]
