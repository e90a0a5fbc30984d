"""Made-up tunes, as samples and as files of the kinds that video sites serve."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from musicdata.music.formats import sound_files
from musicdata.system import processes

RATE_HZ = 44_100
CODECS = {
    "m4a": ["-c:a", "aac"],
    "webm": ["-c:a", "libopus"],
    "mp3": ["-c:a", "libmp3lame"],
    "ogg": ["-c:a", "libvorbis"],
}
CONTENT_TYPES = {
    "m4a": "audio/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
}


@functools.cache
def tune(seed: int, duration_s: float, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """Return a tune of plucked notes, four a second over a drone, shape (n,)."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    sound = 0.02 * np.sin(2 * np.pi * 110 * 2 ** (rng.integers(12) / 12) * times)
    for k in range(round(duration_s * 4)):
        begin = round(k * rate_hz / 4)
        note = times[begin : begin + rate_hz // 2] - k / 4
        freq_hz = 196 * 2 ** (rng.integers(30) / 12)
        loudness = rng.uniform(0.3, 1.0) / 8
        for harmonic in range(1, 7):
            wave = np.exp(-5 * note) * np.sin(2 * np.pi * freq_hz * harmonic * note) / harmonic
            sound[begin : begin + len(note)] += loudness * wave
    return sound.astype(np.float32)


def write(samples: NDArray[np.float32], path: Path, *, bit_rate: int = 128, rate_hz: int = RATE_HZ) -> Path:
    """Write samples, shape (n,) or (n, channels), as a file of the kind that its name says."""
    if path.suffix == ".flac":
        soundfile.write(path, samples, rate_hz, subtype="PCM_16")
        return path
    source = path.with_suffix(".source.wav")
    soundfile.write(source, samples, rate_hz, subtype="FLOAT")
    command = [str(sound_files.ffmpeg()), "-nostdin", "-v", "error", "-y", "-i", str(source)]
    command += [*CODECS[path.suffix[1:]], "-b:a", f"{bit_rate}k", "-threads", "1", str(path)]
    done = processes.run(command, cwd=path.parent, deadline_s=60)
    assert done.returncode == 0, done.stderr
    source.unlink()
    return path


def found_at(piece: NDArray[np.int16] | NDArray[np.float32], whole: NDArray[np.float32]) -> tuple[int, float]:
    """Return the sample of `whole` at which `piece` fits best, and their correlation there."""
    size = 1 << (len(piece) + len(whole)).bit_length()
    spectra = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece.astype(np.float64), size))
    start = int(np.argmax(np.fft.irfft(spectra, size)[: len(whole) - len(piece) + 1]))
    return start, float(np.corrcoef(piece.astype(np.float64), whole[start : start + len(piece)])[0, 1])


def flac(samples: NDArray[np.float32], folder: Path, rate_hz: int = RATE_HZ) -> bytes:
    """Return samples as the bytes of a FLAC file."""
    return write(samples, folder / "tune.flac", rate_hz=rate_hz).read_bytes()
