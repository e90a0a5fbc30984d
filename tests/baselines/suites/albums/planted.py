"""Albums with a known link between the sound of their songs and the words of their reviews.

An album has a latent vector: its genre's, its artist's and its own. A song hears it with a deviation of its own, through
a mixture that is not linear; a reviewer hears it with another, and picks words by it, among many that say nothing, and
some write about the parcel. Cardinalities are the paper's: 9.7 reviews an album with a heavy tail, 12 songs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicdata_baselines.views import Sequences

WIDTH_AUDIO, WIDTH_TEXT = 122, 300
FIRST_WORD = 2  # 0 is padding, 1 the unknown word


@dataclass(frozen=True, slots=True)
class Link:
    """What a population is like.

    Attributes:
        albums: how many; `reviews` and `songs` an album, in the mean.
        latents: dimensions of what sound and words share.
        song: standard deviation of a song about its album; `reviewer` of a reviewer.
        noise: of an audio feature, against a signal of one.
        idle: share of the reviews that say nothing of the sound.
        told: share of a review's words that are picked by it.
        vocabulary: words.
        words: of a review, in the median.
    """

    albums: int = 300
    reviews: float = 9.7
    songs: float = 12.0
    latents: int = 8
    genres: int = 12
    song: float = 0.7
    reviewer: float = 0.5
    noise: float = 0.5
    idle: float = 0.25
    told: float = 0.3
    vocabulary: int = 2000
    words: float = 60.0


@dataclass(frozen=True, eq=False)
class Population:
    """Albums, songs and reviews.

    Attributes:
        audio: (songs, 122); `song_album` (songs,).
        tokens: of each review; `text` (reviews, 300) the mean of their word vectors; `review_album` (reviews,).
        artists: (albums,) names; `genres` likewise.
    """

    audio: NDArray[np.float32]
    song_album: NDArray[np.int64]
    tokens: Sequences
    text: NDArray[np.float32]
    review_album: NDArray[np.int64]
    artists: NDArray[np.str_]
    genres: NDArray[np.str_]

    @property
    def n_albums(self) -> int:
        return len(self.artists)


def make(link: Link, seed: int = 0) -> Population:
    """Return a population; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    albums, artists, genres = _albums(link, rng)
    song_album = np.repeat(np.arange(link.albums), rng.poisson(link.songs - 1, link.albums) + 1)
    heavy = np.ceil(rng.lognormal(np.log(link.reviews) - 0.6, 1.1, link.albums)).clip(1, 30 * link.reviews)
    review_album = np.repeat(np.arange(link.albums), heavy.astype(np.int64))
    tokens = _tokens(link, albums[review_album], rng)
    return Population(
        _audio(link, albums[song_album], rng),
        song_album,
        tokens,
        _mean(link, tokens, rng),
        review_album,
        artists,
        genres,
    )


def _albums(link: Link, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.str_], NDArray[np.str_]]:
    artist = np.minimum(rng.geometric(0.5, link.albums).cumsum() // 2, link.albums)
    genre_of_artist = rng.integers(0, link.genres, link.albums + 1)
    genre = genre_of_artist[artist]
    parts = (
        rng.standard_normal((link.genres, link.latents))[genre],
        rng.standard_normal((link.albums + 1, link.latents))[artist],
        rng.standard_normal((link.albums, link.latents)),
    )
    latents = sum(parts) / np.sqrt(3)
    return np.asarray(latents), np.char.add("artist", artist.astype(str)), np.char.add("genre", genre.astype(str))


def _audio(link: Link, albums: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
    heard = albums + link.song * rng.standard_normal(albums.shape)
    hidden = np.tanh(heard @ rng.standard_normal((link.latents, 64)) * 0.7)
    signal = hidden @ rng.standard_normal((64, WIDTH_AUDIO)) / 8
    scale = np.exp(rng.normal(0, 2, WIDTH_AUDIO))  # columns of very different sizes, as descriptors have
    return (scale * (signal + link.noise * rng.standard_normal(signal.shape))).astype(np.float32)


def _tokens(link: Link, albums: NDArray[np.float64], rng: np.random.Generator) -> Sequences:
    heard = albums + link.reviewer * rng.standard_normal(albums.shape)
    hidden = np.tanh(heard @ rng.standard_normal((link.latents, 64)) * 0.7)
    usual = 1 / np.arange(1, link.vocabulary + 1)
    usual /= usual.sum()
    meaning = rng.standard_normal((64, link.vocabulary)) / 4
    meaning[:, : link.vocabulary // 20] = 0  # the commonest words mean nothing
    told = np.where(rng.random(len(albums)) < link.idle, 0.0, link.told)
    lengths = np.ceil(rng.lognormal(np.log(link.words), 0.7, len(albums))).astype(np.int64)
    words = [_pick(usual, hidden[i] @ meaning, told[i], int(lengths[i]), rng) + FIRST_WORD for i in range(len(albums))]
    return Sequences(np.concatenate(words).astype(np.int32), np.concatenate([[0], np.cumsum(lengths)]))


def _pick(
    usual: NDArray[np.float64], lean: NDArray[np.float64], told: float, n: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    moved = usual * np.exp(2 * lean)
    chances = (1 - told) * usual + told * moved / moved.sum()
    words: NDArray[np.int64] = np.searchsorted(chances.cumsum(), rng.random(n) * chances.sum())
    return words.clip(max=len(usual) - 1)


def _mean(link: Link, tokens: Sequences, rng: np.random.Generator) -> NDArray[np.float32]:
    vectors = rng.standard_normal((link.vocabulary + FIRST_WORD, WIDTH_TEXT))
    sums = np.add.reduceat(vectors[tokens.values], tokens.offsets[:-1], axis=0)
    return (sums / np.diff(tokens.offsets)[:, None]).astype(np.float32)
