"""Groups of songs: what a split into train, valid and test must never tear apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from musicdata.music.similarity.links import Link


class Pair(NamedTuple):
    """Two songs, or other items, that belong together."""

    song_id_a: str
    song_id_b: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """Songs and their groups.

    Attributes:
        group_ids: song id → group id, for every song that has a place.
        bridging: song id → the kept groups it would have tied together, sorted. These songs have no group;
            keeping them would either let a song stand in two splits or move songs that are already published.
    """

    group_ids: Mapping[str, str]
    bridging: Mapping[str, tuple[str, ...]]


def group(song_ids: Iterable[str], links: Iterable[Link | Pair], kept: Mapping[str, str] | None = None) -> Grouping:
    """Puts linked songs into one group, directly or through others.

    A new group is named by its smallest song id, so songs that have nothing to do with it never change its
    name. Groups of an earlier build stay as they are: a new song joins the kept group it is linked to, and
    new songs that tie different kept groups together are returned as bridging: first each song that does
    so by its own links, then, among the rest, whole chains of new songs that still reach from one group to
    another.

    Args:
        song_ids: the songs to group.
        links: near-duplicate pairs; those with a song that is neither in `song_ids` nor in `kept` are
            ignored, and so are links between kept songs.
        kept: song id → group id of an earlier build; songs no longer in `song_ids` may be among them.

    Returns:
        The grouping; each of `song_ids` is either in `group_ids` or in `bridging`.
    """
    kept = kept or {}
    songs = sorted(set(song_ids))
    new = {song for song in songs if song not in kept}
    neighbours, reached = _neighbourhoods(new, links, kept)

    bridging = {song: tuple(sorted(groups)) for song, groups in reached.items() if len(groups) > 1}
    group_ids = {song: kept[song] for song in songs if song in kept}
    for component in _components([song for song in songs if song in new and song not in bridging], neighbours):
        groups = sorted({group_id for song in component for group_id in reached.get(song, ())})
        if len(groups) > 1:
            bridging.update(dict.fromkeys(component, tuple(groups)))
        else:
            name = groups[0] if groups else component[0]
            group_ids.update(dict.fromkeys(component, name))
    return Grouping(dict(sorted(group_ids.items())), dict(sorted(bridging.items())))


def group_sets(items: Iterable[str], sets: Sequence[Sequence[str]], kept: Mapping[str, str] | None = None) -> Grouping:
    """Puts the items of each set into one group, and the groups of sets that share an item.

    Groups are named and kept as `group` has it. Items that would join kept groups are dropped, one after the other, and
    nothing is tied together through them.

    >>> group_sets("abcde", [["a", "b"], ["b", "c"]]).group_ids
    {'a': 'a', 'b': 'a', 'c': 'a', 'd': 'd', 'e': 'e'}

    Args:
        items: to group.
        sets: of items that belong together; those that are not in `items` are ignored.
        kept: item → group of an earlier build.
    """
    kept, left = kept or {}, set(items)
    bridging: dict[str, tuple[str, ...]] = {}
    while True:
        found = group(left, _pairs([[item for item in one if item in left] for one in sets], kept), kept)
        if not found.bridging:
            return Grouping(found.group_ids, dict(sorted(bridging.items())))
        bridging |= found.bridging
        left -= set(found.bridging)


def _pairs(sets: Iterable[Sequence[str]], kept: Mapping[str, str]) -> Iterator[Pair]:
    """Yields pairs that tie the items of each set: new ones in a chain, and each to one of every kept group there."""
    for items in sets:
        new = [item for item in items if item not in kept]
        of_group = {kept[item]: item for item in items if item in kept}
        yield from (Pair(one, other) for one, other in pairwise(new))
        yield from (Pair(one, other) for one in new for other in of_group.values())


def _neighbourhoods(
    new: set[str], links: Iterable[Link | Pair], kept: Mapping[str, str]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Returns for each new song the new songs and the kept groups it is linked to."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    reached: dict[str, set[str]] = defaultdict(set)
    for link in links:
        for one, other in ((link.song_id_a, link.song_id_b), (link.song_id_b, link.song_id_a)):
            if one in new and other in new:
                neighbours[one].add(other)
            elif one in new and other in kept:
                reached[one].add(kept[other])
    return neighbours, reached


def _components(songs: list[str], neighbours: Mapping[str, set[str]]) -> list[list[str]]:
    """Returns the connected components of the songs, each sorted, by their smallest song."""
    left = set(songs)
    components = []
    for start in songs:
        if start not in left:
            continue
        left.remove(start)
        if start not in neighbours:
            components.append([start])
            continue
        component, frontier = [start], [start]
        while frontier:
            reached = neighbours.get(frontier.pop(), set()) & left
            left -= reached
            component += reached
            frontier += reached
        components.append(sorted(component))
    return components
