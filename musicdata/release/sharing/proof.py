"""Proves that a rights view shows its full release: cell by cell the same, but for what its rules empty or leave out.

Messages quote ids, never what a cell holds.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract as contracts
from musicdata.errors import IntegrityError
from musicdata.release.reading import shape
from musicdata.release.record import configs, layout
from musicdata.release.record.configs import column_names
from musicdata.release.record.digests import ColumnDigest
from musicdata.release.sharing import bag_of_words, rules
from musicdata.release.sharing.permissions import Permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.arrow import Array, ChunkedArray
    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.release import Release

_OF_THE_VIEW = {"view", "files", "redacted", "added"}
"""What a view's record says of itself; all else is the full release's."""

_SHOWN = 5


def require_view(full: Release, view: Release) -> None:
    """Make sure that a view differs from its full release only by what its rules empty or leave out.

    Args:
        full: the full release; it was verified.
        view: the view; every file of it is hashed before it is read.

    Raises:
        IntegrityError: it differs otherwise; the message names the cells.
    """
    if problems := list(itertools.islice(view_problems(full, view), _SHOWN)):
        is_none = f"is not the view {view.record.view} of {full.record.slug} at {full.root}"
        raise IntegrityError(f"{view.root} {is_none}: {'; '.join(problems)}")


def view_problems(full: Release, view: Release) -> Iterator[str]:
    """Yield in what a view differs from its full release otherwise than by its rules; see `require_view`."""
    expected = rules.contracts_of(full, view.record.view)
    words = rules.word_columns(full, view.record.view)
    if words:
        expected[bag_of_words.TABLE] = contracts.load(bag_of_words.TABLE).among(expected)
    if problems := [*_record_problems(full, view), *_contract_problems(expected, view)]:
        yield from problems
        return
    held, shown = shape.hold(full), shape.hold(view)
    expected.pop(bag_of_words.TABLE, None)
    cells = _Cells(Permissions.of(held.reader), is_emptied=view.record.view == "open")
    for config in configs.of_release(full.record, expected):
        for split in shape.splits(full, config.name):
            ours, theirs = (
                shape.reader_of(release, split).iterate_config(config.name, column_names(config.contract))
                for release in (held, shown)
            )
            yield from cells.compare(f"table {config.name} ({split})", config.contract, ours, theirs)
    if words:
        contract = contracts.load(bag_of_words.TABLE)
        ours = rules.bags_of_words(held, words)
        theirs = shown.reader.iterate_config(bag_of_words.TABLE, column_names(contract))
        yield from cells.compare(f"table {bag_of_words.TABLE}", contract, ours, theirs)


def _record_problems(full: Release, view: Release) -> Iterator[str]:
    ours, theirs = (release.record.model_dump(exclude=_OF_THE_VIEW) for release in (full, view))
    for name, value in ours.items():
        if theirs[name] != value:
            yield f"{layout.RECORD}: its {name} is not the release's"
    recipes = [release.document(layout.RECIPE).read_text("utf-8") for release in (full, view)]
    if recipes[0] != recipes[1]:
        yield f"{layout.RECIPE} is not the release's"


def _contract_problems(expected: dict[str, Contract], view: Release) -> Iterator[str]:
    there = {table: view.contract(table) for table in view.tables}
    for table in sorted(expected.keys() ^ there.keys()):
        yield f"table {table} is {'not there' if table in expected else 'not of this view'}"
    for table in sorted(expected.keys() & there.keys()):
        if expected[table] != there[table]:
            yield f"table {table}: its contract is not what the view {view.record.view} makes of the release's"


@dataclass(frozen=True, slots=True)
class _Cells:
    """Compares the cells of a view with those of the full release.

    Attributes:
        permissions: of the full release.
        is_emptied: cells that show works are empty where their rights forbid showing them, and nowhere else.
    """

    permissions: Permissions
    is_emptied: bool
    _told: set[tuple[str, str]] = field(default_factory=set)

    def compare(
        self, place: str, contract: Contract, ours: Iterator[pa.Table], theirs: Iterator[pa.Table]
    ) -> Iterator[str]:
        """Yield the first difference in each column between the rows of a config's split, in the same order."""
        rows = 0
        for left, right in in_step(ours, theirs):
            if left is None or right is None:
                yield f"{place}: {'more' if left is None else 'fewer'} rows than the release: they part after {rows:,}"
                return
            rows += len(left)
            for column in contract.columns:
                if (place, column.name) not in self._told and (fault := self._fault(contract, column, left, right)):
                    self._told.add((place, column.name))
                    yield f"{place}: {fault}"

    def _fault(self, contract: Contract, column: Column, left: pa.Table, right: pa.Table) -> str:
        """Say which cell of a column is the first that is not what it should be; "" where all are."""
        ours, theirs = left.column(column.name), right.column(column.name)
        if ours.type != theirs.type:
            return f"{column.name} is {theirs.type}, the release has {ours.type}"
        gone = self._withheld(contract, column, left)
        kept = [values if gone is None else values.filter(pc.invert(gone)) for values in (ours, theirs)]
        if _digest(kept[0]) == _digest(kept[1]) and (gone is None or not len(theirs.filter(gone).drop_null())):
            return ""
        return self._first_fault(contract, column, left, right, gone)

    def _withheld(self, contract: Contract, column: Column, rows: pa.Table) -> Array | None:
        """Say of each row whether the cell must be empty; None where all are as in the full release."""
        if not self.is_emptied or not column.content_of or column.name in contract.key:
            return None
        return pa.chunked_array(self.permissions.withheld(contract, rows, column.content_of)).combine_chunks()

    def _first_fault(
        self, contract: Contract, column: Column, left: pa.Table, right: pa.Table, gone: Array | None
    ) -> str:
        ours, theirs = left.column(column.name), right.column(column.name)
        for row in range(len(left)):
            is_empty = not theirs[row].is_valid
            if gone is not None and gone[row].as_py():
                fault = "" if is_empty else f"is shown, though nobody may hand on the {column.content_of}"
            elif _digest(ours.slice(row, 1)) == _digest(theirs.slice(row, 1)):
                fault = ""
            else:
                fault = "is empty, but not in the release" if is_empty else "is not the release's"
            if fault:
                names = [name for name in contract.key if name in left.column_names]
                ids = ", ".join(f"{name} {left.column(name)[row].as_py()}" for name in names)
                return f"row {ids}: {column.name} {fault}"
        return f"{column.name} is not the release's"


def _digest(values: ChunkedArray) -> str:
    digest = ColumnDigest(values.type)
    digest.update(values)
    return digest.hexdigest()


def in_step(ours: Iterator[pa.Table], theirs: Iterator[pa.Table]) -> Iterator[tuple[pa.Table | None, pa.Table | None]]:
    """Yield pieces of equal length of both; a piece and None where one of them has ended."""
    left, right = _next(ours), _next(theirs)
    while left is not None and right is not None:
        n = min(len(left), len(right))
        yield left.slice(0, n), right.slice(0, n)
        left = left.slice(n) if n < len(left) else _next(ours)
        right = right.slice(n) if n < len(right) else _next(theirs)
    if left is not None or right is not None:
        yield left, right


def _next(pieces: Iterator[pa.Table]) -> pa.Table | None:
    return next(itertools.dropwhile(lambda piece: not len(piece), pieces), None)
