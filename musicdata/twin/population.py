"""A population of tracks that nobody recorded: the same for the same numbers, words and sound made when asked for.

Audio and words of a track follow one latent vector of four numbers (valence, arousal, brightness, weight): the place of
its mood plus a part of its own. The audio follows it exactly; the words follow ``strength`` times it plus
``sqrt(1 - strength²)`` times the vector of a track drawn at random, so `strength` is the correlation that the two have
in each direction, and 0 leaves nothing to find.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import UsageError
from musicdata.twin import catalogue, sound, verses
from musicdata.twin.encoding import encode
from musicdata.twin.moods import MOODS, PLACES
from musicdata.twin.playlists import Playlist, playlists_of
from musicdata.twin.track import RIGHT, Showing, Track

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SCALE = 0.8  # of the moods' places
_OWN = 0.55  # standard deviation of a track's own part
_MASK = (1 << 64) - 1
_SPREAD = 0x9E3779B97F4A7C15  # odd, so that multiplying by it can be undone
_LOOP_S = 3600.0
_LONGEST_TAIL_S = 1.5  # of a right video, beyond the track
_LONGEST_SERVED_S = 300.0


@dataclass(frozen=True)
class Population:
    """What the services of a twin know.

    Attributes:
        n_tracks: songs; some 4 % are listed once more, as Spotify does.
        n_moods: the first so many of the paper's twenty.
        seed: what everything is drawn with.
        clip_s: every track is 2 to 8 seconds longer than this, so that a trial is cheap.
        full: tracks last 150 to 260 seconds instead.
        strength: correlation of the two latent vectors, 0 … 1.
        non_english: share of songs in other languages.
        junk: share of entries in playlists that are no usable track, and of empty entries in searches.
    """

    n_tracks: int = 2000
    n_moods: int = 20
    seed: int = 0
    clip_s: float = 6.0
    full: bool = False
    strength: float = 0.8
    non_english: float = 0.06
    junk: float = 0.05

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            UsageError: one of them means nothing.
        """
        if not (1 <= self.n_moods <= len(MOODS) and self.n_tracks >= self.n_moods and self.clip_s > 0):
            raise UsageError(
                f"a population of {self.n_tracks} tracks in {self.n_moods} moods, clips of {self.clip_s} s, cannot be "
                f"made: there are {len(MOODS)} moods, each needs a track, and a clip has some length"
            )
        if not all(0 <= share <= 1 for share in (self.strength, self.non_english, self.junk)):
            raise UsageError(f"strength, non_english and junk are shares between 0 and 1, not {self}")

    @property
    def moods(self) -> tuple[str, ...]:
        """Return the moods, in alphabetical order."""
        return MOODS[: self.n_moods]

    @cached_property
    def tracks(self) -> list[Track]:
        """Return every listing; those past `n_tracks` are further listings of earlier songs."""
        return catalogue.make(
            self.n_tracks,
            self.moods,
            self.seed,
            duration_s=(150.0, 260.0) if self.full else (self.clip_s + 2, self.clip_s + 8),
            non_english=self.non_english,
        )

    @cached_property
    def playlists(self) -> dict[str, list[Playlist]]:
        """Return each mood's playlists, in the order a search finds them."""
        return playlists_of(self.by_mood, self.tracks, self.seed, self.junk)

    @cached_property
    def by_mood(self) -> dict[str, list[Track]]:
        """Return the listings that a search for a mood finds, in its order: popular ones first, roughly."""
        listings: dict[str, list[Track]] = {mood: [] for mood in self.moods}
        for track in self.tracks:
            for mood in (track.mood, *track.other_moods):
                listings[mood].append(track)
        noise = np.random.default_rng([self.seed, 7]).normal(0, 6, len(self.tracks)).tolist()
        for among in listings.values():
            among.sort(key=lambda track: (-track.popularity + noise[track.index], track.index))
        return listings

    @cached_property
    def by_isrc(self) -> dict[str, Track]:
        """Return the first listing with an ISRC."""
        return {track.isrc: track for track in reversed(self.tracks) if track.isrc}

    @cached_property
    def by_spotify_id(self) -> dict[str, Track]:
        """Return the listing with an id."""
        return {track.spotify_id: track for track in self.tracks}

    @cached_property
    def latents(self) -> NDArray[np.float64]:
        """Return the latent vectors that the audio follows, shape ``(n_tracks, 4)``."""
        places = np.array([PLACES[track.mood] for track in self.tracks[: self.n_tracks]])
        own = np.random.default_rng([self.seed, 3]).normal(0, _OWN, places.shape)
        return _SCALE * places + own

    @cached_property
    def word_latents(self) -> NDArray[np.float64]:
        """Return the latent vectors that the words follow, shape ``(n_tracks, 4)``."""
        other = np.random.default_rng([self.seed, 4]).permutation(self.n_tracks)
        return self.strength * self.latents + float(np.sqrt(1 - self.strength**2)) * self.latents[other]

    def words(self, track: Track) -> list[tuple[str, list[str]]]:
        """Return the sections of a song: name and lines."""
        return verses.write(self.word_latents[track.song], track.language, [self.seed, track.song, 5])

    def lyrics(self, track: Track) -> str:
        """Return the whole text, with lines such as ``[Chorus]`` and an empty line after each section."""
        return "\n\n".join("\n".join([f"[{name}]", *lines]) for name, lines in self.words(track))

    def video_id(self, track: Track, showing: Showing) -> str:
        """Return the eleven characters that name a video."""
        number = (track.index * 16 + list(Showing).index(showing) + 1) * _SPREAD + self.seed & _MASK
        return base64.urlsafe_b64encode(number.to_bytes(8, "big")).decode().rstrip("=")

    def video(self, video_id: str) -> tuple[Track, Showing] | None:
        """Return what a video shows; None when there is none of that name."""
        try:
            number = int.from_bytes(base64.urlsafe_b64decode(f"{video_id}="), "big")
        except ValueError:
            return None
        index, kind = divmod((number - self.seed) * pow(_SPREAD, -1, 1 << 64) & _MASK, 16)
        if index >= len(self.tracks) or not 1 <= kind <= len(Showing):
            return None
        track, showing = self.tracks[index], list(Showing)[kind - 1]
        return (track, showing) if showing in track.showings else None

    def winner(self, track: Track) -> str | None:
        """Return the id of the video to be chosen: the artist's own channel first; None when none is right."""
        right = [showing for showing in RIGHT if showing in track.showings]
        return self.video_id(track, right[0]) if right else None

    def extension(self, track: Track) -> str:
        """Return what kind of file a track's media are."""
        return "ogg" if track.song % 10 == 0 else "flac"  # encoding it takes six times as long

    def length_s(self, track: Track, showing: Showing) -> float:
        """Return how long a video is said to be."""
        part = (track.index * 7919 + list(Showing).index(showing) * 104729) % 1000 / 1000
        if showing is Showing.LOOP:
            return _LOOP_S
        added = {Showing.TOPIC: 0.0, Showing.LATE: 5.0, Showing.LIVE: 15 + 45 * part, Showing.OTHER: 9 + 20 * part}
        return round(track.duration_s + added.get(showing, _LONGEST_TAIL_S * part), 3)

    def samples(self, track: Track, showing: Showing = Showing.TOPIC) -> NDArray[np.int16]:
        """Return what a video sounds like: mono at 22,050 Hz."""
        latent, own = self.latents[track.song], [self.seed, track.song, 6]
        if showing not in (*RIGHT, Showing.LATE, Showing.LOOP):
            kind = list(Showing).index(showing)
            latent = latent + np.random.default_rng([*own, kind]).normal(0, 0.4, 4)
            own = [*own, kind]
        length_s = self.length_s(track, showing)
        served_s = min(length_s, max(track.duration_s + 60, _LONGEST_SERVED_S))
        # A pattern of the track's own length, so that all videos of a recording sound alike.
        return sound.play(latent, served_s, own, track.duration_s + _LONGEST_TAIL_S)

    def media(self, track: Track, showing: Showing) -> bytes:
        """Return the file of a video."""
        return encode(self.samples(track, showing), self.extension(track))
