"""Reads MIDI files into texts and notes at their ticks; every limit is checked before mido sees the bytes.

mido reads numbers of any length, and pretty_midi makes an array as long as the song: both are safe only on
files whose events have been walked over once.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import accumulate

import mido
import pretty_midi

from musicdata.errors import FormatError

MAX_BYTES = 2_000_000
MAX_TRACKS = 256
MAX_EVENTS = 100_000
MAX_TICKS = 5_000_000
"""Latest event: 43 minutes at 960 ticks a quarter and 120 quarters a minute."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a MIDI file: `kind` is `lyrics`, `text` or `copyright`, `raw` its bytes as they stand."""

    tick: int
    kind: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Tone:
    """A note in a MIDI file, from `onset` to `end` in ticks."""

    onset: int
    end: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Midi:
    """What a MIDI file holds.

    Attributes:
        ticks_per_quarter: the file's resolution.
        texts: one list a track that has texts, in order of time.
        parts: one list a track and channel that has notes, drums left out, in order of time.
    """

    ticks_per_quarter: int
    texts: list[list[Text]]
    parts: list[list[Tone]]


def parse(data: bytes) -> Midi:
    """Read a MIDI file of type 0 or 1.

    Raises:
        FormatError: `too_large` or `unreadable_midi`.

    """
    _check_file(data)
    try:
        midi = mido.MidiFile(file=io.BytesIO(data), charset="latin1")
        return Midi(midi.ticks_per_beat, _texts(midi), _parts(midi))
    except Exception as error:  # mido and pretty_midi raise whatever their input made them trip over
        raise FormatError("unreadable_midi", f"{type(error).__name__}: {error}"[:200]) from error


def _texts(midi: mido.MidiFile) -> list[list[Text]]:
    tracks = []
    for track in midi.tracks:
        ticks = accumulate(message.time for message in track)
        tracks.append(
            [
                Text(tick, message.type, message.text.encode("latin1"))
                for tick, message in zip(ticks, track, strict=True)
                if message.type in {"lyrics", "text", "copyright"}
            ]
        )
    return [texts for texts in tracks if texts]


def _parts(midi: mido.MidiFile) -> list[list[Tone]]:
    """Pair note-ons with note-offs by pretty_midi.

    Only notes are given to it. Without tempo events a second is the same number of ticks everywhere; without
    program changes a singer who changes the sound stays one part.
    """
    tracks = [track for track in map(_notes_only, midi.tracks) if track]
    if not tracks:
        return []
    score = pretty_midi.PrettyMIDI(mido_object=mido.MidiFile(tracks=tracks, ticks_per_beat=midi.ticks_per_beat))
    ticks_per_s = 2 * midi.ticks_per_beat
    return [
        sorted(
            (Tone(round(note.start * ticks_per_s), round(note.end * ticks_per_s), note.pitch) for note in part.notes),
            key=lambda tone: (tone.onset, -tone.pitch),
        )
        for part in score.instruments
        if not part.is_drum and part.notes
    ]


def _notes_only(track: mido.MidiTrack) -> mido.MidiTrack:
    kept, last_tick = mido.MidiTrack(), 0
    for tick, message in zip(accumulate(message.time for message in track), track, strict=True):
        if message.type in {"note_on", "note_off"}:
            kept.append(message.copy(time=tick - last_tick))
            last_tick = tick
    return kept


def _check_file(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise FormatError("too_large", f"{len(data):,} bytes; at most {MAX_BYTES:,} are read")
    if data[:4] != b"MThd" or len(data) < 14:
        raise FormatError("unreadable_midi", f"starts with {data[:8]!r}; expected a MIDI header")
    kind, n_tracks, division = (int.from_bytes(data[at : at + 2], "big") for at in (8, 10, 12))
    if kind > 1 or not 0 < division < 0x8000:
        raise FormatError(
            "unreadable_midi",
            f"type {kind}, division {division:#x}; expected type 0 or 1, and time in ticks per quarter",
        )
    if n_tracks > MAX_TRACKS:
        raise FormatError("too_large", f"{n_tracks:,} tracks; at most {MAX_TRACKS} are read")
    end = 8 + int.from_bytes(data[4:8], "big")
    n_events = 0
    for number in range(n_tracks):
        start, end = end + 8, end + 8 + int.from_bytes(data[end + 4 : end + 8], "big")
        if data[start - 8 : start - 4] != b"MTrk" or end > len(data):
            raise FormatError("unreadable_midi", f"track {number} of {n_tracks} is missing or cut off")
        n_events += _check_track(data[start:end], f"track {number}", MAX_EVENTS - n_events)


_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


def _check_track(track: bytes, name: str, max_events: int) -> int:
    """Walk over the events of a track where mido will find them; return how many there are.

    As with mido, running status outlives a meta event. After a sysex event, where mido would read on
    differently, there is none, as the MIDI file specification has it.
    """
    position = ticks = status = count = 0
    while position < len(track):
        delta, position = _variable_length(track, position, name)
        count, ticks = count + 1, ticks + delta
        if count > max_events or ticks > MAX_TICKS:
            raise FormatError(
                "too_large",
                f"{name}: more than {MAX_EVENTS:,} events in the file, or one after tick {MAX_TICKS:,}",
            )
        first = track[position] if position < len(track) else 0
        position += first >= 0x80
        if first in {0xF0, 0xF7, 0xFF}:
            status = status if first == 0xFF else 0
            length, position = _variable_length(track, position + (first == 0xFF), name)
            position += length
        else:
            status = first if first >= 0x80 else status
            if status >> 4 not in _DATA_BYTES:
                raise FormatError("unreadable_midi", f"{name}: no event begins with {first:#x}")
            position += _DATA_BYTES[status >> 4]
    if position != len(track):
        raise FormatError("unreadable_midi", f"{name} ends within an event")
    return count


def _variable_length(track: bytes, position: int, name: str) -> tuple[int, int]:
    """Return a number of at most four bytes, the most the specification allows, and where it ends."""
    value = 0
    for end, byte in enumerate(track[position : position + 4], start=position + 1):
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, end
    raise FormatError("unreadable_midi", f"{name}: no number of 1 to 4 bytes at byte {position}")
