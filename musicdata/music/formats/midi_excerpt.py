"""The beginning of somebody's MIDI file as a MIDI file of our own: one track at a fixed tempo, nothing else in it.

What a player needs is kept: notes, instruments, controllers, bends. Banks of instruments beyond General MIDI, messages
to one maker's devices, texts and names are not.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.formats import midi

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPO_US = 500_000  # a quarter, at 120 a minute
TICKS_PER_QUARTER = 11_025
_TICKS_PER_S = TICKS_PER_QUARTER * 1_000_000 // TEMPO_US
# TiMidity drops a note at tick 0 when the next note repeats its pitch; one tick later it does not.
_LEAD_TICKS = 1
_LONGEST_S = 3600.0
_KEPT = frozenset({"note_on", "note_off", "program_change", "control_change", "pitchwheel", "aftertouch", "polytouch"})
_BANKS = frozenset({0, 32})  # controllers that choose a bank
_UNREADABLE = (ValueError, EOFError, OSError, IndexError, KeyError, TypeError, struct.error)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of a MIDI file.

    Attributes:
        midi: the bytes of a file of type 0.
        end_s: when its last note ends; one that goes on beyond the excerpt ends with it.
        seconds: when the last note of the whole file ends.
    """

    midi: bytes
    end_s: float
    seconds: float


def cut(data: bytes, seconds: float) -> Excerpt:
    """Return the first `seconds` of a MIDI file of type 0 or 1.

    Raises:
        FormatError: ``too_large``, ``unreadable_midi``, or ``no_notes`` where nothing is played in these seconds.
    """
    midi.parse(data)
    events, notes_end_s = [], 0.0
    on: set[tuple[int, int]] = set()
    end_s = 0.0
    for time_s, message in _timed(data):
        if message.type in ("note_on", "note_off"):
            notes_end_s = max(notes_end_s, min(time_s, _LONGEST_S))
        if time_s >= seconds or (message.type == "control_change" and message.control in _BANKS):
            continue
        events.append((time_s, message))
        if message.type == "note_on" and message.velocity:
            on.add((message.channel, message.note))
            end_s = max(end_s, time_s)
        elif message.type in ("note_on", "note_off"):
            on.discard((message.channel, message.note))
            end_s = max(end_s, time_s)
    if not any(message.type == "note_on" and message.velocity for _, message in events):
        raise FormatError("no_notes", f"no note begins in its first {seconds:g} s")
    end_s = seconds if on else end_s
    return Excerpt(_written(events, sorted(on), seconds), end_s, max(notes_end_s, end_s))


def _timed(data: bytes) -> Iterator[tuple[float, Any]]:
    """Yield time in seconds and message of what is played, all tracks together."""
    import mido

    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True)
        tempo_us, now_s = TEMPO_US, 0.0
        for message in mido.merge_tracks(file.tracks):
            now_s += mido.tick2second(message.time, file.ticks_per_beat, tempo_us)
            if message.type == "set_tempo":
                tempo_us = message.tempo
            elif message.type in _KEPT:
                yield now_s, message
    except _UNREADABLE as error:
        raise FormatError("unreadable_midi", f"it cannot be read to its end: {str(error)[:200]}") from error


def _written(events: list[tuple[float, Any]], still_on: list[tuple[int, int]], seconds: float) -> bytes:
    import mido

    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=TEMPO_US)])
    now = -_LEAD_TICKS
    for time_s, message in events:
        tick = round(time_s * _TICKS_PER_S)
        track.append(message.copy(time=tick - now))
        now = tick
    end = round(seconds * _TICKS_PER_S)
    for channel, note in still_on:
        track.append(mido.Message("note_off", channel=channel, note=note, time=end - now))
        now = end
    out = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_QUARTER, tracks=[track]).save(file=out)
    return out.getvalue()
