"""The beginning of a MIDI file: its time, its instruments, and nothing else of it."""

from __future__ import annotations

import io
from typing import Any

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.music.formats import midi_excerpt
from tests.music.features.ears.sounds import tune
from tests.music.formats.midi_bytes import END, event, raw

ON, OFF = bytes([0x90, 60, 90]), bytes([0x80, 60, 0])


def played(midi: bytes) -> list[tuple[float, str, int]]:
    """Return time, kind and number of the notes and instruments of a file."""
    now, events = 0.0, list[tuple[float, str, int]]()
    for message in mido.MidiFile(file=io.BytesIO(midi)):
        now += message.time
        if message.type in ("note_on", "note_off"):
            events.append((round(now, 3), message.type, message.note))
        elif message.type == "program_change":
            events.append((round(now, 3), message.type, message.program))
    return events


def test_notes_stand_where_the_files_tempo_puts_them() -> None:
    cut = midi_excerpt.cut(tune(4, program=40, beat_s=0.4), 1.9)
    events = played(cut.midi)
    assert events[0] == (0.0, "program_change", 40)
    onsets = [time for time, kind, _ in events if kind == "note_on"]
    assert onsets == [0.0, 0.4, 0.8, 1.2, 1.6]
    assert cut.end_s == pytest.approx(1.9)
    assert cut.seconds == pytest.approx(4.0, abs=0.01)


def test_a_change_of_tempo_is_followed() -> None:
    fast = b"\x00\xff\x51\x03" + (250_000).to_bytes(3, "big")
    slow = event(480, b"\xff\x51\x03" + (1_000_000).to_bytes(3, "big"))
    notes = (event(0, ON) + event(480, OFF)) * 3
    assert [t for t, kind, _ in played(midi_excerpt.cut(raw(fast + slow + END, notes + END), 9).midi) if kind == "note_on"] == [
        0.0, 0.25, 1.25,
    ]  # fmt: skip


def test_a_note_that_goes_on_ends_with_the_excerpt() -> None:
    cut = midi_excerpt.cut(raw(event(0, ON) + event(16_000, OFF) + END), 3.0)
    assert played(cut.midi) == [(0.0, "note_on", 60), (3.0, "note_off", 60)]
    assert cut.end_s == 3.0
    assert cut.seconds == pytest.approx(16_000 / 960, abs=0.01)


def test_only_what_is_played_is_kept() -> None:
    body = (
        b"\x00\xff\x01\x05words" + b"\x00\xf0\x03\x41\x10\xf7" + event(0, b"\xb0\x00\x05") + event(0, b"\xb0\x07\x40")
    )
    kept = mido.MidiFile(file=io.BytesIO(midi_excerpt.cut(raw(body + event(0, ON) + event(480, OFF) + END), 5).midi))
    kinds: list[tuple[str, Any]] = [(m.type, getattr(m, "control", None)) for m in kept.tracks[0]]
    assert kinds == [
        ("set_tempo", None),
        ("control_change", 7),
        ("note_on", None),
        ("note_off", None),
        ("end_of_track", None),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "unreadable_midi"),
        (b"RIFF" + b"\0" * 50, "unreadable_midi"),
        (raw(END), "no_notes"),
        (raw(event(9600, ON) + event(480, OFF) + END), "no_notes"),
        (raw(event(0, bytes([0x90, 60, 0])) + END), "no_notes"),
        (b"MThd" + b"\0" * 2_000_001, "too_large"),
    ],
)
def test_what_plays_nothing_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        midi_excerpt.cut(data, 5.0)
    assert caught.value.reason == reason


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_is_an_error_of_ours_or_a_file_that_plays(data: st.DataObject) -> None:
    damaged = bytearray(tune(3))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        cut = midi_excerpt.cut(bytes(damaged), 2.0)
    except FormatError:
        return
    times = [time for time, _, _ in played(cut.midi)]
    assert max(times) <= 2.001
    assert cut.end_s <= 2.0
