"""Which entries of lists are one recording, and which recordings share artists.

Entries are one recording when they have an ISRC or an id in common, or the artist, the bare title and the version: a
live version is another recording, a remaster is not. Where lists are files, a credit may name several artists or one
("Tyler, The Creator"): entries that spell the whole credit alike have the artist in common, and those that share any
part of a credit are kept together.
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.music.text.names import normalised, title_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SAME_SOUND = frozenset({"remaster"})
_BETWEEN_NAMES = re.compile(
    r"\s?(?:[;|]|(?<!\d),|,(?!\d{3}(?!\d)))\s?|\s[&+/×x]\s|\s(?:and|with|vs|feat|ft|featuring|und|et|y)\b\.?\s|\s?[(\[](?:feat|ft|with)\b\.?\s",
    re.IGNORECASE,
)
_BETWEEN = frozenset({"and", "with", "vs", "feat", "ft", "featuring", "x", "und", "et", "y"})
# Parts of a credit that are nobody's name: "& Friends".
_COMPANY = frozenset(
    {"friends", "sons", "company", "co", "family", "others", "band", "the band", "orchestra", "his orchestra"}
    | {"her orchestra", "chorus", "choir", "guests", "jr", "sr"}
)
# Credits that stand for nobody; tracks are not kept together by them.
_NOBODY = frozenset({"various artists", "various", "unknown artist", "unknown", "traditional", "anonymous"})


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry of a list; the fields are columns of `listings`."""

    playlist_key: str
    position: int
    mood: str
    mode: str
    spotify_id: str | None
    isrc: str | None
    title: str
    artist: str
    artists: str
    album: str
    release_date: str | None
    duration_s: float | None
    explicit: bool | None
    popularity: int | None


@dataclass(slots=True)
class Placed:
    """How a mood's lists have a recording: in how many, and the first of its best places."""

    n_playlists: int
    position: int
    playlist_rank: int


@dataclass(slots=True)
class Recording:
    """One recording, whatever the lists call it.

    Attributes:
        sample_id: its id.
        best: the entry that stands for it.
        popularity: the greatest told.
        moods: mood → how its lists have it.
        merged_ids: ids that its other names would have had.
        credits: what its entries say of all its artists.
    """

    sample_id: str
    best: Listing
    popularity: int | None
    moods: dict[str, Placed]
    merged_ids: list[str]
    credits: frozenset[str]


@dataclass(slots=True)
class _Variant:
    """Gathers the entries of one id."""

    best: Listing
    node: int
    n_listings: int = 0
    popularity: int | None = None
    lists: dict[str, set[int]] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    credits: set[str] = field(default_factory=set)

    def add(self, listing: Listing) -> None:
        self.n_listings += 1
        self.credits.add(listing.artists)
        if _known(listing.popularity) > _known(self.best.popularity):
            self.best = listing
        self.popularity = _greater(self.popularity, listing.popularity)
        rank = int(listing.playlist_key.rpartition("/")[2])
        self.lists.setdefault(listing.mood, set()).add(rank)
        place = (listing.position, rank)
        self.places[listing.mood] = min(self.places.get(listing.mood, place), place)


def sample_id(listing: Listing) -> str:
    """Return the id of the recording that an entry names: a hash of its ISRC, or else of its artist and title."""
    name = f"name:{normalised(listing.artist)}\n{normalised(listing.title)}"
    return _hash(f"isrc:{listing.isrc}" if listing.isrc else name)


def merge(listings: Iterable[Listing]) -> list[Recording]:
    """Return the recordings that entries name, in order of their ids.

    Args:
        listings: entries, in order of list and place.
    """
    same = _Sets()
    variants: dict[str, _Variant] = {}
    for listing in listings:
        own_id = sample_id(listing)
        variant = variants.get(own_id)
        if variant is None:
            variant = variants[own_id] = _Variant(listing, same.node(f"id:{own_id}"))
        variant.add(listing)
        same.join(variant.node, same.node(_same_name(listing.artist, listing.title)))
        if listing.mode == "import":
            same.join(variant.node, same.node(_same_name(_whole_credit(listing.artists), listing.title, "credit")))
        if listing.spotify_id:
            same.join(variant.node, same.node(f"spotify:{listing.spotify_id}"))
    merged: dict[int, list[tuple[str, _Variant]]] = {}
    for own_id, variant in variants.items():
        merged.setdefault(same.first(variant.node), []).append((own_id, variant))
    return sorted((_recording(members) for members in merged.values()), key=lambda recording: recording.sample_id)


