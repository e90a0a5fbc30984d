"""How much of a caption is copied from captions that were there for training."""

from __future__ import annotations

import itertools
from array import array
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.captioning.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_BLOCK = 1 << 20
_BITS, _SLOTS = 24, 8  # of a hash at most; slots for a key
_ODD = np.uint64(0x9E3779B97F4A7C15)


def longest_copies(texts: Sequence[str], train: Iterable[str]) -> NDArray[np.int64]:
    """Return the words (n,) of the longest run that each text shares with any one training text.

    Runs of one word are looked up, then of two, and so on: of both sides only the places are kept whose run stands on
    the other, and a run's number and the next word make the number of a longer one. So the answer is exact, and memory
    is that of the training words, 20 bytes each.

    >>> longest_copies(["a song about the sea"], ["about the Sea: a song", "the sea"]).tolist()
    [3]
    """
    known: dict[str, int] = {}
    words = [[known.setdefault(word, len(known)) for word in split_words(text)] for text in texts]
    return _longest(words, _Train(known, {array("i", one).tobytes() for one in words}, train), max(len(known), 1))


class _Train:
    """The training texts: words by number, −1 for one that is in no text asked about and between texts."""

    def __init__(self, known: dict[str, int], wanted: set[bytes], texts: Iterable[str]) -> None:
        numbers, self.whole = array("i", [-1]), set[bytes]()
        for text in texts:
            own = array("i", map(known.get, split_words(text), itertools.repeat(-1)))
            if (whole := own.tobytes()) in wanted:
                self.whole.add(whole)
            numbers.extend(own)
            numbers.append(-1)
        self.numbers = np.frombuffer(numbers, np.int32)


def _longest(words: list[list[int]], train: _Train, n_known: int) -> NDArray[np.int64]:
    is_whole = [array("i", one).tobytes() in train.whole for one in words]
    longest = np.array([len(one) * whole for one, whole in zip(words, is_whole, strict=True)], np.int64)
    asked = [place for place, whole in enumerate(is_whole) if words[place] and not whole]
    numbers = np.array([number for place in asked for number in (*words[place], -1)], np.int32)
    owner = np.repeat(np.array(asked, np.int64), [len(words[place]) + 1 for place in asked])
    ours, theirs = _Runs(numbers), _Runs(train.numbers)
    n_names, length = n_known, 1
    while True:
        stands = np.zeros(n_names, bool)
        stands[theirs.names] = True
        ours.keep(stands[ours.names])
        if not len(ours.places):
            return longest
        longest[owner[ours.places]] = length
        table = ours.name_longer(length, n_known)
        theirs.follow(table, length, n_known)
        n_names, length = len(table), length + 1


class _Runs:
    """Places of a text where runs of words begin that are still looked for, and the number of each one's run."""

    def __init__(self, numbers: NDArray[np.int32]) -> None:
        self._numbers = numbers
        self.places = np.flatnonzero(numbers >= 0).astype(np.int32)
        self.names = numbers[self.places]

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Keep some of the places."""
        self.places, self.names = self.places[kept], self.names[kept]

    def name_longer(self, length: int, n_known: int) -> NDArray[np.int64]:
        """Number the runs that are a word longer than `length`, and return their keys in order."""
        there, keys = self._longer(slice(None), length, n_known)
        table, names = np.unique(keys, return_inverse=True)
        self.places, self.names = self.places[there], names.astype(np.int32)
        return table

    def follow(self, table: NDArray[np.int64], length: int, n_known: int) -> None:
        """Keep the places whose run of a word more stands in a table of keys, under its number there."""
        found = _Index(table)
        places, names = [self.places[:0]], [self.names[:0]]
        for start in range(0, len(self.places) if len(table) else 0, _BLOCK):
            block = slice(start, start + _BLOCK)
            there, keys = self._longer(block, length, n_known)
            at = found.find(keys)
            places.append(self.places[block][there[at >= 0]])
            names.append(at[at >= 0])
        self.places, self.names = np.concatenate(places), np.concatenate(names)

    def _longer(self, block: slice, length: int, n_known: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which places of a block have another word after their run, and the keys of run and word."""
        following = self._numbers[self.places[block] + length]
        there = np.flatnonzero(following >= 0)
        return there, self.names[block][there].astype(np.int64) * n_known + following[there]


class _Index:
    """Finds keys in a table that rises: by a hash, and by halving where two keys have the same one."""

    def __init__(self, table: NDArray[np.int64]) -> None:
        self._table = table
        self._bits = min(_BITS, max(1, (_SLOTS * len(table)).bit_length()))
        self._slots = np.full(1 << self._bits, -1, np.int32)
        self._slots[self._hash(table)] = np.arange(len(table))

    def find(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the place (keys,) of each key in the table, −1 where it is not there."""
        at = self._slots[self._hash(keys)]
        other = np.flatnonzero((at >= 0) & (self._table[at] != keys))
        halved = np.minimum(np.searchsorted(self._table, keys[other]), len(self._table) - 1).astype(np.int32)
        at[other] = np.where(self._table[halved] == keys[other], halved, -1)
        return at

    def _hash(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        mixed: NDArray[np.int64] = ((keys.astype(np.uint64) * _ODD) >> np.uint64(64 - self._bits)).astype(np.int64)
        return mixed
