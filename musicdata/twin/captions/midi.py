"""Notes as a Standard MIDI File: one track, a fixed tempo, one instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicdata.twin.captions.playing import Performance

TICKS_A_BEAT = 480
_MICROSECONDS_A_MINUTE = 60_000_000
_LEAD = 1  # ticks before the first note: players drop one at 0 where its pitch comes again
_PROGRAM, _CONTROLLER, _ON, _OFF = 0xC0, 0xB0, 0x90, 0x80
_VOLUME = 7
_TEMPO, _END = b"\xff\x51\x03", b"\x00\xff\x2f\x00"


def write(performance: Performance) -> bytes:
    """Return a song as the bytes of a MIDI file of format 0."""
    us_a_beat = round(_MICROSECONDS_A_MINUTE / performance.bpm)
    ticks_a_s = TICKS_A_BEAT * 1_000_000 / us_a_beat
    events: list[tuple[int, int, int, int]] = []  # tick, status, pitch, velocity: ends come before onsets
    for note in performance.notes:
        onset = _LEAD + round(note.onset_s * ticks_a_s)
        end = max(onset + 1, _LEAD + round(note.offset_s * ticks_a_s))
        events += [(onset, _ON, note.pitch, note.velocity), (end, _OFF, note.pitch, 0)]
    track = bytearray(b"\x00" + _TEMPO + us_a_beat.to_bytes(3, "big"))
    track += bytes([0, _PROGRAM, performance.program, 0, _CONTROLLER, _VOLUME, performance.volume])
    now = 0
    for tick, status, pitch, velocity in sorted(events):
        track += _variable(tick - now) + bytes([status, pitch, velocity])
        now = tick
    track += _END
    head = b"MThd" + b"".join(number.to_bytes(size, "big") for number, size in ((6, 4), (0, 2), (1, 2)))
    return head + TICKS_A_BEAT.to_bytes(2, "big") + b"MTrk" + len(track).to_bytes(4, "big") + bytes(track)


def _variable(number: int) -> bytes:
    """Return a number as MIDI writes distances: seven bits a byte, the highest first.

    >>> _variable(200).hex()
    '8148'
    """
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
