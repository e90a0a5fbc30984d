"""Draws the facts of all tracks: names, numbers, and what each service has of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.track import Held, Showing, Track
from musicdata.twin.words import BAND_WORDS, FIRST_NAMES, LAST_NAMES, THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence

_PER_ARTIST = 6
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE62 = bytes((_DIGITS * 5)[byte].encode()[0] for byte in range(256))
# What the two sources of lyrics have, with its share.
_SOURCES = (
    (0.44, Held.FULL, Held.FULL),
    (0.08, Held.FULL, Held.MISSING),
    (0.13, Held.TRUNCATED, Held.FULL),
    (0.02, Held.TRUNCATED, Held.MISSING),
    (0.05, Held.RESTRICTED, Held.PLAIN),
    (0.01, Held.RESTRICTED, Held.MISSING),
    (0.18, Held.MISSING, Held.FULL),
    (0.03, Held.MISSING, Held.PLAIN),
    (0.03, Held.MISSING, Held.MISSING),
    (0.03, Held.INSTRUMENTAL, Held.INSTRUMENTAL),
)
_WRONG = (Showing.LIVE, Showing.COVER, Showing.KARAOKE, Showing.LOOP, Showing.OTHER)
_NO_ISRC, _NO_VIDEO, _DOUBTFUL, _NO_TOPIC = 0.02, 0.06, 0.02, 0.1
_SAME_ISRC, _REMASTERED = 0.02, 0.02
_FIRST_YEAR, _LAST_YEAR = 1975, 2022


def base62(text: str) -> str:
    """Return 22 characters that stand for a text, as Spotify's ids look."""
    return hashlib.sha256(text.encode()).digest()[:22].translate(_BASE62).decode()


