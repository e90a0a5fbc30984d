"""The numbers that Essentia's music extractor puts into a low-level document of AcousticBrainz, and vectors of them.

A document is a tree; a leaf is named by its path, ``lowlevel.mfcc.mean``. Outside `metadata` every document of the
extractor "music 1.0" (Essentia 2.1-beta1 and -beta2) has the same 512 leaves: 507 of numbers with a fixed shape, 2,647
numbers in all, four of words and `rhythm.beats_position`, as long as there are beats. `LEAVES` has them in order of
their paths, which is also the order of the numbers in a vector of all of them.

The statistics of what is measured in every frame, or at every beat: `dmean` and `dvar` are mean and variance of the
absolute difference of one and the next, `dmean2` and `dvar2` of the second differences (Essentia, `PoolAggregator`).

The paper's vector has "statistics of MFCC, spectral roll-off and zero-crossing rate", 122 numbers here: the mean of the
13 coefficients, the upper triangle of their covariance (the lower repeats it), and nine statistics of each of the two.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

STATISTICS = ("dmean", "dmean2", "dvar", "dvar2", "max", "mean", "median", "min", "var")
N_CEPSTRA = 13
BEATS = "rhythm.beats_position"
WORDS = ("tonal.chords_key", "tonal.chords_scale", "tonal.key_key", "tonal.key_scale")

_BANDS = {"barkbands": 27, "erbbands": 40, "melbands": 40}
_OF_BANDS = ("crest", "flatness_db", "kurtosis", "skewness", "spread")
_SPECTRAL = (
    *("centroid", "complexity", "decrease", "energy", "energyband_high", "energyband_low", "energyband_middle_high"),
    *("energyband_middle_low", "entropy", "flux", "kurtosis", "rms", "rolloff", "skewness", "spread", "strongpeak"),
)
_IN_FRAMES: dict[str, tuple[int, ...]] = {
    **{f"lowlevel.{bands}": (n_bands,) for bands, n_bands in _BANDS.items()},
    **{f"lowlevel.{bands}_{of}": () for bands in _BANDS for of in _OF_BANDS},
    **{f"lowlevel.spectral_contrast_{part}": (6,) for part in ("coeffs", "valleys")},
    **{f"lowlevel.spectral_{name}": () for name in _SPECTRAL},
    **{f"lowlevel.silence_rate_{level}dB": () for level in (20, 30, 60)},
    **{f"lowlevel.{name}": () for name in ("dissonance", "hfc", "pitch_salience", "zerocrossingrate")},
    "rhythm.beats_loudness": (),
    "rhythm.beats_loudness_band_ratio": (6,),
    **{f"rhythm.bpm_histogram_{n}_peak_{of}": () for n in ("first", "second") for of in ("bpm", "spread", "weight")},
    "tonal.chords_strength": (),
    "tonal.hpcp": (36,),
    "tonal.hpcp_entropy": (),
}
_ONCE: dict[str, tuple[int, ...]] = {
    "lowlevel.average_loudness": (),
    "lowlevel.dynamic_complexity": (),
    **{f"rhythm.{name}": () for name in ("beats_count", "bpm", "danceability", "onset_rate")},
    **{f"tonal.chords_{name}_rate": () for name in ("changes", "number")},
    "tonal.chords_histogram": (24,),
    "tonal.key_strength": (),
    "tonal.thpcp": (36,),
    "tonal.tuning_diatonic_strength": (),
    "tonal.tuning_equal_tempered_deviation": (),
    "tonal.tuning_frequency": (),
    "tonal.tuning_nontempered_energy_ratio": (),
}


class Leaf(NamedTuple):
    """A leaf of a document.

    Attributes:
        path: keys that lead to it, with dots between them.
        kind: "numbers" of a fixed shape, a "word", or the "beats", of which there are as many as there are.
        shape: of the numbers; () of a single one.
        start: where its numbers begin in a vector of all of them; -1 where it has none there.
    """

    path: str
    kind: Literal["numbers", "word", "beats"]
    shape: tuple[int, ...] = ()
    start: int = -1

    @property
    def column(self) -> str:
        """Return what a column of a table is called that holds it."""
        return self.path.replace(".", "_")

    @property
    def size(self) -> int:
        """Return how many numbers it has in a vector of all of them."""
        return math.prod(self.shape) if self.kind == "numbers" else 0

    @property
    def span(self) -> slice:
        """Return where its numbers are in a vector of all of them."""
        return slice(self.start, self.start + self.size)


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes = {f"{path}.{of}": shape for path, shape in _IN_FRAMES.items() for of in STATISTICS} | _ONCE
    for cepstrum in ("lowlevel.gfcc", "lowlevel.mfcc"):
        shapes[f"{cepstrum}.mean"] = (N_CEPSTRA,)
        shapes |= {f"{cepstrum}.{matrix}": (N_CEPSTRA, N_CEPSTRA) for matrix in ("cov", "icov")}
    return shapes


def _leaves() -> Iterator[Leaf]:
    shapes, start = _shapes(), 0
    for path in sorted([*shapes, *WORDS, BEATS]):
        if path in shapes:
            leaf = Leaf(path, "numbers", shapes[path], start)
            start += leaf.size
            yield leaf
        else:
            yield Leaf(path, "beats" if path == BEATS else "word")


LEAVES: tuple[Leaf, ...] = tuple(_leaves())
"""All 512, in order of their paths."""

NUMBERS: tuple[Leaf, ...] = tuple(leaf for leaf in LEAVES if leaf.kind == "numbers")
"""The 507 with numbers of a fixed shape."""

N_NUMBERS = sum(leaf.size for leaf in NUMBERS)
"""Length of a vector of all numbers but the beats' times: 2,647."""

