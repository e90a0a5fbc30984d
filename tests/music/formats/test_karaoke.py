from __future__ import annotations

import io
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mido
import pretty_midi
import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import karaoke, lmd_lyrics
from tests.music.formats.midi_bytes import END, raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from musicdata.music.formats.song import Song, SungNote

LMD = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "lmd_lyrics"
needs_lmd = pytest.mark.skipif(not LMD.exists(), reason=f"no LMD lyrics sample at {LMD}")
pytestmark = pytest.mark.timeout(60)
QUARTER = 480
Note = tuple[float, float, int]
"""Onset and length in quarters, and pitch."""

MELODY: list[Note] = [(index, 1.0, 60 + index) for index in range(8)]
ONE_TEXT_EACH = tuple(float(index) for index in range(8))


def track(
    notes: Iterable[Note] = (),
    lyrics: Iterable[tuple[float, str]] = (),
    *,
    kind: str = "lyrics",
    channel: int = 0,
    extra: Iterable[tuple[float, Any]] = (),
    quarter: int = QUARTER,
) -> mido.MidiTrack:
    events: list[tuple[float, int, Any]] = [(onset, 1, mido.MetaMessage(kind, text=text)) for onset, text in lyrics]
    events += [(place, 0, message) for place, message in extra]
    for onset, length, pitch in notes:
        events.append((onset, 2, mido.Message("note_on", channel=channel, note=pitch, velocity=90)))
        events.append((onset + length, 0, mido.Message("note_off", channel=channel, note=pitch)))
    written, last = mido.MidiTrack(), 0
    for place, _, message in sorted(events, key=lambda event: event[:2]):
        tick = round(place * quarter)
        written.append(message.copy(time=tick - last))
        last = tick
    return written


def write(*tracks: mido.MidiTrack, quarter: int = QUARTER, charset: str = "latin1") -> bytes:
    file = mido.MidiFile(type=min(len(tracks) - 1, 1), ticks_per_beat=quarter, charset=charset)
    file.tracks.extend(tracks)
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def read(data: bytes, name: str = "x.mid", **options: Any) -> Song:
    (song,) = karaoke.read(data, name, **options)
    return song


def sung(texts: Sequence[str], notes: Sequence[Note] = MELODY, *, kind: str = "lyrics") -> Song:
    lyrics = [(onset, text) for (onset, _, _), text in zip(notes, texts, strict=True)]
    return read(write(track(notes, lyrics, kind=kind)))


def refusal(data: bytes, name: str = "x.mid") -> str:
    with pytest.raises(FormatError, match=name) as caught:
        karaoke.read(data, name)
    assert len(str(caught.value)) < 1000
    return caught.value.reason


def syllables(notes: Sequence[SungNote]) -> list[str | None]:
    return [note.syllable for note in notes]


def words(notes: Sequence[SungNote]) -> list[tuple[str | None, int | None]]:
    return [(note.word, note.word_index) for note in notes]


TWINKLE = ["Twin", "kle", "lit", "tle", "won", "der", "ful", "star"]
TWINKLE_WORDS = [
    *[("Twinkle", 0)] * 2,
    *[("little", 1)] * 2,
    *[("wonderful", 2)] * 3,
    ("star", 3),
]
HABITS = {
    "space after a word": ["Twin", "kle ", "lit", "tle ", "won", "der", "ful ", "star"],
    "space before a word": ["Twin", "kle", " lit", "tle", " won", "der", "ful", " star"],
    "hyphen after a syllable": ["Twin-", "kle", "lit-", "tle", "won-", "der-", "ful", "star"],
    "hyphen before a syllable": ["Twin", "-kle", "lit", "-tle", "won", "-der", "-ful", "star"],
    "hyphens and spaces": ["Twin- ", "kle ", "lit- ", "tle ", "won- ", "der- ", "ful ", "star "],
    "lines and spaces": ["\\Twin", "kle ", "/lit", "tle ", "won", "der", "ful ", "star"],
    "line ends and spaces": ["Twin", "kle\r", "lit", "tle ", "won", "der", "ful\n", "star"],
}


