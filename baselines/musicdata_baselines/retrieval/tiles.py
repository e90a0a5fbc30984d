"""Counts the candidates better than the true partners in tiles of the score matrix, along rows and columns at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# Counts of a tile fit bytes: 255 rows, and 255 words of eight columns.
TILE_ROWS = 255
TILE_COLUMNS = 8 * 255
# From this share of doubtful scores on, a whole tile in float64 is cheaper than its doubtful pairs one by one.
DENSE_SHARE = 1 / 64
PAIRS_AT_ONCE = 2048


def tie_width(k: int) -> float:
    """Return how far apart rounding in float64 can bring equal cosines of k columns, at most: they count as tied.

    Two dot products of k terms, each of a row whose length is the root of another, and the divisions by the lengths.
    """
    return 2 * (k + 4) * 2.0**-52


def tiles(n: int, block_rows: int = TILE_ROWS) -> Iterator[tuple[slice, slice]]:
    """Go through an n × n matrix in tiles, rows outermost."""
    for row in range(0, n, block_rows):
        for column in range(0, n, TILE_COLUMNS):
            yield slice(row, min(n, row + block_rows)), slice(column, min(n, column + TILE_COLUMNS))


class PartnerCounts:
    """Counts better and tied candidates for every item of a and of b, arrays (n, k) of rows of unit length.

    A product of float32 rows is wrong by (k + 2) 2⁻²⁴ at most, a threshold by 2⁻²⁴: a score farther than that from the
    partner's is on the side where float32 sees it. The others are settled in float64.
    """

    def __init__(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> None:
        """Start from no tile."""
        n, k = a.shape
        self._a, self._b = a, b
        self._left, self._right = a.astype(np.float32), np.ascontiguousarray(b.astype(np.float32).T)
        self._partner = np.einsum("ij,ij->i", a, b)
        doubt = (k + 8) * 2.0**-24
        self._low, self._high = ((self._partner + side * doubt).astype(np.float32) for side in (-1, 1))
        self._tie = tie_width(k)
        self._better, self._tied = np.zeros((2, 2, n), np.int64)

    def results(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return the counts (n,) of better and of other tied candidates, of a's items and of b's."""
        # The partner itself was counted among those tied with it, whichever way its tile was scored.
        return [(better, tied - 1) for better, tied in zip(self._better, self._tied, strict=True)]

    def add(self, rows: slice, columns: slice) -> None:
        """Count the tile of rows of a against rows of b, which is at most `TILE_ROWS` × `TILE_COLUMNS`."""
        tile = self._left[rows] @ self._right[:, columns]
        above_row, above_column = tile > self._high[rows, None], tile > self._high[columns]
        doubtful = (tile >= self._low[rows, None]) ^ above_row
        doubtful |= (tile >= self._low[columns]) ^ above_column
        doubtful_cells = np.flatnonzero(doubtful)
        if len(doubtful_cells) > DENSE_SHARE * tile.size:
            self._add_in_float64(rows, columns)
            return
        self._better[0, rows] += _count_rows(above_row)
        self._better[1, columns] += np.add.reduce(above_column.view(np.uint8), axis=0, dtype=np.uint8)
        for start in range(0, len(doubtful_cells), PAIRS_AT_ONCE):
            i, j = np.divmod(doubtful_cells[start : start + PAIRS_AT_ONCE], tile.shape[1])
            self._settle(tile[i, j], i + rows.start, j + columns.start)

    def _settle(self, seen: NDArray[np.float32], i: NDArray[np.int64], j: NDArray[np.int64]) -> None:
        """Count pairs of items that float32 leaves open for at least one of the two."""
        score = np.einsum("ij,ij->i", self._a[i], self._b[j])
        for direction, asking in enumerate((i, j)):
            left_open = (seen >= self._low[asking]) & (seen <= self._high[asking])
            ahead = score - self._partner[asking]
            np.add.at(self._better[direction], asking[left_open & (ahead > self._tie)], 1)
            np.add.at(self._tied[direction], asking[left_open & (np.abs(ahead) <= self._tie)], 1)

    def _add_in_float64(self, rows: slice, columns: slice) -> None:
        tile = self._a[rows] @ self._b[columns].T
        partners = self._partner[rows, None], self._partner[columns]
        for direction, (asking, partner) in enumerate(zip((rows, columns), partners, strict=True)):
            better = np.count_nonzero(tile > partner + self._tie, axis=1 - direction)
            self._better[direction, asking] += better
            self._tied[direction, asking] += np.count_nonzero(tile >= partner - self._tie, axis=1 - direction) - better


def _count_rows(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the flags of each row, at most `TILE_COLUMNS`, adding eight at once as the bytes of a word."""
    octets = flags.view(np.uint8)
    if flags.shape[1] % 8 == 0:
        octets = np.add.reduce(flags.view(np.uint64), axis=1, keepdims=True).view(np.uint8)
    counts: NDArray[np.int64] = octets.sum(axis=1, dtype=np.int64)
    return counts
