"""Texts that are copies of one another, or little changed: reviews that a shop shows with several editions of an album.

A text is the set of its shingles (`shingles.shingle_words`): runs of `LENGTH` letters that begin with a word, about
five words. Two texts are near-duplicates when they share `MIN_SHARED` of them and that is a share of `MIN_SIMILARITY`
of the smaller set (containment). A word changed in twenty leaves about three quarters. Candidates come from MinHash
(`minhash`) with `N_HASHES` hashes: two texts of one length that share half of their shingles (J = 1/3) are found with
0.95, those that share three quarters (J = 0.6) with 0.9999. Every candidate is verified on the sets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from musicdata.music.similarity import minhash
from musicdata.music.similarity.shingles import ShingleSets, shingle_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from musicdata.music.similarity.minhash import Pairs, Signatures

LENGTH = 24
N_HASHES = 32
MIN_SIMILARITY = 0.5
MIN_SHARED = 16

_BATCH = 512  # texts that are cut at once: half a megabyte of letters takes fifty of memory
_MIN_AGREEMENTS = 4  # of the hashes; at the least similarity there are 11, with a deviation of 3


class Copy(NamedTuple):
    """Two texts, by their numbers, and the share of the smaller one's shingles that both have."""

    one: int
    other: int
    similarity: float


@dataclass(slots=True)
class Signer:
    """Takes texts in batches, and keeps of each what tells which others may be like it: 128 bytes."""

    _signatures: list[Signatures] = field(default_factory=list)

    def add(self, texts: Sequence[str]) -> None:
        """Take texts, numbered in the order in which they come."""
        sets = shingle_words(texts, LENGTH)
        signatures = minhash.sign(sets, N_HASHES)
        self._signatures.append(signatures)

    def candidates(self) -> Pairs:
        """Return the pairs of texts that may be near-duplicates, each with the smaller number first, ascending."""
        if not self._signatures:
            return np.zeros((0, 2), np.int64)
        signatures = np.concatenate(self._signatures)
        empty = signatures.max()
        filled = np.flatnonzero((signatures != empty).any(axis=1))
        pairs = minhash.pair_up(signatures, filled)
        return pairs[minhash.agreements(signatures, pairs) >= _MIN_AGREEMENTS]


def verified(pairs: Iterable[Sequence[int]], texts: Mapping[int, str], min_similarity: float) -> list[Copy]:
    """Return the pairs that are near-duplicates.

    Args:
        pairs: numbers of texts.
        texts: number → text, of those at least that stand in a pair.
        min_similarity: share of the smaller text's shingles that both must have.
    """
    numbers = sorted(texts)
    batches = (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
    sets = ShingleSets.joined([shingle_words([texts[number] for number in batch], LENGTH) for batch in batches])
    place = {number: index for index, number in enumerate(numbers)}
    copies = []
    for one, other in pairs:
        here, there = place[one], place[other]
        shared = sets.shared(here, there)
        similarity = shared / max(1, min(sets.size(here), sets.size(there)))
        if shared >= MIN_SHARED and similarity >= min_similarity:
            copies.append(Copy(one, other, similarity))
    return copies
