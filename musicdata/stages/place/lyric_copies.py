"""The different words of songs, and which of them are near-duplicates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.music.similarity import texts
from musicdata.music.similarity.caps import capped
from musicdata.music.similarity.shingles import Letters

if TYPE_CHECKING:
    from collections.abc import Collection

    from musicdata.definitions.reader import Inputs
    from musicdata.music.similarity.texts import Copy, Likeness

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Words:
    """The different texts of the songs; a text is named by the first row that has its letters.

    Attributes:
        rows_of: text → rows of the songs that have its letters, in order.
        signer: knows which texts may be like which.
    """

    rows_of: dict[int, list[int]]
    signer: texts.Signer

    @classmethod
    def read(cls, inputs: Inputs) -> Words:
        """Read all texts, a batch at a time."""
        signer = texts.Signer(texts.LYRICS)
        first: dict[bytes, int] = {}
        rows_of: dict[int, list[int]] = {}
        row = 0
        for part in inputs.iterate("clean_lyrics", ["text"]):
            for start in range(0, len(part), _BATCH):
                batch = strings(part.column("text").slice(start, _BATCH))
                letters = Letters.of(batch)
                signer.add_letters(letters)
                for text, of_letters in zip(batch, letters.prints(), strict=True):
                    digest = of_letters or hashlib.sha256(text.encode()).digest()
                    rows_of.setdefault(first.setdefault(digest, row), []).append(row)
                    row += 1
        return cls(rows_of, signer)

    def copies(self, inputs: Inputs, likeness: Likeness, max_group: int, placeholders: Collection[int]) -> list[Copy]:
        """Return the pairs of different texts that are near-duplicates.

        Args:
            inputs: that the texts were read from.
            likeness: from where on two are.
            max_group: texts in a group that is no chain (`similarity.caps`).
            placeholders: texts that are nobody's, and like none.
        """
        among = np.array([first for first in self.rows_of if first not in placeholders], np.int64)
        pairs = self.signer.candidates(among)
        wanted = np.unique(pairs)
        known: dict[int, str] = {}
        start = 0
        for part in inputs.iterate("clean_lyrics", ["text"]) if len(wanted) else ():
            here = wanted[slice(*np.searchsorted(wanted, [start, start + len(part)]))]
            known |= zip(here.tolist(), strings(part.column("text").take(here - start)), strict=True)
            start += len(part)
        return capped(texts.verified(pairs.tolist(), known, likeness), max_group)
