"""What a generated track is: its facts, and what each service knows of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Held(StrEnum):
    """What a source of lyrics holds of a track."""

    FULL = "full"
    PLAIN = "plain"  # LRCLIB: words without times
    TRUNCATED = "truncated"
    INSTRUMENTAL = "instrumental"
    RESTRICTED = "restricted"
    MISSING = "missing"


class Showing(StrEnum):
    """What kind of video a candidate is."""

    TOPIC = "topic"
    OFFICIAL = "official"
    LYRIC = "lyric"
    LATE = "late"  # the right recording, five seconds longer than it should be
    LIVE = "live"
    COVER = "cover"
    KARAOKE = "karaoke"
    LOOP = "loop"
    OTHER = "other"  # another track of the same artist


RIGHT = (Showing.TOPIC, Showing.OFFICIAL, Showing.LYRIC)


@dataclass(frozen=True, slots=True)
class Track:
    """A track as Spotify lists it.

    Attributes:
        index: its number in the population.
        song: number of the song it is a recording of; two listings of one song have it in common.
        spotify_id: 22 characters.
        isrc: empty for some.
        title: of the track.
        artists: names; the first is the track's own.
        album: name.
        release_date: a day, or only a year.
        duration_s: seconds, whole milliseconds.
        explicit: as Spotify says.
        popularity: 0 … 100; only the extended regime tells it.
        mood: its own.
        other_moods: whose playlists have it too.
        language: ``en``, ``es``, ``de``, ``fr``.
        musixmatch: what that source has.
        lrclib: what that source has.
        showings: the kinds of videos a search finds, in this order.
    """

    index: int
    song: int
    spotify_id: str
    isrc: str
    title: str
    artists: tuple[str, ...]
    album: str
    release_date: str
    duration_s: float
    explicit: bool
    popularity: int
    mood: str
    other_moods: tuple[str, ...]
    language: str
    musixmatch: Held
    lrclib: Held
    showings: tuple[Showing, ...]

    @property
    def artist(self) -> str:
        """Return the first artist's name."""
        return self.artists[0]

    @property
    def sample_id(self) -> str:
        """Return the name a crawl gives it: of its ISRC or, without one, of artist and title in lower case."""
        known = f"isrc:{self.isrc}" if self.isrc else f"name:{self.artist.casefold()}\n{self.title.casefold()}"
        return hashlib.sha256(known.encode()).hexdigest()[:16]

    @property
    def has_words(self) -> bool:
        """Say whether some source has all its words."""
        return self.musixmatch is Held.FULL or self.lrclib in (Held.FULL, Held.PLAIN)

    @property
    def has_video(self) -> bool:
        """Say whether one of its videos is right beyond doubt."""
        return any(showing in RIGHT for showing in self.showings)