def make(
    n_tracks: int, moods: Sequence[str], seed: int, *, duration_s: tuple[float, float], non_english: float
) -> list[Track]:
    """Make the tracks, and after them the second listings of some.

    Args:
        n_tracks: songs.
        moods: to deal them out to, in turn.
        seed: of all draws.
        duration_s: shortest and longest.
        non_english: share of songs in other languages.
    """
    rng = np.random.default_rng([seed, 1])
    artists = artist_names(max(1, n_tracks // _PER_ARTIST), rng)
    # Popular artists have more tracks.
    of_artist = (len(artists) * rng.random(n_tracks) ** 1.5).astype(int).tolist()
    titles = song_titles(of_artist, rng)
    durations = rng.uniform(*duration_s, n_tracks).round(3).tolist()
    popularity = np.clip(rng.beta(2, 3, n_tracks) * 100, 0, 100).astype(int).tolist()
    sources = rng.choice(len(_SOURCES), n_tracks, p=[share for share, _, _ in _SOURCES]).tolist()
    draws = rng.random((n_tracks, 6)).tolist()
    years = rng.integers(_FIRST_YEAR, _LAST_YEAR, n_tracks).tolist()
    others = rng.integers(1, max(len(moods), 2), (n_tracks, 2)).tolist()
    tracks = []
    for index in range(n_tracks):
        draw, year, mood = draws[index], years[index], index % len(moods)
        _, musixmatch, lrclib = _SOURCES[sources[index]]
        own = of_artist[index]
        partner = own ^ 1
        guests = (artists[partner],) if draw[0] < 0.06 and partner < len(artists) else ()
        tracks.append(
            Track(
                index=index,
                song=index,
                spotify_id=base62(f"track {seed} {index}"),
                isrc="" if draw[1] < _NO_ISRC else f"QZTWN{year % 100:02d}{index:05d}"[:12],
                title=titles[index],
                artists=(artists[own], *guests),
                album=f"{titles[index].split(' (')[0]} and Other Songs" if draw[2] < 0.3 else f"Album {1 + index % 4}",
                release_date=f"{year}" if draw[2] < 0.2 else f"{year}-{1 + index % 12:02d}-{1 + index % 28:02d}",
                duration_s=durations[index],
                explicit=draw[3] < 0.1,
                popularity=popularity[index],
                mood=moods[mood],
                other_moods=_other_moods(moods, mood, others[index], draw[3]),
                language="en" if draw[4] >= non_english else ("es", "de", "fr")[index % 3],
                musixmatch=musixmatch,
                lrclib=lrclib,
                showings=_showings(draw[5], index),
            )
        )
    return tracks + _second_listings(tracks, seed)


def _other_moods(moods: Sequence[str], own: int, steps: Sequence[int], draw: float) -> tuple[str, ...]:
    """Return one other mood for a quarter of tracks, two for a few; `draw` is the one that explicit goes by."""
    n_others = 0 if len(moods) < 3 else 2 if draw > 0.95 else 1 if draw > 0.7 else 0
    return tuple(sorted({moods[(own + step) % len(moods)] for step in steps[:n_others]}))


def _showings(draw: float, index: int) -> tuple[Showing, ...]:
    """Return what a search finds: the right ones not always first, three to seven in all."""
    wrong = [kind for number, kind in enumerate(_WRONG) if (index >> number) & 1 or number == index % len(_WRONG)]
    if draw < _NO_VIDEO:
        right: list[Showing] = []
        wrong = list(_WRONG)
    elif draw < _NO_VIDEO + _DOUBTFUL:
        right = [Showing.LATE]
    elif draw < _NO_VIDEO + _DOUBTFUL + _NO_TOPIC:
        right = [Showing.OFFICIAL]
    else:
        right = [Showing.TOPIC, *([Showing.OFFICIAL] if draw > 0.5 else []), *([Showing.LYRIC] if draw > 0.8 else [])]
    place = index % 3
    return (*wrong[:place], *right, *wrong[place:])


def artist_names(n_artists: int, rng: np.random.Generator) -> list[str]:
    """Return different names: of people, and of bands."""
    names: dict[str, None] = {}
    while len(names) < n_artists:
        first, last, band, kind = rng.integers(0, 1 << 30, 4).tolist()
        person = f"{FIRST_NAMES[first % len(FIRST_NAMES)]} {LAST_NAMES[last % len(LAST_NAMES)]}"
        group = BAND_WORDS[band % len(BAND_WORDS)]
        middle = LAST_NAMES[last % len(LAST_NAMES)]
        # Bands carry two names, so that there are enough for any population.
        name = person if kind % 3 else f"{FIRST_NAMES[first % len(FIRST_NAMES)]} {middle} & the {group}"
        names.setdefault(name)
    return list(names)


def song_titles(of_artist: Sequence[int], rng: np.random.Generator) -> list[str]:
    """Return a title for each track, none twice with the same artist."""
    nouns = [noun.capitalize() for theme in THEMES for noun in theme.nouns]
    adjectives = [adjective.capitalize() for theme in THEMES for adjective in theme.adjectives]
    taken: set[tuple[int, str]] = set()
    titles = []
    for artist in of_artist:
        while True:
            noun, other, adjective, form = rng.integers(0, 1 << 30, 4).tolist()
            one, two = nouns[noun % len(nouns)], nouns[other % len(nouns)]
            title = (f"{adjectives[adjective % len(adjectives)]} {one}", f"The {one}", f"{one} and {two}")[form % 3]
            if (artist, title) not in taken:
                break
        taken.add((artist, title))
        titles.append(title)
    return titles


def _second_listings(tracks: Sequence[Track], seed: int) -> list[Track]:
    """Return further listings: some with the same ISRC under another id, some as a remaster with an ISRC of its own."""
    rng = np.random.default_rng([seed, 2])
    draws = rng.random(len(tracks)).tolist()
    extra: list[Track] = []
    for track, draw in zip(tracks, draws, strict=True):
        index = len(tracks) + len(extra)
        again = replace(
            track,
            index=index,
            spotify_id=base62(f"track {seed} {index}"),
            popularity=max(0, track.popularity - 10),
            album=f"The Best of {track.artist}",
        )
        if draw < _SAME_ISRC and track.isrc:
            extra.append(again)
        elif draw < _SAME_ISRC + _REMASTERED:
            isrc = f"QZTWR11{track.index:05d}"[:12]
            extra.append(replace(again, isrc=isrc, title=f"{track.title} (Remastered 2011)", release_date="2011-06-01"))
    return extra
