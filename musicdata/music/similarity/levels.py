"""Groups of groups: what shares its words, what of that is of one artist, …; no level tears what the last held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.music.similarity.groups import group_sets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Levels:
    """Items and their groups at each level.

    Attributes:
        group_ids: of each level, item → group, the closest groups first; every level has the same items.
        bridging: item → the kept groups of some level that it would have tied together; these have no group.
    """

    group_ids: tuple[Mapping[str, str], ...]
    bridging: Mapping[str, tuple[str, ...]]


def group_levels(
    items: Iterable[str],
    ties: Sequence[Sequence[Sequence[str]]],
    kept: Sequence[Mapping[str, str]],
    untied: Collection[str] = (),
) -> Levels:
    """Group items by the ties of each level and by the groups of the level before.

    Groups are named and kept as `group_sets` has it. What bridges kept groups of one level is in no group of any.

    >>> group_levels("abcd", [[["a", "b"]], [["b", "c"]]], [{}, {}]).group_ids[1]
    {'a': 'a', 'b': 'a', 'c': 'a', 'd': 'd'}

    Args:
        items: to group.
        ties: of each level, sets of items that belong together.
        kept: of each level, item → group of an earlier build.
        untied: items that the last level holds together by its own ties only, and not by the groups before it.
    """
    left, bridging = set(items), dict[str, tuple[str, ...]]()
    while True:
        levels: list[Mapping[str, str]] = []
        is_torn = False
        for number, (sets, before) in enumerate(zip(ties, kept, strict=True), 1):
            members = _members(levels[-1], untied if number == len(ties) else ()) if levels else []
            grouping = group_sets(levels[-1] if levels else left, [*sets, *members], before)
            is_torn |= bool(levels and grouping.bridging)  # groups of a level before have some of its items
            bridging |= grouping.bridging
            levels.append(grouping.group_ids)
        if not is_torn:
            return Levels(tuple(levels), dict(sorted(bridging.items())))
        left -= set(bridging)


def _members(group_ids: Mapping[str, str], untied: Collection[str]) -> list[list[str]]:
    members: dict[str, list[str]] = {}
    for item, group_id in group_ids.items():
        if item not in untied:
            members.setdefault(group_id, []).append(item)
    return [some for some in members.values() if len(some) > 1]
