"""Groups of near-duplicates kept from growing into chains: what is like its neighbour need not be like the rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from musicdata.music.similarity.groups import Pair, group
from musicdata.music.similarity.minhash import REACH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.music.similarity.texts import Copy

LEVELS = (0.4, 0.6, 0.8, 0.9)
"""Jaccard similarities that the copies in too large and loose a group must have, one after the other."""


def capped(copies: Sequence[Copy], most: int) -> list[Copy]:
    """Return the copies that are left when loose groups of more than `most` texts hold together by closer ones only.

    A group is loose where its texts are near-duplicates of fewer than half of the others on the average: a chain, or
    songs that an excerpt of each ties together. Such a one is taken apart at the least of `LEVELS`; what of it is still
    too large and loose, at the next. Texts that are all alike stay one group, however many there are.

    Args:
        copies: near-duplicates.
        most: texts that a loose group may have.
    """
    kept = list(copies)
    for level in LEVELS:
        loose = _loose(kept, most)
        if not loose:
            break
        kept = [copy for copy in kept if copy.jaccard >= level or copy.one not in loose]
    return kept


def _loose(copies: Sequence[Copy], most: int) -> set[int]:
    """Return the texts of groups that are too large and loose."""
    texts = {str(number): number for copy in copies for number in copy[:2]}
    group_of = group(texts, (Pair(str(copy.one), str(copy.other)) for copy in copies)).group_ids
    sizes, n_copies = Counter(group_of.values()), Counter(group_of[str(copy.one)] for copy in copies)
    # MinHash pairs a text with REACH others at most that are as like it, so in a large group not with all.
    loose = {name for name, size in sizes.items() if size > most and 4 * n_copies[name] < size * min(size - 1, REACH)}
    return {number for text, number in texts.items() if group_of[text] in loose}