_LEAF = {leaf.path: leaf for leaf in LEAVES}


def leaf(path: str) -> Leaf:
    """Return the leaf of a path.

    >>> leaf("lowlevel.mfcc.cov").shape, leaf("lowlevel.average_loudness").span
    ((13, 13), slice(0, 1, None))

    Raises:
        KeyError: there is none.
    """
    return _LEAF[path]


def _paper_places() -> NDArray[np.intp]:
    mean, cov = leaf("lowlevel.mfcc.mean"), leaf("lowlevel.mfcc.cov")
    row, column = np.triu_indices(N_CEPSTRA)
    statistics = [
        leaf(f"lowlevel.{name}.{of}").start for name in ("spectral_rolloff", "zerocrossingrate") for of in STATISTICS
    ]
    return np.concatenate(
        [np.arange(mean.start, mean.start + mean.size), cov.start + row * N_CEPSTRA + column, statistics]
    )


PAPER_PLACES: NDArray[np.intp] = _paper_places()
"""Where the paper's numbers stand in a vector of all: MFCC mean, upper triangle by rows, roll-off, zero-crossings."""

N_PAPER = len(PAPER_PLACES)
"""Length of the paper's vector: 122."""

PAPER_LEAVES: tuple[Leaf, ...] = tuple(
    one
    for one in NUMBERS
    if one.path in ("lowlevel.mfcc.mean", "lowlevel.mfcc.cov")
    or one.path.startswith(("lowlevel.spectral_rolloff.", "lowlevel.zerocrossingrate."))
)
"""The leaves that the paper's numbers come from."""


def paper(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the paper's vectors, given those of all numbers.

    >>> paper(np.zeros((2, N_NUMBERS), dtype=np.float32)).shape
    (2, 122)

    Args:
        numbers: shape (…, 2647), in order of the leaves; what is missing may be NaN, and stays so.
    """
    return np.ascontiguousarray(numbers[..., PAPER_PLACES])


MODELS: dict[str, tuple[str, ...]] = {
    "danceability": ("danceable", "not_danceable"),
    "gender": ("female", "male"),
    "genre_dortmund": (
        *("alternative", "blues", "electronic", "folkcountry", "funksoulrnb", "jazz", "pop", "raphiphop", "rock"),
    ),
    "genre_electronic": ("ambient", "dnb", "house", "techno", "trance"),
    "genre_rosamerica": ("cla", "dan", "hip", "jaz", "pop", "rhy", "roc", "spe"),
    "genre_tzanetakis": ("blu", "cla", "cou", "dis", "hip", "jaz", "met", "pop", "reg", "roc"),
    "ismir04_rhythm": (
        *("ChaChaCha", "Jive", "Quickstep", "Rumba-American", "Rumba-International", "Rumba-Misc", "Samba", "Tango"),
        *("VienneseWaltz", "Waltz"),
    ),
    "mood_acoustic": ("acoustic", "not_acoustic"),
    "mood_aggressive": ("aggressive", "not_aggressive"),
    "mood_electronic": ("electronic", "not_electronic"),
    "mood_happy": ("happy", "not_happy"),
    "mood_party": ("not_party", "party"),
    "mood_relaxed": ("not_relaxed", "relaxed"),
    "mood_sad": ("not_sad", "sad"),
    "moods_mirex": ("Cluster1", "Cluster2", "Cluster3", "Cluster4", "Cluster5"),
    "timbre": ("bright", "dark"),
    "tonal_atonal": ("atonal", "tonal"),
    "voice_instrumental": ("instrumental", "voice"),
}
"""The 18 models of a high-level document → their classes, in alphabetical order."""
