"""The members of a tar archive, read from a stream from its beginning to its end, once; nothing is unpacked.

For archives of millions of small members, of which few are wanted: `tarfile` takes as long over a member's header as
decompressing a document of a hundred kilobytes takes. Read are the three formats there are (ustar, GNU with its long
names, pax with its own), and of a member no more than its header says, within limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 512
_BUFFER = 1 << 17
_MAX_NAME_BYTES = 1 << 16  # of a long name, or of a pax header
_CHECKSUM = slice(148, 156)
_NO_CHECKSUM = 8 * ord(" ")
_LONG_NAME, _LONG_LINK, _PAX, _PAX_FOR_ALL = b"L", b"K", b"x", b"g"
_KINDS = {
    **dict.fromkeys((b"0", b"\0", b"7"), "file"),
    **dict.fromkeys((b"1", b"2"), "link"),
    **dict.fromkeys((b"3", b"4"), "device"),
    b"5": "folder",
    b"6": "pipe",
}


class Stream(Protocol):
    """Anything that fills a buffer."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill the buffer from its beginning; return how many bytes there are, 0 at the end."""
        ...


class Member(NamedTuple):
    r"""A member of an archive.

    Attributes:
        name: as the archive has it: any path, and bytes that are no UTF-8 as ``\udcXX``.
        kind: "file", "folder", "link", "pipe", "device", or "other".
        size: of its content, in bytes; what is neither a file nor "other" has none, whatever its header says.
    """

    name: str
    kind: str
    size: int


class TarStream:
    """The members of a stream, one after the other; the content of one can be read until the next is asked for.

    Args:
        stream: of the archive, no longer compressed.
        watch: called with the number of bytes read so far whenever more were read; may raise to end it.
    """

    def __init__(self, stream: Stream, watch: Callable[[int], None] = lambda _n_bytes: None) -> None:
        self.n_bytes = 0
        self._stream = stream
        self._watch = watch
        self._buffer = memoryview(bytearray(_BUFFER))
        self._start = self._stop = 0
        self._left = 0  # of the member at hand, with its padding

    def __iter__(self) -> Iterator[Member]:
        """Yield the members up to the mark at the archive's end.

        Raises:
            FormatError: it ends without the mark (``truncated_archive``), or is none (``damaged_archive``).
        """
        while (member := self._next()) is not None:
            yield member

    def content(self, member: Member) -> bytes:
        """Return the content of the member that came last; once.

        Raises:
            FormatError: the archive ends before it does.
        """
        data = self._take(member.size)
        self._left -= member.size
        return data

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Yield the content of the member that came last, a part at a time; once.

        Raises:
            FormatError: the archive ends before it does.
        """
        left = member.size
        while left > 0:
            if self._start == self._stop:
                self._fill()
            piece = bytes(self._buffer[self._start : min(self._stop, self._start + left)])
            self._start += len(piece)
            self._left -= len(piece)
            left -= len(piece)
            yield piece

    def _next(self) -> Member | None:
        """Return the next member, with the long name or the size that goes before its header."""
        name, size = None, None
        while True:
            self._skip(self._left)
            self._left = 0
            header = self._take(BLOCK)
            if not any(header):
                return None
            _check(header, self.n_bytes)
            kind, header_size = header[156:157], _number(header[124:136])
            if kind in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_FOR_ALL):
                extra = self._extra(header_size)
                if kind == _LONG_NAME:
                    name = _text(extra)
                elif kind == _PAX:
                    name, size = _of_pax(extra, name, size)
                continue
            of_kind = _KINDS.get(kind, "other")
            size = 0 if of_kind not in ("file", "other") else header_size if size is None else size
            self._left = -(-size // BLOCK) * BLOCK
            return Member(_name(header) if name is None else name, of_kind, size)

    def _extra(self, size: int) -> bytes:
        if size > _MAX_NAME_BYTES:
            raise FormatError("damaged_archive", f"a name of {size:,} bytes; at most {_MAX_NAME_BYTES:,} are expected")
        data = self._take(size)
        self._left = -size % BLOCK
        return data

    def _take(self, size: int) -> bytes:
        """Return the next bytes, as many as that."""
        if self._stop - self._start >= size:
            self._start += size
            return bytes(self._buffer[self._start - size : self._start])
        pieces = [bytes(self._buffer[self._start : self._stop])]
        size -= self._stop - self._start
        while size > 0:
            self._fill()
            pieces.append(bytes(self._buffer[: min(size, self._stop)]))
            self._start = min(size, self._stop)
            size -= self._start
        return b"".join(pieces)

    def _skip(self, size: int) -> None:
        size -= self._stop - self._start
        while size > 0:
            self._fill()
            size -= self._stop
        self._start = self._stop + size

    def _fill(self) -> None:
        self._start = self._stop = 0
        n_bytes = self._stream.readinto(self._buffer)
        if not n_bytes:
            raise FormatError("truncated_archive", f"it ends after {self.n_bytes:,} bytes, without the mark of an end")
        self.n_bytes += n_bytes
        self._stop = n_bytes
        self._watch(self.n_bytes)


def _check(header: bytes, n_bytes: int) -> None:
    """Refuse what is no header: its sum is not the one it states."""
    total = sum(header) - sum(header[_CHECKSUM]) + _NO_CHECKSUM
    if total != _number(header[_CHECKSUM]):
        raise FormatError("damaged_archive", f"no header of a member where one is due, within {n_bytes:,} bytes")


def _number(field: bytes) -> int:
    """Return a number of a header: octal digits, or for large ones a mark and the bytes of the number."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:])
    digits = field.replace(b"\0", b" ").strip()
    if digits.strip(b"01234567"):
        raise FormatError("damaged_archive", f"a header has {ascii(field)[1:-1]} where a number is due")
    return int(digits or b"0", 8)


def _name(header: bytes) -> str:
    name, prefix = _text(header[:100]), ""
    if header[257:263] == b"ustar\0":  # the other formats have something else in the place of the prefix
        prefix = _text(header[345:500])
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _of_pax(extra: bytes, name: str | None, size: int | None) -> tuple[str | None, int | None]:
    """Return what a pax header says of the name and the size of the member that follows it."""
    while extra:
        length, _, _ = extra.partition(b" ")
        if not length.isdigit() or not len(length) + 1 < int(length[:9]) <= len(extra):
            raise FormatError("damaged_archive", "a pax header that cannot be read")
        key, _, value = extra[len(length) + 1 : int(length) - 1].partition(b"=")
        extra = extra[int(length) :]
        if key == b"path":
            name = value.decode("utf-8", "surrogateescape")
        elif key == b"size":
            if not value.isdigit() or len(value) > len(str(2**63)):
                raise FormatError("damaged_archive", "a pax header with a size that is none")
            size = int(value)
    return name, size