@pytest.mark.parametrize("habit", HABITS)
def test_words_are_found_by_the_habit_of_the_file(habit: str) -> None:
    notes = sung(HABITS[habit]).notes
    assert syllables(notes) == TWINKLE
    assert words(notes) == TWINKLE_WORDS
    assert [(note.pitch, note.duration_ql, note.rest_ql) for note in notes] == [
        (60 + index, 1.0, 0.0) for index in range(8)
    ]


def test_events_that_are_whole_words_have_no_syllables() -> None:
    texts = [(0, "Twinkle"), (2, "little"), (4, "wonderful"), (7, "star")]
    notes = read(write(track(MELODY, texts))).notes
    assert syllables(notes) == [None] * 8
    assert words(notes) == TWINKLE_WORDS
    assert [note.pitch for note in notes] == list(range(60, 68))


def test_events_of_marks_only_part_words_and_are_not_sung() -> None:
    texts = [(0, "Twin"), (1, "kle"), (1.5, " "), (2, "lit"), (3, "tle"), (3.5, "\r")]
    texts += [(4, "won"), (5, "der"), (6, "ful"), (6.5, "/"), (7, "star "), (8, "ris"), (9, "ing ")]
    notes = read(write(track([*MELODY, (8, 1, 70), (9, 1, 70)], texts))).notes
    assert words(notes) == [*TWINKLE_WORDS, ("rising", 4), ("rising", 4)]


def test_soft_karaoke_file() -> None:
    header = ["@KMIDI KARAOKE FILE", "@V0100", "@LENGL", "@TTwinkle, Twinkle", "@TJane Taylor", "@Isomething"]
    texts = [(0.0, line) for line in header]
    texts += zip(ONE_TEXT_EACH, ["\\Twin", "kle ", "lit", "tle", "/won", "der", "ful ", "star"], strict=True)
    rights = [(0, mido.MetaMessage("copyright", text="(C) 1806 \n J. Taylor"))]
    data = write(track(extra=rights), track(lyrics=texts, kind="text"), track(MELODY))
    song = read(data, "x.KAR")
    assert (song.title, song.language, song.rights) == ("Twinkle, Twinkle", "en", "(C) 1806 J. Taylor")
    assert (song.name, song.composer, song.lyricist) == ("", None, None)
    assert words(song.notes) == TWINKLE_WORDS


def test_lyric_events_go_before_as_many_texts() -> None:
    lyrics = zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True)
    texts = [(place, f"/no{place:.0f}") for place in ONE_TEXT_EACH]
    assert words(read(write(track(lyrics=texts, kind="text"), track(MELODY, lyrics))).notes) == TWINKLE_WORDS


def test_comments_are_no_lyrics() -> None:
    comments = track(MELODY, [(place, "Sequenced by me") for place in ONE_TEXT_EACH], kind="text")
    assert refusal(write(comments)) == "no_lyrics"


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "latin-1"])
def test_encodings(charset: str) -> None:
    texts = ["Ü", "ber", " mü", "de", " ça", " fait", " né", "e"]
    lyrics = zip(ONE_TEXT_EACH, texts, strict=True)
    notes = read(write(track(MELODY, lyrics), charset=charset)).notes
    assert [word for word, _ in words(notes)] == ["Über"] * 2 + ["müde"] * 2 + ["ça", "fait", "née", "née"]


def test_signs_of_cp1252_and_bytes_it_does_not_have() -> None:
    texts = ["don\x92t ", "stop ", "now ", "my ", "love\x85 ", "no ", "o", "ver "]
    assert syllables(sung(texts).notes)[0] == "don\u2019t"
    texts[7] = "ver\x81 "
    assert refusal(write(track(MELODY, zip(ONE_TEXT_EACH, texts, strict=True)))) == "unknown_encoding"


