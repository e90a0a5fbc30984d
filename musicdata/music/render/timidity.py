"""Plays notes on a piano: MIDI written here, TiMidity++ with pretty_midi's soundfont, mono FLAC.

Many clips go through one process: for 18 s of audio 0.05 s of processor time alone, 0.02 s in company. The
exit status proves nothing (a missing, empty or broken MIDI file gives 0), so each clip is checked: no
complaint, the length that its notes say, sound from the first onset on and not before, neither silent nor
clipped. Whatever fails is tried again alone.

Choices, measured at 22,050 Hz mono with random melodies:

- No reverb, chorus or delay: clips sound as long as their notes and cost 0.019 s instead of 0.024 s. The
  first sample that is not zero lies within 0.1 ms of the first onset, except at MIDI 65-69, whose sample in
  the soundfont begins 6 to 7 ms late. librosa finds the onsets a median of 36 ms late at its own hop of 512,
  23 ms at 128, 20 ms at 64 (95 %: 50, 30, 26 ms): the attack's length and its lag.
- TiMidity's own 25-point Gauss resampling. The linear one takes a third of the time, but its error against
  the best one is only 26-42 dB below the signal, that of 25 points 59 dB or more. (`cspline` and `lagrange`
  fall back to linear here.)
- No noise shaping: rounding to 16 bits is far below the music, and silence stays exactly zero.
- `AMPLIFICATION` 450 %: at velocity 80 the loudest single note of MIDI 0-127 peaks at -6.9 dBFS, 20-note
  melodies at -7 to -4, and the worst of 200 melodies of 30 to 250 ms notes in octaves at -2.0. All clips get
  the same, so that loudness can be compared.
- The instrument is named by itself, not only its soundfont: TiMidity reads the system's configuration first,
  whatever `-c` says, and a piano that is named there (Debian's FluidR3) would play instead.
- Address-space randomisation off: with some soundfonts the samples differ from run to run otherwise.
"""

from __future__ import annotations

import importlib.util
import io
import math
import re
import shutil
import wave
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import RenderError, SetupError
from musicdata.music.render import midi
from musicdata.music.render.batch import TIMED_OUT, Batch
from musicdata.music.render.midi import Clip, ClipNote, Take
from musicdata.system import processes
from musicdata.system.processes import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.system.processes import Finished

__all__ = ["Clip", "ClipNote", "Sound", "program", "read_faults", "read_wav", "render", "run", "soundfont", "version"]

AMPLIFICATION = 450  # per cent of the soundfont's level
OPTIONS = (
    *("-idq", "-Ow", "--output-mono", "--preserve-silence"),
    *("-EFreverb=d", "-EFchorus=d", "-EFdelay=d", "-EFresamp=g", "-EFns=0"),
)
TAIL_S = 2.0  # what TiMidity adds after the last note's end
LONGEST_RELEASE_S = 8.0  # a sound that goes on for longer than that beyond it is a note that hangs
FADE_S = 0.02
LENGTH_TOLERANCE_S = 0.02
ONSET_TOLERANCE_S = 0.01
SILENT_PEAK = 33  # of 32,767: -60 dBFS
_PROGRESS = re.compile(r"(Playing clip\d+\.mid|Output clip\d+\.wav|\s*)$")
# It reads the system's configuration before ours, and Debian's names a soundfont that is installed only if recommended
# packages are.
_SYSTEM_CONFIGURATION = re.compile(r"/\S*\.cfg: No such file or directory$")
FLAC_COMPRESSION = 0.5  # 3.4 ms for 18 s; the highest halves the speed for 2 % of the size


@dataclass(frozen=True, slots=True)
class Sound:
    """One finished clip.

    Attributes:
        name: the clip's name.
        flac: the file's bytes: FLAC, mono, 16 bit.
        sample_rate: Hz.
        n_samples: length; `TAIL_S` beyond the last note's end.
        peak_dbfs: highest absolute sample, in dB below full scale.
    """

    name: str
    flac: bytes
    sample_rate: int
    n_samples: int
    peak_dbfs: float


def program() -> Path:
    """Finds TiMidity++ on the PATH.

    Raises:
        SetupError: it is not installed.
    """
    path = shutil.which("timidity")
    if path is None:
        raise SetupError("TiMidity++ is missing: apt-get install timidity")
    return Path(path).absolute()


def version() -> str:
    """Asks TiMidity++ for its version."""
    return _version(program())


