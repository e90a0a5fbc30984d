"""Writes notes as MIDI: one track at a fixed tempo, as fine as the samples of the audio."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Sequence

TEMPO_US = 500_000  # a quarter, at 120 a minute
TICKS_PER_QUARTER = 11_025  # one tick is one sample at 22,050 Hz
TICKS_PER_S = TICKS_PER_QUARTER * 1_000_000 // TEMPO_US
# TiMidity drops a note at tick 0 when the next note repeats its pitch; one tick later it does not.
LEAD_TICKS = 1
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class ClipNote:
    """One note to play.

    Attributes:
        pitch: MIDI note number, 0–127.
        onset_s: when it begins, in seconds from the beginning of the clip.
        offset_s: when it ends; after `onset_s`.
    """

    pitch: int
    onset_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class Clip:
    """Notes to play together.

    Attributes:
        name: what the caller calls it; never reaches the program.
        notes: at least one.
    """

    name: str
    notes: Sequence[ClipNote]


@dataclass(frozen=True, slots=True)
class Take:
    """A clip as MIDI.

    Attributes:
        name: the clip's name.
        midi: the file's bytes.
        begin_s: the first note's onset, as written. `end_s`: the last note's end.
    """

    name: str
    midi: bytes
    begin_s: float
    end_s: float


def write(clip: Clip, *, velocity: int = 80, program_number: int = 0) -> Take:
    """Writes a clip as a MIDI file of one track, 120 quarters a minute, exact to 0.03 ms.

    Raises:
        RenderError: ``bad_note`` when a note has no place in it.
    """
    import mido

    events: list[tuple[int, int, int]] = []  # tick, velocity (0 ends a note, and comes first), pitch
    for index, note in enumerate(clip.notes):
        onset, offset = _ticks(note, index)
        events += [(onset, velocity, note.pitch), (offset, 0, note.pitch)]
    if not events:
        raise RenderError("bad_note", "the clip has no notes")
    events.sort()
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=TEMPO_US))
    track.append(mido.Message("program_change", program=program_number))
    now = -LEAD_TICKS
    for tick, loudness, pitch in events:
        track.append(mido.Message("note_on", note=pitch, velocity=loudness, time=tick - now))
        now = tick
    out = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_QUARTER, tracks=[track]).save(file=out)
    return Take(clip.name, out.getvalue(), events[0][0] / TICKS_PER_S, now / TICKS_PER_S)


def _ticks(note: ClipNote, index: int) -> tuple[int, int]:
    times = (note.onset_s, note.offset_s)
    if 0 <= note.pitch <= 127 and all(0 <= time <= LONGEST_S for time in times):
        onset, offset = (round(time * TICKS_PER_S) for time in times)
        if onset < offset:
            return onset, offset
    raise RenderError(
        "bad_note",
        f"note {index} has pitch {note.pitch}, onset {times[0]}, end {times[1]} s: expected a pitch of "
        f"0-127 and an end after the onset, both from 0 to {LONGEST_S:.0f} s",
    )
