"""The characters of a file of any size: unpacked, in the encoding that it turns out to be in.

A file is looked at from end to end before it is read, so that one byte that is not UTF-8 does not show in the middle of
the work. Where nearly all lines are UTF-8 the file is, and the other lines have bytes that no text can have
(`surrogateescape`): what holds them is dropped, and the rest is read.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import zlib
from typing import IO, TYPE_CHECKING, cast

from musicdata.errors import InputError, IntegrityError
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from musicdata.sources.tabular.rows import SourceFile

MAX_LINE_BYTES = 64 << 20
"""A longer line is none, and the file no table."""

_MAX_UNPACKED_BYTES = 16 << 30
_CHUNK_BYTES = 1 << 20
_PACKED = ".gz"
_BROKEN = (OSError, EOFError, zlib.error, IntegrityError)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE_SAMPLE, _WIDE_SHARE = 4096, 0.7
_JUDGED_LINES, _JUDGED_BYTES = 200, 2_000
_MOSTLY = 0.9  # of the lines beyond ASCII that are UTF-8 in a file that is UTF-8


@contextlib.contextmanager
def opened(file: SourceFile, *, begin_only: bool = False) -> Iterator[IO[str]]:
    """Open the characters of a file, its line breaks as they stand.

    Args:
        file: of a source.
        begin_only: its first lines are wanted, for which the rest need not be looked at.

    Raises:
        InputError: it cannot be read, is packed wrongly, or its encoding cannot be told.
    """
    encoding = _by_its_beginning(file) or "utf-8" if begin_only else encoding_of(file)
    with (
        unpacked(file.path) as (stream, _),
        io.TextIOWrapper(stream, encoding, _errors(encoding), newline="") as text,
    ):
        yield text


def _errors(encoding: str) -> str:
    return "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[tuple[IO[bytes], BufferedReader | None]]:
    """Open the bytes of a file as they are or, where it is packed, unpack to; the file itself too, where it is not.

    Raises:
        InputError: it cannot be read, or is packed wrongly.
    """
    try:
        with paths.open_regular(path, follow=True) as file:
            if path.suffix.lower() != _PACKED:
                yield file, file
                return
            with gzip.GzipFile(fileobj=file) as stream:
                bounded = _Bounded(cast("IO[bytes]", stream), path)
                yield cast("IO[bytes]", io.BufferedReader(bounded, _CHUNK_BYTES)), None
    except _BROKEN as error:
        raise InputError(f"input {path} cannot be read: {error}") from None


class _Bounded(io.RawIOBase):
    """What a packed file unpacks to, up to a bound."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream, self._path, self._n_bytes = stream, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer, in typeshed
        data = self._stream.read(len(buffer))
        self._n_bytes += len(data)
        if self._n_bytes > _MAX_UNPACKED_BYTES:
            raise InputError(
                f"input {self._path} unpacks to more than {_MAX_UNPACKED_BYTES:,} bytes; that is no table of songs"
            )
        buffer[: len(data)] = data
        return len(data)


def encoding_of(file: SourceFile) -> str:
    """Return the encoding of a whole file by Python's name: by its mark, its zeros, or what its lines are.

    Raises:
        InputError: it cannot be told.
    """
    if named := _by_its_beginning(file):
        return named
    with unpacked(file.path) as (stream, _):
        if _is_utf_8(stream):
            return "utf-8"
    with unpacked(file.path) as (stream, _):
        return _of_lines(stream, file.path)


def _by_its_beginning(file: SourceFile) -> str:
    with unpacked(file.path) as (stream, _):
        return _by_its_start(stream.read(_WIDE_SAMPLE))


def _by_its_start(start: bytes) -> str:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[first::2]
        if len(half) > 1 and half.count(0) > _WIDE_SHARE * len(half):
            return encoding
    return ""


def _is_utf_8(stream: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _of_lines(stream: IO[bytes], path: Path) -> str:
    n_lines, n_odd = 0, 0
    odd: list[bytes] = []
    while line := stream.readline(MAX_LINE_BYTES):
        if line.isascii():
            continue
        n_lines += 1
        try:
            line.decode()
        except UnicodeDecodeError:
            n_odd += 1
            if len(odd) < _JUDGED_LINES:
                odd.append(line[:_JUDGED_BYTES])
    if n_odd <= (1 - _MOSTLY) * n_lines:
        return "utf-8"
    return encoding_of_lines(odd, path)


def encoding_of_lines(lines: list[bytes], where: object) -> str:
    """Return the encoding of lines that are not UTF-8.

    Raises:
        InputError: it cannot be told.
    """
    from musicdata.music.text import encodings  # it loads statistics of languages

    if (found := encodings.find(lines)) is not None:
        return found.name
    together = b"\n".join(lines).decode("cp1252", "replace")
    if "\ufffd" in together or not _is_western(together):
        raise InputError(f"{where} is not UTF-8, and what else it is cannot be told; save it as UTF-8")
    return "cp1252"


def _is_western(text: str) -> bool:
    """Say whether what is beyond ASCII is what Western languages are written with, and seldom several on end."""
    beyond = [character for character in text if not character.isascii()]
    return all(character.isalpha() or character in "¡¿«»‘’“”–—…·°´©®™€£\xa0„‚" for character in beyond) and (
        len(beyond) < 0.3 * len(text)
    )


def decoded(data: bytes, where: object) -> str:
    """Return the characters of a small file.

    Raises:
        InputError: its encoding cannot be told.
    """
    if named := _by_its_start(data[:_WIDE_SAMPLE]):
        return data.decode(named, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        odd = [line[:_JUDGED_BYTES] for line in data.splitlines() if not line.isascii()]
        return data.decode(encoding_of_lines(odd[:_JUDGED_LINES], where), "replace")
