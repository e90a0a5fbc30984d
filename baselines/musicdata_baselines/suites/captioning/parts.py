"""Songs to learn from, to choose by and to caption, under one way of splitting."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.captioning import Songs
from musicdata_baselines.suites.captioning.results import GROUPED, ROW
from musicdata_baselines.suites.captioning.settings import FULL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.captioning.dataset import CaptionSet

LEAST_TRAIN, LEAST_TEST = 10, 5
"""Songs; of fewer no figure means anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """One way of splitting.

    Attributes:
        scheme: ``grouped``, ``row`` or ``artist``.
        variant: of the captions that are learned from.
        train: songs to learn from, with the captions to learn.
        valid: songs to choose by; `test` those that are captioned, with all of their captions.
        test_rows: (test,) their numbers in the data set.
        groups: (test,) of songs that may not be parted.
        n_test: songs of the test split, of which some are captioned.
    """

    scheme: str
    variant: str
    train: Songs
    valid: Songs
    test: Songs
    test_rows: NDArray[np.int64]
    groups: NDArray[np.str_]
    n_test: int

    @property
    def too_few(self) -> str:
        """Say why nothing can be measured; "" where it can."""
        if min(len(self.train.ids) // LEAST_TRAIN, len(self.test.ids) // LEAST_TEST, len(np.unique(self.groups)) // 2):
            return ""
        return (
            f"split {self.scheme} has {len(self.train.ids)} songs to learn from and {len(self.test.ids)} to caption, "
            f"expected {LEAST_TRAIN} and {LEAST_TEST}, of two groups"
        )


def cut(data: CaptionSet, scheme: str, variant: str, most_songs: int) -> Parts:
    """Return the songs of a scheme.

    Args:
        data: songs with captions.
        scheme: ``row`` splits captions, every other one songs.
        variant: which captions are learned from; all are there to choose and to score by.
        most_songs: to choose by, and to caption, at most: those whose ids have the lowest hashes.
    """
    of_row = _row_split(data, scheme)
    learned = (of_row == "train") & data.captions.members[variant]
    sides = {"train": learned, "valid": of_row == "valid", "test": of_row == "test"}
    songs = {side: np.unique(data.captions.song[there]) for side, there in sides.items()}
    some = {side: lowest(data.ids, songs[side], most_songs) for side in ("valid", "test")}
    return Parts(
        scheme=scheme,
        variant=variant,
        train=_songs(data, songs["train"], sides["train"]),
        valid=_songs(data, some["valid"], sides["valid"]),
        test=_songs(data, some["test"], sides["test"]),
        test_rows=some["test"],
        groups=data.groups[some["test"]],
        n_test=len(songs["test"]),
    )


def schemes(data: CaptionSet) -> list[str]:
    """List the ways of splitting that there are, the data set's own first."""
    by_row = [ROW] if data.captions.row_split is not None else []
    return [GROUPED, *by_row, *(scheme for scheme in data.splits if scheme != GROUPED)]


def variants(data: CaptionSet) -> list[str]:
    """List the variants there are, the one of all captions first."""
    return [FULL, *(name for name in data.captions.members if name != FULL)]


def lowest(ids: NDArray[np.str_], numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return some of the numbers, those whose ids have the lowest hashes."""
    if len(numbers) <= most:
        return numbers
    hashes = [hashlib.blake2b(one.encode(), digest_size=8).digest() for one in ids[numbers].tolist()]
    order = sorted(range(len(numbers)), key=hashes.__getitem__)
    return np.sort(numbers[order[:most]])


def _row_split(data: CaptionSet, scheme: str) -> NDArray[np.str_]:
    """Return the split of each caption."""
    if scheme == ROW:
        if data.captions.row_split is None:
            raise ValueError("the captions have no split of their own")
        return data.captions.row_split
    return data.splits[scheme][data.captions.song]


def _songs(data: CaptionSet, numbers: NDArray[np.int64], wanted: NDArray[np.bool_]) -> Songs:
    """Return some of the songs, with those of their captions that are wanted."""
    captions: dict[int, list[str]] = {number: [] for number in numbers.tolist()}
    for row in np.flatnonzero(wanted).tolist():
        if (found := captions.get(int(data.captions.song[row]))) is not None:
            found.append(data.captions.texts[row])
    return Songs(
        ids=tuple(data.ids[numbers].tolist()),
        lyrics=tuple(data.lyrics[number] for number in numbers.tolist()),
        tokens=data.heard.tokens[numbers] if data.heard is not None else None,
        references=tuple(tuple(captions[number]) for number in numbers.tolist()),
    )
