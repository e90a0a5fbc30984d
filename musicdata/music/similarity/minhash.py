"""MinHash signatures and locality-sensitive hashing: candidate pairs without comparing all pairs.

The smallest value of a random hash over a set is the same for two sets with probability J, their Jaccard
similarity (Broder 1997). A signature holds the smallest value for each of `N_HASHES` hashes. A band is two
of these values; songs that agree on some band are a pair (Leskovec, Rajaraman & Ullman, "Mining of Massive
Datasets", section 3.4). Here each hash stands in two bands, with the next one and with the one before, in
a ring: twice the bands for the same signatures. With 400 hashes a pair is found with probability
(`collision_probability`)

    J             0.02   0.04   0.06   0.08   0.10   0.12   0.15   0.20
    probability   0.15   0.46   0.74   0.91   0.97   0.99   1.00   1.00

An excerpt of a share s of a song has J = s, so a tenth of a song is found with 0.97.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from musicdata.music.similarity.shingles import distinct

if TYPE_CHECKING:
    from musicdata.music.similarity.shingles import ShingleSets

N_HASHES = 400
REACH = 64
"""How many neighbours within one bucket a song is paired with: what keeps a thousand copies from making a
million pairs."""

Signatures = NDArray[np.uint32]
"""(songs, hashes) smallest hash values; a song without shingles has the largest value everywhere."""
Pairs = NDArray[np.int64]
"""(pairs, 2) numbers of songs."""

_SEED = 20260713
_EMPTY = np.uint32(0xFFFFFFFF)
_BLOCK = 1 << 16
_CHUNK = 1 << 14


def collision_probability(jaccard: float, n_hashes: int = N_HASHES) -> float:
    """Returns how likely two sets become a candidate pair.

    The pair is missed when no two neighbours in the ring of hashes agree both, each agreeing with
    probability J: the trace of the n-th power of [[1 - J, J], [1 - J, 0]], the steps that never agree
    twice running.

    >>> round(collision_probability(0.1), 3)
    0.975
    """
    differ = 1.0 - jaccard
    root = sqrt(differ * differ + 4.0 * jaccard * differ)
    missed: float = ((differ + root) / 2.0) ** n_hashes + ((differ - root) / 2.0) ** n_hashes
    return 1.0 - missed


def sign(sets: ShingleSets, n_hashes: int = N_HASHES) -> Signatures:
    """Returns the MinHash signature of each set: that many values, at most `N_HASHES`."""
    signatures = np.full((len(sets), n_hashes), _EMPTY, dtype=np.uint32)
    filled = np.flatnonzero(sets.sizes)
    factors, offsets = (values[:n_hashes] for values in _hash_functions())
    for songs in _blocks(filled, sets):
        first, last = sets.starts[songs[0]], sets.starts[songs[-1] + 1]
        values = sets.values[first:last]
        begins = sets.starts[songs] - first
        for number, (factor, offset) in enumerate(zip(factors, offsets, strict=True)):
            signatures[songs, number] = np.minimum.reduceat(values * factor + offset, begins)
    return signatures


def pair_up(signatures: Signatures, order: NDArray[np.int64]) -> Pairs:
    """Returns the pairs of songs that share a band.

    Songs in one bucket are sorted by the buckets they fell into before, so that the closest stand side by
    side, and each is paired with the next `REACH`. Buckets up to that size give all their pairs; in larger
    ones, distant members are left to the other bands and to the chain between them.

    Args:
        signatures: one row per song.
        order: numbers of the songs to pair, in an order that does not depend on how they arrived.

    Returns:
        Distinct pairs, each with the smaller number first, ascending.
    """
    n_songs = len(signatures)
    pair_codes = np.zeros(0, dtype=np.int64)
    pending: list[NDArray[np.int64]] = []
    for band in range(signatures.shape[1]):
        one, next_one = (signatures[order, number].astype(np.uint64) for number in (band - 1, band))
        keys = (one << np.uint64(32)) | next_one
        resort = np.argsort(keys, kind="stable")
        order, keys = order[resort], keys[resort]
        pending.append(_pairs_in_buckets(keys, order, n_songs))
        if sum(map(len, pending)) > max(len(pair_codes), 1 << 22):
            pair_codes, pending = distinct(np.concatenate([pair_codes, *pending])), []
    pair_codes = distinct(np.concatenate([pair_codes, *pending]))
    return np.stack(np.divmod(pair_codes, max(n_songs, 1)), axis=1)


def merge(pairs: Pairs, more: Pairs) -> Pairs:
    """Returns the pairs of both, once each, ascending."""
    both = np.concatenate([pairs, more])
    n_songs = int(both.max(initial=0)) + 1
    return np.stack(np.divmod(distinct(both[:, 0] * n_songs + both[:, 1]), n_songs), axis=1)


def agreements(signatures: Signatures, pairs: Pairs) -> NDArray[np.int64]:
    """Counts the hashes on which each pair's signatures agree; divided by how many there are, it estimates J."""
    counts = np.zeros(len(pairs), dtype=np.int64)
    for begin in range(0, len(pairs), _CHUNK):
        one, other = pairs[begin : begin + _CHUNK].T
        counts[begin : begin + _CHUNK] = (signatures[one] == signatures[other]).sum(axis=1)
    return counts


def _hash_functions() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    # Raw PCG64: its stream is the algorithm's, while methods of Generator may change between numpy releases.
    raw = np.random.PCG64(_SEED).random_raw(2 * N_HASHES)
    values = (raw >> np.uint64(32)).astype(np.uint32)
    return values[:N_HASHES] | np.uint32(1), values[N_HASHES:]


def _blocks(songs: NDArray[np.int64], sets: ShingleSets) -> list[NDArray[np.int64]]:
    """Cuts the songs into runs whose shingles fit the processor's cache."""
    block_of = sets.starts[songs] // _BLOCK
    return [block for block in np.split(songs, np.flatnonzero(np.diff(block_of)) + 1) if len(block)]


def _pairs_in_buckets(keys: NDArray[np.uint64], order: NDArray[np.int64], n_songs: int) -> NDArray[np.int64]:
    """Returns the pairs up to `REACH` apart in runs of equal keys, each as smaller * n_songs + larger."""
    pairs = [np.zeros(0, dtype=np.int64)]
    here = np.arange(len(keys))
    for distance in range(1, REACH + 1):
        here = here[: np.searchsorted(here, len(keys) - distance)]
        here = here[keys[here] == keys[here + distance]]
        if not len(here):
            break
        one, other = order[here], order[here + distance]
        pairs.append(np.minimum(one, other) * n_songs + np.maximum(one, other))
    return np.concatenate(pairs)
