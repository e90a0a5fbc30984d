"""Takes items out of a release: a patch version without them, and proof that nothing of them is left.

Only files that hold an item are written anew; all others are copied bit by bit, and no sample changes its split.
Features that were fitted on the train split keep what they learned from all of it; a build from the remaining songs
forgets that too.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import InputError, IntegrityError, RefusedError, UsageError
from musicdata.release.making import around
from musicdata.release.making.staging import is_there, staging
from musicdata.release.reading.release import open_release
from musicdata.release.reading.shared import first_samples, places_in
from musicdata.release.record import configs, layout, rights
from musicdata.release.record import version as versions
from musicdata.release.record.configs import column_names
from musicdata.release.record.digests import TableDigests
from musicdata.release.record.files import data_files, file_facts, opened
from musicdata.release.removal.absence import prove_absence
from musicdata.release.removal.removed import Removed, tombstones
from musicdata.release.verify.gate import require_whole
from musicdata.system import paths
from musicdata.system.digests import digest_of
from musicdata.system.files import storage_faults, sync, sync_file
from musicdata.workspace.parts import PartWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.arrow import ChunkedArray, Values
    from musicdata.release.reading.release import Release
    from musicdata.release.record.configs import Config
    from musicdata.release.record.layout import Record, Table, Tombstone


def takedown(
    root: Path, ids: Sequence[str], *, reason: str, out: Path, version: str | None = None, date: str = ""
) -> Record:
    """Write the release at `root` without some of its items to `out`; return its record.

    Args:
        root: a release in the view `full`.
        ids: of samples, songs or groups. An id of a song that names a group too is the song's; ``group:ID`` is the
            group's.
        reason: why; everybody can read it.
        out: folder to make.
        version: of the new release; the next patch version when None.
        date: the day of the new release, ``2026-11-29``; nothing for one that states none.

    Raises:
        InputError: an id is not in the release, nothing would be left, or `out` is there already.
        UsageError: there is no reason, no id, or the release is not a full one.
        RefusedError: the version does not come after that of the release.
        IntegrityError: the release, or what is at `out` already, is not what it says, or something of an item is left.
    """
    release = open_release(root)
    _require_sense(release, ids, reason)
    require_whole(root, "nothing was taken down")
    version = _next(release, version)
    new = tombstones(release, ids, version=version, reason=reason.strip())
    removal = _Removal(release, Removed.of(release, new))
    if not len(removal.removed.kept[SAMPLE_ID]):
        raise InputError(f"nothing would be left of {release.record.slug}; withdraw the release instead")
    if is_there(out):
        return _the_same(out, release, new)
    identity = digest_of([release.record.model_dump(mode="json"), [tombstone.model_dump() for tombstone in new]])
    with staging(out, identity) as folder:
        record = removal.write(folder, new, date)
        absence = prove_absence(folder, new, root)
        if absence.findings:
            raise IntegrityError(
                f"{root}: something is left of what was taken down: {absence.findings[0]} "
                f"({len(absence.findings)} findings). {out} was not made; the release may tell of the item in its "
                "recipe or texts"
            )
    return record


def foresee(root: Path, ids: Sequence[str], *, reason: str) -> dict[str, Any]:
    """Say what `takedown` would take, and raise what it would raise before it writes."""
    release = open_release(root)
    _require_sense(release, ids, reason)
    require_whole(root, "so nobody can say what would be taken down")
    new = tombstones(release, ids, version=_next(release, None), reason=reason.strip())
    removed = Removed.of(release, new)
    left = len(removed.kept[SAMPLE_ID])
    return {"version": new[0].version, "samples_taken_down": len(removed.samples), "samples_left": left}


def _the_same(out: Path, release: Release, new: Sequence[Tombstone]) -> Record:
    """Return the record at `out` if it is of just this takedown.

    Raises:
        InputError: it is of something else.
    """
    if not (out / layout.RECORD).is_file():
        raise InputError(f"{out} is there already and is no release; give another folder with --out")
    there = layout.read_record(out)
    tombstones = [*release.record.tombstones, *new]
    before = there.previous.content_root if there.previous else ""
    if before != release.record.content_root or sorted(map(repr, there.tombstones)) != sorted(map(repr, tombstones)):
        raise InputError(
            f"{out} is there already and holds {there.slug}, another release; give another folder with --out"
        )
    require_whole(out, "so it is not the takedown that it says; remove it, or give another folder with --out")
    if absence := prove_absence(out, new, release.root).findings:
        raise IntegrityError(
            f"{out} still has something of what was taken down: {absence[0]}. Remove it, and run again"
        )
    return there


def _require_sense(release: Release, ids: Sequence[str], reason: str) -> None:
    if not reason.strip():
        raise UsageError("a takedown needs a reason: give it with --reason")
    if not ids:
        raise UsageError("a takedown needs at least one id of a sample, a song or a group")
    if release.record.view != "full":
        raise UsageError(
            f"{release.root} is the view {release.record.view} of {release.record.slug}; take the items out of the "
            "full release, then render the view from that"
        )


def _next(release: Release, version: str | None) -> str:
    if version is None:
        return versions.next_version(release.record.version, "patch")
    if versions.parse(version) <= versions.parse(release.record.version):
        raise RefusedError(f"version {version} does not come after {release.record.version}; leave it out for the next")
    return version


_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Change:
    """What happens to the rows of a config.

    Attributes:
        column: of the ids by which rows go.
        ids: that go.
        first: of rows that several samples share: their keys, and the first sample left that shows each.
    """

    column: str
    ids: Values
    key: tuple[str, ...] = ()
    first: pa.Table | None = None

    def touches(self, root: Path, name: str) -> bool:
        """Say whether the change concerns a file of the release at `root`."""
        with opened(root, name) as file:
            groups = (file.read_row_group(n, columns=[self.column]) for n in range(file.num_row_groups))
            return any(pc.any(pc.is_in(rows.column(0), self.ids)).as_py() for rows in groups)

    def apply(self, rows: pa.Table) -> pa.Table:
        """Return the rows that stay."""
        goes = pc.is_in(rows.column(self.column), self.ids)
        if self.first is None:
            return rows.filter(pc.invert(goes))
        where = places_in(rows, self.first, self.key)
        after: ChunkedArray = pc.if_else(goes, self.first.column(SAMPLE_ID).take(where), rows.column(SAMPLE_ID))
        place = rows.schema.get_field_index(SAMPLE_ID)
        return rows.set_column(place, rows.schema.field(place), after).filter(pc.is_valid(after))


@dataclass(frozen=True, slots=True)
class _Removal:
    """Writes a release without what is removed."""

    release: Release
    removed: Removed

    def write(self, folder: Path, new: Sequence[Tombstone], date: str) -> Record:
        """Write every config, then the files around them."""
        record, reader = self.release.record, self.release.reader
        described = {name: reader.contract(name) for name in reader.tables}
        files: list[layout.File] = []
        tables = dict(record.tables)
        for config in configs.of_release(record, described):
            files += self._write_config(folder, config, tables)
        known = {
            "version": new[0].version,
            "files": files,
            "tables": tables,
            "content_root": layout.content_root(tables),
            "rights": self._rights(),
            "previous": layout.Previous(version=record.version, content_root=record.content_root),
            "tombstones": [*record.tombstones, *new],
            "date": date,
        }
        recipe = paths.read_inside(self.release.root, layout.RECIPE).decode("utf-8")
        return around.finish(folder, record.model_copy(update=known), described, recipe)

    def _rights(self) -> dict[str, dict[str, int]]:
        if rights.RIGHTS not in self.release.tables:
            return {}
        rows = self.release.reader.read(rights.RIGHTS, rights.COUNTED)
        return rights.counted(rows.filter(pc.invert(pc.is_in(rows.column(SAMPLE_ID), self.removed.samples))))

    def _write_config(self, folder: Path, config: Config, tables: dict[str, Table]) -> list[layout.File]:
        """Write a config's files, and tell `tables` of its splits that changed."""
        record, change = self.release.record, self._change(config)
        files: list[layout.File] = []
        for split in record.tables[next(iter(config.tables))].rows:
            names = data_files(record, config.name, split)
            touched = [name for name in names if change and change.touches(self.release.root, name)]
            for name in names:
                if change and name in touched:
                    files.append(self._rewritten(folder, name, config, change))
                else:
                    files.append(self._copied(folder, name))
            if touched:
                _tell(folder, names, config, split, tables)
        return files

    def _change(self, config: Config) -> _Change | None:
        contract = config.contract
        if contract.shown_by:
            first = first_samples(self.release.reader, contract, self.removed.kept[SAMPLE_ID])
            return _Change(SAMPLE_ID, self.removed.samples, contract.key, first)
        if SAMPLE_ID in column_names(contract):
            return _Change(SAMPLE_ID, self.removed.samples)
        ids = self.removed.orphans.get(contract.key[0])
        return _Change(contract.key[0], ids) if ids is not None and len(ids) else None

    def _rewritten(self, folder: Path, name: str, config: Config, change: _Change) -> layout.File:
        writer = PartWriter(config.contract, paths.inside(folder, name))
        for rows in _row_groups(self.release.root, name):
            writer.write(change.apply(rows))
        writer.close()
        sync_file(folder / name)
        return file_facts(folder, folder / name)

    def _copied(self, folder: Path, name: str) -> layout.File:
        source, target = self.release.root / name, folder / name
        with (
            storage_faults(target),
            paths.open_inside(self.release.root, name) as whole,
            paths.create_inside(folder, name) as copy,
        ):
            shutil.copyfileobj(whole, copy, _COPY_BYTES)
            sync(copy)
        facts = file_facts(folder, target)
        if facts not in self.release.record.files:
            raise IntegrityError(
                f"{source} is not what {layout.RECORD} says. Run: musicdata release verify {self.release.root}"
            )
        return facts


def _row_groups(root: Path, name: str) -> Iterator[pa.Table]:
    with opened(root, name) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number)


def _tell(folder: Path, names: Sequence[str], config: Config, split: str, tables: dict[str, Table]) -> None:
    """Count and digest the rows of a split that changed."""
    schema = config.contract.arrow_schema()
    digests = TableDigests(schema)
    digests.update(split, schema.empty_table())
    for name in names:
        for rows in _row_groups(folder, name):
            digests.update(split, rows)
    new_digests, n_rows = digests.digests(), digests.rows[split]
    for table, columns in config.tables.items():
        old = tables[table]
        now = {column: old.digests[column] | {split: new_digests[place][split]} for column, place in columns.items()}
        tables[table] = old.model_copy(update={"rows": old.rows | {split: n_rows}, "digests": now})
