"""Runs of words that captions have in common with their references, counted for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

LONGEST = 4
"""Words of the longest runs that BLEU and CIDEr count."""


@dataclass(frozen=True, eq=False)
class Bags:
    """How often each run of some length stands in each text: arrays (entries,), by text and number of the run.

    Attributes:
        text: place of the text.
        name: number of the run, the same in every text.
        count: how often it stands there.
        n_names: how many numbers there are.
    """

    text: Ints
    name: Ints
    count: Ints
    n_names: int

    def of(self, start: int, stop: int) -> Bags:
        """Return the bags of some texts, which count from 0 then."""
        rows = slice(*np.searchsorted(self.text, [start, stop]).tolist())
        return Bags(self.text[rows] - start, self.name[rows], self.count[rows], self.n_names)

    def counts_of(self, text: Ints, name: Ints) -> Ints:
        """Return how often runs stand in texts, (asked,), 0 where one does not."""
        if not len(self.text):
            return np.zeros(len(text), np.int64)
        keys, asked = self.text * self.n_names + self.name, text * self.n_names + name
        found = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        return np.where(keys[found] == asked, self.count[found], 0)


def count_grams(texts: Sequence[str], split: Callable[[str], list[str]]) -> Iterator[Bags]:
    """Yield the bags of texts for runs of one word, of two, … of `LONGEST`.

    Runs are numbered by the number of the run without its last word and that word, so that no two share a number.
    """
    known: dict[str, int] = {}
    numbers: list[int] = []
    lengths = []
    for text in texts:
        words = split(text)
        numbers += [known.setdefault(word, len(known)) for word in words]
        lengths.append(len(words))
    word, owner = np.array(numbers, np.int64), np.repeat(np.arange(len(lengths)), lengths)
    place, name, n_names = np.arange(len(word)), word, max(len(known), 1)
    for length in range(1, LONGEST + 1):
        keys, count = np.unique(owner[place] * n_names + name, return_counts=True)
        yield Bags(keys // n_names, keys % n_names, count, n_names)
        place, name = place[place + length < len(word)], name[place + length < len(word)]
        goes_on = owner[place + length] == owner[place]
        place, name = place[goes_on], name[goes_on]
        runs, name = np.unique(name * max(len(known), 1) + word[place + length], return_inverse=True)
        n_names = max(len(runs), 1)
