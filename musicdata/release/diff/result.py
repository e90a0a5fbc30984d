"""What differs between two releases, as plain values, as JSON and as lines for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.release.diff import bump
from musicdata.release.record.layout import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.release.record.version import Bump

EXAMPLES = 5
KINDS = ("added", "removed", "taken_down", "moved", "changed", "reencoded", "reassigned")


@dataclass(slots=True)
class Found:
    """Counts rows, and keeps the keys of the first few."""

    n: int = 0
    examples: list[tuple[Any, ...]] = field(default_factory=list)

    def told(self) -> str:
        """Return the keys of some of the rows."""
        shown = ", ".join(" ".join(map(str, key)) for key in self.examples)
        return f"{shown} …" if self.n > len(self.examples) else shown

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {"rows": self.n, "examples": [list(key) for key in self.examples]}


@dataclass(slots=True)
class TableDiff:
    """What differs in one table that both releases have.

    Attributes:
        name: of the table.
        rows: of it in the first release and in the second.
        added: rows that only the second has.
        removed: rows that only the first has, and that were not taken down.
        taken_down: rows that only the first has, of items that have a tombstone.
        moved: rows that stand in another split.
        changed: rows with at least one value that differs, `columns` says in which columns.
        reencoded: rows with other bytes of a sound or picture that decode to the same.
        reassigned: rows shared by several samples, of which another one is the first now.
        columns: column → rows in which its value differs.
        fitted: columns whose values depend on the whole train split.
        columns_added: names; `columns_removed` likewise.
        retyped: column → what it was and is: type, unit, shape, whether it may be empty, name in the config.
        rekeyed: the key that was and that is; then rows are not compared.
        unseen: columns that differ in the full releases, in cells that this view does not show.
    """

    name: str
    rows: tuple[int, int] = (0, 0)
    added: Found = field(default_factory=Found)
    removed: Found = field(default_factory=Found)
    taken_down: Found = field(default_factory=Found)
    moved: Found = field(default_factory=Found)
    changed: Found = field(default_factory=Found)
    reencoded: Found = field(default_factory=Found)
    reassigned: Found = field(default_factory=Found)
    columns: dict[str, Found] = field(default_factory=dict)
    fitted: set[str] = field(default_factory=set)
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    retyped: dict[str, tuple[str, str]] = field(default_factory=dict)
    rekeyed: tuple[str, str] | None = None
    unseen: list[str] = field(default_factory=list)

    @property
    def found(self) -> dict[str, Found]:
        """Return kind of difference → rows, of those that there are."""
        kinds = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: found for kind, found in kinds.items() if found.n}

    @property
    def is_same(self) -> bool:
        """Say whether nothing differs."""
        others = (self.columns_added, self.columns_removed, self.retyped, self.rekeyed, self.unseen)
        return not self.found and not any(others)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {
            "rows": list(self.rows),
            **{kind: getattr(self, kind).as_json() for kind in KINDS},
            "columns": {name: found.as_json() for name, found in self.columns.items()},
            "columns_added": self.columns_added,
            "columns_removed": self.columns_removed,
            "columns_retyped": {name: list(what) for name, what in self.retyped.items()},
            "key": list(self.rekeyed) if self.rekeyed else None,
            "unseen": self.unseen,
        }

    def lines(self) -> Iterator[str]:
        """Yield a line that counts, then one for each detail."""
        head = " → ".join(f"{n:,}" for n in dict.fromkeys(self.rows))
        counts = [f"{found.n:,} {kind.replace('_', ' ')}" for kind, found in self.found.items()]
        yield f"{self.name}: {head} rows" + (f"; {', '.join(counts)}" if counts else "")
        if self.rekeyed:
            yield f"  key: {self.rekeyed[0]} → {self.rekeyed[1]}; rows were not compared"
        yield from (f"  column {name} added" for name in self.columns_added)
        yield from (f"  column {name} removed" for name in self.columns_removed)
        yield from (f"  column {name}: {old} → {new}" for name, (old, new) in self.retyped.items())
        yield from (f"  {kind.replace('_', ' ')}: {f.told()}" for kind, f in self.found.items() if kind != "changed")
        yield from (f"  {name}: {found.n:,} changed: {found.told()}" for name, found in self.columns.items())
        if self.unseen:
            yield f"  changed, but not shown by this view: {', '.join(self.unseen)}"


@dataclass(slots=True)
class Diff:
    """What differs between two releases, or between the same view of both.

    Attributes:
        a: name and version of the first; `b` of the second.
        view: of both.
        tables: table → what differs in it, of the tables that both have.
        tables_added: table that only the second has → its rows; `tables_removed` likewise of the first.
        repackaged: configs whose rows are the same and whose files are not.
        metadata: what else differs: `card`, `citation`, `recipe`, `title` …
        home: table that introduces samples.
    """

    a: str
    b: str
    view: str
    tables: dict[str, TableDiff] = field(default_factory=dict)
    tables_added: dict[str, int] = field(default_factory=dict)
    tables_removed: dict[str, int] = field(default_factory=dict)
    repackaged: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    home: str = SAMPLES

    @property
    def is_same(self) -> bool:
        """Say whether nothing differs."""
        return not bump.reasons(self)

    @property
    def bump(self) -> Bump | None:
        """Return the step in version that the differences ask for; None where there are none, and for a view."""
        return bump.required_bump(self) if self.view == "full" else None

    @property
    def samples(self) -> dict[str, int]:
        """Return kind of difference → samples, each counted once, whatever the tables that have it."""
        table = self.tables.get(self.home, TableDiff(self.home))
        return {kind: getattr(table, kind).n for kind in ("added", "removed", "taken_down", "moved")}

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {
            "a": self.a,
            "b": self.b,
            "view": self.view,
            "bump": self.bump,
            "reasons": [list(reason) for reason in bump.reasons(self)],
            "samples": self.samples,
            "tables": {name: table.as_json() for name, table in sorted(self.tables.items())},
            "tables_added": self.tables_added,
            "tables_removed": self.tables_removed,
            "repackaged": self.repackaged,
            "metadata": self.metadata,
        }

    def lines(self) -> list[str]:
        """List for people what differs: the step in version, a line a table, details under it."""
        what = "no difference" if self.is_same else self.bump or f"they differ in the view {self.view}"
        found = [f"{self.a} → {self.b}: {what}"]
        counts = [f"{n:,} {kind.replace('_', ' ')}" for kind, n in self.samples.items() if n]
        found += [f"{', '.join(counts)} of the samples"] if counts else []
        found += [f"{name}: table added, {n:,} rows" for name, n in self.tables_added.items()]
        found += [f"{name}: table removed, {n:,} rows" for name, n in self.tables_removed.items()]
        differing = [table for _, table in sorted(self.tables.items()) if not table.is_same]
        found += [line for table in differing for line in table.lines()]
        found += [f"{name}: other files, the same rows" for name in self.repackaged]
        found += [f"changed too: {', '.join(self.metadata)}"] if self.metadata else []
        same = len(self.tables) - len(differing)
        return [*found, f"{same} {'table is' if same == 1 else 'tables are'} the same"] if same else found
