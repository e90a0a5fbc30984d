"""Chains of near-duplicates: what holds together and what comes apart."""

from __future__ import annotations

from itertools import combinations

from musicdata.music.similarity.caps import capped
from musicdata.music.similarity.texts import Copy

CHAIN = [Copy(n, n + 1, 0.6, 0.45) for n in range(9)]
STAR = [Copy(20, n, 1.0, 0.1) for n in range(21, 30)]
ALIKE = [Copy(one, other, 0.7, 0.5) for one, other in combinations(range(40, 50), 2)]


def test_chains_and_stars_come_apart_and_what_is_all_alike_does_not() -> None:
    assert capped([*CHAIN, *STAR, *ALIKE], 5) == ALIKE
    assert capped([*CHAIN, *STAR, *ALIKE], 10) == [*CHAIN, *STAR, *ALIKE]
    assert capped([], 5) == []


def test_close_parts_of_a_chain_stay_together() -> None:
    close = [Copy(n, n + 1, 0.9, 0.85) for n in range(3)]
    assert capped([*close, *CHAIN[3:]], 5) == close


def test_a_large_group_in_which_not_every_pair_was_found_is_not_loose() -> None:
    ring = [Copy(n, (n + step) % 500, 0.7, 0.5) for n in range(500) for step in range(1, 33)]
    assert capped(ring, 50) == ring
