"""Plays the beginnings of MIDI files with all instruments of General MIDI, by TiMidity++ and pretty_midi's soundfont.

As in `timidity`, many files go through one process, each is checked, and what fails is tried again alone. Every
instrument is named by itself, drums too: one that the system's configuration names would play instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from musicdata.errors import FormatError, RenderError
from musicdata.music.formats import midi_excerpt
from musicdata.music.render import timidity
from musicdata.music.render.batch import Batch
from musicdata.music.render.timidity import TAIL_S
from musicdata.system import processes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from musicdata.music.formats.midi_excerpt import Excerpt

AMPLIFICATION = 100  # per cent of the soundfont's level: ten loud instruments together stay below full scale
_DRUM_KEYS = range(27, 88)  # of General MIDI's drum kit, and what GS has around it
_SHORTEST_S = 0.05  # beyond the last note's begin there is sound at least


@dataclass(frozen=True, slots=True)
class Played:
    """What a file sounds like.

    Attributes:
        samples: mono, 16 bit, shape (n,), from the file's beginning on.
        end_s: when the last note ends; the samples go on for as long as it fades.
        seconds: when the last note of the whole file ends.
    """

    samples: NDArray[np.int16]
    end_s: float
    seconds: float


def play(
    files: Sequence[bytes], *, seconds: float, sample_rate: int, scratch: Path | None = None
) -> list[Played | RenderError]:
    """Play the first `seconds` of MIDI files, in one process unless some fail.

    Args:
        files: bytes of MIDI files; 25-50 a call are right.
        seconds: how much of each is played.
        sample_rate: Hz.
        scratch: folder to work below; None is the system's.

    Returns:
        For each file, in order, its sound or why there is none: a RenderError with reason ``too_large``,
        ``unreadable_midi``, ``no_notes``, ``timidity_error``, ``timed_out`` or ``no_audio``.

    Raises:
        SetupError: TiMidity++ or its soundfont is missing.
        StorageError: the disk is full.
    """
    render = partial(_render, sample_rate=sample_rate, scratch=scratch)
    return Batch("TiMidity++", partial(_excerpt, seconds=seconds), render).run(files)


def _excerpt(data: bytes, seconds: float) -> Excerpt:
    try:
        return midi_excerpt.cut(data, seconds)
    except FormatError as error:
        raise RenderError(error.reason, error.detail) from error


def _render(excerpts: Sequence[Excerpt], sample_rate: int, scratch: Path | None) -> list[Played | RenderError]:
    with processes.private_folder(scratch, "timidity-") as folder:
        finished = timidity.run(
            timidity.program(),
            timidity.soundfont(),
            [excerpt.midi for excerpt in excerpts],
            folder,
            seconds=sum(excerpt.end_s + TAIL_S for excerpt in excerpts),
            configuration=_configuration(),
            sample_rate=sample_rate,
            amplification=AMPLIFICATION,
        )
        faults = timidity.read_faults(finished, len(excerpts))
        results: list[Played | RenderError] = []
        for number, excerpt in enumerate(excerpts):
            samples = faults.get(number) or timidity.read_wav(folder / f"clip{number}.wav")
            results.append(samples if isinstance(samples, RenderError) else _checked(samples, excerpt, sample_rate))
        if any(isinstance(result, RenderError) for result in results):
            processes.raise_if_full(folder, finished.stderr)
    return results


def _checked(samples: NDArray[np.int16], excerpt: Excerpt, sample_rate: int) -> Played | RenderError:
    if len(samples) < (excerpt.end_s - _SHORTEST_S) * sample_rate:
        detail = f"its notes last {excerpt.end_s:.2f} s, TiMidity++ wrote {len(samples) / sample_rate:.2f} s"
        return RenderError("no_audio", detail)
    return Played(samples, excerpt.end_s, excerpt.seconds)


def _configuration() -> str:
    """Name every instrument and drum; each is loaded only when a file plays it."""
    instruments = "".join(f"{number} %font piano.sf2 0 {number}\n" for number in range(128))
    drums = "".join(f"{key} %font piano.sf2 128 0 {key}\n" for key in _DRUM_KEYS)
    return f"soundfont piano.sf2\nbank 0\n{instruments}drumset 0\n{drums}"
