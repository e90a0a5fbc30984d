"""The bytes of a pickle, read in pieces; long texts are left where they lie until somebody wants them.

A pickler numbers every text it writes, so that a later record may refer to it. Whoever reads would have to keep them
all. Here a text that is long is kept as its place in the file, and read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_TEXT_BYTES = 32 << 20
"""Longest text or bytes; a whole book has two million characters."""

LONGEST_LINE = 4_000
"""Longest line of a number or a name, in bytes."""

BROKEN, TOO_LARGE = "broken_pickle", "pickle_too_large"
UTF_8, RAW_ESCAPES, OLD_STRING = range(3)
_CODECS = (("utf-8", "surrogatepass"), ("raw-unicode-escape", "strict"), ("utf-8", "surrogateescape"))
_SHORT_BYTES = 64  # texts up to here are kept as they are
_KEPT_BYTES = 1 << 30  # of long texts, where they cannot be read again
_AT_HAND_BYTES = 48 << 20  # of long texts that are wanted again
_PIECE = 1 << 20
_SIZE_BITS, _CODEC_BITS = 26, 2


class Late(int):
    """Where a long text lies: offset, length and codec in one number."""

    __slots__ = ()

    @property
    def n_bytes(self) -> int:
        """Return how long it is."""
        return (self >> _CODEC_BITS) & ((1 << _SIZE_BITS) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A long text that cannot be read again: its bytes, and their codec."""

    data: bytes
    codec: int

    @property
    def n_bytes(self) -> int:
        """Return how long it is."""
        return len(self.data)


