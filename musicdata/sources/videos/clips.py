"""A clip: so many seconds of a fetched sound, as a FLAC file that says in its comment where they come from."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import FormatError
from musicdata.music.formats import sound_files
from musicdata.music.formats.sound_files import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

SECTION_MARGIN_S = 1.0  # fetched beyond the clip's end: a section begins and ends at packets, not at samples
SHORT_BY_S = 0.1  # what may be missing at the end, and is then silence
LENGTH_TOLERANCE_S = 3.0
LENGTH_TOLERANCE = 0.02
SILENT_PEAK = 33  # of 32,767: -60 dBFS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which clip is wanted of a video.

    Attributes:
        clip_s: its length.
        start_s: where it begins; None where `place` says it.
        place: share of what the clip leaves over that lies before it: 0.5 for the middle.
        duration_s: of the video, as announced; None where that is not known.
        section: whether only the clip's surroundings are fetched.
    """

    clip_s: float
    start_s: float | None = None
    place: float = 0.5
    duration_s: float | None = None
    section: bool = False

    def begin_s(self, duration_s: float) -> float:
        """Return where the clip begins in a video of that length, in whole milliseconds."""
        if self.start_s is not None:
            return self.start_s
        return max(0.0, math.floor((duration_s - self.clip_s) * self.place * 1000) / 1000)

    def range_s(self) -> tuple[float, float] | None:
        """Return the section to fetch, from and to; None if the whole is to be fetched."""
        if not self.section or (self.duration_s is None and self.start_s is None):
            return None
        begin_s = self.begin_s(self.duration_s or 0.0)
        return begin_s, begin_s + self.clip_s + SECTION_MARGIN_S


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a clip comes from.

    Attributes:
        start_s: where it begins in the video.
        duration_s: of the whole video: as decoded, or as announced when only a section was fetched; None if unknown.
        n_padded: samples of silence at its end that the video does not have.
        fetch: ``whole`` or ``section``.
    """

    start_s: float
    duration_s: float | None
    n_padded: int
    fetch: str


def cut(path: Path, scratch: Path, wanted: Wanted) -> bytes:
    """Return the clip that is wanted of a media file, as FLAC.

    Raises:
        FormatError: ``too_short``, ``wrong_length``, ``silent``, or what `sound_files.read` finds.
        SetupError: ffmpeg is missing, and the file needs it.
    """
    sound = sound_files.read(path, scratch)
    section = wanted.range_s()
    if section is None:
        _refuse_other_length(len(sound) / RATE_HZ, wanted.duration_s)
        clip, origin = _of_whole(sound, wanted)
    else:
        clip, n_padded = _piece(sound, 0, wanted.clip_s)
        origin = Origin(section[0], wanted.duration_s, n_padded, "section")
    samples = sound_files.quantised(clip)
    if (peak := peak_of(samples)) < SILENT_PEAK:
        raise FormatError("silent", f"no sample of the clip is above {SILENT_PEAK} of 32767; the highest is {peak}")
    comment = json.dumps(asdict(origin), sort_keys=True)
    return sound_files.encode_flac(samples, RATE_HZ, comment)


def _of_whole(sound: NDArray[np.float32], spec: Wanted) -> tuple[NDArray[np.float32], Origin]:
    sound_s = len(sound) / RATE_HZ
    begin_s = spec.begin_s(sound_s if spec.duration_s is None else spec.duration_s)
    if spec.start_s is None:  # more may have been announced than there is
        begin_s = min(begin_s, max(0.0, math.floor((sound_s - spec.clip_s) * 1000) / 1000))
    clip, n_padded = _piece(sound, round(begin_s * RATE_HZ), spec.clip_s)
    return clip, Origin(begin_s, round(sound_s, 3), n_padded, "whole")


def _piece(sound: NDArray[np.float32], start: int, clip_s: float) -> tuple[NDArray[np.float32], int]:
    """Return `clip_s` of the sound from `start` on, and how many samples of silence complete it."""
    n_wanted = round(clip_s * RATE_HZ)
    piece = sound[start : start + n_wanted]
    n_missing = n_wanted - len(piece)
    if n_missing > round(SHORT_BY_S * RATE_HZ):
        detail = f"{len(piece) / RATE_HZ:.2f} s from {start / RATE_HZ:.2f} s on; a clip has {clip_s:g} s"
        raise FormatError("too_short", f"{detail}, of which {SHORT_BY_S:g} s may be missing")
    return np.concatenate([piece, np.zeros(n_missing, np.float32)]), n_missing


def _refuse_other_length(found_s: float, announced_s: float | None) -> None:
    if announced_s is None:
        return
    if abs(found_s - announced_s) > max(LENGTH_TOLERANCE_S, LENGTH_TOLERANCE * announced_s):
        raise FormatError("wrong_length", f"{found_s:.1f} s of sound; {announced_s:.1f} s were announced")


def peak_of(samples: NDArray[np.int16]) -> int:
    """Return the highest absolute value, up to 32,768."""
    return max(int(samples.max(initial=0)), -int(samples.min(initial=0)))


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that was fetched.

    Attributes:
        samples: 16-bit, shape (n,), at `RATE_HZ`.
        origin: where it comes from.
    """

    samples: NDArray[np.int16]
    origin: Origin

    def pcm_sha256(self) -> str:
        """Return the sha256 of the samples as little-endian 16-bit numbers, whatever file they are in."""
        return hashlib.sha256(self.samples.astype("<i2").tobytes()).hexdigest()

    def peak_dbfs(self) -> float:
        """Return the highest level, in dB below full scale."""
        return min(0.0, round(20 * math.log10(max(peak_of(self.samples), 1) / 32_768), 2))


def read(flac: bytes, clip_s: float) -> Clip:
    """Return the clip in a FLAC file that `cut` made.

    Raises:
        FormatError: it is not one, or has another length.
    """
    samples, rate_hz, comment = sound_files.decode_flac(flac)
    if (len(samples), rate_hz) != (round(clip_s * RATE_HZ), RATE_HZ):
        raise FormatError("wrong_length", f"{len(samples)} samples at {rate_hz} Hz; expected {clip_s:g} s at {RATE_HZ}")
    try:
        fields: Mapping[str, float | int | str | None] = json.loads(comment)
        origin = Origin(**fields)  # type: ignore[arg-type]  # our own file; another one fails here
    except (ValueError, TypeError) as error:
        raise FormatError("not_a_clip", f"its comment does not say where it comes from: {comment[:100]!r}") from error
    return Clip(samples, origin)
