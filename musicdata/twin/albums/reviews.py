"""Draws the reviews of all listings: mostly a few, of some many; re-issues repeat some of them word by word."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.albums import prose
from musicdata.twin.albums.listings import Album, Mapped
from musicdata.twin.albums.names import reviewer
from musicdata.twin.words import FIRST_NAMES, LAST_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.twin.albums.discography import Discography

_MEAN_LOG, _SD_LOG, _MOST = 1.57, 1.1, 150
"""Reviews of a mapped album, of a log-normal distribution: 9.7 on average, as of MARD's mapped albums."""
_SHARE_UNMAPPED = 0.2  # of that
_OWN = 0.35  # standard deviation of a reviewer's own part of the latent vector
_PER_REVIEWER = 3
_REPEATED = 6  # reviews at most that a re-issue repeats
_RATINGS = np.array([0.05, 0.1, 0.2, 0.42, 1.0])  # cumulated, from one star to five
_FIRST_S, _LAST_S = 946_684_800, 1_388_534_400  # of 2000 and 2014
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody wrote about an album.

    Attributes:
        album_id: ASIN.
        reviewer_id: of Amazon.
        reviewer_name: None for some.
        summary: headline; None for some.
        text: of it.
        rating: 1 … 5.
        helpful: votes that found it so, and all votes.
        reviewed_at_s: Unix time of the day.
    """

    album_id: str
    reviewer_id: str
    reviewer_name: str | None
    summary: str | None
    text: str
    rating: int
    helpful: tuple[int, int]
    reviewed_at_s: int


def make(discography: Discography, albums: Sequence[Album], latents: NDArray[np.float64], seed: int) -> list[Review]:
    """Draw the reviews, in order of the albums.

    Args:
        discography: what the albums are of.
        albums: the listings.
        latents: that the words follow, of the release groups, shape ``(n_groups, 6)``.
        seed: of the population.
    """
    rng = np.random.default_rng([seed, 44])
    counts = _counts(albums, rng)
    n_reviewers = max(1, sum(counts) // _PER_REVIEWER)
    first_of: dict[int, list[Review]] = {}
    reviews: list[Review] = []
    for number, (album, count) in enumerate(zip(albums, counts, strict=True)):
        group = discography.groups[album.group]
        names = (
            discography.artists[group.artist].name,
            group.title,
            [discography.recordings[song].title for song in group.songs],
        )
        own = np.random.default_rng([seed, 45, number])
        of_album = [_review(album, names, latents[album.group], n_reviewers, seed, own) for _ in range(count)]
        if album.is_reissue:
            of_album += _repeated(first_of[album.group], album, own)
        else:
            first_of[album.group] = of_album
        reviews += of_album
    return reviews


def _counts(albums: Sequence[Album], rng: np.random.Generator) -> list[int]:
    drawn = np.minimum(rng.lognormal(_MEAN_LOG, _SD_LOG, len(albums)), _MOST)
    shares = np.array([_SHARE_UNMAPPED if album.mapped is Mapped.NOTHING else 1.0 for album in albums])
    counts = np.floor(shares * drawn + rng.random(len(albums))).astype(int)
    return [int(count) for count in np.where(shares == 1.0, np.maximum(counts, 1), counts)]


def _review(
    album: Album,
    names: tuple[str, str, Sequence[str]],
    latent: NDArray[np.float64],
    n_reviewers: int,
    seed: int,
    rng: np.random.Generator,
) -> Review:
    draw = rng.random(7).tolist()
    rating = 1 + int(_RATINGS.searchsorted(draw[0]))
    votes = int(-6 * np.log1p(-draw[1]))
    who = int(n_reviewers * draw[2] ** 2)
    days = int((_LAST_S - _FIRST_S) * draw[3]) // _DAY_S
    return Review(
        album_id=album.album_id,
        reviewer_id=reviewer(seed, who),
        reviewer_name=None if draw[4] < 0.05 else f"{FIRST_NAMES[who % 40]} {LAST_NAMES[who // 40 % 40][0]}.",
        summary=None if draw[5] < 0.02 else prose.summary(rating, draw[5]),
        text=prose.write(latent + _OWN * rng.normal(size=len(latent)), rating, names, rng),
        rating=rating,
        helpful=(round(votes * draw[6]), votes),
        reviewed_at_s=_FIRST_S + days * _DAY_S,
    )


def _repeated(reviews: Sequence[Review], album: Album, rng: np.random.Generator) -> list[Review]:
    """Return reviews of another edition as they stand at this one: most word by word, some with a sentence more."""
    kept = [review for review, draw in zip(reviews, rng.random(len(reviews)), strict=True) if draw < 0.6][:_REPEATED]
    return [
        replace(
            review,
            album_id=album.album_id,
            text=f"{review.text} The remaster sounds fine." if number % 3 == 2 else review.text,
        )
        for number, review in enumerate(kept)
    ]
