"""Renders what of a release may be passed on, as a release folder of its own: the same ids, splits, version, root.

The release is verified before a byte is written, and what was written is read back and compared with it, cell by cell
(`musicdata.release.sharing.proof`), before it gets its name.

`open` empties the cells that show a work whose rights forbid handing it on; what is computed from it stays. `features`
leaves out every column that shows a work, `ids` every column computed from one besides; both have a bag of words
instead. Tables of which only keys, or the names of what is gone, would be left, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import count_true, strings
from musicdata.errors import InputError, IntegrityError, UsageError
from musicdata.release.making import around, writing
from musicdata.release.making.staging import is_there, staging
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import configs, layout
from musicdata.release.record.configs import column_names
from musicdata.release.record.files import data_files
from musicdata.release.sharing import bag_of_words, rules
from musicdata.release.sharing.permissions import Permissions
from musicdata.release.sharing.proof import require_view
from musicdata.release.verify.gate import require_whole
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from musicdata.definitions.arrow import Array, ChunkedArray
    from musicdata.definitions.contract import Contract
    from musicdata.release.record.layout import Record, Table, View


def render(release_root: Path, view: View, out: Path) -> Record:
    """Write the view `view` of the full release at `release_root` as a release folder; return its record.

    Raises:
        UsageError: `view` is the whole release, or the release at `release_root` is a view itself.
        InputError: there is no release, or `out` is there already and is something else.
        IntegrityError: the release, or the view that is there already, is not what its record says.
        ContractError: a table shows works without saying of which sample.
    """
    release = open_release(release_root)
    if view == "full":
        raise UsageError("the view full is the release itself; there are open, features and ids")
    if release.record.view != "full":
        raise UsageError(
            f"{release_root} is the view {release.record.view} of {release.record.slug}; "
            f"render {view} from the full one"
        )
    require_whole(release_root, "nothing was rendered")
    if is_there(out):
        return _the_same(out, release, view)
    with staging(out, digest_of([view, release.record.model_dump(mode="json")])) as folder:
        record = _Rendering(release, view).write(folder)
        require_view(release, Release(folder, record))
        return record


def _the_same(out: Path, release: Release, view: View) -> Record:
    record = release.record
    there = layout.read_record(out) if (out / layout.RECORD).is_file() else None
    if there is None or (there.slug, there.content_root, there.view) != (record.slug, record.content_root, view):
        held = f"holds {there.slug} ({there.view})" if there else "is no release"
        raise InputError(f"{out} is there already and {held}; give another folder with --out")
    require_whole(out, "so it is not the view that it says; remove it, or give another folder with --out")
    require_view(release, open_release(out))
    return there


@dataclass(frozen=True)
class _Rendering:
    """A view of a release that is being written."""

    release: Release
    view: View

    @property
    def record(self) -> Record:
        return self.release.record

    @cached_property
    def permissions(self) -> Permissions:
        return Permissions.of(self.release.reader)

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """Return table → contract of the tables that the view has."""
        return rules.contracts_of(self.release, self.view)

    def write(self, folder: Path) -> Record:
        """Write every config, then the files around them."""
        files: list[layout.File] = []
        tables: dict[str, Table] = {}
        for config in configs.of_release(self.record, self.contracts):
            ours, written = self._write_config(folder, config)
            files += ours
            tables |= written
        described, added = dict(self.contracts), dict[str, layout.Table]()
        if columns := rules.word_columns(self.release, self.view):
            ours, added = self._write_words(folder, columns)
            files += ours
            described |= {name: contracts.load(name).among(self.contracts) for name in added}
        known = {"view": self.view, "files": files, "redacted": self._redacted(tables), "added": added}
        recipe = self.release.document(layout.RECIPE).read_text("utf-8")
        return around.finish(folder, self.record.model_copy(update=known), described, recipe)

    def _write_config(self, folder: Path, config: configs.Config) -> tuple[list[layout.File], dict[str, Table]]:
        rows = self.record.tables[next(iter(config.tables))].rows
        n_files = {split: len(data_files(self.record, config.name, split)) for split in rows}
        writer = writing.ConfigWriter(folder, config, rows, n_files)
        for piece in self.release.reader.iterate_config(config.name, column_names(config.contract)):
            writer.write(self._emptied(config.contract, piece))
        return writer.finish()

    def _emptied(self, contract: Contract, rows: pa.Table) -> pa.Table:
        """Empty the cells that must not be shown."""
        if self.view != "open":
            return rows
        masks: dict[str, Array] = {}
        for column in contract.columns:
            if not column.content_of or column.name in contract.key:
                continue
            self.permissions.needs(contract)  # raises where nothing tells the sample
            if column.content_of not in masks:
                withheld = self.permissions.withheld(contract, rows, column.content_of)
                masks[column.content_of] = pa.chunked_array(withheld).combine_chunks()
            values = without(rows.column(column.name), masks[column.content_of])
            rows = rows.set_column(rows.schema.get_field_index(column.name), column.field(), values)
        return rows

    def _redacted(self, tables: Mapping[str, Table]) -> dict[str, dict[str, dict[str, str]]]:
        """Return table → column → split → digest of what differs from the full release; only content may."""
        redacted: dict[str, dict[str, dict[str, str]]] = {}
        for name in self.contracts:
            there = {c.name: c.content_of for c in self.contracts[name].columns}
            for column, digests in self.record.tables[name].digests.items():
                now = tables[name].digests.get(column, {})
                if now == digests:
                    continue
                if there.get(column) == "":
                    raise IntegrityError(
                        f"{self.release.root}: {name}.{column} is not what {layout.RECORD} says. "
                        f"Run: musicdata release verify {self.release.root}"
                    )
                redacted.setdefault(name, {})[column] = now
        return redacted

    def _write_words(self, folder: Path, columns: Sequence[str]) -> tuple[list[layout.File], dict[str, Table]]:
        rows = dict.fromkeys(layout.SPLITS, 0)
        for piece in rules.bags_of_words(self.release, columns):
            for split in strings(pc.unique(piece.column("split"))):
                rows[split] += count_true(pc.equal(piece.column("split"), pa.scalar(split)))
        config = configs.alone_in_config(contracts.load(bag_of_words.TABLE))
        writer = writing.ConfigWriter(folder, config, rows, dict.fromkeys(rows, 1))
        for piece in rules.bags_of_words(self.release, columns):
            writer.write(piece)
        return writer.finish()


def without(values: ChunkedArray, withheld: Array) -> Array:
    """Return the values with those withheld empty; nothing of them stays behind in memory, so none gets into a file."""
    places = pc.if_else(withheld, None, pa.array(np.arange(len(withheld))))
    whole = values.combine_chunks() if values.num_chunks != 1 else cast("Array", values.chunk(0))
    if not isinstance(whole, pa.StructArray):
        return whole.take(places)
    children = [child.take(places) for child in whole.flatten()]
    filled = [c.fill_null(b"" if pa.types.is_binary(c.type) else "") for c in children]  # their fields forbid nulls
    return pa.StructArray.from_arrays(filled, fields=list(whole.type), mask=withheld)