def test_scripts_from_right_to_left_and_emoji() -> None:
    texts = ["שָׁ", "לוֹם ", "عَ", "لَيْ", "كُمْ ", "la🎵", "la ", "la "]
    notes = read(write(track(MELODY, zip(ONE_TEXT_EACH, texts, strict=True)), charset="utf-8")).notes
    assert [index for _, index in words(notes)] == [0, 0, 1, 1, 1, 2, 2, 3]
    assert all(note.syllable for note in notes)


def test_tempo_changes_do_not_matter() -> None:
    lyrics = list(zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True))
    plain = read(write(track(MELODY, lyrics)))
    tempi = [(place / 3, mido.MetaMessage("set_tempo", tempo=200_000 + 50_000 * place)) for place in range(20)]
    signature = [(0, mido.MetaMessage("time_signature", numerator=3, denominator=4))]
    assert read(write(track(MELODY, lyrics, extra=tempi))) == plain
    assert read(write(track(extra=tempi), track(MELODY, lyrics))) == plain
    assert read(write(track(MELODY), track(lyrics=lyrics, extra=[*tempi, *signature]))) == plain
    assert read(write(track(MELODY, lyrics, extra=[(2, mido.MetaMessage("set_tempo", tempo=0))]))) == plain


@pytest.mark.parametrize("quarter", [24, 96, 120, 480, 960])
def test_resolution_does_not_matter(quarter: int) -> None:
    lyrics = zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True)
    data = write(track(MELODY, lyrics, quarter=quarter), quarter=quarter)
    assert [(note.duration_ql, note.rest_ql) for note in read(data).notes] == [(1.0, 0.0)] * 8


def test_file_written_by_pretty_midi() -> None:
    score = pretty_midi.PrettyMIDI(initial_tempo=90)
    voice = pretty_midi.Instrument(54, name="voice")
    for index, text in enumerate(HABITS["space before a word"]):
        place = index * 60 / 90
        voice.notes.append(pretty_midi.Note(100, 60 + index, place, place + 0.6))
        score.lyrics.append(pretty_midi.Lyric(text, place))
    score.instruments.append(voice)
    data = io.BytesIO()
    score.write(data)
    notes = read(data.getvalue()).notes
    assert words(notes) == TWINKLE_WORDS
    assert [note.duration_ql + note.rest_ql for note in notes] == [1.0] * 8


@needs_lmd
def test_real_songs_come_back_note_by_note_next_to_an_accompaniment() -> None:
    for path in sorted((LMD / "word_level").glob("*.npy"))[:25]:
        (song,) = lmd_lyrics.read(path.read_bytes(), path.name)
        place, notes, lyrics = 4.0, [], []
        for index, note in enumerate(song.notes):
            place += note.rest_ql
            last = note is song.notes[-1] or song.notes[index + 1].word_index != note.word_index
            notes.append((place, note.duration_ql, note.pitch))
            lyrics.append((place, (note.syllable or "") + " " * last))
            place += note.duration_ql
        busy = [(step / 2, 0.5, 40 + step % 12) for step in range(int(2 * place))]
        found = read(write(track(lyrics=lyrics), track(busy, channel=1), track(notes))).notes
        expected = [replace(song.notes[0], rest_ql=4.0 + song.notes[0].rest_ql), *song.notes[1:]]
        for column in ("pitch", "duration_ql", "rest_ql", "word_index"):
            assert [getattr(note, column) for note in found] == [getattr(note, column) for note in expected]


ARPEGGIO = [(step / 4, 0.25, 40 + step % 12) for step in range(36)]
BASS = [(0.0, 2.0, 36), (2.0, 2.0, 38), (4.0, 2.0, 40), (6.0, 2.0, 41)]


