"""Clips as MIDI files, read back by mido."""

from __future__ import annotations

import io

import mido
import numpy as np
import pytest

from musicdata.errors import RenderError
from musicdata.music.render import midi
from musicdata.music.render.midi import Clip, ClipNote


def test_midi_onsets_are_exact() -> None:
    wanted = Clip("a", [ClipNote(60, k * 0.3331, k * 0.3331 + 0.2) for k in range(20)])
    file = mido.MidiFile(file=io.BytesIO(midi.write(wanted).midi))
    now, onsets_s = 0.0, []
    for message in file:
        now += message.time
        if message.type == "note_on" and message.velocity:
            onsets_s.append(now)
    assert np.allclose(onsets_s, [note.onset_s for note in wanted.notes], atol=1e-4)


def test_a_file_says_its_loudness_its_instrument_and_when_it_sounds() -> None:
    take = midi.write(Clip("a", [ClipNote(60, 0.5, 1.0), ClipNote(62, 1.0, 2.0)]), velocity=30, program_number=40)
    messages = list(mido.MidiFile(file=io.BytesIO(take.midi)))
    assert [message.program for message in messages if message.type == "program_change"] == [40]
    assert {message.velocity for message in messages if message.type == "note_on"} == {30, 0}
    assert (take.name, take.begin_s, take.end_s) == ("a", 0.5, 2.0)


def test_a_note_ends_before_the_next_of_its_pitch_begins() -> None:
    take = midi.write(Clip("a", [ClipNote(60, 0, 0.5), ClipNote(60, 0.5, 1)]))
    struck = [message for message in mido.MidiFile(file=io.BytesIO(take.midi)) if message.type == "note_on"]
    assert [message.velocity > 0 for message in struck] == [True, False, True, False]


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ([], "has no notes"),
        ([ClipNote(60, 1, 1)], "note 0 has pitch 60, onset 1, end 1 s"),
        ([ClipNote(60, 0, 1), ClipNote(60, -1, 1)], "note 1 has pitch 60, onset -1"),
        ([ClipNote(128, 0, 1)], "expected a pitch of 0-127"),
        ([ClipNote(60, 0, 9e9)], "from 0 to 3600 s"),
        ([ClipNote(60, 0, float("nan"))], "end nan"),
    ],
)
def test_notes_that_have_no_place_in_a_file_are_refused(notes: list[ClipNote], said: str) -> None:
    with pytest.raises(RenderError, match=said) as told:
        midi.write(Clip("a", notes))
    assert told.value.reason == "bad_note"