def soundfont() -> Path:
    """Finds the soundfont that pretty_midi carries, without importing it.

    Raises:
        SetupError: it is not there.
    """
    spec = importlib.util.find_spec("pretty_midi")
    path = Path(spec.origin).parent / "TimGM6mb.sf2" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise SetupError("the soundfont TimGM6mb.sf2 is missing: pip install --force-reinstall pretty_midi")
    return path


def render(
    clips: Sequence[Clip],
    *,
    sample_rate: int = 22_050,
    velocity: int = 80,
    program_number: int = 0,
    amplification: int = AMPLIFICATION,
    limits: Limits | None = None,
    scratch: Path | None = None,
) -> list[Sound | RenderError]:
    """Plays clips, in one process unless some fail.

    Args:
        clips: what to play; 25–50 a call are right.
        sample_rate: Hz.
        velocity: MIDI velocity of every note, 1–127.
        program_number: General MIDI instrument, counted from 0 (the grand piano).
        amplification: loudness in per cent, the same for all.
        limits: what one process may use; None goes by the length of the clips.
        scratch: folder to work below; None is the system's.

    Returns:
        For each clip, in order, its sound or why there is none: a RenderError with reason ``bad_note``,
        ``timidity_error``, ``timed_out``, ``no_audio``, ``wrong_length``, ``wrong_onset``, ``silent`` or ``clipped``.

    Raises:
        SetupError: TiMidity++ or its soundfont is missing.
        StorageError: the disk is full.
    """
    player = _Player(program(), soundfont(), program_number, sample_rate, amplification, limits, scratch)
    write = partial(midi.write, velocity=velocity, program_number=program_number)
    return Batch("TiMidity++", write, player.play).run(clips)