@pytest.mark.parametrize("type_0", [False, True])
def test_vocal_part_is_the_one_that_fits_the_lyrics(type_0: bool) -> None:
    lyrics = list(zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True))
    drums = [(onset, 0.5, 35) for onset, _, _ in MELODY]
    parts = [(BASS, 1), (ARPEGGIO, 2), (MELODY, 3), (drums, 9)]
    tracks = [track(notes, channel=channel) for notes, channel in parts]
    if type_0:
        data = write(mido.merge_tracks([track(lyrics=lyrics), *tracks]))
        assert mido.MidiFile(file=io.BytesIO(data)).type == 0
    else:
        data = write(track(lyrics=lyrics), *tracks)
    assert [note.pitch for note in read(data).notes] == list(range(60, 68))


def test_busy_accompaniment_does_not_win_over_a_loose_singer() -> None:
    notes = [(float(place), 0.9, 60 + place % 8) for place in range(16)]
    notes[5] = (5.4, 0.5, 65)
    texts = [(float(place), ("la" if place % 2 else "tra") + " " * (place % 2)) for place in range(16)]
    busy = [(step / 4, 0.25, 40 + step % 12) for step in range(64)]
    pitches = [note.pitch for note in read(write(track(lyrics=texts), track(busy), track(notes))).notes]
    assert pitches == [pitch for place, _, pitch in notes if place != 5.4]


def test_drums_are_never_the_vocal_part() -> None:
    lyrics = zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True)
    assert refusal(write(track(MELODY, lyrics, channel=9))) == "no_vocal_part"


def test_program_change_does_not_split_the_voice() -> None:
    changes = [(place, mido.Message("program_change", program=place)) for place in (0, 3, 5)]
    lyrics = zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True)
    assert len(read(write(track(MELODY, lyrics, extra=changes))).notes) == 8


def test_top_note_of_a_chord_and_overlaps_cut() -> None:
    notes: list[Note] = [
        (0, 3.0, 60),
        (0, 1.0, 67),
        (0.01, 1.0, 64),
        (1, 5.0, 65),
        (2, 1.0, 62),
        (3, 1.0, 60),
    ]
    found = read(write(track(notes, [(0, "A"), (1, "ve "), (2, "ma"), (3, "ris ")]))).notes
    assert [(note.pitch, note.duration_ql, note.rest_ql) for note in found] == [
        (67, 1.0, 0.0),
        (65, 1.0, 0.0),
        (62, 1.0, 0.0),
        (60, 1.0, 0.0),
    ]


def test_melisma_lengthens_its_syllable_and_interludes_are_rests() -> None:
    intro: list[Note] = [(0, 1, 50), (1, 1, 51)]
    sung_notes: list[Note] = [(2, 1, 60), (3, 0.5, 62), (3.5, 0.5, 64), (4, 1, 65)]
    interlude: list[Note] = [(8, 1, 70), (9, 1, 71)]
    after: list[Note] = [(10, 1, 67), (11, 1, 69), (12.25, 0.75, 70), (14, 1, 72)]
    texts = [(2, "A"), (4, "men "), (10, "sin"), (11, "ging ")]
    found = read(write(track([*intro, *sung_notes, *interlude, *after], texts))).notes
    assert [(note.pitch, note.duration_ql, note.rest_ql, note.syllable) for note in found] == [
        (60, 2.0, 2.0, "A"),
        (65, 1.0, 0.0, "men"),
        (67, 1.0, 5.0, "sin"),
        (69, 2.0, 0.0, "ging"),
    ]


@pytest.mark.parametrize(("n_notes", "length"), [(8, 9.0), (9, 1.0), (64, 1.0)])
def test_notes_without_words_that_go_on_are_an_interlude(n_notes: int, length: float) -> None:
    melody = [*((float(place), 1.0, 60) for place in range(2 + n_notes)), (float(2 + n_notes), 1.0, 65)]
    found = read(write(track(melody, [(0, "to"), (1, "day "), (2 + n_notes, "now ")]))).notes
    assert [(note.syllable, note.duration_ql) for note in found] == [("to", 1.0), ("day", length), ("now", 1.0)]
    assert found[2].rest_ql == n_notes + 1 - length