def _recording(variants: list[tuple[str, _Variant]]) -> Recording:
    """Return the recording of several variants: the one that is known best gives the name."""
    variants.sort(key=lambda entry: (-_known(entry[1].popularity), -entry[1].n_listings, entry[0]))
    lists: dict[str, set[int]] = {}
    places: dict[str, tuple[int, int]] = {}
    popularity: int | None = None
    for _, variant in variants:
        popularity = _greater(popularity, variant.popularity)
        for mood, ranks in variant.lists.items():
            lists[mood] = lists.get(mood, set()) | ranks
            places[mood] = min(places.get(mood, variant.places[mood]), variant.places[mood])
    return Recording(
        sample_id=variants[0][0],
        best=variants[0][1].best,
        popularity=popularity,
        moods={mood: Placed(len(lists[mood]), *places[mood]) for mood in sorted(lists)},
        merged_ids=sorted(own_id for own_id, _ in variants[1:]),
        credits=frozenset(credit for _, variant in variants for credit in variant.credits),
    )


def artist_groups(recordings: Sequence[Recording], *, first_only: bool = False) -> list[str]:
    """Return the group of each recording: those that share an artist, directly or through others, are in one.

    Args:
        recordings: to be grouped.
        first_only: look at the first artist only.

    Returns:
        Names of groups, each a hash of the first of its artists in order of their normalised names.
    """
    same = _Sets()
    credits_ = []
    for recording in recordings:
        names = [normalised(name) for name in _credited(recording, first_only=first_only)]
        linking = [name for name in names if name not in _NOBODY] or names[:1]
        nodes = [same.node(name) for name in linking]
        for node in nodes[1:]:
            same.join(nodes[0], node)
        credits_.append(linking)
    smallest: dict[int, str] = {}
    for linking in credits_:
        for name in linking:
            first = same.first(same.node(name))
            smallest[first] = min(smallest.get(first, name), name)
    return [_hash(f"artist:{smallest[same.first(same.node(linking[0]))]}") for linking in credits_]


def _credited(recording: Recording, *, first_only: bool) -> list[str]:
    """Return the artists that a recording keeps together: of files, whose credits nobody took apart, the parts too."""
    best = recording.best
    names = [best.artist] if first_only else best.artists.split("; ")
    if not first_only:
        names += [name for credit in sorted(recording.credits - {best.artists}) for name in credit.split("; ")]
    if best.mode != "import":
        return list(dict.fromkeys(names))
    parts = [part for name in names for part in _parts(name)[: 1 if first_only else None]]
    return list(dict.fromkeys([*names, *parts]))


def _parts(credit: str) -> list[str]:
    """Return the names that a credit may be made of; none where it can be one name only."""
    parts = [part.strip(" ()[]") for part in _BETWEEN_NAMES.split(credit)]
    named = [part for part in parts if any(map(str.isalpha, part)) and normalised(part) not in _COMPANY]
    return named if len(parts) > 1 else []


def _whole_credit(artists: str) -> str:
    """Return a credit without what is between names, which one file writes otherwise than another."""
    return " ".join(word for word in normalised(artists).split() if word not in _BETWEEN)


@functools.lru_cache(maxsize=65_536)
def _same_name(artist: str, title: str, kind: str = "name") -> str:
    """Return what two entries of one recording have in common, whatever their ISRC."""
    bare, versions = title_parts(title)
    return f"{kind}:{normalised(artist)}\n{normalised(bare)}\n{' '.join(sorted(versions - _SAME_SOUND))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _known(popularity: int | None) -> int:
    return -1 if popularity is None else popularity


def _greater(one: int | None, other: int | None) -> int | None:
    return other if _known(other) > _known(one) else one


class _Sets:
    """Joins names into sets."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._parents: list[int] = []

    def node(self, name: str) -> int:
        """Return the number of a name."""
        number = self._numbers.setdefault(name, len(self._parents))
        if number == len(self._parents):
            self._parents.append(number)
        return number

    def first(self, node: int) -> int:
        """Return the number that stands for the set of a node: the smallest in it."""
        while self._parents[node] != node:
            self._parents[node] = node = self._parents[self._parents[node]]
        return node

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        low, high = sorted((self.first(one), self.first(other)))
        self._parents[high] = low
