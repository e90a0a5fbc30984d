"""The numbers of low-level documents, drawn from latent vectors for many documents at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.albums.descriptors import (
    N_CHORDS,
    N_COEFFICIENTS,
    N_PITCHES,
    NARROW,
    OF_FRAMES,
    OF_SONG,
    STATISTICS,
    Descriptors,
)
from musicdata.twin.albums.words import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_LOADINGS_SEED = 2016
_FOLLOWS, _OWN = 0.85, 0.5  # parts of the latent vector and of chance in a number
_LOG_SD, _NARROW_LOG_SD, _SPREAD_LOG_SD = 0.25, 0.005, 0.2
_AGAIN = 0.003  # share by which two submissions of a recording differ
_OF_STATISTICS = 0.12  # log standard deviation of the statistics beside the mean

# How what everybody knows the sense of leans in brightness, weight, pace, wood, gloom and width; others by chance.
_LEANS = {
    "lowlevel.spectral_rolloff": (1, 0.2, 0, 0, 0, 0),
    "lowlevel.spectral_centroid": (1, 0.2, 0.1, 0, 0, 0),
    "lowlevel.zerocrossingrate": (0.8, 0.5, 0, -0.2, 0, 0),
    "lowlevel.spectral_energy": (0, 1, 0.2, -0.3, 0, 0),
    "lowlevel.dissonance": (0.1, 0.9, 0, -0.2, 0.2, 0),
    "lowlevel.average_loudness": (0, 0.8, 0.4, -0.3, 0, 0),
    "lowlevel.dynamic_complexity": (0, -0.5, -0.2, 0.5, 0, 0.5),
    "rhythm.bpm": (0, 0.1, 1, 0, -0.2, 0),
    "rhythm.onset_rate": (0.1, 0.2, 1, 0, 0, -0.2),
    "rhythm.danceability": (0, 0, 0.9, -0.4, -0.3, 0),
}
_FAMILIES = (  # typical mean, how far songs differ, standard deviation over frames, of each coefficient
    (
        (-690, 115, 14.6, 22.7, 3.3, 1.3, -1.6, 4.6, 0.3, 1.8, -0.9, -1, -1.2),
        (55, 40, 16, 14, 6, 8, 7, 7, 3, 4.5, 5, 4, 3),
        (106, 42, 31, 21, 17.6, 16, 14.5, 11.5, 12, 11, 10.9, 10.3, 9.4),
    ),
    (
        (-47, 81, -98, 33, -53, 11, -35, 6.9, -21, 0.9, -15, -1, -8.6),
        (57, 39, 16, 23, 12, 12, 8, 7, 6.7, 6, 4.4, 5.9, 3.1),
        (130, 43, 37, 24, 21, 18.7, 15, 14, 13, 11.6, 11.5, 10, 10),
    ),
)


def draw(
    latents: NDArray[np.float64], songs: Sequence[Sequence[int]], takes: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """Return the numbers of documents, shape ``(n_documents, n_numbers)``.

    They come in this order: of `OF_FRAMES` the nine statistics of every band, of ``mfcc`` and ``gfcc`` mean, covariance
    and its inverse, `OF_SONG`, the histogram of chords, the profile of pitches.

    Args:
        latents: of the songs, shape ``(n_documents, 6)``.
        songs: seeds of what is a song's own, one a document.
        takes: seeds of what is a submission's own, one a document.
    """
    n_frames, n_song = len(OF_FRAMES.centres), len(OF_SONG.centres)
    n_own = n_frames * (2 + len(STATISTICS)) + n_song + 2 * (2 * N_COEFFICIENTS) + N_CHORDS + N_PITCHES
    own = np.stack([np.random.default_rng(list(seed)).normal(size=n_own) for seed in songs])
    again = np.stack([np.random.default_rng(list(seed)).normal(size=n_frames + n_song + 1) for seed in takes]) * _AGAIN
    parts = np.split(own, np.cumsum([n_frames * (2 + len(STATISTICS)), n_song, 4 * N_COEFFICIENTS, N_CHORDS]), axis=1)
    of_frames, of_song, of_families, chords, pitches = parts
    blocks = [
        _of_frames(latents, of_frames.reshape(len(own), -1, n_frames), again[:, :n_frames]),
        *_families(latents, of_families.reshape(len(own), 2, 2, N_COEFFICIENTS), again[:, -1:]),
        _of_song(latents, of_song, again[:, n_frames:-1]),
        _shares(latents, chords),
        _profile(pitches),
    ]
    return np.concatenate(blocks, axis=1)


@cache
def _loadings(kind: int, n_rows: int) -> NDArray[np.float64]:
    """Return directions by chance, of length 1, shape ``(6, n_rows)``."""
    drawn = np.random.default_rng([_LOADINGS_SEED, kind]).normal(size=(n_rows, len(DIRECTIONS)))
    return np.asarray((drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).T)


@cache
def _leans(which: int) -> NDArray[np.float64]:
    """Return how the means of descriptors lean, shape ``(6, n_bands)``; neighbouring bands lean alike."""
    descriptors = (OF_FRAMES, OF_SONG)[which]
    ends = _loadings(which, 2 * len(descriptors.names)).T.reshape(-1, 2, len(DIRECTIONS))
    rows = []
    for name, width, (first, last) in zip(descriptors.names, descriptors.widths, ends, strict=True):
        place = np.linspace(0, 1, width)[:, None] if width else np.zeros((1, 1))
        rows.append((1 - place) * np.array(_LEANS.get(name, first), dtype=float) + place * last)
    leans = np.concatenate(rows)
    return np.asarray((leans / np.linalg.norm(leans, axis=1, keepdims=True)).T)


@cache
def _log_sds(which: int) -> NDArray[np.float64]:
    descriptors = (OF_FRAMES, OF_SONG)[which]
    widths = [max(1, width) for width in descriptors.widths]
    return np.repeat([_NARROW_LOG_SD if name in NARROW else _LOG_SD for name in descriptors.names], widths)


def _means(
    which: int, latents: NDArray[np.float64], own: NDArray[np.float64], again: NDArray[np.float64]
) -> NDArray[np.float64]:
    descriptors = (OF_FRAMES, OF_SONG)[which]
    grown = np.exp(_log_sds(which) * (_FOLLOWS * (latents @ _leans(which)) + _OWN * own)) * (1 + again)
    return _within(descriptors.centres * grown, descriptors)


def _within(values: NDArray[np.float64], descriptors: Descriptors) -> NDArray[np.float64]:
    return np.clip(values, descriptors.lowest, descriptors.highest)


def _of_frames(
    latents: NDArray[np.float64], own: NDArray[np.float64], again: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the nine statistics of each band, shape ``(n, 9 × n_bands)``, statistic by statistic."""
    means = _means(0, latents, own[:, 0], again)
    leans = _loadings(2, means.shape[1])
    grown = np.exp(_SPREAD_LOG_SD * (_FOLLOWS * (latents @ leans) + _OWN * own[:, 1]))
    sds = OF_FRAMES.spreads * np.abs(means / OF_FRAMES.centres) * grown
    noise = np.exp(_OF_STATISTICS * own[:, 2:])
    of_statistic = {
        "dmean": 0.3 * sds * noise[:, 0],
        "dmean2": 0.5 * sds * noise[:, 1],
        "dvar": 0.35 * sds**2 * noise[:, 2],
        "dvar2": 0.8 * sds**2 * noise[:, 3],
        "max": np.maximum(means, _within(means + 6 * sds * noise[:, 4], OF_FRAMES)),
        "mean": means,
        "median": _within(means - 0.15 * sds * noise[:, 5], OF_FRAMES),
        "min": np.minimum(means, _within(means - 3 * sds * noise[:, 6], OF_FRAMES)),
        "var": sds**2,
    }
    return np.concatenate([of_statistic[statistic] for statistic in STATISTICS], axis=1)


