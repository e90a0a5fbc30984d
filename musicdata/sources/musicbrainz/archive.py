"""The lines of a JSON dump: ``mbdump/<entity>`` in a ``.tar.xz``, streamed, in memory that does not grow with it.

The archive is not trusted. Nothing of it is written to disk; it is refused by name where a member is a link, leads out
of the archive or is there twice, where headers have no end, where it unpacks to far more than dumps do, and where it is
cut off or damaged.
"""

from __future__ import annotations

import contextlib
import lzma
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, TYPE_CHECKING

from musicdata.errors import FormatError, InputError
from musicdata.sources.tar_members import TarStream
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from musicdata.sources.tar_members import Member

LONGEST_LINE = 64 << 20
"""Bytes of a line at most; releases of many media with all their relations have tens of megabytes."""

_MAGIC, _SCHEMA = b"\xfd7zXZ\x00", b"1"
_CHUNK = 1 << 20
_AHEAD = 3  # chunks that are unpacked before they are asked for
_DECODER_BYTES = 256 << 20  # xz -9 takes 65 MB
_MOST_MEMBERS = 64  # a dump has seven
_SMALL_BYTES = 1 << 20  # of a member that is no list of documents
_AFTER_END_BYTES = 1 << 20  # tar fills its last record with zeros
_FREE_BYTES, _MOST_RATIO = 1 << 30, 400  # JSON of releases is packed to a tenth or a thirtieth


def lines(path: Path, entity: str) -> Iterator[tuple[int, bytes | None]]:
    """Yield (number from 1, line) of the documents in a dump; None for a line that is too long.

    Args:
        path: of the archive, ``release.tar.xz``.
        entity: what it is a dump of.

    Raises:
        InputError: it is no such dump, not whole, or not to be trusted.
        OSError: it cannot be read.
    """
    yield from split(_chunks(path, entity), LONGEST_LINE)


def split(chunks: Iterable[bytes], longest: int) -> Iterator[tuple[int, bytes | None]]:
    r"""Yield (number from 1, line) of what stands between newlines, without empty ones; None for a longer line.

    >>> list(split([b"a\nb", b"c\n\nlong", b"er\nd"], longest=4))
    [(1, b'a'), (2, b'bc'), (4, None), (5, b'd')]
    """
    number, held, size = 1, list[bytes](), 0
    for chunk in chunks:
        for place, piece in enumerate(chunk.split(b"\n")):
            if place:  # a newline is before it
                if size:
                    yield number, b"".join(held) if size <= longest else None
                number, size = number + 1, 0
                held.clear()
            size += len(piece)
            if size <= longest:
                held.append(piece)
            else:
                held.clear()
    if size:
        yield number, b"".join(held) if size <= longest else None


def _chunks(path: Path, entity: str) -> Iterator[bytes]:
    with paths.open_regular(path, follow=True) as file, contextlib.closing(_Unpacked(file, path)) as unpacked:
        try:
            yield from _of_entity(TarStream(unpacked), unpacked, entity)
        except FormatError as error:
            raise unpacked.refused(f"it is damaged ({error.detail})") from None
        unpacked.finish()


def _of_entity(archive: TarStream, unpacked: _Unpacked, entity: str) -> Iterator[bytes]:
    """Yield the bytes of the one member that holds the documents; look at all others."""
    names: list[str] = []
    for member in archive:
        name = _checked(member, unpacked)
        if name in names or len(names) == _MOST_MEMBERS:
            raise unpacked.refused(f"it has {name[:100]!a} twice, or more than {_MOST_MEMBERS} members")
        names.append(name)
        if name == f"mbdump/{entity}":
            yield from archive.pieces(member)
        elif name == "JSON_DUMPS_SCHEMA_NUMBER" and (schema := archive.content(member).strip()) != _SCHEMA:
            raise unpacked.refused(f"it is of schema {schema[:20].decode('latin-1')!a}, and only 1 can be read")
    if f"mbdump/{entity}" not in names:
        there = ", ".join(map(ascii, names)) or "nothing"
        raise unpacked.refused(f"it holds {there}, and not mbdump/{entity}: take {entity}.tar.xz of the JSON dumps")


def _checked(member: Member, unpacked: _Unpacked) -> str:
    """Return the name of a member that may be in a dump."""
    name = member.name.removeprefix("./").rstrip("/")
    if name.startswith("/") or ".." in name.split("/") or member.kind not in ("file", "folder"):
        shown = ascii(member.name[:100])
        raise unpacked.refused(f"its member {shown} is no file, or leads out of it; nothing was written to disk")
    if member.size > _SMALL_BYTES and not name.startswith("mbdump/"):
        raise unpacked.refused(f"its member {name[:100]!a} has {member.size:,} bytes, as none of a dump has")
    return name


class _Unpacked:
    """What an xz file holds, unpacked ahead in a thread; xz lets other threads run meanwhile."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._path = path
        self._file = file
        if file.read(len(_MAGIC)) != _MAGIC:
            raise self.refused("it is no xz file")
        file.seek(0)
        self._decoder = _decoder()
        self._n_in = self._n_out = 0
        self._chunk = memoryview(b"")
        self._thread = ThreadPoolExecutor(1)
        self._coming: deque[Future[bytes]] = deque(self._thread.submit(self._next) for _ in range(_AHEAD))

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)

    def refused(self, why: str) -> InputError:
        """Return the error that says why the archive is not read."""
        return InputError(f"dump {self._path}: {why}. Fetch it again from metabrainz.org, or compare its SHA256SUMS")

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer from its beginning; return how many bytes there are, 0 at the end."""
        if not self._chunk:
            self._chunk = memoryview(self._coming.popleft().result())
            self._coming.append(self._thread.submit(self._next))
        size = min(len(buffer), len(self._chunk))
        buffer[:size] = self._chunk[:size]
        self._chunk = self._chunk[size:]
        return size

    def finish(self) -> None:
        """Read to the end of the file, so that its checksums are compared."""
        buffer, left = memoryview(bytearray(_CHUNK)), _AFTER_END_BYTES
        while size := self.readinto(buffer):
            left -= size
            if left < 0:
                raise self.refused("it goes on after its end")

    def _next(self) -> bytes:
        """Return the next bytes; in the thread."""
        out = b""
        while not out:
            if self._decoder.eof and not self._begin_next():
                return b""
            data = b""
            if self._decoder.needs_input and not (data := self._more()):
                raise self.refused(f"it is cut off after {self._n_in:,} bytes")
            try:
                out = self._decoder.decompress(data, _CHUNK)
            except lzma.LZMAError as error:
                raise self.refused(f"it is damaged ({error})") from None
        self._n_out += len(out)
        if self._n_out > _FREE_BYTES + _MOST_RATIO * self._n_in:
            raise self.refused(f"{self._n_in:,} bytes of it unpack to more than {self._n_out:,}, as no dump does")
        return out

    def _begin_next(self) -> bool:
        """Begin the next stream, for a file may be several after one another; False at its end."""
        data = self._decoder.unused_data.lstrip(b"\0") or self._more().lstrip(b"\0")
        while not data:
            if not (data := self._more()):
                return False
            data = data.lstrip(b"\0")
        self._decoder = _decoder()
        self._n_in -= len(data)
        self._file.seek(-len(data), 1)
        return True

    def _more(self) -> bytes:
        data = self._file.read(_CHUNK)
        self._n_in += len(data)
        return data


def _decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_DECODER_BYTES)
