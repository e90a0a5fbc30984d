"""The emotions of songs out of the tables of their vectors, and what is fitted for that on the train split."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import strings
from musicdata.music.features import lyric_emotions, text_encoders
from musicdata.music.features.lyric_emotions import Scale
from musicdata.music.features.text_encoders import MINILM, USE
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

TABLES = {MINILM: "embeddings_minilm", USE: "embeddings_use"}
"""Encoder → table of its vectors; a song's emotions are those of the first that has some of it."""

_FILE = "emotions.json"
_ALL = ""  # the scale of all songs, for languages of which there are few
_READS = ["sample_id", "section_index", "vector"]


def prepare(inputs: Inputs, languages: Mapping[str, str], train: frozenset[str], folder: Path) -> None:
    """Fit the scales of the emotions and keep them.

    Args:
        inputs: the tables.
        languages: of every song.
        train: songs of the train split.
        folder: to keep them in.
    """
    fitted: dict[str, Any] = {}
    done: set[str] = set()
    for encoder, table in TABLES.items():
        directions: NDArray[np.float32] | None = None
        near: dict[str, list[NDArray[np.float64]]] = {}
        seen: list[str] = []
        for part in inputs.iterate(table, _READS):
            if not len(part):
                continue
            if directions is None:
                directions = lyric_emotions.directions(text_encoders.open_encoder(encoder))
            for sample_id, numbers in _of_songs(part, table, directions):
                seen.append(sample_id)
                if sample_id in train and sample_id not in done:
                    near.setdefault(languages[sample_id], []).append(numbers[None])
        done.update(seen)
        if directions is not None:
            fitted[encoder] = {"directions": directions.tolist(), "scales": _scales(near)}
    with paths.create(folder / _FILE) as file:
        file.write(json.dumps(fitted).encode())


def _scales(near: Mapping[str, list[NDArray[np.float64]]]) -> dict[str, Any]:
    parts = {**near, _ALL: [one for language in sorted(near) for one in near[language]]}
    scales = {language: lyric_emotions.fit(some) for language, some in parts.items()}
    return {
        language: {"n_songs": scale.n_songs, "mean": scale.mean.tolist(), "deviation": scale.deviation.tolist()}
        for language, scale in scales.items()
        if scale.is_usable
    }


class Moods:
    """The emotions of a shard's songs.

    Args:
        folder: that `prepare` kept the scales in.
        inputs: the tables.
        first: smallest id of a song; `last` the largest.
    """

    def __init__(self, folder: Path, inputs: Inputs, first: str, last: str) -> None:
        fitted = json.loads(paths.read_regular(folder / _FILE))
        self._scales: dict[str, dict[str, Scale]] = {}
        self._near: dict[str, tuple[str, NDArray[np.float64]]] = {}
        for encoder, table in TABLES.items():
            if encoder not in fitted:
                continue
            directions = np.array(fitted[encoder]["directions"], np.float32)
            scales = fitted[encoder]["scales"].items()
            self._scales[encoder] = {
                language: Scale(scale["n_songs"], np.array(scale["mean"]), np.array(scale["deviation"]))
                for language, scale in scales
            }
            for sample_id, near in _of_songs(inputs.read(table, _READS, first, last), table, directions):
                self._near.setdefault(sample_id, (encoder, near))

    def of(self, sample_id: str, language: str) -> tuple[NDArray[np.float32] | None, str]:
        """Return the emotions of a song, shape (8,), and the name of what they are by; None and why, without any."""
        if sample_id not in self._near:
            return None, "emotion_no_vectors"
        encoder, near = self._near[sample_id]
        scales = self._scales[encoder]
        if (scale := scales.get(language) or scales.get(_ALL)) is None:
            return None, "emotion_few_songs"
        return scale.standardised(near[None])[0], f"{encoder}, sentences {lyric_emotions.version()}"


def _of_songs(rows: pa.Table, table: str, directions: NDArray[np.float32]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield each song of a table of vectors and how near it is to the emotions; by its sections, where it has some."""
    vectors = contracts.load(table).column("vector").unpack(rows.column("vector")) if len(rows) else None
    if vectors is None:
        return
    ids = np.array(strings(rows.column("sample_id")), object)
    is_section = rows.column("section_index").to_numpy() >= 0
    has_sections = np.isin(ids, ids[is_section])
    kept = np.flatnonzero((is_section | ~has_sections) & vectors.any(axis=1))
    if not len(kept):
        return
    ids = ids[kept]
    starts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
    near = lyric_emotions.of_songs(directions, vectors[kept], starts)
    yield from zip(ids[starts].tolist(), near, strict=True)
