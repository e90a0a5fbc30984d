"""Low-level documents as AcousticBrainz stores them: 512 leaf paths outside the metadata, written as JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.twin.albums import numbers
from musicdata.twin.albums.descriptors import (
    BEATS,
    HISTOGRAM,
    N_CHORDS,
    N_COEFFICIENTS,
    N_PITCHES,
    OF_FRAMES,
    OF_SONG,
    PROFILE,
    STATISTICS,
    TEXTS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_COUNT = "rhythm.beats_count"
_METADATA = "metadata"
_NUMBER = "%.7g"
_KEYS = ("A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#")
_MARK = re.compile(r'"@([a-z._]+)@"')


def _places() -> dict[str, NDArray[np.int64]]:
    """Return leaf path → where its numbers stand in a row of `numbers.draw`."""
    places: dict[str, NDArray[np.int64]] = {}
    n_bands = len(OF_FRAMES.centres)
    first = 0
    for name, width in zip(OF_FRAMES.names, OF_FRAMES.widths, strict=True):
        span = np.arange(first, first + width) if width else np.array(first)
        places |= {f"{name}.{statistic}": span + number * n_bands for number, statistic in enumerate(STATISTICS)}
        first += max(1, width)
    square = (N_COEFFICIENTS, N_COEFFICIENTS)
    shapes: list[tuple[str, tuple[int, ...]]] = [
        (f"lowlevel.{family}.{part}", shape)
        for family in ("mfcc", "gfcc")
        for part, shape in (("mean", square[:1]), ("cov", square), ("icov", square))
    ]
    shapes += [(name, ()) for name in OF_SONG.names] + [(HISTOGRAM, (N_CHORDS,)), (PROFILE, (N_PITCHES,))]
    first = n_bands * len(STATISTICS)
    for name, shape in shapes:
        size = int(np.prod(shape))
        places[name] = np.arange(first, first + size).reshape(shape)
        first += size
    return places


def _nested(leaves: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, leaf in leaves.items():
        *above, name = path.split(".")
        branch = tree
        for part in above:
            branch = branch.setdefault(part, {})
        branch[name] = leaf
    return tree


def _filled(place: NDArray[np.int64]) -> Any:
    """Return a leaf with a number's mark in each place: the place itself, which the text is cut at."""
    return place.tolist()


_PLACES = _places()
_WHOLE = json.dumps(
    _nested(
        {path: _filled(place) for path, place in _PLACES.items()}
        | {path: f"@{path}@" for path in (*TEXTS, BEATS, _COUNT, _METADATA)}
    ),
    sort_keys=True,
)


def _pieces() -> list[tuple[str, NDArray[np.int64], str]]:
    """Return the document in pieces: text with gaps for numbers, which numbers, and what comes behind it."""
    parts = _MARK.split(_WHOLE)
    pieces = []
    for text, behind in zip(parts[::2], [*parts[1::2], ""], strict=True):
        which = [int(digits) for digits in re.findall(r"(?<=[\s\[])\d+(?=[,\]}])", text)]
        gaps = re.sub(r"(?<=[\s\[])\d+(?=[,\]}])", _NUMBER, text)
        pieces.append((gaps, np.array(which, dtype=np.int64), behind))
    return pieces


_PIECES = _pieces()
_BPM = int(_PLACES["rhythm.bpm"])


def write(
    latents: NDArray[np.float64],
    songs: Sequence[Sequence[int]],
    takes: Sequence[Sequence[int]],
    metadata: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Write documents.

    Args:
        latents: of the songs, shape ``(n_documents, 6)``.
        songs: seeds of what is a song's own.
        takes: seeds of what is a submission's own.
        metadata: what each says of its file.
    """
    rows = numbers.draw(latents, songs, takes)
    return [
        _document(row, _texts(latent, song, take), one)
        for row, latent, song, take, one in zip(rows, latents, songs, takes, metadata, strict=True)
    ]


def _texts(latent: NDArray[np.float64], song: Sequence[int], take: Sequence[int]) -> dict[str, str]:
    """Return key and chords; one submission in eight hears another key than the rest."""
    key, chord, scale, other = np.random.default_rng([*song, 1]).random(4).tolist()
    hears_another = np.random.default_rng([*take, 1]).random() < 1 / 8
    number = int(12 * key) + (7 if hears_another else 0)
    names = (
        _KEYS[int(12 * chord)],
        "minor" if other + 0.15 * latent[4] > 0.55 else "major",
        _KEYS[number % 12],
        "minor" if scale + 0.15 * latent[4] > 0.55 else "major",
    )
    return {path: json.dumps(name) for path, name in zip(TEXTS, names, strict=True)}


def _document(row: NDArray[np.float64], texts: dict[str, str], metadata: Mapping[str, Any]) -> str:
    beats = _beats(float(row[_BPM]), float(metadata["audio_properties"]["length"]))
    behind = texts | {
        BEATS: f"[{', '.join(map(_NUMBER.__mod__, beats.tolist()))}]",
        _COUNT: str(len(beats)),
        _METADATA: json.dumps(metadata, sort_keys=True, ensure_ascii=False),
        "": "",
    }
    return "".join(gaps % tuple(row[which].tolist()) + behind[name] for gaps, which, name in _PIECES)


def _beats(bpm: float, length_s: float) -> NDArray[np.float64]:
    """Return when the beats are, in seconds: evenly, but for a slight sway."""
    places = np.arange(int(length_s * bpm / 60))
    return np.asarray((places + 0.5 + 0.1 * np.sin(places / 7)) * 60 / bpm)
