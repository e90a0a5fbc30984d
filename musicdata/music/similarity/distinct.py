"""The different texts of a collection, and which of them are near-duplicates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata.music.similarity import texts as similarity
from musicdata.music.similarity.shingles import Letters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from musicdata.music.similarity.texts import Copy, Likeness

_BATCH = 256

Nearest = dict[str, tuple[float, str]]
"""Item → similarity and name of the item that is most like it."""


@dataclass(frozen=True, slots=True)
class DistinctTexts:
    """The different texts of a collection; a text is named by the first row that has its letters.

    Attributes:
        rows_of: text → rows that have its letters, in order. Texts without letters are the same where they are equal.
        signers: one that knows which texts may be like which; none once that was asked, for it is large.
    """

    rows_of: dict[int, list[int]]
    signers: list[similarity.Signer]

    @classmethod
    def read(cls, parts: Iterable[Sequence[str]], likeness: Likeness) -> DistinctTexts:
        """Read all texts, a batch at a time.

        Args:
            parts: the texts in order, some at a time; a text's row is its place among all of them.
            likeness: from where on two are near-duplicates.
        """
        signer = similarity.Signer(likeness)
        first: dict[bytes, int] = {}
        rows_of: dict[int, list[int]] = {}
        row = 0
        for part in parts:
            for start in range(0, len(part), _BATCH):
                batch = part[start : start + _BATCH]
                letters = Letters.of(batch)
                signer.add_letters(letters)
                for text, of_letters in zip(batch, letters.prints(), strict=True):
                    digest = of_letters or hashlib.sha256(text.encode()).digest()
                    rows_of.setdefault(first.setdefault(digest, row), []).append(row)
                    row += 1
        return cls(rows_of, [signer])

    def copies(self, parts: Iterable[Sequence[str]], excluded: Collection[int] = ()) -> list[Copy]:
        """Return the pairs of different texts that are near-duplicates; once.

        Args:
            parts: the texts again, as they were read.
            excluded: texts that are like none.
        """
        signer = self.signers.pop()
        among = np.array([first for first in self.rows_of if first not in excluded], np.int64)
        pairs = signer.candidates(among)
        wanted = np.unique(pairs)
        known: dict[int, str] = {}
        start = 0
        for part in parts if len(wanted) else ():
            here = wanted[slice(*np.searchsorted(wanted, [start, start + len(part)]))]
            known |= {row: part[row - start] for row in here.tolist()}
            start += len(part)
        return similarity.verified(pairs.tolist(), known, signer.likeness)

    def nearest(self, names: Sequence[str], copies: Iterable[Copy], group_ids: Mapping[str, str]) -> Nearest:
        """Return item → similarity and name of the other of its group whose texts are most like its own.

        Args:
            names: of the item that each row is of.
            copies: near-duplicates.
            group_ids: item → group; items without one are nobody's nearest.
        """
        nearest: Nearest = {}

        def note(name: str, others: Iterable[str], similarity: float) -> None:
            """Note the first of the others that is in the group, if none was nearer."""
            there = (one for one in others if one != name and group_ids.get(one) == group_ids.get(name, ""))
            other = next(there, None)
            if other and (-similarity, other) < (-nearest.get(name, (0.0, ""))[0], nearest.get(name, (0.0, ""))[1]):
                nearest[name] = similarity, other

        for rows in self.rows_of.values():
            items = dict.fromkeys(names[row] for row in rows) if len(rows) > 1 else {}
            for name in items:
                note(name, items, 1.0)
        for copy in copies:
            one, other = (dict.fromkeys(names[row] for row in self.rows_of[text]) for text in copy[:2])
            for here, there in ((one, other), (other, one)):
                for name in here:
                    note(name, there, copy.similarity)
        return nearest
