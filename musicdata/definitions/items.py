"""Samples one by one as arrays: what a training loop reads, whatever the tables are cut into.

The columns that are asked for are written once, each into one file of its own that is read where it lies: memory does
not grow with the data set, workers of a loader share it, and what is pickled is where the files are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.errors import ContractError, IntegrityError, SetupError, UsageError
from musicdata.system import files, paths
from musicdata.system.digests import digest_of
from musicdata.wording import choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.definitions.column import Column
    from musicdata.definitions.table_source import TableSource

_HEAD = "items.json"
SAMPLE_ID = "sample_id"


@dataclass(slots=True)
class Items:
    """Samples by number, each a dict of arrays: a map-style data set for ``torch.utils.data.DataLoader``.

    Attributes:
        folder: of the files the arrays lie in.
        names: what was asked for, in that order: the keys of an item beside ``sample_id``.
        sample_ids: of the samples, in order.
        convert: makes what an item holds of an array.
    """

    folder: Path
    names: tuple[str, ...]
    sample_ids: tuple[str, ...]
    convert: Callable[[NDArray[Any]], Any]
    _arrays: dict[str, NDArray[Any]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.sample_ids)

    def __getitem__(self, number: int) -> dict[str, Any]:
        if not -len(self) <= number < len(self):
            raise IndexError(f"sample {number} of {len(self)}")
        number %= len(self)
        item: dict[str, Any] = {name: self.convert(np.array(self.array(name)[number])) for name in self.names}
        return {SAMPLE_ID: self.sample_ids[number]} | item

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[number] for number in range(len(self)))

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {self.array(name).shape[1:]}" for name in self.names)
        return f"<Items: {len(self):,} samples of {shapes}>"

    def __getstate__(self) -> tuple[Any, ...]:
        return self.folder, self.names, self.sample_ids, self.convert

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.folder, self.names, self.sample_ids, self.convert = state
        self._arrays = {}

    def array(self, name: str) -> NDArray[Any]:
        """Return what was asked for under a name, of all samples: (samples, …), read where it lies.

        Args:
            name: one of `names`.
        """
        if name not in self._arrays:
            self._arrays[name] = _open(self.folder, self.names.index(name))
        return self._arrays[name]


def items(source: TableSource, names: Sequence[str], split: str | None, cache: Path) -> Items:
    """Return the samples that have all that is asked for.

    Args:
        source: with the tables.
        names: modalities, ``audio``, or columns, ``table.column``, of numbers.
        split: only samples of this split; None for all of them.
        cache: folder in which the files are kept; made if there is none.

    Raises:
        UsageError: nothing is asked for, a name means nothing or several things, or a column holds no numbers.
        ContractError: samples have different numbers of rows, or a cell is empty.
        IntegrityError: a table is not in order of its key.
        StorageError: the files cannot be written.
    """
    if not names:
        raise UsageError(f"nothing is asked for: name modalities ({', '.join(_modalities(source))}) or table.column")
    columns = {name: _column_of(source, name) for name in names}
    ids = _common_ids(source, {table for table, _ in columns.values()}, split)
    asked = [[table, column.name, source.digest(table)] for table, column in columns.values()]
    folder = cache / digest_of([asked, split or "", ids])[:32]
    if not (folder / _HEAD).is_file():
        _write(source, list(columns.values()), ids, folder, cache)
    return Items(folder, tuple(columns), tuple(ids), np.asarray)


def tensors(array: NDArray[Any]) -> Any:
    """Return an array as a tensor of PyTorch."""
    import torch

    return torch.from_numpy(array) if array.ndim else torch.tensor(array.item())


def require_torch() -> None:
    """Refuse to go on without PyTorch.

    Raises:
        SetupError: it is not installed.
    """
    try:
        import torch  # noqa: F401  # to be able to say what is missing
    except ImportError as error:
        raise SetupError(
            f"tensors need PyTorch ({error}); run: pip install 'musicdata[deep]'. vectors() gives NumPy arrays without"
        ) from error


def _modalities(source: TableSource) -> list[str]:
    of_all = {column.features_of for name in source.tables for column in source.contract(name).columns}
    return sorted(of_all - {""})


def _column_of(source: TableSource, name: str) -> tuple[str, Column]:
    table, _, column = name.partition(".")
    if column:
        found = source.contract(table).column(column)
        if found.type not in {"vector", "bool", "int32", "int64", "float32", "float64"}:
            raise UsageError(f"{name} is a column of type {found.type}, which holds no numbers to train on")
        return table, found
    named = {
        (one, other)
        for key, value in _settings(source)
        if key == name and (one := value.partition(".")[0]) in source.tables and (other := value.partition(".")[2])
    }
    found_in = [(one, c) for one, other in sorted(named) for c in source.contract(one).columns if c.name == other]
    vectors = [(one, column) for one, column in found_in if column.is_vector]
    if len(vectors) != 1:
        vectors = [
            (one, column)
            for one in source.tables
            for column in source.contract(one).columns
            if column.is_vector and column.features_of == name and SAMPLE_ID in source.contract(one).key
        ]
    if len(vectors) == 1:
        return vectors[0]
    if not vectors:
        may_be = choice(name, _modalities(source), "modalities are")
        raise UsageError(f"nothing here describes {name} by vectors{may_be}. Or name table.column")
    several = ", ".join(f"{one}.{column.name}" for one, column in vectors)
    raise UsageError(f"several columns describe {name}: name one of {several}")


def _settings(source: TableSource) -> Iterator[tuple[str, str]]:
    """Yield what the recipe's `[validate]` calls columns: key and value of each text in it."""
    validate = source.head.validate
    pending: list[Mapping[str, Any]] = [validate.settings] if validate else []
    while pending:
        for key, value in pending.pop().items():
            if isinstance(value, str):
                yield key, value
            elif isinstance(value, dict):
                pending.append(value)


