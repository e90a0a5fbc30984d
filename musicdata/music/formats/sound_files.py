"""Sound files of any kind, from anybody → samples; and samples → FLAC.

libsndfile reads WAV, FLAC, Ogg and MP3. Whatever else there is (AAC in MP4, Opus in WebM) goes through the ffmpeg
that the package `imageio-ffmpeg` carries, fenced in by `musicdata.system.processes`: no network, no playlists that
name other files, limits on time, memory and size. Both ways end in one resampler, soxr's, so that the container does
not matter.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import FormatError, SetupError
from musicdata.system import processes
from musicdata.system.files import link_or_copy

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ = 22_050
LONGEST_S = 1800.0
FLAC_COMPRESSION = 0.5  # the highest halves the speed for 2 % of the size
_FULL_SCALE = 32_768
_MAX_CHANNELS = 8
_RATES_HZ = range(4_000, 400_000)
_BLOCK = 1 << 18  # frames read at a time
_OF_LIBSNDFILE = ("WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "MPEG")
# Whole containers of sound only: a playlist would name other files.
_DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,mp3,aac,flac,wav"


def read(path: Path, scratch: Path, *, longest_s: float = LONGEST_S) -> NDArray[np.float32]:
    """Return the sound in a file as mono samples at `RATE_HZ`, shape (n,).

    Args:
        path: of the file; its name says nothing.
        scratch: folder for what ffmpeg writes.
        longest_s: what is longer is refused.

    Raises:
        FormatError: ``not_sound``, ``broken_sound``, ``too_long`` or ``no_sound``.
        SetupError: ffmpeg is missing, and the file needs it.
    """
    decoded = _by_libsndfile(path, longest_s)
    if decoded is None:
        with processes.private_folder(scratch, "ffmpeg-") as folder:
            decoded = _by_libsndfile(_converted(path, folder, longest_s), longest_s)
    if decoded is None:
        raise FormatError("not_sound", "neither libsndfile nor ffmpeg finds sound in it")
    samples, rate_hz = decoded
    if not len(samples):
        raise FormatError("no_sound", "it has no samples")
    if not np.isfinite(samples).all():
        raise FormatError("broken_sound", "samples are not numbers")
    return resample(samples, rate_hz)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of a sound file.

    Attributes:
        samples: mono, the mean of the channels, at the file's own rate, shape (n,).
        rate_hz: of the file; `n_channels` of the file.
        seconds: length of the whole file, as it says; as decoded, where it says nothing that can be.
    """

    samples: NDArray[np.float32]
    rate_hz: int
    n_channels: int
    seconds: float


def read_beginning(data: bytes, seconds: float) -> Beginning:
    """Return the first `seconds` of a WAV, FLAC, Ogg or MP3 file, all of one that is shorter.

    Raises:
        FormatError: ``corrupt`` where libsndfile cannot read it, ``not_finite`` where samples are not numbers.
    """
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if file.format not in _OF_LIBSNDFILE:
                raise FormatError("corrupt", f"{file.format} is none of the kinds that are read: WAV, FLAC, Ogg, MP3")
            _refuse_layout(file, "corrupt")
            n_wanted = round(seconds * file.samplerate)
            samples = _mono_of(file, n_wanted)
            length_s = _told_s(file) or len(samples) / file.samplerate
            beginning = Beginning(samples, int(file.samplerate), int(file.channels), length_s)
    except soundfile.LibsndfileError as error:  # its text has an address in it, other in every run
        raise FormatError("corrupt", f"libsndfile cannot read it: {error.error_string}") from error
    except soundfile.SoundFileRuntimeError as error:
        raise FormatError("corrupt", "libsndfile cannot read it") from error
    if not np.isfinite(beginning.samples).all():
        raise FormatError("not_finite", "samples are not numbers")
    return beginning


def _told_s(file: Any) -> float:
    """Return the length that a file tells; 0 where that cannot be: less than was read, or more than a day."""
    told = int(file.frames)
    return told / file.samplerate if file.tell() <= told < 86_400 * file.samplerate else 0.0


def _mono_of(file: Any, n_frames: int) -> NDArray[np.float32]:
    blocks: list[NDArray[np.float32]] = []
    while n_frames > 0 and len(block := file.read(min(_BLOCK, n_frames), dtype="float32", always_2d=True)):
        blocks.append(block.mean(axis=1) if block.shape[1] > 1 else block[:, 0])
        n_frames -= len(block)
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _refuse_layout(file: Any, reason: str) -> None:
    if file.channels > _MAX_CHANNELS or file.samplerate not in _RATES_HZ:
        detail = f"{file.channels} channels at {file.samplerate} Hz; at most {_MAX_CHANNELS}"
        raise FormatError(reason, f"{detail}, from {_RATES_HZ.start} to {_RATES_HZ.stop} Hz, are read")


