"""What Amazon lists: an album, how it was mapped to MusicBrainz, and its reviews."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.albums.names import asin
from musicdata.twin.albums.words import GENRES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata.twin.albums.discography import Discography


class Mapped(StrEnum):
    """How much of MusicBrainz an album's line names."""

    SONGS = "songs"  # every song by its recording
    FIRST_SONG = "first_song"
    RELEASE = "release"  # no song, but the release
    GROUP = "group"  # the release group only
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Album:
    """An album as Amazon lists it.

    Attributes:
        album_id: ASIN.
        group: number of its release group.
        is_reissue: an earlier listing is of the same release group.
        title: as listed.
        artist: name as listed; None for some.
        label: None for some.
        brand: None for most.
        price_usd: None for some.
        categories: names of genres, the root first.
        root_genre: one of sixteen.
        sales_rank: in Music; None for some.
        year: of the first release; None for many.
        related: kind → other albums.
        mapped: what of MusicBrainz its line names.
    """

    album_id: str
    group: int
    is_reissue: bool
    title: str
    artist: str | None
    label: str | None
    brand: str | None
    price_usd: float | None
    categories: tuple[str, ...]
    root_genre: str
    sales_rank: int | None
    year: int | None
    related: Mapping[str, tuple[str, ...]]
    mapped: Mapped


_SHARES = ((0.52, Mapped.SONGS), (0.06, Mapped.FIRST_SONG), (0.14, Mapped.RELEASE), (0.1, Mapped.GROUP))
_OF_REISSUES = ((0.4, Mapped.SONGS), (0.2, Mapped.RELEASE), (0.3, Mapped.GROUP))
_REISSUED_AS = ("{} (Remastered)", "{} [Deluxe Edition]", "{}", "{} (Original Recording Remastered)")
_RELATED = ("also_bought", "buy_after_viewing", "also_viewed", "bought_together")
_GENRE_NOISE = 0.5
_LEANS = np.array([lean for lean, _ in GENRES.values()])


def make(
    discography: Discography, latents: NDArray[np.float64], n_albums: int, much_reissued: int | None, seed: int
) -> list[Album]:
    """Draw the listings: one of every release group, and further ones of some.

    Args:
        discography: what MusicBrainz knows.
        latents: of the release groups, shape ``(n_groups, 6)``; genres follow them.
        n_albums: listings, at least as many as there are release groups.
        much_reissued: number of the group that is listed by its id alone; None for no such group.
        seed: of the population.
    """
    rng = np.random.default_rng([seed, 43])
    n_groups = len(discography.groups)
    again = rng.choice(n_groups, n_albums - n_groups, replace=False)
    genres = _genres(latents, rng)
    draws = rng.random((n_albums, 10)).tolist()
    ids = [asin(seed, index) for index in range(n_albums)]
    others = rng.integers(0, n_albums, (n_albums, len(_RELATED), 4)).tolist()
    albums = []
    for index, (owner, draw) in enumerate(zip([*range(n_groups), *again.tolist()], draws, strict=True)):
        group = discography.groups[owner]
        artist = discography.artists[group.artist].name
        is_reissue = index >= n_groups
        genre = genres[owner]
        albums.append(
            Album(
                album_id=ids[index],
                group=owner,
                is_reissue=is_reissue,
                title=_REISSUED_AS[index % len(_REISSUED_AS)].format(group.title) if is_reissue else group.title,
                artist=None if draw[1] < 0.02 else artist,
                label=group.releases[0].label or None if draw[2] < 0.8 else None,
                brand=artist if draw[3] < 0.1 else None,
                price_usd=round(4.99 + 20 * draw[4] ** 2, 2) if draw[4] < 0.9 else None,
                categories=(genre, GENRES[genre][1][int(draw[5] * 3)]),
                root_genre=genre,
                sales_rank=int(10 ** (1 + 5 * draw[6])) if draw[6] < 0.95 else None,
                year=group.year if draw[7] < 0.7 else None,
                related=_related(ids, index, others[index], draw[8]),
                mapped=Mapped.GROUP if index == much_reissued else _mapped(is_reissue, draw[0]),
            )
        )
    return albums


def _mapped(is_reissue: bool, draw: float) -> Mapped:
    end = 0.0
    for share, mapped in _OF_REISSUES if is_reissue else _SHARES:
        end += share
        if draw < end:
            return mapped
    return Mapped.NOTHING


def _genres(latents: NDArray[np.float64], rng: np.random.Generator) -> list[str]:
    """Return the genre that each album's latent vector lies nearest to, roughly."""
    scores = latents @ _LEANS.T - (_LEANS**2).sum(axis=1) / 2
    noise = rng.normal(0, _GENRE_NOISE, scores.shape)
    return [list(GENRES)[which] for which in (scores + noise).argmax(axis=1).tolist()]


def _related(
    ids: Sequence[str], index: int, others: Sequence[Sequence[int]], draw: float
) -> dict[str, tuple[str, ...]]:
    """Return what was bought with it; nothing for some."""
    if draw < 0.1:
        return {}
    kinds = _RELATED[: 2 if draw < 0.6 else 4]
    return {
        kind: tuple(dict.fromkeys(ids[other] for other in among if other != index))
        for kind, among in zip(kinds, others, strict=False)
    }
