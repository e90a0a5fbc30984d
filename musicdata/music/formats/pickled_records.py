"""Python pickles of records, read without running anything that they say.

`pickle.load` builds whatever a file names. Here plain values are built (None, bool, int, float, str, bytes, list,
tuple, dict, set) and, for objects of a few classes that hold records, dicts of their attributes. No class is ever
looked up: a name is compared, and whatever else a file asks for is an error that says what and where.

The items of the outermost list come one after the other, so that the list never is in memory as a whole.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from musicdata.music.formats.pickle_bytes import PickledBytes
from musicdata.music.formats.pickle_machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class PickledRecords:
    r"""The values in a file of one or several pickles.

    Args:
        stream: to read from.
        records: names of the classes whose objects are records, in whatever module they stood.
        size: how many bytes there are; None where only the end tells.
        again: offset, length → bytes that were read before, by which long texts need not be kept; None where they
            cannot be read again.

    >>> import io
    >>> list(PickledRecords(io.BytesIO(b"(lp0\nVone\naI2\na."), frozenset()))
    ['one', 2]
    """

    def __init__(
        self,
        stream: IO[bytes],
        records: frozenset[str],
        size: int | None = None,
        again: Callable[[int, int], bytes] | None = None,
    ) -> None:
        self._source = PickledBytes(stream, size, again)
        self._records = records

    @property
    def offset(self) -> int:
        """Return how many bytes were read for the items so far, and for those of their batch that are still to come."""
        return self._source.offset

    def __iter__(self) -> Iterator[Any]:
        """Yield the items of the outermost list as they come; a value that is no list is an item of its own.

        Raises:
            FormatError: ``forbidden_pickle``, ``broken_pickle`` or ``pickle_too_large``, with the offset in bytes.
        """
        is_first = True
        while is_first or not self._source.at_end():
            is_first = False
            yield from Machine(self._source, self._records).items()