def resample(samples: NDArray[np.float32], rate_hz: int, wanted_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """Return mono samples at another rate, through soxr's high-quality resampler."""
    if rate_hz == wanted_hz:
        return samples
    import soxr

    resampled: NDArray[np.float32] = soxr.resample(samples, rate_hz, wanted_hz, quality="HQ")
    return resampled


def _by_libsndfile(path: Path, longest_s: float) -> tuple[NDArray[np.float32], int] | None:
    """Return mono samples and their rate; None if libsndfile does not know the file's kind."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            if file.format not in _OF_LIBSNDFILE:
                return None
            _refuse_layout(file, "broken_sound")
            return _mono(file, longest_s), file.samplerate
    except soundfile.LibsndfileError:
        return None


def _mono(file: Any, longest_s: float) -> NDArray[np.float32]:
    """Read block by block: what a header says of the length is somebody's word, and all channels take much memory."""
    blocks: list[NDArray[np.float32]] = []
    left = round(longest_s * file.samplerate)
    while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
        left -= len(block)
        if left < 0:
            raise FormatError("too_long", f"more than {longest_s:g} s of sound")
        blocks.append(block.mean(axis=1) if block.shape[1] > 1 else block[:, 0])
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def ffmpeg() -> Path:
    """Return the path of the ffmpeg that `imageio-ffmpeg` carries.

    Raises:
        SetupError: it is not installed.
    """
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe()).absolute()
    except (ImportError, RuntimeError) as error:
        raise SetupError("ffmpeg is missing; install it with: pip install 'musicdata[crawl]'") from error


def ffmpeg_version() -> str:
    """Ask ffmpeg for its version.

    Raises:
        SetupError: it is not installed, or does not run.
    """
    return _version(ffmpeg())


@cache
def _version(program: Path) -> str:
    with processes.private_folder(None, "ffmpeg-") as folder:
        finished = processes.run([str(program), "-version"], cwd=folder, deadline_s=30)
    match = re.match(r"ffmpeg version (\S+)", finished.stdout)
    if match is None:
        raise SetupError(f"{program} does not say its version, it {finished}: pip install --force imageio-ffmpeg")
    return match[1]


def _converted(path: Path, folder: Path, longest_s: float) -> Path:
    """Let ffmpeg write the first sound track as mono WAV in floats, at its own rate."""
    source, target = folder / "source", folder / "sound.wav"
    link_or_copy(path, source, folder / "copy")  # by a name of our own
    command = [str(ffmpeg()), "-nostdin", "-hide_banner", "-loglevel", "error", "-xerror", "-threads", "1"]
    command += ["-protocol_whitelist", "file", "-format_whitelist", _DEMUXERS, "-i", "file:source"]
    command += ["-map", "0:a:0", "-ac", "1", "-t", f"{longest_s + 1:g}", "-threads", "1"]
    command += ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-c:a", "pcm_f32le", "-f", "wav", "sound.wav"]
    limits = processes.Limits(cpu_s=120, memory_bytes=2 << 30, file_bytes=1 << 30)
    finished = processes.run(command, cwd=folder, deadline_s=120, limits=limits)
    if finished.returncode != 0 or not target.is_file():
        processes.raise_if_full(folder, finished.stderr)
        message = " ".join(finished.stderr.split())[-300:]
        raise FormatError("not_sound", f"ffmpeg {finished}: {message if message.isprintable() else 'it said nothing'}")
    return target


def quantised(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return samples between -1 and 1 as 16-bit numbers, rounded; what is louder is cut off."""
    whole: NDArray[np.float32] = np.rint(samples * np.float32(_FULL_SCALE))
    return whole.clip(-_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)


def encode_flac(samples: NDArray[np.int16], rate_hz: int, comment: str = "") -> bytes:
    """Return mono 16-bit samples as a FLAC file, with a Vorbis comment if one is given."""
    import soundfile

    out = io.BytesIO()
    layout = {"channels": 1, "format": "FLAC", "subtype": "PCM_16", "compression_level": FLAC_COMPRESSION}
    with soundfile.SoundFile(out, "w", rate_hz, **layout) as file:
        if comment:
            file.comment = comment
        file.write(samples)
    return out.getvalue()


def decode_flac(flac: bytes) -> tuple[NDArray[np.int16], int, str]:
    """Return the samples of a mono 16-bit FLAC file, their rate in Hz, and its comment.

    Raises:
        FormatError: it is another kind of file.
    """
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(flac)) as file:
            if (file.format, file.subtype, file.channels) != ("FLAC", "PCM_16", 1):
                raise FormatError("not_flac", f"{file.format} {file.subtype}, {file.channels} channels")
            samples: NDArray[np.int16] = file.read(dtype="int16")
            return samples, int(file.samplerate), str(file.comment)
    except soundfile.LibsndfileError as error:
        raise FormatError("not_flac", str(error)) from error
