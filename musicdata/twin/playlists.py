"""Playlists of a mood: every track of the mood is in one at least, popular ones in more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.catalogue import base62

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicdata.twin.track import Track

_LARGEST, _SMALLEST = 100, 5
_MORE = 1.0  # further playlists for each that is needed to have every track once
_NAMES = (
    "{mood} songs",
    "{mood} music",
    "songs for a {mood} day",
    "{mood} vibes",
    "the {mood} list",
    "feeling {mood}",
    "{mood} favourites",
    "pure {mood}",
)


class Junk(StrEnum):
    """What stands in a playlist where a track should."""

    NOTHING = "nothing"  # the entry itself is null
    NULL = "null"  # the entry's track is null
    EPISODE = "episode"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist.

    Attributes:
        playlist_id: 22 characters.
        mood: whose search finds it.
        name: as its owner calls it.
        owner: a user's name.
        entries: tracks and what is none, in order.
    """

    playlist_id: str
    mood: str
    name: str
    owner: str
    entries: tuple[Track | Junk, ...]


def playlists_of(
    by_mood: Mapping[str, Sequence[Track]], tracks: Sequence[Track], seed: int, junk: float
) -> dict[str, list[Playlist]]:
    """Make every mood's playlists."""
    everyone = len(tracks)
    return {
        mood: _of_mood(mood, among, np.random.default_rng([seed, everyone, number, 8]), seed, junk)
        for number, (mood, among) in enumerate(by_mood.items())
    }


def _of_mood(mood: str, among: Sequence[Track], rng: np.random.Generator, seed: int, junk: float) -> list[Playlist]:
    size = min(_LARGEST, max(_SMALLEST, len(among) // 4))
    order = rng.permutation(len(among))
    contents = [order[start : start + size] for start in range(0, len(order), size)]
    liking = np.array([track.popularity + 1.0 for track in among])
    contents += [
        rng.choice(len(among), min(size, len(among)), replace=False, p=liking / liking.sum())
        for _ in range(int(len(contents) * _MORE))
    ]
    made = []
    for number, places in enumerate(contents):
        entries: list[Track | Junk] = []
        for place in places.tolist():
            while rng.random() < junk:
                entries.append(list(Junk)[int(rng.integers(len(Junk)))])
            entries.append(among[place])
        name = _NAMES[number % len(_NAMES)].format(mood=mood)
        if number >= len(_NAMES):
            name += f" vol. {number // len(_NAMES) + 1}"
        identity = base62(f"playlist {seed} {mood} {number}")
        made.append(Playlist(identity, mood, name, f"listener{int(rng.integers(500)):03d}", tuple(entries)))
    return made
