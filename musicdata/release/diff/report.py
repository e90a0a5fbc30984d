"""What differs between two releases, as JSON and as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.release.diff import bump
from musicdata.release.diff.result import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.release.diff.result import Diff, Found, TableDiff


def as_json(diff: Diff) -> dict[str, Any]:
    """Return a diff as JSON knows it."""
    return {
        "a": diff.a,
        "b": diff.b,
        "view": diff.view,
        "bump": bump.required_bump(diff),
        "reasons": [list(reason) for reason in bump.reasons(diff)],
        "samples": diff.samples,
        "tables": {name: _table_as_json(table) for name, table in sorted(diff.tables.items())},
        "tables_added": diff.tables_added,
        "tables_removed": diff.tables_removed,
        "repackaged": diff.repackaged,
        "metadata": diff.metadata,
        "causes": diff.causes,
    }


def _table_as_json(table: TableDiff) -> dict[str, Any]:
    return {
        "rows": list(table.rows),
        **{kind: _rows_as_json(getattr(table, kind)) for kind in KINDS},
        "columns": {name: _rows_as_json(differing) for name, differing in table.columns.items()},
        "columns_added": table.columns_added,
        "columns_removed": table.columns_removed,
        "columns_retyped": {name: list(what) for name, what in table.retyped.items()},
        "key": list(table.rekeyed) if table.rekeyed else None,
        "unseen": table.unseen,
    }


def _rows_as_json(rows: Found) -> dict[str, Any]:
    return {"rows": rows.n, "examples": [list(key) for key in rows.examples]}


def lines(diff: Diff) -> list[str]:
    """List for people what differs: the step in version, a line a table, details under it."""
    step = bump.required_bump(diff) or f"they differ in the view {diff.view}"
    lines = [f"{diff.a} → {diff.b}: {step if bump.reasons(diff) else 'no difference'}"]
    counts = [f"{n:,} {kind.replace('_', ' ')}" for kind, n in diff.samples.items() if n]
    lines += [f"{', '.join(counts)} of the samples"] if counts else []
    lines += ["made otherwise:", *(f"  {cause}" for cause in diff.causes)] if diff.causes else []
    lines += [f"{name}: table added, {n:,} rows" for name, n in diff.tables_added.items()]
    lines += [f"{name}: table removed, {n:,} rows" for name, n in diff.tables_removed.items()]
    differing = [table for _, table in sorted(diff.tables.items()) if not table.is_same]
    lines += [line for table in differing for line in _lines_of(table)]
    lines += [f"{name}: other files, the same rows" for name in diff.repackaged]
    lines += [f"changed too: {', '.join(diff.metadata)}"] if diff.metadata else []
    same = len(diff.tables) - len(differing)
    return [*lines, f"{same} {'table is' if same == 1 else 'tables are'} the same"] if same else lines


def _lines_of(table: TableDiff) -> Iterator[str]:
    """Yield a line that counts, then one for each detail."""
    head = " → ".join(f"{n:,}" for n in dict.fromkeys(table.rows))
    counts = [f"{differing.n:,} {kind.replace('_', ' ')}" for kind, differing in table.found.items()]
    yield f"{table.name}: {head} rows" + (f"; {', '.join(counts)}" if counts else "")
    if table.rekeyed:
        yield f"  key: {table.rekeyed[0]} → {table.rekeyed[1]}; rows were not compared"
    yield from (f"  column {name} added" for name in table.columns_added)
    yield from (f"  column {name} removed" for name in table.columns_removed)
    yield from (f"  column {name}: {old} → {new}" for name, (old, new) in table.retyped.items())
    yield from (f"  {kind.replace('_', ' ')}: {f.told()}" for kind, f in table.found.items() if kind != "changed")
    yield from (f"  {name}: {differing.n:,} changed: {differing.told()}" for name, differing in table.columns.items())
    if table.unseen:
        yield f"  changed, but not shown by this view: {', '.join(table.unseen)}"