def _of_song(latents: NDArray[np.float64], own: NDArray[np.float64], again: NDArray[np.float64]) -> NDArray[np.float64]:
    return _means(1, latents, own, again)


def _families(
    latents: NDArray[np.float64], own: NDArray[np.float64], again: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Return mean, covariance and its inverse of MFCC and of GFCC, each matrix symmetric."""
    blocks: list[NDArray[np.float64]] = []
    for which, (centre, between, within) in enumerate(_FAMILIES):
        leans = _loadings(3 + which, N_COEFFICIENTS)
        follows = _FOLLOWS * (latents @ leans) + _OWN * own[:, which, 0]
        means = (np.array(centre) + np.array(between) * follows) * (1 + again)
        sds = np.array(within) * np.exp(0.2 * (latents @ _loadings(5 + which, N_COEFFICIENTS) + 0.5 * own[:, which, 1]))
        mixing = np.random.default_rng([_LOADINGS_SEED, 7 + which]).normal(size=(7, N_COEFFICIENTS, N_COEFFICIENTS))
        factors = np.eye(N_COEFFICIENTS) + 0.12 * (mixing[0] + 0.6 * np.tensordot(latents, mixing[1:], axes=1))
        covariance = sds[:, :, None] * _correlation(factors) * sds[:, None, :]
        inverse = np.linalg.inv(covariance)
        inverse = (inverse + inverse.transpose(0, 2, 1)) / 2
        blocks += [block.reshape(len(latents), -1) for block in (means, covariance, inverse)]
    return blocks


def _correlation(factors: NDArray[np.float64]) -> NDArray[np.float64]:
    product = factors @ factors.transpose(0, 2, 1)
    product = (product + product.transpose(0, 2, 1)) / 2
    sizes = np.sqrt(np.diagonal(product, axis1=1, axis2=2))
    return np.asarray(product / (sizes[:, :, None] * sizes[:, None, :]))


def _shares(latents: NDArray[np.float64], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often each chord is played, in percent."""
    grown = np.exp(latents @ _loadings(9, N_CHORDS) + own)
    return np.asarray(100 * grown / grown.sum(axis=1, keepdims=True))


def _profile(own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how strong each pitch is, the strongest 1 and the first."""
    strengths = np.exp(0.5 * own - 1)
    return np.asarray(np.concatenate([np.ones((len(own), 1)), np.minimum(1, strengths[:, 1:])], axis=1))
