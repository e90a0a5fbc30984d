"""The files of a release: their facts, their sums, the contracts among them."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.release.record import layout
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.contract import Contract
    from musicdata.release.record.layout import Record


def file_facts(root: Path, path: Path) -> layout.File:
    """Return path, sha256 and size of a file of the release at `root`."""
    return layout.File(path=path.relative_to(root).as_posix(), sha256=sha256_of_file(path), bytes=path.stat().st_size)


def sums_of(root: Path, record: Record) -> bytes:
    """Return `SHA256SUMS`, as `sha256sum --check` reads it: every file but itself."""
    lines = {file.path: file.sha256 for file in record.files}
    lines[layout.RECORD] = hashlib.sha256(layout.read_encoded(root)).hexdigest()
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(lines.items())).encode()


def read_contracts(root: Path, record: Record) -> dict[str, Contract]:
    """Return the contract of every table in the release at `root`, as the release has it."""
    folder = f"{layout.CONTRACTS}/"
    names = sorted(file.path for file in record.files if file.path.startswith(folder))
    table_contracts = [contracts.read(paths.inside(root, name)) for name in names]
    return {contract.name: contract for contract in table_contracts}


@contextlib.contextmanager
def opened(root: Path, name: str, **options: Any) -> Iterator[pq.ParquetFile]:
    """Open a data file of the release at `root` to read, its page checksums verified.

    Args:
        root: folder of the release.
        name: path of the file in it, as the record has it.
        options: of `pyarrow.parquet.ParquetFile`.

    Raises:
        IntegrityError: there is a link on the way, or it is a pipe, a device …, no regular file.
        OSError: there is none.
        ArrowException: it is no Parquet file.
    """
    with (
        paths.open_inside(root, name) as file,
        pq.ParquetFile(file, page_checksum_verification=True, **options) as parquet,
    ):
        yield parquet


def data_files(record: Record, config: str, split: str) -> list[str]:
    """List the paths of a split's files, in order."""
    head = f"{layout.DATA}/{config}/{split}-"
    return sorted(file.path for file in record.files if file.path.startswith(head))