def test_event_without_a_note_joins_the_syllable_that_sounds() -> None:
    notes: list[Note] = [(0, 1, 60), (1, 2, 62), (3, 1, 64), (6, 1, 65)]
    texts = [(0, "The "), (1, "o"), (2, "ver "), (3, "there "), (5, "lost "), (6, "now ")]
    found = read(write(track(notes, texts))).notes
    assert syllables(found) == ["The", "o ver", "there", "now"]
    assert words(found) == [("The", 0), ("over", 1), ("there", 2), ("now", 3)]


def test_words_that_share_a_note_are_one() -> None:
    notes: list[Note] = [(0, 1, 60), (1, 2, 62), (3, 1, 64), (4, 1, 65)]
    texts = [(0, "Where "), (1, "I "), (2, "am "), (3, "hap"), (4, "py ")]
    found = read(write(track(notes, texts))).notes
    assert syllables(found) == ["Where", "I am", "hap", "py"]
    assert words(found) == [("Where", 0), ("I am", 1), ("happy", 2), ("happy", 2)]


def test_times_are_moved_to_sixteenths_or_triplets() -> None:
    swing = [
        (0.02, 0.6, 60),
        (0.69, 0.3, 61),
        (1.01, 0.2, 62),
        (1.26, 0.2, 63),
        (1.49, 0.03, 64),
        (1.98, 1.06, 65),
    ]
    texts = zip((place for place, _, _ in swing), ["a", "b ", "c", "d ", "e", "f "], strict=True)
    found = read(write(track(swing, texts))).notes
    assert [(note.duration_ql, note.rest_ql) for note in found] == [
        (2 / 3, 0.0),
        (1 / 3, 0.0),
        (0.25, 0.0),
        (0.25, 0.0),
        (0.25, 0.0),
        (1.0, 0.25),
    ]


def test_grid_is_a_parameter() -> None:
    lyrics = zip((0.0, 1.1, 2.3, 2.8), ["a", "b ", "c", "d "], strict=True)
    notes = [(0.0, 0.9, 60), (1.1, 0.9, 60), (2.3, 0.4, 60), (2.8, 0.4, 60)]
    found = read(write(track(notes, lyrics)), grid_ql=(1.0,)).notes
    assert [(note.duration_ql, note.rest_ql) for note in found] == [(1.0, 0.0)] * 4
    for bad in (0.0, -0.25, 0.3, 2.0):
        with pytest.raises(ValueError, match="grid step"):
            karaoke.read(b"", "x.mid", grid_ql=(bad,))


def test_notes_lie_on_the_grid_and_never_overlap_whatever_the_timing() -> None:
    chance = random.Random(5)
    for _ in range(20):
        place, notes, texts = 0.0, [], []
        for index in range(60):
            place += chance.choice((0.1, 0.26, 0.34, 0.5, 0.97, 2.0)) * chance.uniform(0.9, 1.1)
            notes.append((place, chance.uniform(0.01, 2.0), chance.randrange(48, 84)))
            texts.append((place + chance.uniform(-0.02, 0.02), "la" + " " * (index % 2)))
        try:
            found = read(write(track(notes, texts))).notes
        except FormatError as error:
            assert error.reason == "bad_timing"  # noqa: PT017  only some of these songs fit the grid
            continue
        assert len(found) == 60
        for note in found:
            assert note.duration_ql >= 0.25
            assert note.rest_ql >= 0
            assert (note.duration_ql * 12) == pytest.approx(round(note.duration_ql * 12))


def test_more_syllables_than_the_grid_has_room_for() -> None:
    notes = [(step / 24, 1 / 24, 60 + step % 2) for step in range(0, 96, 2)]
    texts = [(place, "la" + " " * (index % 2)) for index, (place, _, _) in enumerate(notes)]
    assert refusal(write(track(notes, texts))) == "bad_timing"


