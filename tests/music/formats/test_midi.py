"""MIDI files, byte by byte: what is read of them, as players read them, and what is refused."""

from __future__ import annotations

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import midi
from musicdata.music.formats.midi import Text, Tone
from tests.music.formats.midi_bytes import END, chunk, event, raw
from tests.music.formats.test_karaoke import HABITS, MELODY, ONE_TEXT_EACH, read, refusal, track, write

pytestmark = pytest.mark.timeout(60)


def test_texts_and_tones_lie_at_their_ticks() -> None:
    file = write(track(), track([(0, 1, 60), (2, 0.5, 64)], [(0, "la"), (2, "lo")]), track([(1, 1, 40)], channel=9))
    found = midi.parse(file)
    assert found.ticks_per_quarter == 480
    assert found.texts == [[Text(0, "lyrics", b"la"), Text(960, "lyrics", b"lo")]]
    assert found.parts == [[Tone(0, 480, 60), Tone(960, 1200, 64)]]  # channel 10 is drums
    assert found.n_cut_tracks == 0


def notes(n: int, inside: bytes = b"") -> bytes:
    """Return the events of a track: `n` notes of a quarter with a syllable each, something else before the third."""
    events = []
    for index in range(n):
        events += [inside] if index == 2 else []
        events += [event(0, b"\xff\x05\x03" + b"la "), event(0, bytes((0x90, 60 + index, 90)))]
        events += [event(480, bytes((0x80, 60 + index, 0)))]
    return b"".join(events)


TEMPO = event(0, b"\xff\x51\x03\x07\xa1\x20")
SUNG = [Tone(480 * index, 480 * (index + 1), 60 + index) for index in range(6)]


def meta(kind: int, body: bytes = b"") -> bytes:
    return event(0, bytes((0xFF, kind, len(body))) + body)


