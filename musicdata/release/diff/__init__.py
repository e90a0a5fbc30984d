"""What changed from one release to another: rows, columns, tables, files, and what is told of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from musicdata.errors import UsageError
from musicdata.release import Package
from musicdata.release.diff.causes import causes
from musicdata.release.diff.metadata import changed_metadata
from musicdata.release.diff.result import Diff, Found, TableDiff
from musicdata.release.diff.rows import compare_rows
from musicdata.release.diff.takedown import Removed
from musicdata.release.reading.merge import BLOCK_ROWS
from musicdata.release.reading.side import Side
from musicdata.release.record import layout
from musicdata.release.verify.gate import require_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.definitions.column import Column
    from musicdata.release.reading.release import Release

__all__ = ["Diff", "Found", "TableDiff", "compare", "diff"]


def diff(a: Release, b: Release, *, progress: Callable[[str], None] = lambda _what: None) -> Diff:
    """Verify two releases, or the same view of both, and compare all their splits.

    Args:
        a: the first, older one.
        b: the second.
        progress: is told each release when it is verified.

    Raises:
        UsageError: they are different views, or releases of different data sets.
        IntegrityError: one is not what it says it is.
    """
    _require_sense(a, b)
    for release in (a, b):
        progress(f"verify {release.root}")
        require_whole(release.root, "and what is not what it says cannot be compared")
    return compare(a, b)


def _require_sense(a: Release, b: Release) -> None:
    if a.record.name != b.record.name:
        raise UsageError(f"{a.record.slug} and {b.record.slug} are releases of different data sets")
    if a.record.view != b.record.view:
        raise UsageError(
            f"{a.record.slug} is the view {a.record.view!r}, {b.record.slug} the view {b.record.view!r}: "
            "compare the same view of both"
        )


def compare(
    a: Release, b: Release, *, block_rows: int = BLOCK_ROWS, progress: Callable[[str], None] = lambda _table: None
) -> Diff:
    """Compare two releases whose digests are believed: what `RELEASE.json` says is equal is not read.

    It is for a release that is being made and for whoever verified both; `diff` verifies them itself.

    Args:
        a: the first, older one.
        b: the second.
        block_rows: rows of each split and release that are held at a time, at least.
        progress: is told each table when it is looked at.

    Raises:
        UsageError: they are different views, or releases of different data sets.
        IntegrityError: a file is missing or damaged.
    """
    _require_sense(a, b)
    ours, theirs = Side.of(a), Side.of(b)
    removed = Removed.between(ours, theirs)
    difference = Diff(a.record.slug, b.record.slug, a.record.view, metadata=changed_metadata(ours, theirs))
    difference.causes = causes(a.record, b.record)
    difference.home = ours.home
    for table in sorted(ours.contracts.keys() | theirs.contracts.keys()):
        progress(table)
        if table not in ours.contracts:
            difference.tables_added[table] = theirs.n_rows(table)
        elif table not in theirs.contracts:
            difference.tables_removed[table] = ours.n_rows(table)
        else:
            difference.tables[table] = _table_diff(ours, theirs, table, removed, block_rows)
    difference.repackaged = _repackaged(ours, theirs, difference)
    return difference


def _table_diff(a: Side, b: Side, table: str, removed: Removed, block_rows: int) -> TableDiff:
    table_diff = TableDiff(table, (a.n_rows(table), b.n_rows(table)))
    before, after = ({c.name: c for c in side.contracts[table].columns} for side in (a, b))
    table_diff.fitted = {name for name, column in after.items() if column.fitted}
    table_diff.columns_added = [name for name in after if name not in before]
    table_diff.columns_removed = [name for name in before if name not in after]
    both = [name for name in before if name in after]
    for name in both:
        was, is_now = (_told(side, table, side.contracts[table].column(name)) for side in (a, b))
        if was != is_now:
            table_diff.retyped[name] = was, is_now
    shared = [name for name in both if before[name].arrow_type == after[name].arrow_type]
    keys = [side.contracts[table].key for side in (a, b)]
    if keys[0] != keys[1] or not set(keys[0]) <= set(shared):
        table_diff.rekeyed = ", ".join(keys[0]), ", ".join(keys[1])
        return table_diff
    compare_rows(a, b, table_diff, shared, removed, block_rows)
    table_diff.unseen = _unseen(a, b, table)
    return table_diff


def _told(side: Side, table: str, column: Column) -> str:
    """Return what a reader of the column has to know of its values."""
    place = side.facts(table).columns[column.name]
    facts = [
        column.kind,
        column.unit,
        "may be empty" if column.nullable else "",
        f"called {place}" if place != column.name else "",
    ]
    return ", ".join(fact for fact in facts if fact)


def _unseen(a: Side, b: Side, table: str) -> list[str]:
    """List columns that differ in the full releases in the same rows, and not in this view."""
    full = [side.facts(table).digests for side in (a, b)]
    if any(full[0].get(name) != full[1].get(name) for name in b.contracts[table].key):
        return []
    differing = [name for name in full[0] if name in full[1] and full[0][name] != full[1][name]]
    splits = a.facts(table).rows
    return [n for n in differing if all(a.digest(table, n, s) == b.digest(table, n, s) for s in splits)]


def _repackaged(a: Side, b: Side, difference: Diff) -> list[str]:
    """List configs in whose tables nothing differs, and whose files do."""
    configs: dict[str, bool] = {}
    for table, differing in difference.tables.items():
        config = b.facts(table).config
        configs[config] = configs.get(config, True) and differing.is_same and a.facts(table).config == config
    return [config for config, is_same in configs.items() if is_same and _files(a, config) != _files(b, config)]


def _files(side: Side, config: str) -> dict[str, str]:
    folder = f"{layout.DATA}/{config}/"
    return {file.path: file.sha256 for file in side.record.files if file.path.startswith(folder)}


sys.modules[__name__].__class__ = Package
