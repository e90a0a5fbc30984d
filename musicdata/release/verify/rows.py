"""Proves that the data files of a release hold the rows that its record and its contracts speak of."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.definitions import recipe as recipes
from musicdata.definitions.identifiers import odd_file_names
from musicdata.errors import ContractError, IntegrityError, RecipeError
from musicdata.release.reading.merge import blocks, falling, key_at, refuse_twins
from musicdata.release.reading.side import Side
from musicdata.release.record import layout
from musicdata.release.record.digests import ColumnDigest
from musicdata.release.record.files import data_files, opened
from musicdata.release.record.tree import Problem
from musicdata.release.verify import provenance
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.release.record.layout import Record

_THREADS = 2
_DATA_FILE = re.compile(rf"{layout.DATA}/([^/]+)/([a-z]+)-(\d{{5}})-of-(\d{{5}})\.parquet")
_AROUND = (layout.CARD, layout.CITATION, layout.CROISSANT, layout.RECIPE)
_UNREADABLE = (OSError, pa.ArrowException, MemoryError, ValueError, KeyError)


def damaged_columns(path: Path, known: set[str]) -> list[str]:
    """List the columns of a damaged Parquet file whose page checksums do not hold; none where its footer is damaged.

    Columns are asked for by name only: what the footer says of their chunks is never looked at.
    """
    try:
        with opened(path.parent, path.name) as file:
            names = file.schema_arrow.names
            damaged = [name for name in names if not _reads(file, name)]
    except _UNREADABLE:
        return []
    return damaged if set(names) == known and len(damaged) < len(names) else []


def _reads(file: pq.ParquetFile, column: str) -> bool:
    try:
        for number in range(file.num_row_groups):
            file.read_row_group(number, columns=[column])
    except _UNREADABLE:
        return False
    return True


def problems(root: Path, record: Record, *, deep: bool) -> list[Problem]:
    """List how the contents of a release differ from what it says of them; the bytes of its files are right.

    Args:
        root: folder of the release.
        record: its `RELEASE.json`.
        deep: read every column and compute its digest, not only keys and splits.
    """
    problems, described = _contracts(root, record)
    problems += _around(root, record)
    view = _View(root, record, described)
    problems = problems or list(view.layout_problems())
    if problems:
        return problems
    with ThreadPoolExecutor(_THREADS) as pool:
        jobs = [(config, split) for config in view.configs for split in view.splits(config)]
        checked = pool.map(lambda job: list(view.split_problems(*job, deep=deep)), jobs)
        problems = [problem for problems_of_split in checked for problem in problems_of_split]
    problems = problems or [problem for config in view.configs for problem in view.twins(config)]
    if problems or record.view != "full":
        return problems
    return [Problem(layout.RECORD, "", f"{table}: {text}") for table, text in provenance.row_problems(root, record)]


def config_columns(record: Record, config: str) -> set[str]:
    """Return the names of the columns in the files of a config, as the record says."""
    columns: set[str] = set()
    for name, table in (record.tables | record.added).items():
        if table.config == config:
            removed = {column for column, splits in record.redacted.get(name, {}).items() if not splits}
            columns |= {place for column, place in table.columns.items() if column not in removed}
    return columns


def _contracts(root: Path, record: Record) -> tuple[list[Problem], dict[str, Contract]]:
    tables, problems, described = record.tables | record.added, [], {}
    for path in (file.path for file in record.files if file.path.startswith(f"{layout.CONTRACTS}/")):
        name = path.removeprefix(f"{layout.CONTRACTS}/").removesuffix(".toml")
        try:
            contract = contracts.read(paths.inside(root, path))
            contract.arrow_schema()
        except (ContractError, RecursionError, OverflowError, *_UNREADABLE) as error:
            problems.append(Problem(path, "", str(error)))
            continue
        if contract.name == name and name in tables:
            described[name] = contract
        else:
            problems.append(Problem(path, "", f"is the contract of {contract.name!r}; no table is called so"))
    whole = tables if record.view in ("full", "open") else record.added
    absent = sorted(whole.keys() - described.keys())
    problems += [
        Problem(f"{layout.CONTRACTS}/{name}.toml", "", "is missing: the table has no contract") for name in absent
    ]
    return problems, described


def _around(root: Path, record: Record) -> list[Problem]:
    there = {file.path for file in record.files}
    problems = [Problem(name, "", "is missing") for name in _AROUND if name not in there]
    if layout.RECIPE not in there:
        return problems
    try:
        head = recipes.read_head(str(paths.inside(root, layout.RECIPE)))
    except (RecipeError, RecursionError, *_UNREADABLE) as error:
        return [*problems, Problem(layout.RECIPE, "", str(error))]
    if head.dataset.name != record.name:
        problems.append(
            Problem(layout.RECIPE, "", f"is the recipe of {head.dataset.name!r}, the release is {record.name!r}")
        )
    return problems + [Problem(layout.RECIPE, "", text) for text in provenance.recipe_problems(root, record)]


@dataclass(frozen=True, slots=True)
class _View:
    """A release with the contracts of the tables that this view of it has."""

    root: Path
    record: Record
    contracts: dict[str, Contract]

    def facts(self, table: str) -> layout.Table:
        return self.record.tables[table] if table in self.record.tables else self.record.added[table]

    @property
    def configs(self) -> list[str]:
        return sorted({self.facts(table).config for table in self.contracts})

    def tables(self, config: str) -> list[str]:
        return sorted(table for table in self.contracts if self.facts(table).config == config)

    def splits(self, config: str) -> list[str]:
        return sorted({split for table in self.tables(config) for split in self.facts(table).rows})

    def layout_problems(self) -> Iterator[Problem]:
        """Yield how names of data files, and what the record says of tables, do not fit each other."""
        numbers: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
        for path in (file.path for file in self.record.files if file.path.startswith(f"{layout.DATA}/")):
            name = _DATA_FILE.fullmatch(path)
            if name is None or name[1] not in self.configs or name[2] not in self.splits(name[1]):
                yield Problem(path, "", "is no data file of a table and split of the release")
            else:
                numbers.setdefault((name[1], name[2]), {})[path] = int(name[3]), int(name[4])
        for config in self.configs:
            for split in self.splits(config):
                there = numbers.get((config, split), {})
                if not there:
                    yield Problem(layout.data_file(config, split, 0, 1), "", "is missing: the split has no file")
                elif sorted(there.values()) != [(number, len(there)) for number in range(len(there))]:
                    yield Problem(max(there), "", f"is one of {len(there)} files that are not numbered 0 … n-1 of n")
        yield from self._table_problems()

    def _table_problems(self) -> Iterator[Problem]:
        for table, contract in self.contracts.items():
            facts, names = self.facts(table), {column.name for column in contract.columns}
            splits = {layout.WHOLE} if "split" not in names else set(layout.SPLITS)
            if set(facts.rows) != splits:
                message = f"table {table} has the splits {sorted(facts.rows)}, expected {sorted(splits)}"
                yield Problem(layout.RECORD, "", message)
            if not set(contract.key) <= names or not contract.key:
                yield Problem(f"{layout.CONTRACTS}/{table}.toml", "", f"its key {contract.key} is not of its columns")
            if missing := names - facts.columns.keys():
                yield Problem(layout.RECORD, "", f"table {table}: nothing is said of {', '.join(sorted(missing))}")
            yield from self._view_problems(table, contract, names)

    def _view_problems(self, table: str, contract: Contract, names: set[str]) -> Iterator[Problem]:
        """Yield columns that the view lacks or shows otherwise than the full release, and must not."""
        place, redacted = f"{layout.CONTRACTS}/{table}.toml", self.record.redacted.get(table, {})
        gone = {name for name, splits in redacted.items() if not splits}
        for name in sorted(self.facts(table).columns.keys() - names - gone):
            yield Problem(place, "", f"lacks the column {name}, which the record says the view has")
        for name in sorted(gone & names):
            yield Problem(place, "", f"has the column {name}, which the record says the view lacks")
        for name in sorted((redacted.keys() - gone) & names):
            column = contract.column(name)
            if not column.content_of or not column.nullable or name in contract.key:
                yield Problem(layout.RECORD, "", f"{table}.{name} shows no work, and is not as in the full release")

    def places(self, config: str) -> dict[str, list[tuple[str, Column]]]:
        """Return column of the config → the tables and their columns that it is."""
        places: dict[str, list[tuple[str, Column]]] = {}
        for table in self.tables(config):
            for column in self.contracts[table].columns:
                places.setdefault(self.facts(table).columns[column.name], []).append((table, column))
        return places

    def split_problems(self, config: str, split: str, *, deep: bool) -> Iterator[Problem]:
        """Yield how the rows of a split differ from what is said of them."""
        places = self.places(config)
        keys = {tuple(self.facts(t).columns[name] for name in self.contracts[t].key) for t in self.tables(config)}
        media = [name for name, of in places.items() if of[0][1].is_media]
        digested = {name: of[0][1].arrow_type for name, of in places.items()} if deep else {}
        check = _SplitCheck(split, sorted(keys), digested, media)
        columns = list(places)
        if not deep:
            columns = sorted({*(n for key in keys for n in key), *(["split"] * ("split" in places))})
            columns += [f"{name}.path" for name in media]
        for path in data_files(self.record, config, split):
            try:
                with opened(self.root, path) as file:
                    wrong = list(_schema_problems(path, file.schema_arrow, places))
                    yield from wrong
                    if wrong:
                        return
                    for number in range(file.num_row_groups):
                        yield from check.take(path, file.read_row_group(number, columns=columns, use_threads=False))
            except _UNREADABLE as error:
                yield Problem(path, "", f"cannot be read: {error}")
                return
        yield from self._totals(config, split, check, places)

    def _totals(
        self, config: str, split: str, check: _SplitCheck, places: dict[str, list[tuple[str, Column]]]
    ) -> Iterator[Problem]:
        file = layout.data_file(config, split, 0, len(data_files(self.record, config, split)))
        for table in self.tables(config):
            if check.n_rows != (n_rows := self.facts(table).rows[split]):
                yield Problem(
                    file, "", f"split {split} of {table} has {check.n_rows:,} rows, {layout.RECORD} says {n_rows:,}"
                )
        for name, digest in check.digests.items():
            for table, column in places[name]:
                if digest.hexdigest() != self._digest(table, column.name, split):
                    message = f"its digest is not the one that {layout.RECORD} has of {table}.{column.name}"
                    yield Problem(file, name, message)

    def _digest(self, table: str, column: str, split: str) -> str | None:
        seen = self.record.redacted.get(table, {}).get(column, self.facts(table).digests[column])
        return seen.get(split)

    def twins(self, config: str) -> Iterator[Problem]:
        """Yield rows of a config that stand in two splits."""
        table = self.tables(config)[0]
        key, side = self.contracts[table].key, Side(self.root, self.record, self.contracts)
        if "split" in key:
            return
        try:
            for parts in blocks([side.stream(table, split, key) for split in self.splits(config)]):
                refuse_twins(pa.concat_tables([rows for part in parts for rows in part]), key, table)
        except IntegrityError as error:
            yield Problem(layout.data_file(config, self.splits(config)[0], 0, 1), "", str(error))


def _schema_problems(path: str, schema: pa.Schema, places: dict[str, list[tuple[str, Column]]]) -> Iterator[Problem]:
    for name in sorted(set(schema.names) - places.keys()):
        yield Problem(path, name, "no contract speaks of this column")
    for name, of in places.items():
        if schema.names.count(name) != 1:
            yield Problem(
                path,
                name,
                f"the contract of {of[0][0]} has this column, the file has it {schema.names.count(name)} times",
            )
            continue
        field = schema.field(name)
        for table, column in of:
            expected = _told(column.arrow_type, column.field().nullable)
            if _told(field.type, field.nullable) != expected:
                message = f"is {_told(field.type, field.nullable)}, the contract of {table} says {expected}"
                yield Problem(path, name, message)


def _told(kind: pa.DataType, nullable: bool) -> str:
    return f"{kind}{'' if nullable else ', never empty'}"


class _SplitCheck:
    """Takes the rows of one split piece by piece; looks at keys, splits and names of media, and digests columns."""

    def __init__(
        self, split: str, keys: list[tuple[str, ...]], digested: dict[str, pa.DataType], media: list[str]
    ) -> None:
        self.n_rows = 0
        self._media = media
        self.digests = {name: ColumnDigest(kind) for name, kind in digested.items()}
        self._split = split
        self._before = dict.fromkeys(keys)

    def take(self, path: str, rows: pa.Table) -> Iterator[Problem]:
        """Yield what is wrong with these rows."""
        rows.validate(full=True)
        self.n_rows += len(rows)
        for key in self._before:
            if problem := falling(rows, key, self._before[key]):
                yield Problem(path, key[0], problem)
            self._before[key] = key_at(rows, key, len(rows) - 1) if len(rows) else self._before[key]
        if (
            "split" in rows.column_names
            and not pc.all(pc.equal(rows.column("split"), pa.scalar(self._split)), min_count=0).as_py()
        ):
            yield Problem(path, "split", f"has rows of another split than {self._split}")
        for name in self._media:
            for odd in odd_file_names(pc.struct_field(rows.column(name), "path")):
                yield Problem(path, name, f"calls a sound or a picture {odd[:100]!r}, which is no plain file name")
        for name, digest in self.digests.items():
            digest.update(rows.column(name))
