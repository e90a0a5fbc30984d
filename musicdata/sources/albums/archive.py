"""A zip archive with files of lines: nothing is unpacked to disk, and nothing it says of itself is believed.

The archive may hold thousands of other members, as that of MARD does; none of them is opened. One whose directory has
anything out of order is refused as a whole.
"""

from __future__ import annotations

import contextlib
import stat
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from musicdata.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

MAX_DIRECTORY_BYTES = 64 << 20
"""Of an archive's directory; that of MARD, with 28,403 descriptors, has some 4 MB."""

MAX_RATIO = 250
"""Bytes that a byte of the archive may become; reviews are packed to a third."""

RATIO_FLOOR_BYTES = 64 << 20
"""Unpacked size below which the ratio is not looked at."""

# Everything that zipfile and zlib are known to raise on bytes that are not what they seem.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    IndexError,
    NotImplementedError,
    RuntimeError,
)
# zipfile bounds the output of one call for these two only.
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_END_BYTES, _LONGEST_COMMENT = 22, 0xFFFF
_IN_64 = 0xFFFFFFFF


@contextlib.contextmanager
def opened(file: BufferedReader, path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose directory is in order.

    Raises:
        InputError: it is none, or a member has a name that leads elsewhere, is a link, or shares its name.
    """
    if (size := _directory_bytes(file)) > MAX_DIRECTORY_BYTES:
        raise InputError(f"input {path} has a directory of {size:,} bytes, at most {MAX_DIRECTORY_BYTES:,} are read")
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN as error:
        raise InputError(f"input {path} is no readable zip archive ({error}); fetch it again") from None
    with archive:
        names: set[str] = set()
        for member in archive.infolist():
            _require_harmless(member, path)
            if (folded := member.filename.casefold()) in names:
                raise InputError(f"input {path} has two members named {member.filename!r:.200}")
            names.add(folded)
        yield archive


def require_plain(member: zipfile.ZipInfo, path: Path) -> None:
    """Refuse a member that is encrypted or packed in a way whose output nothing bounds.

    Raises:
        InputError: it is.
    """
    if member.flag_bits & 0x1:
        raise InputError(f"input {path}: member {member.filename!r} is encrypted; give the files themselves")
    if member.compress_type not in _COMPRESSIONS:
        raise InputError(f"input {path}: member {member.filename!r} is neither stored nor deflated; pack it anew")


def chunks(stream: IO[bytes], member: zipfile.ZipInfo, path: Path, size: int) -> Iterator[bytes]:
    """Yield what a member unpacks to, counting what comes out.

    Raises:
        InputError: it does not unpack, or to far more than a text does.
    """
    budget, n_bytes = max(RATIO_FLOOR_BYTES, MAX_RATIO * member.compress_size), 0
    try:
        while chunk := stream.read(size):
            n_bytes += len(chunk)
            if n_bytes > budget:
                raise InputError(
                    f"input {path}: member {member.filename!r} unpacks to more than {budget:,} bytes, "
                    f"{MAX_RATIO} times what it takes; that is no text"
                )
            yield chunk
    except BROKEN as error:
        raise InputError(f"input {path}: member {member.filename!r} is damaged ({error}); fetch it again") from None


def _directory_bytes(file: BufferedReader) -> int:
    """Return how large an archive says that its directory is, which zipfile reads as a whole; 0 if it has none."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END_BYTES - _LONGEST_COMMENT - 1024))
    tail = file.read()
    ends = {len(tail) - _END_BYTES, tail.rfind(_END)}
    sizes = [struct.unpack_from("<I", tail, at + 12)[0] for at in ends if at >= 0 and tail[at : at + 4] == _END]
    sizes = [size for size in sizes if size != _IN_64]
    at = tail.find(_END_64)
    while at >= 0:  # whichever of them zipfile takes
        if at + 48 <= len(tail):
            sizes.append(struct.unpack_from("<Q", tail, at + 40)[0])
        at = tail.find(_END_64, at + 1)
    file.seek(0)
    return max(sizes, default=0)


def _require_harmless(member: zipfile.ZipInfo, path: Path) -> None:
    name = member.filename
    if "\\" in name or ":" in name.split("/")[0] or name.startswith("/") or ".." in name.split("/"):
        raise InputError(f"input {path}: member {name!r:.200} points outside of the archive; nothing of it was read")
    if stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise InputError(f"input {path}: member {name!r:.200} is a link or a device; nothing of it was read")
