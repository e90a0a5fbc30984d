"""Texts in one array of bytes, read one at a time as they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class StringTable(Sequence[Any]):
    """Texts, or None, by number; they may lie in a file.

    Attributes:
        data: uint8 the texts in UTF-8, one after the other.
        starts: (n + 1,) int64 where each begins.
        missing: (n,) whether there is None in its place.

    >>> table = StringTable.of(["sea", None, "Müller"])
    >>> table[0], table[1], list(table[1:])
    ('sea', None, [None, 'Müller'])
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    missing: NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> StringTable:
        """Return a table of texts."""
        data, starts, missing = bytearray(), [0], []
        for text in texts:
            data += (text or "").encode("utf-8", "surrogatepass")
            starts.append(len(data))
            missing.append(text is None)
        return cls(np.frombuffer(bytes(data), np.uint8), np.array(starts, np.int64), np.array(missing, np.bool_))

    def __len__(self) -> int:
        return len(self.missing)

    @overload
    def __getitem__(self, place: int) -> Any: ...

    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        number = place + len(self) if place < 0 else place
        if not 0 <= number < len(self):
            raise IndexError(place)
        if self.missing[number]:
            return None
        return self.data[self.starts[number] : self.starts[number + 1]].tobytes().decode("utf-8", "surrogatepass")
