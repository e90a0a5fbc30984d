"""Writes releases: the data files of one config, and the files around them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import tomli_w

from musicdata.definitions import contract as contracts
from musicdata.definitions import recipe as recipes
from musicdata.release.description import card, citation, croissant
from musicdata.release.record import layout
from musicdata.release.record.digests import TableDigests
from musicdata.workspace.folder import sha256_of_file, storage_faults, sync_folder
from musicdata.workspace.parts import PartWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from musicdata.definitions.contract import Contract
    from musicdata.release.record.configs import Config
    from musicdata.release.record.layout import Record

FILE_BYTES = 512_000_000
"""What a data file holds at most, about, before compression of its describing columns."""


class ConfigWriter:
    """Writes the rows of one config, split by split, into files of equal numbers of rows.

    Names of files say how many there are, so the rows of each split have to be known beforehand.
    """

    def __init__(self, root: Path, config: Config, rows: Mapping[str, int], files: Mapping[str, int]) -> None:
        self._root, self._config = root, config
        self._expected = dict(rows)
        self._n_files = dict(files)
        self._digests = TableDigests(config.contract.arrow_schema())
        self._writers: dict[str, PartWriter] = {}
        self._written = dict.fromkeys(rows, 0)
        self._finished: list[Path] = []

    def write(self, rows: pa.Table) -> None:
        """Append rows in order of the key; each goes to its split's files."""
        if not self._config.is_split:
            self._append(layout.WHOLE, rows)
            return
        for split in self._expected:
            self._append(split, rows.filter(pc.equal(rows.column("split"), split)))

    def _append(self, split: str, rows: pa.Table) -> None:
        rows = self._config.contract.table(rows)
        self._digests.update(split, rows)
        while len(rows):
            number, last_row = self._place(split)
            taken = rows.slice(0, last_row - self._written[split])
            self._writer(split, number).write(taken)
            self._written[split] += len(taken)
            rows = rows.slice(len(taken))

    def _place(self, split: str) -> tuple[int, int]:
        """Return the number of the file the split's next row belongs in, and the row at which that file ends."""
        rows, files = self._expected[split], self._n_files[split]
        if self._written[split] >= rows:
            raise ValueError(f"config {self._config.name}: more than the {rows} rows of {split} that were expected")
        number = next(n for n in range(files) if self._written[split] < (n + 1) * rows // files)
        return number, (number + 1) * rows // files

    def _writer(self, split: str, number: int) -> PartWriter:
        path = self._root / layout.data_file(self._config.name, split, number, self._n_files[split])
        if split in self._writers and self._writers[split].path != path:
            self._close(split)
        if split not in self._writers:
            self._writers[split] = PartWriter(self._config.contract, path)
        return self._writers[split]

    def _close(self, split: str) -> None:
        writer = self._writers.pop(split)
        writer.close()
        sync(writer.path)
        self._finished.append(writer.path)

    def finish(self) -> tuple[list[layout.File], dict[str, layout.Table]]:
        """Close the files; return them, and the tables they hold with the digests of their columns.

        A split without rows has one file without rows, so that every table has every split.
        """
        for split in self._expected:
            if not self._written[split]:
                self._writer(split, 0)
        for split in list(self._writers):
            self._close(split)
        if self._written != self._expected:
            raise ValueError(f"config {self._config.name}: {self._written} rows written, {self._expected} expected")
        for split in self._expected:
            self._digests.update(split, self._config.contract.arrow_schema().empty_table())
        digests, rows = self._digests.digests(), self._digests.rows
        tables = {
            name: layout.Table(
                config=self._config.name,
                columns=columns,
                rows=rows,
                digests={column: digests[place] for column, place in columns.items()},
            )
            for name, columns in self._config.tables.items()
        }
        sync_folder(self._root / layout.DATA / self._config.name)
        return [file_facts(self._root, path) for path in sorted(self._finished)], tables


def sync(path: Path) -> None:
    """Make what was written to a file last over a power loss."""
    with storage_faults(path), path.open("rb+") as file:
        os.fsync(file.fileno())


def file_facts(root: Path, path: Path) -> layout.File:
    """Return path, sha256 and size of a file of the release at `root`."""
    return layout.File(path=path.relative_to(root).as_posix(), sha256=sha256_of_file(path), bytes=path.stat().st_size)


def write_file(path: Path, data: bytes) -> None:
    """Write a small file into a release that nobody reads yet, and make it last."""
    with storage_faults(path, len(data)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def contract_text(contract: Contract) -> bytes:
    """Return a contract as a file of `manifests/`, which `musicdata.definitions.contract.read` reads again."""
    head = contract.model_dump(mode="json", exclude={"columns"}, exclude_defaults=True)
    if not contract.references:
        head.pop("references", None)  # a serialised field is written though it is empty
    columns = [column.model_dump(mode="json", exclude_defaults=True) for column in contract.columns]
    return tomli_w.dumps({"table": head, "column": columns}).encode()


def finish(root: Path, record: Record, described: Mapping[str, Contract], recipe_toml: str) -> Record:
    """Write what stands around the data files: recipe, contracts, card, citation, Croissant, record and sums.

    Args:
        root: folder with the data files that `record.files` names.
        record: what is known so far; its `files` are the data files.
        described: table → contract, as this view has it.
        recipe_toml: the recipe with every parameter.

    Returns:
        The record with every file.
    """
    data_files = [file for file in record.files if file.path.startswith(f"{layout.DATA}/")]
    around = {layout.RECIPE: recipe_toml.encode()}
    around |= {f"{layout.CONTRACTS}/{name}.toml": contract_text(contract) for name, contract in described.items()}
    written = _write_all(root, around)
    record = record.model_copy(update={"files": _in_order([*data_files, *written])})
    recipe = recipes.read_head(str(root / layout.RECIPE))
    written += _write_all(
        root,
        {
            layout.CROISSANT: croissant.render(record, dict(described), recipe),
            layout.CITATION: citation.render(record, recipe).encode(),
            layout.CARD: card.render(root, record).encode(),
        },
    )
    record = record.model_copy(update={"files": _in_order([*data_files, *written])})
    write_file(root / layout.RECORD, record.encode())
    write_file(root / layout.SUMS, sums(root, record))
    for folder in sorted({path.parent for path in root.rglob("*")}):
        sync_folder(folder)
    return record


def _write_all(root: Path, files: Mapping[str, bytes]) -> list[layout.File]:
    for name, data in files.items():
        write_file(root / name, data)
    return [file_facts(root, root / name) for name in files]


def _in_order(files: list[layout.File]) -> list[layout.File]:
    return sorted(files, key=lambda file: file.path)


def sums(root: Path, record: Record) -> bytes:
    """Return `SHA256SUMS`, as `sha256sum --check` reads it: every file but itself."""
    lines = {file.path: file.sha256 for file in record.files}
    lines[layout.RECORD] = sha256_of_file(root / layout.RECORD)
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(lines.items())).encode()


def read_contracts(root: Path, record: Record) -> dict[str, Contract]:
    """Return the contract of every table in the release at `root`, as the release has it."""
    folder = f"{layout.CONTRACTS}/"
    paths = sorted(file.path for file in record.files if file.path.startswith(folder))
    found = [contracts.read(root / path) for path in paths]
    return {contract.name: contract for contract in found}


def data_files(record: Record, config: str, split: str) -> list[str]:
    """List the paths of a split's files, in order."""
    head = f"{layout.DATA}/{config}/{split}-"
    return sorted(file.path for file in record.files if file.path.startswith(head))
