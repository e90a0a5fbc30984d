"""Draws a discography: artists, their albums in one to four editions each, and every recording on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.albums.editions import Editions
from musicdata.twin.albums.names import VARIOUS_ARTISTS, mbid
from musicdata.twin.albums.objects import Artist, Recording, Release, ReleaseGroup
from musicdata.twin.catalogue import artist_names, song_titles

if TYPE_CHECKING:
    from collections.abc import Sequence

_ARTISTS_PER_GROUP = 0.7
_COMPILATIONS = 0.02  # share of release groups whose artist is many
_N_SONGS, _N_SONGS_SD, _FEWEST, _MOST = 11.5, 2.6, 5, 20
_MERGED = 0.04  # share of recordings and of releases that had another id once
_NO_LENGTH, _NO_ISRC, _PARTIAL_DATE = 0.03, 0.25, 0.3
_FIRST_YEAR, _LAST_YEAR = 1962, 2013
_COUNTRIES = ("US", "GB", "DE", "FR", "JP", None)
_LABELS = ("Harbour", "Nightjar", "Blue Ladder", "Fathom", "Paper Crown", "Ninth Street", "Lowland", "Kestrel")


@dataclass(frozen=True)
class Discography:
    """What MusicBrainz knows.

    Attributes:
        artists: the first stands for many.
        groups: albums as works.
        recordings: songs first, in order of the groups, then what only some editions have.
    """

    artists: list[Artist]
    groups: list[ReleaseGroup]
    recordings: list[Recording]

    @property
    def releases(self) -> list[Release]:
        """Return every edition, in order of the groups."""
        return [release for group in self.groups for release in group.releases]


def make(n_groups: int, seed: int, *, much_reissued: int | None, n_reissues: int) -> Discography:
    """Draw a discography.

    Args:
        n_groups: albums as works.
        seed: of all draws.
        much_reissued: number of the group that has been issued again and again; None for no such group.
        n_reissues: how many times that one.
    """
    rng = np.random.default_rng([seed, 41])
    artists = _artists(max(1, round(_ARTISTS_PER_GROUP * n_groups)), seed, rng)
    of_group = _shared_out(n_groups, len(artists) - 1, rng)
    titles = song_titles(of_group, rng)
    n_songs = np.clip(np.rint(rng.normal(_N_SONGS, _N_SONGS_SD, n_groups)), _FEWEST, _MOST).astype(int).tolist()
    years = (_FIRST_YEAR + (_LAST_YEAR - _FIRST_YEAR) * rng.random(n_groups) ** 0.6).astype(int).tolist()
    owners = [group for group, number in enumerate(n_songs) for _ in range(number)]
    recordings = _songs(owners, song_titles([of_group[owner] for owner in owners], rng), years, seed, rng)
    draws = rng.random((n_groups, 8)).tolist()
    groups = []
    first = 0
    for index, (number, year, draw) in enumerate(zip(n_songs, years, draws, strict=True)):
        songs = tuple(range(first, first + number))
        first += number
        date = _date(year, index, draw[0])
        plain = _plain(index, titles[index], date, draw, seed)
        n_more = n_reissues if index == much_reissued else (0, 0, 0, 1, 1, 2, 3)[int(draw[1] * 7)]
        releases = Editions(plain, songs, recordings, (index, year), seed).make(n_more)
        groups.append(
            ReleaseGroup(
                index=index,
                group_id=mbid("release group", seed, index),
                title=titles[index],
                artist=of_group[index],
                year=year,
                first_release_date=date,
                secondary_types=("Compilation",) if of_group[index] == 0 else (),
                songs=songs,
                releases=tuple(_merged(releases, index, seed, draw[7])),
            )
        )
    return Discography(artists, groups, recordings)


def _shared_out(n_groups: int, n_artists: int, rng: np.random.Generator) -> list[int]:
    """Return the artist of each group: everyone has one, a few have many; 0 stands for many artists."""
    everyone = rng.permutation(n_artists)
    others = (n_artists * rng.random(max(0, n_groups - n_artists)) ** 2).astype(int)
    owners = 1 + rng.permutation(np.concatenate([everyone, others])[:n_groups])
    return [int(owner) for owner in np.where(rng.random(n_groups) < _COMPILATIONS, 0, owners)]


def _artists(n_artists: int, seed: int, rng: np.random.Generator) -> list[Artist]:
    """Return one that stands for many, and people and bands."""
    artists = [Artist(VARIOUS_ARTISTS, "Various Artists", "Various Artists", "Other", None)]
    for index, name in enumerate(artist_names(n_artists, rng)):
        is_band = "&" in name
        first, _, last = name.partition(" ")
        artists.append(
            Artist(
                artist_id=mbid("artist", seed, index),
                name=name,
                sort_name=name if is_band else f"{last}, {first}",
                kind="Group" if is_band else "Person",
                country=_COUNTRIES[index % len(_COUNTRIES)],
            )
        )
    return artists


def _songs(
    owners: Sequence[int], titles: Sequence[str], years: Sequence[int], seed: int, rng: np.random.Generator
) -> list[Recording]:
    draws = rng.random((len(owners), 3)).tolist()
    lengths = (1000 * np.clip(rng.lognormal(np.log(225), 0.3, len(owners)), 45, 900)).astype(int).tolist()
    return [
        Recording(
            index=index,
            recording_id=mbid("recording", seed, index),
            old_id=mbid("merged recording", seed, index) if draw[0] < _MERGED else "",
            title=titles[index],
            length_ms=None if draw[1] < _NO_LENGTH else lengths[index],
            is_video=False,
            isrc="" if draw[2] < _NO_ISRC else f"QZTWA{years[owner] % 100:02d}{index:05d}"[:12],
            group=owner,
        )
        for index, (owner, draw) in enumerate(zip(owners, draws, strict=True))
    ]


def _date(year: int, index: int, draw: float) -> str:
    if draw < _PARTIAL_DATE / 2:
        return f"{year}"
    month = f"{year}-{1 + index % 12:02d}"
    return month if draw < _PARTIAL_DATE else f"{month}-{1 + (7 * index) % 28:02d}"


def _plain(index: int, title: str, date: str, draw: Sequence[float], seed: int) -> Release:
    """Return the first edition, without media."""
    return Release(
        release_id=mbid("release", seed, index, 0),
        old_id="",
        title=title,
        disambiguation="",
        status="Official",
        date=date,
        country=_COUNTRIES[int(draw[3] * len(_COUNTRIES))],
        barcode=None if draw[4] < 0.2 else "" if draw[4] < 0.3 else f"4{int(draw[4] * 1e12):012d}",
        asin=None,
        label=_LABELS[int(draw[5] * len(_LABELS))] if draw[6] < 0.9 else "",
        media=(),
    )


def _merged(releases: list[Release], index: int, seed: int, draw: float) -> list[Release]:
    """Return the releases, the first of some with an id that was merged into it."""
    if draw >= _MERGED:
        return releases
    return [replace(releases[0], old_id=mbid("merged release", seed, index)), *releases[1:]]