class PickledBytes:
    """Bytes that are read once, from the first to the last.

    Args:
        stream: to read from.
        size: how many bytes there are; None where only the end tells.
        again: offset, length → bytes that were read before; None where they cannot be read again.

    Attributes:
        data: what is at hand, of which the bytes before `at` were read: for whoever reads a byte at a time.
    """

    __slots__ = ("_again", "_begin", "_n_kept", "_n_texts", "_size", "_stream", "_texts", "at", "data")

    def __init__(self, stream: IO[bytes], size: int | None, again: Callable[[int, int], bytes] | None) -> None:
        self._stream, self._size, self._again = stream, size, again
        self.data, self.at, self._begin, self._n_kept = b"", 0, 0, 0
        self._texts: dict[Late, str] = {}
        self._n_texts = 0

    @property
    def offset(self) -> int:
        """Return how many bytes were read."""
        return self._begin + self.at

    def at_end(self) -> bool:
        """Say whether nothing is left."""
        return self.at >= len(self.data) and not self._fill(1)

    def take(self, n: int) -> bytes:
        """Return the next bytes.

        Raises:
            FormatError: ``broken_pickle`` where there are fewer, ``pickle_too_large`` where they are too many.
        """
        at, end = self.at, self.at + n
        if end > len(self.data):
            if n > MAX_TEXT_BYTES:
                raise self._too_long(n)
            if not self._fill(n):
                raise self.fault(f"it breaks off: {n:,} bytes were to follow, fetch it again")
            at, end = 0, n
        self.at = end
        return self.data[at:end]

    def byte(self) -> int:
        """Return the next byte.

        Raises:
            FormatError: ``broken_pickle``: there is none.
        """
        at = self.at
        if at < len(self.data):
            self.at = at + 1
            return self.data[at]
        return self.take(1)[0]

    def line(self, longest: int = LONGEST_LINE) -> bytes:
        """Return what stands before the next line feed, which is read too.

        Raises:
            FormatError: ``broken_pickle``: none follows within so many bytes.
        """
        sought = self.at
        while (end := self.data.find(b"\n", sought)) < 0:
            n_read = len(self.data) - self.at
            if n_read > longest or not self._fill(n_read + 1):
                raise self.fault("a line has no end")
            sought = self.at + n_read
        if end - self.at > longest:
            raise self.fault(f"a line has {end - self.at:,} bytes, at most {longest:,} are read")
        line = self.data[self.at : end]
        self.at = end + 1
        return line

    def text(self, n: int, codec: int = UTF_8) -> str | Late | Kept:
        """Return the text in the next bytes: itself where it is short, else its place.

        Raises:
            FormatError: ``broken_pickle`` or ``pickle_too_large``.
        """
        if n <= _SHORT_BYTES:
            return self.decoded(self.take(n), codec)
        at = self.offset
        return self._long(at, self.take(n), codec)

    def line_of_text(self) -> str | Late | Kept:
        """Return the text of the next line, as the first protocol writes it.

        Raises:
            FormatError: ``broken_pickle``.
        """
        at = self.offset
        line = self.line(MAX_TEXT_BYTES)
        return self.decoded(line, RAW_ESCAPES) if len(line) <= _SHORT_BYTES else self._long(at, line, RAW_ESCAPES)

    def _long(self, at: int, data: bytes, codec: int) -> Late | Kept:
        if self._again is not None:
            return Late(at << (_SIZE_BITS + _CODEC_BITS) | len(data) << _CODEC_BITS | codec)
        self._n_kept += len(data)
        if self._n_kept > _KEPT_BYTES:
            raise FormatError(
                TOO_LARGE, f"byte {at:,}: more than {_KEPT_BYTES:,} bytes of text in a packed pickle; unpack the file"
            )
        return Kept(data, codec)

    def recall(self, text: Late) -> None:
        """Note that a text is wanted again: while there is room it is kept at hand, for it may be so once more."""
        if text in self._texts:
            return
        if self._n_texts > _AT_HAND_BYTES:
            self._texts, self._n_texts = {}, 0
        self._n_texts += text.n_bytes
        self._texts[text] = self.read(text)

    def read(self, text: Late | Kept) -> str:
        """Return a text that was left where it lies.

        Raises:
            FormatError: ``broken_pickle``: it is none.
        """
        if isinstance(text, Kept):
            return self.decoded(text.data, text.codec)
        if (at_hand := self._texts.get(text)) is not None:
            return at_hand
        at, n = text >> (_SIZE_BITS + _CODEC_BITS), text.n_bytes
        within = at - self._begin
        if within >= 0 and within + n <= len(self.data):
            data = self.data[within : within + n]
        else:
            assert self._again is not None, "only then is there a place"
            data = self._again(at, n)
        return self.decoded(data, text & ((1 << _CODEC_BITS) - 1))

    def decoded(self, data: bytes, codec: int) -> str:
        """Return the characters of bytes.

        Raises:
            FormatError: ``broken_pickle``: they are no text.
        """
        try:
            return str(data, *_CODECS[codec])
        except UnicodeDecodeError as error:
            raise self.fault(f"a text is no text: {error.reason}") from None

    def require(self, n: int) -> None:
        """Refuse a claim of more bytes than there are.

        Raises:
            FormatError: ``broken_pickle``.
        """
        if self._size is not None and self.offset + n > self._size:
            raise self.fault(f"it breaks off: a frame of {n:,} bytes in a file of {self._size:,}")

    def _fill(self, n: int) -> bool:
        """Have the next n bytes at hand; say whether there are so many."""
        rest = self.data[self.at :]
        self._begin += self.at
        self.at = 0
        pieces, n_there = [rest], len(rest)
        while n_there < n and (piece := self._stream.read(max(_PIECE, n - n_there))):
            pieces.append(piece)
            n_there += len(piece)
        self.data = b"".join(pieces)
        return n_there >= n

    def _too_long(self, n: int) -> FormatError:
        return FormatError(
            TOO_LARGE, f"byte {self.offset:,}: a value of {n:,} bytes, at most {MAX_TEXT_BYTES:,} are read"
        )

    def fault(self, what: str) -> FormatError:
        """Return an error that says what is wrong, and where."""
        return FormatError(BROKEN, f"byte {self.offset:,}: {what}")