def test_whole_lines_are_refused() -> None:
    lyrics = [(0, "Twinkle twinkle little star"), (4, "how I wonder what you are")]
    assert refusal(write(track(MELODY, lyrics))) == "lyrics_by_line"


def test_lyrics_without_their_notes_are_refused() -> None:
    lyrics = [(place + 0.5, "la ") for place in ONE_TEXT_EACH]
    assert refusal(write(track(MELODY, lyrics))) == "no_vocal_part"
    assert refusal(write(track(lyrics=lyrics))) == "no_vocal_part"


def test_files_without_lyrics_are_refused() -> None:
    assert refusal(write(track(MELODY))) == "no_lyrics"
    assert refusal(write(track(MELODY, [(0, " "), (1, "\r"), (2, "-")]))) == "no_lyrics"
    assert refusal(write(track(MELODY, [(0, "@Tonly a title")], kind="text")), "x.kar") == "no_lyrics"


def hundred_thousand(text: str, every: float) -> bytes:
    body = bytearray()
    for index in range(24_000):
        syllable = text.encode()
        body += b"\x00\xff\x05" + bytes([len(syllable)]) + syllable
        body += (b"\x00\x90\x40\x40" + bytes([int(120 * every)]) + b"\x80\x40\x40") if every else b"\x01\xb0\x01\x01"
        if not every and index == 0:
            body += b"\x00\x90\x40\x40"
    return raw(bytes(body) + (b"\x00\x80\x40\x40" if not every else b"") + END, division=120)


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("la ", 0.5),
        pytest.param("la", 0.5, marks=pytest.mark.long),
        ("la ", 0.01),
        pytest.param("la ", 0.0, marks=pytest.mark.long),
        pytest.param("-", 0.5, marks=pytest.mark.long),
    ],
)
def test_hundred_thousand_events_end_in_a_song_or_a_refusal(text: str, every: float) -> None:
    try:
        assert len(read(hundred_thousand(text, every)).notes) == 24_000
    except FormatError as error:
        assert error.reason in {"bad_timing", "no_vocal_part", "no_lyrics", "bad_text"}  # noqa: PT017
        assert every != 0.5 or text == "-"


def test_thousands_of_parts_with_a_note_each_are_not_tried_one_by_one() -> None:
    many = [(place, mido.Message(kind, channel=channel, note=60)) for channel in range(9)
            for place, kind in ((channel, "note_on"), (channel + 1, "note_off"))]  # fmt: skip
    lyrics = track(MELODY, [(index / 100, "la ") for index in range(50_000)])
    assert refusal(write(lyrics, *[track(extra=many)] * 250)) == "no_vocal_part"


def test_long_texts_are_refused() -> None:
    for text in ("x" * 300, "-" * 100_000 + "a" + "-" * 100_000 + "b"):
        assert refusal(write(track(MELODY, [(0, text)]))) == "bad_text"
    assert refusal(write(track([(0, 400, 60)], [(0, "a"), *((1 + n, "b") for n in range(300))]))) == "no_vocal_part"
    joined = [(n / 2, "la" + " " * (n > 200)) for n in range(400)]
    assert refusal(write(track([(n / 2, 0.5, 60) for n in range(400)], joined))) == "bad_text"


def test_mutated_and_truncated_files_give_a_song_or_a_refusal_and_nothing_else() -> None:
    lyrics = zip(ONE_TEXT_EACH, HABITS["space after a word"], strict=True)
    tempo = [(3, mido.MetaMessage("set_tempo", tempo=300_000))]
    original = write(track(extra=tempo), track(BASS, channel=1), track(MELODY, lyrics))
    chance = random.Random(3)
    refused = 0
    for turn in range(600):
        data = bytearray(original)
        if turn % 6 == 0:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.choice((1, 1, 2, 8))):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            notes = read(bytes(data)).notes
        except FormatError:
            refused += 1
        else:
            assert all(0 <= note.pitch <= 127 and note.duration_ql > 0 <= note.rest_ql for note in notes)
    assert 60 < refused < 600
