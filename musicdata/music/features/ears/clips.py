"""The first 15 s of somebody's file as every ear hears it: mono, 16 kHz, 16 bit, 240,000 samples.

Sound is read by libsndfile (WAV, FLAC, Ogg, MP3) and resampled by soxr; the channels' mean is taken. The papers' code
reads a file of 44.1 kHz as if it were of 16 kHz; here it is resampled. MIDI files are played by TiMidity++. What is
shorter than 15 s is filled up with silence, what is shorter than one second is refused.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import FormatError, IntegrityError, ItemError, RenderError
from musicdata.music.features.ears.ear import CLIP_S, N_SAMPLES, RATE_HZ
from musicdata.music.formats import sound_files
from musicdata.music.render import midi_files
from musicdata.music.render.timidity import TAIL_S
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.music.render.midi_files import Played

SOUND_ENDINGS = (".flac", ".mp3", ".oga", ".ogg", ".opus", ".wav")
MIDI_ENDINGS = (".mid", ".midi")
ENDINGS = SOUND_ENDINGS + MIDI_ENDINGS
MAX_BYTES = 512 << 20
SOUND, MIDI = "sound", "midi"
LEAST_S = 1.0
SILENT_PEAK = 33  # of 32,767: -60 dBFS
_MARGIN_S = 0.25  # read beyond the clip: a resampler looks ahead
_FULL_SCALE = np.float32(32_768)


@dataclass(frozen=True, slots=True)
class Clip:
    """What is heard of a file.

    Attributes:
        pcm: 16-bit samples at 16 kHz, shape (240,000,).
        clip_seconds: how much of them is sound of the file, before the silence that fills them up.
        seconds: length of the whole file; of MIDI, up to the end of its last note.
        sample_rate: of the file, in Hz; `n_channels` of the file; of MIDI, of the sound that it was played as.
        kind: ``sound`` or ``midi``.
        sha256: of the file's bytes, hexadecimal.
    """

    pcm: NDArray[np.int16]
    clip_seconds: float
    seconds: float
    sample_rate: int
    n_channels: int
    kind: str
    sha256: str

    @property
    def samples(self) -> NDArray[np.float32]:
        """Return the samples between -1 and 1, shape (240,000,): what ears hear."""
        return self.pcm.astype(np.float32) / _FULL_SCALE

    def level_dbfs(self) -> float:
        """Return the mean level (root mean square) of the sound, in dB below full scale."""
        sound = self.pcm[: max(1, round(self.clip_seconds * RATE_HZ))].astype(np.float64) / 32_768
        return min(0.0, round(10 * math.log10(max(float(np.mean(sound**2)), 1e-10)), 2))

    def flac(self) -> bytes:
        """Return the samples as a FLAC file."""
        return sound_files.encode_flac(self.pcm, RATE_HZ)


def load_clip(path: Path, scratch: Path | None = None) -> Clip:
    """Return what is heard of a file: sound of any kind that libsndfile reads, or MIDI.

    Args:
        path: of the file.
        scratch: folder to play MIDI in; None is the system's.

    Raises:
        ItemError: ``corrupt``, ``not_finite``, ``silent``, ``too_short``, ``too_large``, or of MIDI
            ``unreadable_midi``, ``no_notes`` or what TiMidity++ complains of.
        SetupError: it is MIDI, and TiMidity++ is missing.
        OSError: there is no such file, or it cannot be read.
    """
    data = data_of(path)
    if not is_midi(path.name):
        return of_sound(data)
    (clip,) = of_midi([data], scratch)
    if isinstance(clip, ItemError):
        raise clip
    return clip


def is_midi(file_name: str) -> bool:
    """Say whether a file of that name holds MIDI."""
    return PurePath(file_name).suffix.lower() in MIDI_ENDINGS


def data_of(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        FormatError: ``too_large``, or ``no_file`` where it is a pipe, a device or a folder.
        OSError: there is none, or it cannot be read.
    """
    try:
        return paths.read_regular(path, MAX_BYTES, follow=True)
    except IntegrityError as error:
        raise FormatError("too_large" if path.is_file() else "no_file", str(error)) from error


def of_sound(data: bytes) -> Clip:
    """Return what is heard of a sound file.

    Raises:
        FormatError: as `load_clip`.
    """
    beginning = sound_files.read_beginning(data, CLIP_S + _MARGIN_S)
    sound = sound_files.resample(beginning.samples, beginning.rate_hz, RATE_HZ)
    if not np.isfinite(sound).all():
        raise FormatError("not_finite", "samples are too large to be resampled")
    clip, clip_seconds = _clip(sound_files.quantised(sound))
    digest = hashlib.sha256(data).hexdigest()
    return Clip(clip, clip_seconds, beginning.seconds, beginning.rate_hz, beginning.n_channels, SOUND, digest)


def of_midi(files: Sequence[bytes], scratch: Path | None = None) -> list[Clip | ItemError]:
    """Return what is heard of MIDI files, or why nothing is, in their order; they are played in one process.

    Raises:
        SetupError: TiMidity++ is missing.
    """
    played = midi_files.play(files, seconds=CLIP_S, sample_rate=RATE_HZ, scratch=scratch)
    return [_of_played(data, one) for data, one in zip(files, played, strict=True)]


def _of_played(data: bytes, played: Played | RenderError) -> Clip | ItemError:
    if isinstance(played, RenderError):
        return played
    try:
        clip, clip_seconds = _clip(played.samples[: round((played.end_s + TAIL_S) * RATE_HZ)])
    except FormatError as error:
        return error
    return Clip(clip, clip_seconds, played.seconds, RATE_HZ, 1, MIDI, hashlib.sha256(data).hexdigest())


def _clip(sound: NDArray[np.int16]) -> tuple[NDArray[np.int16], float]:
    """Return the clip of samples at 16 kHz, and how many seconds of it are theirs."""
    sound = sound[:N_SAMPLES]
    seconds = len(sound) / RATE_HZ
    if seconds < LEAST_S:
        raise FormatError("too_short", f"{seconds:.2f} s of sound; at least {LEAST_S:g} s are needed")
    peak = int(np.abs(sound.astype(np.int32)).max())
    if peak < SILENT_PEAK:
        raise FormatError(
            "silent", f"no sample of the first {seconds:.0f} s is above {SILENT_PEAK} of 32767; the highest is {peak}"
        )
    return np.concatenate([sound, np.zeros(N_SAMPLES - len(sound), np.int16)]), seconds