def _common_ids(source: TableSource, tables: set[str], split: str | None) -> list[str]:
    """Return the samples that stand in all of some tables, in the order of the first."""
    common: dict[str, None] | None = None
    for table in sorted(tables):
        contract = source.contract(table)
        if SAMPLE_ID not in contract.key or "split" not in {column.name for column in contract.columns}:
            raise UsageError(f"table {table} has no samples with splits: it is no table to train on")
        ids = {
            row_id: None
            for part in source.iterate(table, [SAMPLE_ID, "split"])
            for row_id, of in zip(strings(part.column(SAMPLE_ID)), strings(part.column("split")), strict=True)
            if split in (None, of)
        }
        common = ids if common is None else {one: None for one in common if one in ids}
    return list(common or {})


def _write(
    source: TableSource, columns: Sequence[tuple[str, Column]], ids: list[str], folder: Path, cache: Path
) -> None:
    with files.storage_faults(cache):
        cache.mkdir(parents=True, exist_ok=True)
    with files.held(cache / f"{folder.name}.lock", wait=True):
        if (folder / _HEAD).is_file():
            return
        part = cache / f"{folder.name}.part"
        with files.storage_faults(part):
            part.mkdir(exist_ok=True)
            heads = [_write_column(source, table, column, ids, part, n) for n, (table, column) in enumerate(columns)]
            with paths.create_inside(part, _HEAD) as file:
                file.write(json.dumps(heads).encode())
        files.move_whole(part, folder)


def _write_column(
    source: TableSource, table: str, column: Column, ids: list[str], folder: Path, number: int
) -> dict[str, Any]:
    """Write the samples' values of a column one behind the other, and return what type and shape they have."""
    wanted, done = set(ids), 0
    shape: tuple[int, ...] | None = None
    dtype = np.dtype(np.float32)
    with paths.create_inside(folder, f"{number}.bin") as file:
        for some, values in _values(source, table, column):
            kept = [place for place, one in enumerate(some) if one in wanted]
            if [some[place] for place in kept] != ids[done : done + len(kept)]:
                raise IntegrityError(f"table {table} is not in the order of the others; musicdata check says where")
            if shape not in (None, values.shape[1:]):
                raise ContractError(
                    f"table {table}: samples have different numbers of rows, {shape} and {values.shape[1:]}; only "
                    "equal numbers stack"
                )
            shape, dtype, done = values.shape[1:], values.dtype, done + len(kept)
            file.write(np.ascontiguousarray(values[kept]).tobytes())
        files.sync(file)
    if done != len(ids):
        raise IntegrityError(f"table {table} has {done:,} of {len(ids):,} samples; it changed while it was read")
    return {"type": dtype.str, "shape": [len(ids), *(shape or ())]}


def _values(source: TableSource, table: str, column: Column) -> Iterator[tuple[list[str], NDArray[Any]]]:
    if column.is_vector:
        yield from source.vectors(table, column.name)
        return
    if source.contract(table).key != (SAMPLE_ID,):
        raise UsageError(f"table {table} has several rows a sample: only its vectors stack, and {column.name} is none")
    for part in source.iterate(table, [SAMPLE_ID, column.name]):
        values = part.column(column.name)
        if values.null_count:
            raise ContractError(f"column {column.name} of table {table} is empty in {values.null_count:,} rows")
        yield strings(part.column(SAMPLE_ID)), values.to_numpy()


def _open(folder: Path, number: int) -> NDArray[Any]:
    heads = json.loads(paths.read_inside(folder, _HEAD))
    dtype, shape = np.dtype(heads[number]["type"]), tuple(heads[number]["shape"])
    mapped = paths.map_inside(folder, f"{number}.bin")
    return np.frombuffer(mapped, dtype).reshape(shape)
