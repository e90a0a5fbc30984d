"""Terms in order, in one array of bytes, so that they can be looked up without being read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

_HEAD_BYTES = 8


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Distinct terms in order; a term is known by its place.

    Attributes:
        data: uint8 the terms in UTF-8, one after the other.
        starts: (terms + 1,) int64 where each begins.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, terms: Collection[str]) -> tuple[Vocabulary, NDArray[np.int32]]:
        """Return a vocabulary, and the place in it of each term as it was given."""
        given = list(terms)
        order = sorted(range(len(given)), key=given.__getitem__)
        encoded = [given[number].encode("utf-8", "surrogatepass") for number in order]
        starts = np.concatenate([[0], np.cumsum([len(term) for term in encoded], dtype=np.int64)])
        places = np.empty(len(given), np.int32)
        places[order] = np.arange(len(given))
        return cls(np.frombuffer(b"".join(encoded), np.uint8), starts.astype(np.int64)), places

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> str:
        return self._bytes(place).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        whole = self.data.tobytes()
        starts = self.starts.tolist()
        for start, stop in pairwise(starts):
            yield whole[start:stop].decode("utf-8", "surrogatepass")

    @cached_property
    def _heads(self) -> NDArray[np.uint64]:
        """The first eight bytes of each term as a number, zeros after a shorter one: in the same order as the terms."""
        lengths = np.diff(self.starts)
        heads = np.zeros(len(self), np.uint64)
        for place in range(_HEAD_BYTES):
            longer = np.flatnonzero(lengths > place)
            heads[longer] |= self.data[self.starts[longer] + place].astype(np.uint64) << np.uint64(8 * (7 - place))
        return heads

    def find(self, terms: Iterable[str]) -> list[int]:
        """Return the place of each term, −1 where there is none.

        >>> vocabulary, _ = Vocabulary.of(["sea", "ash"])
        >>> vocabulary.find(["sea", "oak"])
        [1, -1]
        """
        wanted = [term.encode("utf-8", "surrogatepass") for term in terms]
        heads = [int.from_bytes(term[:_HEAD_BYTES].ljust(_HEAD_BYTES, b"\0"), "big") for term in wanted]
        keys = np.array(heads, np.uint64)
        first, last = (np.searchsorted(self._heads, keys, side) for side in ("left", "right"))
        places: list[int] = np.where(last > first, first, -1).tolist()
        for number, term in enumerate(wanted):
            if len(term) >= _HEAD_BYTES and places[number] >= 0:  # others may begin alike; a shorter one is its head
                places[number] = self._find_between(term, int(first[number]), int(last[number]))
        return places

    def _find_between(self, wanted: bytes, low: int, high: int) -> int:
        """Return the place of a term among those from `low` to before `high`, −1 where there is none."""
        end = high
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < end and self._bytes(low) == wanted else -1

    def _bytes(self, place: int) -> bytes:
        return self.data[self.starts[place] : self.starts[place + 1]].tobytes()
