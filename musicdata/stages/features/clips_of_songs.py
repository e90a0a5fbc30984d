"""Clips of songs, read a few at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.errors import IntegrityError
from musicdata.music.features.ears.ear import N_SAMPLES, RATE_HZ
from musicdata.music.formats import sound_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

AUDIO = "song_audio"
_SONGS_AT_ONCE = 16
_FULL_SCALE = np.float32(32_768)


def iterate(
    inputs: Inputs, first: str | None = None, last: str | None = None, only: Collection[str] | None = None
) -> Iterator[tuple[list[str], list[str], NDArray[np.float32]]]:
    """Yield ids, splits and clips of songs, in order of the ids; clips have shape (songs, 240,000).

    Args:
        inputs: tables.
        first: id of the first song.
        last: id of the last song.
        only: ids of the songs to read; None for all.

    Raises:
        IntegrityError: what stands in the table is no clip.
    """
    for rows in inputs.iterate(AUDIO, ["sample_id", "split", "clip"], first, last):
        ids, splits = strings(rows.column("sample_id")), strings(rows.column("split"))
        numbers = [number for number, sample_id in enumerate(ids) if only is None or sample_id in only]
        for start in range(0, len(numbers), _SONGS_AT_ONCE):
            some = numbers[start : start + _SONGS_AT_ONCE]
            clips = [_decoded(rows.column("clip")[number].as_py()["bytes"], ids[number]) for number in some]
            yield [ids[number] for number in some], [splits[number] for number in some], np.stack(clips)


def _decoded(flac: bytes, sample_id: str) -> NDArray[np.float32]:
    samples, rate_hz, _ = sound_files.decode_flac(flac)
    if (len(samples), rate_hz) != (N_SAMPLES, RATE_HZ):
        raise IntegrityError(
            f"the clip of song {sample_id} has {len(samples)} samples at {rate_hz} Hz, not {N_SAMPLES} at {RATE_HZ}; "
            "the command that built the table builds it anew"
        )
    return samples.astype(np.float32) / _FULL_SCALE
