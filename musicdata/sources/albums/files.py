"""Where the two files of albums and reviews are: in a folder, or in an archive as it was fetched."""

from __future__ import annotations

import contextlib
import gzip
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from musicdata.errors import InputError, IntegrityError
from musicdata.sources.albums import archive, lines
from musicdata.system import paths, walking
from musicdata.system.digests import digest_of, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

METADATA, REVIEWS = "mard_metadata.json", "mard_reviews.json"
ARCHIVE = "mard.zip"

_CHUNK_BYTES = 1 << 20
_LOOKED_AT = 2000  # lines by whose length all are counted
_MAX_UNPACKED_BYTES = 16 << 30  # of a file packed with gzip
_BESIDE = "__MACOSX"


@dataclass(frozen=True, slots=True)
class LineFile:
    """A file with an object a line.

    Attributes:
        name: of the file, as rejects name it.
        path: where it is, or the archive that holds it.
        member: its name in the archive; "" for a file by itself.
    """

    name: str
    path: Path
    member: str = ""

    def lines(self) -> Generator[tuple[int, bytes | None]]:
        """Yield number and bytes of each line, as `lines.split` has them.

        Raises:
            InputError: it cannot be read.
        """
        try:
            with self._chunks() as (chunks, _):
                yield from lines.split(chunks)
        except (*archive.BROKEN, IntegrityError) as error:
            raise InputError(f"input {self.path} cannot be read: {error}") from None

    def n_lines(self) -> float:
        """Return about how many lines there are, by the length of the first ones.

        Raises:
            InputError: it cannot be read.
        """
        with contextlib.closing(self.lines()) as all_lines:
            sizes = [len(line or b"") + 1 for _, line in itertools.islice(all_lines, _LOOKED_AT)]
        if len(sizes) < _LOOKED_AT:
            return len(sizes)
        try:
            with self._chunks() as (_, n_bytes):
                return n_bytes * len(sizes) / sum(sizes)
        except (*archive.BROKEN, IntegrityError) as error:
            raise InputError(f"input {self.path} cannot be read: {error}") from None

    @contextlib.contextmanager
    def _chunks(self) -> Iterator[tuple[Iterator[bytes], int]]:
        """Open the file: what it holds, in pieces, and how many bytes it says that this is."""
        with paths.open_regular(self.path, follow=bool(self.member)) as file:
            if self.member:
                with archive.opened(file, self.path) as zipped:
                    member = zipped.getinfo(self.member)
                    archive.require_plain(member, self.path)
                    with zipped.open(member) as stream:
                        yield archive.chunks(stream, member, self.path, _CHUNK_BYTES), member.file_size
            elif self.path.suffix == ".gz":
                n_bytes = _gzip_size(file)
                with gzip.GzipFile(fileobj=file) as stream:
                    yield _read(cast("IO[bytes]", stream), self.path), n_bytes
            else:
                yield _read(file, self.path), self.path.stat().st_size


@dataclass(frozen=True, slots=True)
class AlbumFiles:
    """The two files of a source.

    Attributes:
        metadata: an album a line.
        reviews: a review a line.
    """

    metadata: LineFile
    reviews: LineFile

    def digest(self) -> str:
        """Return the content hash of what holds them.

        Raises:
            InputError: it cannot be read.
        """
        try:
            hashes = {path: sha256_of_file(path) for path in (self.metadata.path, self.reviews.path)}
        except (OSError, IntegrityError) as error:
            raise InputError(f"input {self.metadata.path} cannot be read: {error}") from None
        return digest_of(list(hashes.values()))


def find(source: str) -> AlbumFiles:
    """Find the two files in a folder, at any depth, or in a zip archive, which may lie in the folder as `mard.zip`.

    Raises:
        InputError: there is no such folder or archive, or it does not hold each of the two once.
    """
    if not source:
        raise InputError(f"albums need an input: give the folder or the zip archive with {METADATA} and {REVIEWS}")
    root = Path(source)
    if root.is_dir():
        return _in_folder(root)
    if root.is_file():
        return _in_archive(root)
    raise InputError(f"input {root}: no such file or folder")


def _in_folder(root: Path) -> AlbumFiles:
    known = {ARCHIVE, *(ending for name in (METADATA, REVIEWS) for ending in (name, f"{name}.gz"))}
    entries = walking.below(root, lambda name: name in known)
    if odd := next((entry for entry in entries if entry.fault and Path(entry.name).name in known), None):
        raise InputError(f"input {root}: {odd.name} is {walking.DETAILS[odd.fault]}")
    files = {entry.name: entry.path for entry in entries if not entry.fault}
    archives = [name for name in files if Path(name).name == ARCHIVE]
    if archives and len(archives) == len(files):  # files by themselves come before an archive beside them
        return _in_archive(files[_only(ARCHIVE, archives, root)])
    return AlbumFiles(*(LineFile(name, files[_only(name, list(files), root)]) for name in (METADATA, REVIEWS)))


def _in_archive(path: Path) -> AlbumFiles:
    try:
        with paths.open_regular(path, follow=True) as file, archive.opened(file, path) as zipped:
            names = [name for name in zipped.namelist() if not (name.startswith(_BESIDE) or name.endswith(".gz"))]
    except (OSError, IntegrityError) as error:
        raise InputError(f"input {path} cannot be read: {error}") from None
    return AlbumFiles(*(LineFile(name, path, _only(name, names, path)) for name in (METADATA, REVIEWS)))


def _only(wanted: str, names: Sequence[str], root: Path) -> str:
    """Return the one of those names that is of the file wanted, wherever it lies."""
    matching = [name for name in names if name.rpartition("/")[2].removesuffix(".gz") == wanted]
    if len(matching) == 1:
        return matching[0]
    if not matching:
        raise InputError(
            f"input {root} has no {wanted}; expected a folder or a zip archive with {METADATA}, {REVIEWS}, or "
            f"a folder with {ARCHIVE}"
        )
    raise InputError(f"input {root} has {wanted} {len(matching)} times ({', '.join(matching[:4])}); leave one of them")


def _read(stream: IO[bytes], path: Path) -> Iterator[bytes]:
    n_bytes = 0
    while chunk := stream.read(_CHUNK_BYTES):
        n_bytes += len(chunk)
        if n_bytes > _MAX_UNPACKED_BYTES:
            raise InputError(
                f"input {path} has more than {_MAX_UNPACKED_BYTES:,} bytes of lines, at most so many are read"
            )
        yield chunk


def _gzip_size(file: IO[bytes]) -> int:
    """Return how many bytes a file packed with gzip says that it unpacks to."""
    length = file.seek(0, 2)
    file.seek(max(0, length - 4))
    n_bytes = int.from_bytes(file.read(4), "little")
    file.seek(0)
    return n_bytes
