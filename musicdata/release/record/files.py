"""The files of a release: which there are, their facts, their sums, the contracts among them."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.errors import IntegrityError
from musicdata.release.record import layout
from musicdata.release.record.tree import Tree
from musicdata.release.record.whole import look_closer, whole_file
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.contract import Contract
    from musicdata.release.record.layout import Record

_SHOWN = 5


def file_facts(root: Path, path: Path) -> layout.File:
    """Return path, sha256 and size of a file of the release at `root`."""
    return layout.File(path=path.relative_to(root).as_posix(), sha256=sha256_of_file(path), bytes=path.stat().st_size)


def sums_of(root: Path, record: Record) -> bytes:
    """Return `SHA256SUMS`, as `sha256sum --check` reads it: every file but itself."""
    return sums_over(record, hashlib.sha256(layout.read_encoded(root)).hexdigest())


def sums_over(record: Record, record_sha256: str) -> bytes:
    """Return `SHA256SUMS` of a release whose `RELEASE.json` has the given sha256."""
    lines = {file.path: file.sha256 for file in record.files} | {layout.RECORD: record_sha256}
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(lines.items())).encode()


def read_contracts(root: Path, record: Record, *, verify: bool = True) -> dict[str, Contract]:
    """Return the contract of every table in the release at `root`, as the release has it.

    Raises:
        IntegrityError: one is missing or, where they are to be verified, has other bytes than the record says.
        ContractError: one is no contract.
    """
    files = [file for file in record.files if file.path.startswith(f"{layout.CONTRACTS}/")]
    places = [whole_file(root, file, verify=verify) for file in sorted(files, key=lambda file: file.path)]
    table_contracts = [contracts.read(place) for place in places]
    return {contract.name: contract for contract in table_contracts}


def require_layout(root: Path, record: Record) -> None:
    """Make sure that a release has exactly its files, each of its size, and that `SHA256SUMS` names the same; cheap.

    No data file is opened: `whole_file` hashes each before it is read.

    Raises:
        IntegrityError: a file is missing, too much, of another size or no regular file, or the two documents disagree.
    """
    tree = Tree.of(root)
    if faults := [*map(str, tree.oddities), *_wrong_files(tree, record)]:
        more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise IntegrityError(f"{root} is not whole: {'; '.join(faults[:_SHOWN])}{more}. {look_closer(root)}")
    if paths.read_inside(root, layout.SUMS, layout.MAX_RECORD_BYTES) != sums_of(root, record):
        raise IntegrityError(
            f"{root} is not whole: {layout.RECORD} and {layout.SUMS} do not say the same. {look_closer(root)}"
        )


def _wrong_files(tree: Tree, record: Record) -> Iterator[str]:
    expected = {file.path: file.bytes for file in record.files}
    odd = {problem.file for problem in tree.oddities}
    for path in sorted({*expected, layout.RECORD, layout.SUMS} - tree.sizes.keys() - odd):
        yield f"{path} is missing"
    for path in sorted(tree.sizes.keys() - expected.keys() - set(layout.UNLISTED)):
        yield f"{path} is no file of the release"
    for path, size in expected.items():
        if tree.sizes.get(path, size) != size:
            yield f"{path} has {tree.sizes[path]:,} bytes, expected {size:,}"


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
        paths.native(file) as source,
        pq.ParquetFile(source, page_checksum_verification=True, **options) as parquet,
    ):
        yield parquet


def data_files(record: Record, config: str, split: str) -> list[str]:
    """List the paths of a split's files, in order."""
    head = f"{layout.DATA}/{config}/{split}-"
    return sorted(file.path for file in record.files if file.path.startswith(head))
