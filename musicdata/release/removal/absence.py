"""Proves that items which were taken down are in no file of a folder: ids, hashes, sounds, pictures, words.

It reads all there is: every file's bytes, every text and every sound and picture of Parquet files, the members of tar
files, what is inside gzip files, and the names of them all. What other samples have too does not count.
A sound or picture that was encoded anew is found by its name or id only.
"""

from __future__ import annotations

import gzip
import json
import mmap
import tarfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.errors import InputError, IntegrityError
from musicdata.release.reading.release import open_release
from musicdata.release.record import layout
from musicdata.release.record.files import opened
from musicdata.release.removal.remains import remains
from musicdata.release.verify.gate import require_whole
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.arrow import ChunkedArray
    from musicdata.release.record.layout import Tombstone
    from musicdata.release.removal.search_terms import SearchTerms

_CHUNK_BYTES = 32_000_000
_TEXT_KINDS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)


class SupportsRead(Protocol):
    """A file, or a member of one, to read from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`."""
        ...


@dataclass(frozen=True, slots=True)
class Remainder:
    """Something that is left of an item: in which file, where in it, and what."""

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.file}{f', {self.place}' if self.place else ''}: {self.what}"


@dataclass(slots=True)
class Absence:
    """What was looked for, looked at, and found.

    Attributes:
        looked_for: kind → number: ids, hashes, media, texts.
        files: that were read; `bytes` of them, `values` of the columns and members inside them.
        findings: what is left; empty if nothing is.
    """

    looked_for: dict[str, int]
    files: int = 0
    bytes: int = 0
    values: int = 0
    findings: list[Remainder] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Say whether nothing is left."""
        return not self.findings


def prove_absence(root: Path, items: Sequence[str | Tombstone], previous_root: Path) -> Absence:
    """Look for what was taken down in every file of a folder: a release, a view of it, or what was exported from it.

    The tombstones of a `RELEASE.json` name what was taken down; there, and only there, its id may stand.

    Args:
        root: folder to search.
        items: tombstones, or ids of samples, songs or groups as `takedown` takes them.
        previous_root: full release that still has the items.

    Raises:
        InputError: there is no such folder or release, or the release does not have an item.
        IntegrityError: the release is not what it says it is.
    """
    if not root.is_dir():
        raise InputError(f"there is no folder {root} to search")
    require_whole(previous_root, "so nobody can say what to look for")
    terms = remains(open_release(previous_root), items)
    search = _Search(root, terms, Absence(terms.counts))
    paths.require_plain(root, sorted(path.name for path in root.iterdir()))  # what is behind a link is not proved
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        search.file(path)
    return search.report


@dataclass(frozen=True, slots=True)
class _Search:
    root: Path
    terms: SearchTerms
    report: Absence

    def file(self, path: Path) -> None:
        """Search one file."""
        name = path.relative_to(self.root).as_posix()
        self.report.files += 1
        self.report.bytes += path.stat().st_size
        self._note(name, "its name", self.terms.in_bytes(name.encode()))
        if path.name == layout.RECORD:
            self._note(name, "", self.terms.in_bytes(_without_tombstones(paths.read_regular(path))))
            return
        self._raw(name, path)
        if path.suffix == ".parquet":
            self._columns(name, path)
        elif ".tar" in path.suffixes or path.suffix == ".tgz":
            self._members(name, path)
        elif path.suffix == ".gz":
            self._unzipped(name, path)

    def _note(self, file: str, place: str, matches: set[str]) -> None:
        self.report.findings += [Remainder(file, place, what) for what in sorted(matches)]

    def _raw(self, name: str, path: Path) -> None:
        if not path.stat().st_size:
            return
        with paths.open_regular(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            matches = set[str]()
            for start in range(0, len(data), _CHUNK_BYTES):
                matches |= self.terms.in_bytes(data[start : start + _CHUNK_BYTES + self.terms.longest])
            self._note(name, "", matches)

    def _columns(self, name: str, path: Path) -> None:
        """Search texts and bytes of a Parquet file as they are once they are read."""
        try:
            with opened(self.root, name) as file:
                for number in range(file.num_row_groups):
                    self._group(name, file.read_row_group(number))
        except (OSError, pa.ArrowException) as error:
            raise IntegrityError(f"{path} cannot be read, so nobody knows what is in it: {error}") from error

    def _group(self, name: str, rows: pa.Table) -> None:
        leaves = [(column, leaf) for column in rows.column_names for leaf in _leaves(rows.column(column))]
        self.report.values += sum(len(leaf) for _, leaf in leaves)
        together = pa.chunked_array([chunk for _, leaf in leaves for chunk in leaf.chunks], pa.binary())
        if self.terms.in_values(together):
            for column, leaf in leaves:
                self._note(name, f"column {column}", self.terms.in_values(leaf))

    def _members(self, name: str, path: Path) -> None:
        try:
            with paths.open_regular(path) as whole, tarfile.open(fileobj=whole, mode="r:*") as archive:
                for member in archive:
                    self.report.values += 1
                    self._note(name, "a member's name", self.terms.in_bytes(member.name.encode("utf-8", "replace")))
                    file = archive.extractfile(member) if member.isfile() else None
                    if file is not None:
                        self._stream(name, f"member {member.name}", file)
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise IntegrityError(f"{path} cannot be read, so nobody knows what is in it: {error}") from error

    def _unzipped(self, name: str, path: Path) -> None:
        try:
            with paths.open_regular(path) as whole, gzip.open(whole, "rb") as file:
                self._stream(name, "inside", file)
        except (OSError, EOFError, zlib.error) as error:
            raise IntegrityError(f"{path} cannot be read, so nobody knows what is in it: {error}") from error

    def _stream(self, name: str, place: str, file: SupportsRead) -> None:
        """Search what is read from a file object piece by piece."""
        matches, before = set[str](), b""
        while data := file.read(_CHUNK_BYTES):
            before = before[-self.terms.longest :] + data
            matches |= self.terms.in_bytes(before)
        self._note(name, place, matches)


def _leaves(values: ChunkedArray) -> Iterator[ChunkedArray]:
    """Yield the texts and bytes of a column, those inside structs and lists included."""
    kind = values.type
    if pa.types.is_struct(kind):
        for child in values.flatten():
            yield from _leaves(child)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _leaves(cast("ChunkedArray", pc.list_flatten(values)))
    elif pa.types.is_dictionary(kind):
        yield from _leaves(values.cast(kind.value_type))
    elif any(is_kind(kind) for is_kind in _TEXT_KINDS):
        yield values.cast(pa.binary()).drop_null()


def _without_tombstones(data: bytes) -> bytes:
    """Return a record without its tombstones; what is none as it is."""
    try:
        record = json.loads(data)
        record.pop("tombstones")
    except (ValueError, AttributeError, KeyError, RecursionError):
        return data
    return json.dumps(record, ensure_ascii=False).encode()
