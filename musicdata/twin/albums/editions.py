"""Makes the editions of an album: vinyl, a deluxe box, a disc with videos, a promo, and what hides on some of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from musicdata.twin.albums.names import mbid
from musicdata.twin.albums.objects import Medium, Recording, Release, Track

if TYPE_CHECKING:
    from collections.abc import Sequence

_HIDES = 9  # one album in so many begins before its first track
_FIRST_CD, _FIRST_DOWNLOAD = 1984, 2008
_VINYL, _DOWNLOAD = '12" Vinyl', "Digital Media"
_COUNTRIES = ("US", "GB", "DE", "XE", "JP", "XW")


class Editions:
    """Makes the editions of one album, and appends to the recordings what only they have.

    Args:
        plain: the first edition, without media.
        songs: numbers of its recordings.
        recordings: of the population.
        album: number of the release group, and the year of its first release.
        seed: of the population.
    """

    def __init__(
        self, plain: Release, songs: Sequence[int], recordings: list[Recording], album: tuple[int, int], seed: int
    ) -> None:
        self._plain = plain
        self._songs = songs
        self._recordings = recordings
        self._album, self._year = album
        self._seed = seed
        self._n_editions = 0
        self._n_ids = 0

    def make(self, n_more: int) -> list[Release]:
        """Return the plain album and so many further editions."""
        kinds = (self._vinyl, self._deluxe, self._videos, self._promo, self._download, self._enhanced)
        return [self._first()] + [kinds[(self._album + number) % len(kinds)]() for number in range(n_more)]

    def _first(self) -> Release:
        if self._year < _FIRST_CD:
            return replace(self._plain, media=(self._medium(_VINYL, self._sides()),))
        is_disc = self._year < _FIRST_DOWNLOAD or self._album % 2
        medium = self._medium("CD" if is_disc else _DOWNLOAD, self._tracks(self._songs))
        if is_disc and self._album % _HIDES == 0:
            hidden = self._add(f"{self._plain.title} [hidden track]", 95_000)
            medium = replace(medium, pregap=Track(self._id("track"), 0, "0", hidden))
        return replace(self._plain, media=(medium,))

    def _vinyl(self) -> Release:
        return self._another(self._medium(_VINYL, self._sides()))

    def _download(self) -> Release:
        return self._another(self._medium(_DOWNLOAD, self._tracks(self._songs)))

    def _deluxe(self) -> Release:
        title = self._plain.title
        bonus = [self._add(f"{title} (demo {number})", 201_000 + number) for number in (1, 2, 3)]
        plain = self._medium("CD", self._tracks(self._songs), "The album")
        release = self._another(plain, self._medium("CD", self._tracks(bonus), "Bonus disc"))
        return replace(release, title=f"{title} (deluxe edition)", disambiguation="deluxe edition")

    def _videos(self) -> Release:
        films = [self._add(f"{self._plain.title} (video {n})", 240_000, is_video=True) for n in (1, 2)]
        return self._another(
            self._medium("CD", self._tracks(self._songs)), self._medium("DVD-Video", self._tracks(films))
        )

    def _promo(self) -> Release:
        release = self._another(self._medium("CD", self._tracks(self._songs[:4])))
        return replace(release, status="Promotion", date=f"{self._year - 1}-12", country=None)

    def _enhanced(self) -> Release:
        title, n_songs = self._plain.title, len(self._songs)
        behind = [self._add(f"{title} (making of)", None, is_video=True), self._add(f"{title} (interview)", 412_000)]
        data_tracks = tuple(
            Track(self._id("track"), n_songs + n, f"{n_songs + n}", recording) for n, recording in enumerate(behind, 1)
        )
        return self._another(replace(self._medium("Enhanced CD", self._tracks(self._songs)), data_tracks=data_tracks))

    def _another(self, *media: Medium) -> Release:
        """Return a release some years after the first, with a partial date, an empty one or none for some."""
        self._n_editions += 1
        turn, year = self._album + self._n_editions, self._year + 3 * self._n_editions
        return replace(
            self._plain,
            release_id=mbid("release", self._seed, self._album, self._n_editions),
            date=(f"{year}-09-14", f"{year}", "", f"{year}-05", None)[turn % 5],
            country=_COUNTRIES[turn % len(_COUNTRIES)],
            barcode=None,
            media=media,
        )

    def _tracks(self, songs: Sequence[int]) -> tuple[Track, ...]:
        return tuple(Track(self._id("track"), place, f"{place}", song) for place, song in enumerate(songs, 1))

    def _sides(self) -> tuple[Track, ...]:
        """Return the tracks of a record: A1, A2 … B1."""
        half = (len(self._songs) + 1) // 2
        return tuple(
            replace(track, number=f"{'AB'[place // half]}{1 + place % half}")
            for place, track in enumerate(self._tracks(self._songs))
        )

    def _medium(self, kind: str, tracks: tuple[Track, ...], title: str = "") -> Medium:
        return Medium(self._id("medium"), kind, title, tracks)

    def _add(self, title: str, length_ms: int | None, *, is_video: bool = False) -> int:
        """Add a recording that the plain album has not; return its number."""
        index = len(self._recordings)
        identity = mbid("recording", self._seed, index)
        self._recordings.append(Recording(index, identity, "", title, length_ms, is_video, "", self._album))
        return index

    def _id(self, kind: str) -> str:
        self._n_ids += 1
        return mbid(kind, self._seed, self._album, self._n_ids)
