"""MIDI files, byte by byte: what is read of them, and what is refused before anything trips over it."""

from __future__ import annotations

import pytest

from musicdata.music.formats import midi
from musicdata.music.formats.midi import Text, Tone
from tests.music.formats.midi_bytes import END, chunk, raw
from tests.music.formats.test_karaoke import HABITS, MELODY, ONE_TEXT_EACH, read, refusal, track, write

pytestmark = pytest.mark.timeout(60)


def test_texts_and_tones_lie_at_their_ticks() -> None:
    file = write(track(), track([(0, 1, 60), (2, 0.5, 64)], [(0, "la"), (2, "lo")]), track([(1, 1, 40)], channel=9))
    found = midi.parse(file)
    assert found.ticks_per_quarter == 480
    assert found.texts == [[Text(0, "lyrics", b"la"), Text(960, "lyrics", b"lo")]]
    assert found.parts == [[Tone(0, 480, 60), Tone(960, 1200, 64)]]  # channel 10 is drums


UNREADABLE = {
    "empty": b"",
    "other file": b"RIFF\x00\x00\x00\x00RMID" * 9,
    "header far behind": bytes(2000) + raw(END),
    "header only": b"MThd\x00\x00\x00\x06\x00\x01",
    "type 2": raw(END, kind=2),
    "type 77": raw(END, kind=77),
    "no time": raw(END, division=0),
    "seconds": raw(END, division=0xE728),
    "track cut off": raw(END)[:-2],
    "no track at all": raw(),
    "other chunks only": raw() + chunk(b"XFIH", b"abc"),
    "endless number": raw(b"\xff" * 1_900_000),
    "long number": raw(b"\x80\x80\x80\x80\x00\x90\x40\x40"),
    "giant meta event": raw(b"\x00\xff\x05\xff\xff\xff\x7fabc"),
    "giant sysex": raw(b"\x00\xf0\xff\xff\xff\x7fabc"),
    "running status from nothing": raw(b"\x00\x40\x40"),
    "event cut off": raw(b"\x00\x90\x40"),
    "delta cut off": raw(b"\x00\x90\x40\x40\x81"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_damaged_files_are_refused(name: str) -> None:
    assert refusal(UNREADABLE[name]) == "unreadable_midi"


def test_files_out_of_proportion_are_refused() -> None:
    assert refusal(raw(*[END] * 5000)) == "too_large"
    assert refusal(raw(b"\x00\x90\x40\x40" + b"\x00\x40\x40" * 300_000)) == "too_large"
    assert refusal(raw(b"\xff\xff\xff\x7f\x90\x40\x40" + END)) == "too_large"
    assert refusal(b"MThd" + bytes(midi.MAX_BYTES)) == "too_large"


def test_tracks_without_events_and_bytes_behind_the_end_do_no_harm() -> None:
    lyrics = zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True)
    whole = write(track(), track(MELODY, lyrics))
    bare = raw(b"", whole[whole.rindex(b"MTrk") + 8 :])
    assert read(bare + b"garbage").notes == read(whole).notes
