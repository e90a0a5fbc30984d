"""Groups of near-duplicates kept from growing into chains: what is like its neighbour need not be like the rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from musicdata.music.similarity.groups import Pair, group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.music.similarity.texts import Copy

LEVELS = (0.4, 0.6, 0.8, 0.9)
"""Jaccard similarities that copies in too large a group must have, one after the other."""


def capped(copies: Sequence[Copy], most: int) -> list[Copy]:
    """Return the copies that are left when groups of more than `most` texts hold together by closer ones only.

    A group that is too large is taken apart at the least of `LEVELS`; what of it is still too large, at the next. Texts
    that are all alike stay one group, however many there are.

    Args:
        copies: near-duplicates.
        most: texts in a group.
    """
    kept = list(copies)
    for level in LEVELS:
        group_of = group(
            {str(number) for copy in kept for number in copy[:2]}, (Pair(str(c.one), str(c.other)) for c in kept)
        ).group_ids
        sizes = Counter(group_of.values())
        if max(sizes.values(), default=0) <= most:
            break
        kept = [copy for copy in kept if copy.jaccard >= level or sizes[group_of[str(copy.one)]] <= most]
    return kept
