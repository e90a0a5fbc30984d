"""What differs between two releases, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from musicdata.wording import listed

EXAMPLES = 5
_SHOWN_CHARACTERS = 500
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


@dataclass(slots=True, repr=False)
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

    def __repr__(self) -> str:
        found = ", ".join(f"{kind} {differing.n:,}" for kind, differing in self.found.items())
        return f"<TableDiff {self.name}: {'same' if self.is_same else found or 'its columns differ'}>"

    @property
    def found(self) -> dict[str, Found]:
        """Return kind of difference → rows, of those that there are."""
        kinds = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: differing for kind, differing in kinds.items() if differing.n}

    @property
    def is_same(self) -> bool:
        """Say whether nothing differs."""
        others = (self.columns_added, self.columns_removed, self.retyped, self.rekeyed, self.unseen)
        return not self.found and not any(others)


@dataclass(slots=True, repr=False)
class Diff:
    """What differs between two releases, or between the same view of both.

    Attributes:
        a: name and version of the first; `b` of the second.
        view: of both.
        tables: table → what differs in it, of the tables that both have.
        tables_added: table that only the second has → its rows; `tables_removed` likewise of the first.
        repackaged: configs whose rows are the same and whose files are not.
        metadata: what else differs: `card`, `citation`, `recipe`, `title` …
        causes: in what the two were made otherwise: inputs, parameters, stages, tools, a line each.
        home: table that introduces samples; nothing where the view has none.
    """

    a: str
    b: str
    view: str
    tables: dict[str, TableDiff] = field(default_factory=dict)
    tables_added: dict[str, int] = field(default_factory=dict)
    tables_removed: dict[str, int] = field(default_factory=dict)
    repackaged: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    home: str = ""

    def __repr__(self) -> str:
        differing = [name for name, table in self.tables.items() if not table.is_same]
        return f"<Diff {self.a} → {self.b} ({self.view}): tables that differ: {listed(differing)[:_SHOWN_CHARACTERS]}>"

    @property
    def samples(self) -> dict[str, int]:
        """Return kind of difference → samples, each counted once, whatever the tables that have it."""
        table = self.tables.get(self.home, TableDiff(self.home))
        return {kind: getattr(table, kind).n for kind in ("added", "removed", "taken_down", "moved")}