EVENTS = {
    "key signature of 8 sharps": meta(0x59, b"\x08\x00"),
    "key signature of another mode": meta(0x59, b"\x02\x05"),
    "key signature of one byte": meta(0x59, b"\x02"),
    "key signature without a byte": meta(0x59),
    "tempo of two bytes": meta(0x51, b"\x07\xa1"),
    "tempo of five bytes": meta(0x51, b"\x07\xa1\x20\x01\x02"),
    "tempo of zero": meta(0x51, b"\x00\x00\x00"),
    "tempo without a byte": meta(0x51),
    "SMPTE offset of two bytes": meta(0x54, b"\x60\x00"),
    "SMPTE offset of nonsense": meta(0x54, b"\xff\xff\xff\xff\xff"),
    "time signature of three bytes": meta(0x58, b"\x04\x02\x18"),
    "time signature of zero": meta(0x58, b"\x00\xff\x00\x00"),
    "sequence number of one byte": meta(0x00, b"\x01"),
    "channel prefix 200": meta(0x20, b"\xc8"),
    "meta event nobody knows": meta(0x60, b"\xff\xfe\x90\x40"),
    "meta event above 127": meta(0xC3, b"abc"),
    "length in four bytes": event(0, b"\xff\x7f\x80\x80\x80\x02ab"),
    "controller value 255": event(0, b"\xb0\x07\xff"),
    "controller number 200": event(0, b"\xb0\xc8\x40"),
    "program 200": event(0, b"\xc0\xc8"),
    "bend of high bytes": event(0, b"\xe0\xff\xff"),
    "pressure 255": event(0, b"\xd0\xff"),
    "system exclusive with high bytes": event(0, b"\xf0\x05\x7e\xff\x90\x80\xf7"),
    "system exclusive without an end": event(0, b"\xf0\x03\x43\x10\x4c"),
    "escape": event(0, b"\xf7\x02\xf3\x01"),
    "clock": event(0, b"\xf8"),
    "active sensing": event(0, b"\xfe"),
    "song position": event(0, b"\xf2\x01\x02"),
    "song select": event(0, b"\xf3\x01"),
    "tune request": event(0, b"\xf6"),
    "other channels": event(0, b"\x91\x40\x40") + event(0, b"\x81\x40\x40"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_beside_the_point_costs_nothing(name: str) -> None:
    found = midi.parse(raw(TEMPO + END, notes(6, EVENTS[name]) + END))
    assert found.parts[0] == SUNG
    assert [text.tick for text in found.texts[-1]] == [480 * index for index in range(6)]
    assert found.n_cut_tracks == 0


def long(track_bytes: bytes, by: int) -> bytes:
    """Return a track chunk whose length is wrong."""
    length = (len(track_bytes) + by) % 2**32
    return b"MTrk" + length.to_bytes(4, "big") + track_bytes


HEAD, FIRST, VOCAL = raw()[:8] + b"\x00\x01\x00\x02\x01\xe0", TEMPO + END, notes(6) + END
PLAIN = HEAD + chunk(b"MTrk", FIRST) + chunk(b"MTrk", VOCAL)
DATA = chunk(b"data", PLAIN)[:4] + len(PLAIN).to_bytes(4, "little") + PLAIN
LAYOUTS = {
    "plain": PLAIN,
    "RIFF wrapper": b"RIFF" + (len(DATA) + 4).to_bytes(4, "little") + b"RMID" + DATA,
    "RIFF wrapper that states no size": b"RIFF\x00\x00\x00\x00RMID" + DATA,
    "RIFF wrapper with a list before": b"RIFF\x00\x00\x00\x00RMIDLIST\x06\x00\x00\x00INFOxx" + DATA,
    "RIFF wrapper with a list behind": b"RIFF\x00\x00\x00\x00RMID" + DATA + b"LIST\x06\x00\x00\x00INFOxx",
    "MacBinary": bytes(128) + PLAIN,
    "chunk between": HEAD + chunk(b"MTrk", FIRST) + chunk(b"XFIH", b"\x00\xffabc") + chunk(b"MTrk", VOCAL),
    "chunk first": HEAD + chunk(b"XFKM", b"abc") + chunk(b"MTrk", FIRST) + chunk(b"MTrk", VOCAL),
    "chunk last": PLAIN + chunk(b"CASM", b"\x00" * 30),
    "chunk with a track's name inside": HEAD + chunk(b"junk", b"MTrk\x00\x00") + PLAIN[14:],
    "chunk of a wrong length": HEAD + chunk(b"MTrk", FIRST) + b"Junk\xff\xff\xff\xffabc" + chunk(b"MTrk", VOCAL),
    "chunk without a name": HEAD + chunk(b"MTrk", FIRST) + b"\x00\x01\x02\x03\x00\x00\x00\x05" + chunk(b"MTrk", VOCAL),
    "header of eight bytes": b"MThd\x00\x00\x00\x08" + HEAD[8:] + b"\x00\x00" + PLAIN[14:],
    "header of no length": b"MThd\x00\x00\x00\x00" + PLAIN[8:],
    "header of any length": b"MThd\xff\xff\xff\xff" + PLAIN[8:],
    "one track announced": PLAIN[:10] + b"\x00\x01" + PLAIN[12:],
    "no track announced": PLAIN[:10] + b"\x00\x00" + PLAIN[12:],
    "nine tracks announced": PLAIN[:10] + b"\x00\x09" + PLAIN[12:],
    "type 0 with two tracks": PLAIN[:8] + b"\x00\x00" + PLAIN[10:],
    "first track 3 too long": HEAD + long(FIRST, 3) + chunk(b"MTrk", VOCAL),
    "first track 3 too short": HEAD + long(FIRST, -3) + chunk(b"MTrk", VOCAL),
    "first track of length zero": HEAD + long(FIRST, -len(FIRST)) + chunk(b"MTrk", VOCAL),
    "first track as long as both": HEAD + long(FIRST, 8 + len(VOCAL)) + chunk(b"MTrk", VOCAL),
    "first track longer than the file": HEAD + long(FIRST, 10**6) + chunk(b"MTrk", VOCAL),
    "first track of the greatest length": HEAD + long(FIRST, 2**32 - 1 - len(FIRST)) + chunk(b"MTrk", VOCAL),
    "last track 3 too long": HEAD + chunk(b"MTrk", FIRST) + long(VOCAL, 3),
    "last track of length zero": HEAD + chunk(b"MTrk", FIRST) + long(VOCAL, -len(VOCAL)),
    "last track of the greatest length": HEAD + chunk(b"MTrk", FIRST) + long(VOCAL, 2**32 - 1 - len(VOCAL)),
    "first track without an end": HEAD + chunk(b"MTrk", TEMPO) + chunk(b"MTrk", VOCAL),
    "no track with an end": HEAD + chunk(b"MTrk", TEMPO) + chunk(b"MTrk", notes(6)),
    "end with a byte": HEAD + chunk(b"MTrk", TEMPO + b"\x00\xff\x2f\x01\x00") + chunk(b"MTrk", VOCAL),
    "nothing in the first track": HEAD + chunk(b"MTrk", b"") + chunk(b"MTrk", VOCAL),
    "zeros behind": PLAIN + bytes(100),
    "words behind": PLAIN + b"made with love",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_the_file_says_of_its_own_layout_is_not_believed(name: str) -> None:
    found = midi.parse(LAYOUTS[name])
    assert found.parts == [SUNG]
    assert len(found.texts[-1]) == 6
    assert found.n_cut_tracks == 0


@pytest.mark.parametrize("cut", range(1, 90, 4))
def test_of_a_file_without_its_tail_the_rest_is_read(cut: int) -> None:
    found = midi.parse(PLAIN[:-cut])
    (part,) = found.parts
    assert part[:-1] == SUNG[: len(part) - 1]
    assert found.n_cut_tracks == 1


def test_of_a_track_that_cannot_be_read_on_the_beginning_is_kept_and_the_others_whole() -> None:
    broken = event(0, b"\x90\x40\x40") + event(480, b"\x80\x40\x40") + b"\xff\xff\xff\xff\xff" + END
    found = midi.parse(raw(broken, VOCAL))
    assert found.parts == [[Tone(0, 480, 64)], SUNG]
    assert found.n_cut_tracks == 1


def test_running_status_goes_on_after_meta_and_system_events() -> None:
    for between in (meta(0x01, b"x"), event(0, b"\xf0\x01\xf7"), event(0, b"\xf8")):
        body = event(0, b"\x90\x40\x40") + between + event(480, b"\x40\x00") + END
        assert midi.parse(raw(body)).parts == [[Tone(0, 480, 64)]]


NOTE_PAIRS = {
    "no length": ([(0, 1), (0, 0)], [(0, 0)]),
    "copy of no length before": ([(0, 1), (0, 0), (0, 1), (480, 0)], [(0, 480)]),
    "copy of no length inside": ([(0, 1), (0, 1), (0, 0), (480, 0)], [(0, 480)]),
    "begins where the last ends, off first": ([(0, 1), (480, 0), (0, 1), (480, 0)], [(0, 480), (480, 960)]),
    "begins where the last ends, on first": ([(0, 1), (480, 1), (0, 0), (480, 0)], [(0, 480), (480, 960)]),
    "overlap": ([(0, 1), (240, 1), (240, 0), (240, 0)], [(0, 480), (240, 480)]),
    "never ends": ([(0, 1), (480, 0), (480, 1), (480, 1)], [(0, 480), (960, 1440), (1440, 1440)]),
    "ends twice": ([(0, 1), (480, 0), (480, 0)], [(0, 480)]),
    "ends before it begins": ([(0, 0), (480, 1), (480, 0)], [(480, 960)]),
    "twice no length": ([(0, 1), (0, 0), (480, 1), (0, 0)], [(0, 0), (480, 480)]),
}


@pytest.mark.parametrize("name", NOTE_PAIRS)
def test_every_note_that_begins_is_there(name: str) -> None:
    messages, expected = NOTE_PAIRS[name]
    body = b"".join(event(delta, bytes((0x90, 64, 90 * is_on))) for delta, is_on in messages)
    (part,) = midi.parse(raw(body + END)).parts
    assert [(tone.onset, tone.end) for tone in part] == expected


UNREADABLE = {
    "empty": b"",
    "other file": b"RIFF\x00\x00\x00\x00RMID" * 9,
    "header far behind": bytes(2000) + raw(END),
    "header only": b"MThd\x00\x00\x00\x06\x00\x01",
    "type 2": raw(END, kind=2),
    "type 77": raw(END, kind=77),
    "no time": raw(END, division=0),
    "seconds": raw(END, division=0xE728),
    "no track at all": raw(),
    "other chunks only": raw() + chunk(b"XFIH", b"abc"),
    "track cut off": raw(END)[:-2],
    "endless number": raw(b"\xff" * 1_900_000),
    "long number": raw(b"\x80\x80\x80\x80\x00\x90\x40\x40"),
    "giant meta event": raw(b"\x00\xff\x05\xff\xff\xff\x7fabc"),
    "giant sysex": raw(b"\x00\xf0\xff\xff\xff\x7fabc"),
    "running status from nothing": raw(b"\x00\x40\x40"),
    "event cut off": raw(b"\x00\x90\x40"),
    "delta cut off": raw(b"\x00\x90\x40\x40\x81"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_makes_no_sense_is_refused(name: str) -> None:
    assert refusal(UNREADABLE[name]) == "unreadable_midi"


def test_files_out_of_proportion_are_refused() -> None:
    assert refusal(raw(*[END] * 5000)) == "too_large"
    assert refusal(raw(b"\x00\x90\x40\x40" + b"\x00\x40\x40" * 300_000)) == "too_large"
    assert refusal(raw(b"\xff\xff\xff\x7f\x90\x40\x40" + END)) == "too_large"
    assert refusal(b"MThd" + bytes(midi.MAX_BYTES)) == "too_large"
    with pytest.raises(FormatError, match="events"):
        midi.parse(raw(*[b"\x00\xb0\x01\x01" * 60_000 + END] * 2))


def test_tracks_without_events_and_bytes_behind_the_end_do_no_harm() -> None:
    lyrics = zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True)
    whole = write(track(), track(MELODY, lyrics))
    bare = raw(b"", whole[whole.rindex(b"MTrk") + 8 :])
    assert read(bare + b"garbage").notes == read(whole).notes