@dataclass(frozen=True, slots=True)
class _Player:
    """Plays MIDI with one TiMidity++ and one set of options."""

    program: Path
    soundfont: Path
    program_number: int
    sample_rate: int
    amplification: int
    limits: Limits | None
    scratch: Path | None

    def play(self, takes: Sequence[Take]) -> list[Sound | RenderError]:
        """Plays takes in one process; what it returns for a failed one may be another one's fault."""
        if not takes:
            return []
        with processes.private_folder(self.scratch, "timidity-") as folder:
            finished = self.run(takes, folder)
            faults = read_faults(finished, len(takes))
            results = [
                faults.get(number) or self.finish(take, folder / f"clip{number}.wav")
                for number, take in enumerate(takes)
            ]
            if any(isinstance(result, RenderError) for result in results):
                processes.raise_if_full(folder, finished.stderr)
        return results

    def run(self, takes: Sequence[Take], folder: Path) -> Finished:
        return run(
            self.program,
            self.soundfont,
            [take.midi for take in takes],
            folder,
            seconds=sum(take.end_s + TAIL_S for take in takes),
            configuration=_configuration(self.program_number),
            sample_rate=self.sample_rate,
            amplification=self.amplification,
            limits=self.limits,
        )

    def finish(self, take: Take, path: Path) -> Sound | RenderError:
        """Checks one clip and packs it."""
        samples = read_wav(path)
        if isinstance(samples, RenderError):
            return samples
        samples = self.cut_release(take, samples)
        fault = self.find_fault(take, samples)
        if fault is not None:
            return fault
        peak_dbfs = 20 * math.log10(_peak(samples) / 32_768)
        flac = _encode(samples, self.sample_rate)
        return Sound(take.name, flac, self.sample_rate, len(samples), round(peak_dbfs, 2))

    def cut_release(self, take: Take, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Ends the sound `TAIL_S` after the last note, faded out: strings above MIDI 93 have no damper and ring on."""
        n_kept = round((take.end_s + TAIL_S) * self.sample_rate)
        if not n_kept < len(samples) <= n_kept + round(LONGEST_RELEASE_S * self.sample_rate):
            return samples
        n_fade = min(n_kept, round(FADE_S * self.sample_rate))
        fade = np.linspace(1, 0, n_fade)
        return np.concatenate([samples[: n_kept - n_fade], (samples[n_kept - n_fade : n_kept] * fade).astype(np.int16)])

    def find_fault(self, take: Take, samples: NDArray[np.int16]) -> RenderError | None:
        length_s, wanted_s = len(samples) / self.sample_rate, take.end_s + TAIL_S
        if abs(length_s - wanted_s) > LENGTH_TOLERANCE_S:
            detail = f"expected {wanted_s:.3f} s ({TAIL_S} s beyond the last note), found {length_s:.3f} s"
            return RenderError("wrong_length", detail)
        peak = _peak(samples)
        if peak < SILENT_PEAK:
            return RenderError("silent", f"no sample is above {SILENT_PEAK} of 32767")
        if peak >= 32_767:
            return RenderError("clipped", f"samples reach full scale at {self.amplification} % amplification")
        begin_s = int(np.argmax(samples != 0)) / self.sample_rate
        if abs(begin_s - take.begin_s) > ONSET_TOLERANCE_S:
            detail = f"the first note is at {take.begin_s:.3f} s, the first sound at {begin_s:.3f} s"
            return RenderError("wrong_onset", detail)
        return None


def run(
    program: Path,
    soundfont: Path,
    files: Sequence[bytes],
    folder: Path,
    *,
    seconds: float,
    configuration: str,
    sample_rate: int,
    amplification: int,
    limits: Limits | None = None,
) -> Finished:
    """Plays MIDI files in one process, number n to ``clip<n>.wav``.

    Args:
        program: TiMidity++.
        soundfont: the font that `configuration` calls ``piano.sf2``.
        files: the bytes of the MIDI files.
        folder: a private one, to work in.
        seconds: how much sound they make together.
        configuration: which instruments there are, in TiMidity's language.
        sample_rate: Hz.
        amplification: loudness in per cent.
        limits: what the process may use; None goes by `seconds`.
    """
    # By a name of our own: TiMidity's configuration is a language, and paths may hold its signs.
    (folder / "piano.sf2").symlink_to(soundfont.resolve())
    (folder / "piano.cfg").write_text(configuration, encoding="ascii")
    names = [f"clip{number}.mid" for number in range(len(files))]
    for name, data in zip(names, files, strict=True):
        (folder / name).write_bytes(data)
    cpu_s = 10 + math.ceil(seconds / 50)
    sound = (f"-A{amplification}", "-s", str(sample_rate))
    return processes.run(
        [str(program), "-c", "piano.cfg", *OPTIONS, *sound, *names],
        cwd=folder,
        deadline_s=2 * cpu_s,
        limits=limits or Limits(cpu_s=cpu_s),
        fixed_addresses=True,
        reads=[soundfont.resolve()],
    )


def _configuration(program_number: int) -> str:
    """Names the instrument itself: one that the system's configuration names goes before a whole soundfont."""
    return f"soundfont piano.sf2\nbank 0\n{program_number} %font piano.sf2 0 {program_number}\n"


def read_faults(finished: Finished, n_takes: int) -> dict[int, RenderError]:
    """Finds which clips TiMidity++ complained about; all of them when it does not say which."""
    output = (finished.stdout + finished.stderr).splitlines()
    lines = [line for line in output if not _PROGRESS.match(line) and not _SYSTEM_CONFIGURATION.match(line)]
    if finished.returncode == 0 and not lines:
        return {}
    blamed = [re.search(r"\bclip(\d+)\.mid\b", line) for line in lines]
    sure = finished.returncode == 0 and None not in blamed
    numbers = [int(match[1]) for match in blamed if match] if sure else range(n_takes)
    reason = TIMED_OUT if finished.timed_out else "timidity_error"
    return dict.fromkeys(numbers, RenderError(reason, f"TiMidity++ {finished}: {'; '.join(lines)[:500]}"))


def read_wav(path: Path) -> NDArray[np.int16] | RenderError:
    """Returns the samples of a file that TiMidity++ wrote, or why there are none."""
    try:
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    except (OSError, EOFError, ValueError, wave.Error) as error:  # ValueError: it ends within a sample
        return RenderError("no_audio", f"TiMidity++ wrote no sound: {error}")
    if not len(samples):
        return RenderError("no_audio", "TiMidity++ wrote a file without samples")
    return samples.astype(np.int16, copy=False)


def _peak(samples: NDArray[np.int16]) -> int:
    return max(int(samples.max()), -int(samples.min()))


def _encode(samples: NDArray[np.int16], sample_rate: int) -> bytes:
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, samples, sample_rate, format="FLAC", subtype="PCM_16", compression_level=FLAC_COMPRESSION)
    return out.getvalue()


@cache
def _version(path: Path) -> str:
    with processes.private_folder(None, "timidity-") as folder:
        finished = processes.run([str(path), "--version"], cwd=folder, deadline_s=20)
    match = re.search(r"TiMidity\+\+ version (\S+)", finished.stdout)
    if match is None:
        raise SetupError(f"{path} does not say its version, it {finished}: apt-get install --reinstall timidity")
    return match[1]
