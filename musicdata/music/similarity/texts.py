"""Texts that are copies of one another, or little changed.

A shop shows one review with several editions of an album; the words of a song are written down by several people. A
text is the set of its shingles (`shingles.Letters`): runs of `Likeness.length` letters that begin with a word. Two
texts are near-duplicates when they share enough of them (`Likeness`). Candidates come from MinHash (`minhash`), and
every candidate is verified on the sets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from musicdata.music.similarity import minhash
from musicdata.music.similarity.shingles import Letters, ShingleSets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata.music.similarity.minhash import Pairs, Signatures

_BATCH = 512  # texts that are cut at once: half a megabyte of letters takes fifty of memory


@dataclass(frozen=True, slots=True)
class Likeness:
    """From where on two texts of a kind are near-duplicates; with A and B their shingles.

    Attributes:
        length: letters in a shingle.
        dense_length: signs in a shingle of a script without spaces; 0 for as many.
        n_hashes: of a signature.
        min_agreements: hashes of two signatures that agree at least, of candidates.
        min_shared: the least |A ∩ B|.
        min_containment: |A ∩ B| / min(|A|, |B|) that is enough …
        min_jaccard: … and |A ∩ B| / |A ∪ B| that is enough too.
    """

    length: int
    n_hashes: int
    min_agreements: int
    min_shared: int
    min_containment: float
    min_jaccard: float = 1.0
    dense_length: int = 0


REVIEWS = Likeness(length=24, n_hashes=32, min_agreements=4, min_shared=16, min_containment=0.5)
"""Of prose: 24 letters are about five words, and a word changed in twenty leaves about three quarters of the shingles.
Two texts of one length that share half of them (J = 1/3) become candidates with 0.95, those that share three quarters
(J = 0.6) with 0.9999; at the least similarity 11 hashes agree, with a deviation of 3."""

COMMENTS = replace(REVIEWS, n_hashes=64, min_agreements=7)
"""Of prose about songs, as `REVIEWS`, but with hashes enough that short ones are found too: of 60 words, the half of
which somebody else wrote (J = 1/3), 32 hashes miss one in twenty, 64 one in four hundred."""

LYRICS = Likeness(
    length=24, dense_length=6, n_hashes=96, min_agreements=4, min_shared=6, min_containment=0.55, min_jaccard=0.25
)
"""Of words of songs, where a chorus or a doxology that songs share must not make them one. Of 4,270 songs in 13
languages (hymns, art songs, ballads, Chinese verse) those with one doxology or one refrain have J < 0.25 and a
containment up to 0.52, but for a few of two stanzas; no Chinese pair comes above 0.31. Texts of J = 0.25 become
candidates with 0.994, those of J = 0.3 with 0.999, an excerpt of a tenth (J = 0.1) with 0.59."""


class Copy(NamedTuple):
    """Two texts, by their numbers.

    Attributes:
        one: number of the one.
        other: number of the other.
        similarity: share of the smaller one's shingles that both have.
        jaccard: share of the shingles of either that both have.
    """

    one: int
    other: int
    similarity: float
    jaccard: float


@dataclass(slots=True)
class Signer:
    """Takes texts in batches, and keeps of each what tells which others may be like it: 4 bytes a hash."""

    likeness: Likeness = REVIEWS
    _signatures: list[Signatures] = field(default_factory=list)

    def add(self, texts: Sequence[str]) -> None:
        """Take texts, numbered in the order in which they come."""
        self.add_letters(Letters.of(texts))

    def add_letters(self, letters: Letters) -> None:
        """Take the letters of texts, numbered in the order in which they come."""
        sets = letters.shingles(self.likeness.length, self.likeness.dense_length)
        self._signatures.append(minhash.sign(sets, self.likeness.n_hashes))

    def candidates(self, among: NDArray[np.int64] | None = None) -> Pairs:
        """Return the pairs of texts that may be near-duplicates, each with the smaller number first, ascending.

        Args:
            among: numbers of the texts to pair, ascending; None for all.
        """
        if not self._signatures:
            return np.zeros((0, 2), np.int64)
        signatures = self._joined()
        is_filled = (signatures != signatures.max()).any(axis=1)
        filled = np.flatnonzero(is_filled) if among is None else among[is_filled[among]]
        pairs = minhash.pair_up(signatures, filled)
        return pairs[minhash.agreements(signatures, pairs) >= self.likeness.min_agreements]

    def _joined(self) -> Signatures:
        """Return the signatures of all texts; those of a batch go as they are copied, so that none is there twice."""
        batches, self._signatures = self._signatures, []
        joined = np.empty((sum(map(len, batches)), self.likeness.n_hashes), np.uint32)
        end = len(joined)
        while batches:
            batch = batches.pop()
            joined[end - len(batch) : end] = batch
            end -= len(batch)
        self._signatures = [joined]
        return joined


def verified(pairs: Iterable[Sequence[int]], texts: Mapping[int, str], likeness: Likeness = REVIEWS) -> list[Copy]:
    """Return the pairs that are near-duplicates.

    Args:
        pairs: numbers of texts.
        texts: number → text, of those at least that stand in a pair.
        likeness: from where on they are.
    """
    numbers = sorted(texts)
    batches = (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
    letters = (Letters.of([texts[number] for number in batch]) for batch in batches)
    sets = ShingleSets.joined([some.shingles(likeness.length, likeness.dense_length) for some in letters])
    place = {number: index for index, number in enumerate(numbers)}
    copies = []
    for one, other in pairs:
        here, there = place[one], place[other]
        shared, sizes = sets.shared(here, there), (sets.size(here), sets.size(there))
        containment, jaccard = shared / max(1, min(sizes)), shared / max(1, sum(sizes) - shared)
        is_like = containment >= likeness.min_containment or jaccard >= likeness.min_jaccard
        if shared >= likeness.min_shared and is_like:
            copies.append(Copy(one, other, containment, jaccard))
    return copies
