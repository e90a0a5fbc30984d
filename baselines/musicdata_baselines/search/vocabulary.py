"""Terms in order, in one array of bytes, so that they can be looked up without being read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray


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

    def find(self, term: str) -> int:
        """Return the place of a term, −1 where there is none.

        >>> vocabulary, _ = Vocabulary.of(["sea", "ash"])
        >>> vocabulary.find("sea"), vocabulary.find("oak")
        (1, -1)
        """
        wanted, low, high = term.encode("utf-8", "surrogatepass"), 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._bytes(low) == wanted else -1

    def _bytes(self, place: int) -> bytes:
        return self.data[self.starts[place] : self.starts[place + 1]].tobytes()
