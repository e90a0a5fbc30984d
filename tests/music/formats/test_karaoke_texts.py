"""Which texts of a MIDI file are its words: chords, credits, marks of programs, second singers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import mido
import pytest

from musicdata.music.formats import karaoke
from tests.music.formats.test_karaoke import MELODY, ONE_TEXT_EACH, TWINKLE_WORDS, read, refusal, track, words, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.music.formats.test_karaoke import Note

CASES = Path(__file__).resolve().parents[3] / ".." / "shared" / "field-cases"
needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"no odd files to read at {CASES}")
pytestmark = pytest.mark.timeout(60)

SPACED = ["Twin", "kle ", "lit", "tle ", "won", "der", "ful ", "star "]
SLASHED = ["\\Twin", "kle ", "lit", "tle ", "/won", "der", "ful ", "star "]


def lines(texts: Sequence[str], places: Iterable[float] = ONE_TEXT_EACH) -> list[tuple[float, str]]:
    return list(zip(places, texts, strict=True))


def header(*texts: str) -> mido.MidiTrack:
    return track(lyrics=[(0, text) for text in ("@KMIDI KARAOKE FILE", *texts)], kind="text")


CHORDS = ["C", "Am", "F", "G7", "Dm7", "C/E", "F#m7b5", "Bb", "N.C.", "Esus4", "Gmaj7", "Ab", "C", "F", "G", "C"]
BEATS = [index / 2 for index in range(16)]
STRUMMED: list[Note] = [(place, 0.5, 48) for place in BEATS]
MORE: dict[str, mido.MidiTrack] = {
    "chord names": track(STRUMMED, lines(CHORDS, BEATS), kind="text", channel=3),
    "chord names as lyric events": track(STRUMMED, lines(CHORDS, BEATS), channel=3),
    "chord names in German": track(STRUMMED, lines(["H7", "Em", "Fis", "Cism", "Es", "A", "D", "G"] * 2, BEATS)),
    "chord names in brackets": track(STRUMMED, lines([f"[{chord}]" for chord in CHORDS], BEATS), kind="text"),
    "credits": track(
        lyrics=lines(["Words by Jane Taylor"] * 20, [index / 9 + 0.05 for index in range(20)]), kind="text"
    ),
    "sections": track(lyrics=lines(["[Verse]", "[Chorus]", "[Bridge]"] * 4, range(12)), kind="text"),
    "stage directions": track(lyrics=lines(["[idle]", "[play]", "[intense]"] * 8, range(24)), kind="text"),
    "numbers of bars elsewhere": track(
        lyrics=lines([str(n) for n in range(40)], [n + 0.3 for n in range(40)]), kind="text"
    ),
}


@pytest.mark.parametrize("kind", ["lyrics", "text"])
@pytest.mark.parametrize("other", MORE)
def test_words_are_the_texts_that_are_sung_however_many_others_there_are(kind: str, other: str) -> None:
    sung = track(lyrics=lines(SLASHED), kind=kind)
    for order in ([sung, MORE[other]], [MORE[other], sung]):
        song = read(write(header("@TTwinkle", "@LENGL"), *order, track(MELODY)), "x.kar")
        assert words(song.notes) == TWINKLE_WORDS
        assert song.title == "Twinkle"


MARKED = {
    "chord marks behind": ["Twin%C", "kle%Am ", "lit", "tle%F#m7 ", "won%G/B", "der", "ful ", "star%C "],
    "chord marks before": ["%CTwin", "kle ", "%Amlit", "tle ", "%Fwon", "der", "ful ", "%G7star "],
    "chords in brackets": ["[C]Twin", "kle ", "[Am]lit", "tle ", "[F]won", "der", "ful ", "[G7]star "],
    "Yamaha XF": ["Twin", "kle^", "lit", "tle^", "/won", "der", "ful^", "star<"],
    "Yamaha XF, space first": ["Twin", "kle", "^lit", "tle", "^won", "der", "ful", "^star"],
    "Rock Band": ["Twin-", "kle", "lit-", "tle", "won-", "der-", "ful", "star"],
    "Rock Band, spoken": ["Twin-#", "kle#", "lit-^", "tle^", "won-*", "der-#", "ful#", "star^"],
    "Rock Band, range marks": ["Twin-", "kle%", "lit-", "tle", "won-", "der-", "ful$", "star%"],
    "Rock Band, hyphens": ["Twin=", "kle", "lit-", "tle", "won=", "der=", "ful", "star"],
    "tags of RP-026": ["{@LATIN}Twin", "kle ", "lit", "tle ", "{#x=y}won", "der", "ful ", "star "],
    "tags of HTML": ["<b>Twin", "kle</b> ", "lit", "tle ", "won", "der", "ful ", "star<br>"],
    "bars for lines": ["Twin", "kle|", "lit", "tle ", "won", "der", "ful ", "star|"],
    "underscores for spaces": ["Twin", "kle_", "lit", "tle_", "won", "der", "ful_", "star_"],
    "zeros behind": ["Twin\0", "kle \0", "lit\0", "tle \0", "won\0", "der\0", "ful \0", "star\0"],
    "entities": ["Twin", "kle&nbsp;", "lit", "tle ", "won", "der", "ful ", "star&#32;"],
    "notes drawn": ["♪Twin", "kle ", "lit", "tle ", "won", "der", "ful ", "star♫"],
}


@pytest.mark.parametrize("kind", ["lyrics", "text"])
@pytest.mark.parametrize("marks", MARKED)
def test_marks_of_programs_are_no_letters(marks: str, kind: str) -> None:
    found = read(write(track(MELODY, lines(MARKED[marks]), kind=kind), charset="utf-8"), "x.kar").notes
    assert [note.syllable for note in found] == ["Twin", "kle", "lit", "tle", "won", "der", "ful", "star"]
    assert words(found) == TWINKLE_WORDS


def test_a_syllable_slides_on_where_a_plus_stands() -> None:
    texts = ["Twin-", "kle", "+", "lit-", "tle", "+", "+", "star"]
    found = read(write(track(MELODY, lines(texts)))).notes
    assert [(note.syllable, note.duration_ql) for note in found] == [
        ("Twin", 1.0), ("kle", 2.0), ("lit", 1.0), ("tle", 3.0), ("star", 1.0),
    ]  # fmt: skip


def test_syllables_of_one_note_are_parted() -> None:
    texts = ["Twin-", "kle§all", "lit-", "tle", "won-", "der-", "ful", "star"]
    assert [note.syllable for note in read(write(track(MELODY, lines(texts)))).notes][1] == "kle all"


def test_headers_of_yamaha_are_not_sung_and_state_title_and_language() -> None:
    head = [(0.0, "XFhd:1999::Pops"), (0.0, "XFln:JP:Twinkle:Jane"), (0.0, "$Lyrc:1:0:JP")]
    song = read(write(track(lyrics=head, kind="text"), track(MELODY, lines(SPACED))))
    assert words(song.notes) == TWINKLE_WORDS
    assert song.title == "Twinkle"


def test_plain_texts_are_words_if_the_notes_say_so() -> None:
    assert words(read(write(track(MELODY, lines(SPACED), kind="text"))).notes) == TWINKLE_WORDS
    late = [place + 0.4 for place in ONE_TEXT_EACH]
    assert refusal(write(track(MELODY, lines(SPACED, late), kind="text"))) == "no_lyrics"


def test_words_that_stand_twice_are_taken_once() -> None:
    song = read(write(track(lyrics=lines(SLASHED), kind="text"), track(MELODY, lines(SPACED))))
    assert words(song.notes) == TWINKLE_WORDS
    assert song.left_out == {"repeated": 8}


def second(shift: float) -> tuple[list[Note], list[str]]:
    return [(place + shift, 1.0, 72) for place in ONE_TEXT_EACH], [
        "How ",
        "I ",
        "won",
        "der ",
        "what ",
        "you ",
        "are ",
        "now ",
    ]


@pytest.mark.parametrize("one_part", [False, True])
def test_singers_who_take_turns_are_both_read(one_part: bool) -> None:
    notes, texts = second(8)
    places = [place + 8 for place in ONE_TEXT_EACH]
    parts = [track([*MELODY, *notes])] if one_part else [track(MELODY), track(notes, channel=1)]
    song = read(write(track(lyrics=lines(SPACED)), track(lyrics=lines(texts, places)), *parts))
    assert [word for word, _ in words(song.notes)][::3] == ["Twinkle", "little", "wonderful", "I", "what", "now"]
    assert len(song.notes) == 16
    assert song.left_out == {}


def test_a_singer_beside_the_first_is_counted() -> None:
    notes, texts = second(0.5)
    places = [place + 0.5 for place in ONE_TEXT_EACH]
    song = read(write(track(MELODY, lines(SPACED)), track(notes, lines(texts, places), channel=1)))
    assert len(song.notes) == 8
    assert song.left_out == {"other_voices": 8}


def test_syllables_without_a_note_are_counted() -> None:
    melody = [note for note in MELODY if note[0] not in {0.0, 5.0}]
    song = read(write(track(melody, lines(SPACED))))
    assert [note.syllable for note in song.notes] == ["kle", "lit", "tle", "won", "ful", "star"]
    assert song.left_out == {"without_note": 2}


@pytest.mark.parametrize("kind", ["of no length", "with a copy of no length", "with a higher note of no length"])
def test_a_syllable_stays_where_its_note_or_a_copy_of_it_has_no_length(kind: str) -> None:
    melody = list(MELODY)
    extra: list[tuple[float, Any]] = []
    if kind == "of no length":
        del melody[3]
    pitch = 90 if kind == "with a higher note of no length" else 63
    extra += [(3, mido.Message("note_on", note=pitch, velocity=90)), (3, mido.Message("note_off", note=pitch))]
    song = read(write(track(melody, lines(SPACED), extra=extra)))
    assert words(song.notes) == TWINKLE_WORDS
    assert [note.pitch for note in song.notes] == [60 + index for index in range(8)]
    assert song.notes[3].duration_ql == (0.25 if kind == "of no length" else 1.0)
    assert song.left_out == {}


def test_letters_of_no_language_are_no_words_and_the_stated_language_must_fit() -> None:
    texts = ["Во ", "по", "ле ", "бе", "рё", "за ", "сто", "я "]
    for name in ("cp1251", "koi8-r", "utf-16", "utf-8-sig"):
        raw = [text.encode(name).decode("latin1") for text in texts]
        song = read(write(header("@LENGL"), track(MELODY, lines(raw))))
        assert [note.syllable for note in song.notes] == [text.strip() for text in texts]
        assert song.language is None
    mistaken = [text.encode("cp1251").decode("latin1") for text in texts]
    assert refusal(write(track(MELODY, lines(mistaken)), charset="utf-8")) == "unknown_encoding"


WIND = "When the sum mer wind be gins to blow a cross the o pen sea I think of you and me and all that we have been"
SUNG_AS = {
    "midi-encodings/russian-cp1251.kar": "Вот о но ка ко е си не е мо ре",
    "midi-encodings/japanese-shift-jis.mid": "さ く ら さ く ら や よ い",
    "midi-encodings/polish-cp1250.mid": "Sto lat sto lat niech ży je ży je nam",
    "midi-encodings/german-utf-16.mid": "Für dich und für uns al le hier",
    "midi-notes-of-length-zero/note-of-length-zero-with-a-syllable.mid": WIND,
    "midi-that-players-accept/key-signature-of-8-sharps.mid": WIND,
    "midi-that-players-accept/control-change-value-255.mid": WIND,
    "midi-that-players-accept/riff-rmid-wrapper.mid": WIND,
    "midi-that-players-accept/alien-chunk-between-tracks.mid": WIND,
    "midi-that-players-accept/track-length-3-too-long.mid": WIND,
    "midi-that-players-accept/control-plain.mid": WIND,
    "midi-which-texts-are-sung/chord-name-track-has-more-texts-than-the-words-track.kar": WIND,
    "midi-which-texts-are-sung/yamaha-xf-caret-for-space.mid": WIND,
}


@needs_cases
@pytest.mark.parametrize("name", SUNG_AS)
def test_odd_files_of_the_field(name: str) -> None:
    path = CASES / name
    (song,) = karaoke.read(path.read_bytes(), path.name)
    expected = SUNG_AS[name].split()
    assert [note.syllable or note.word for note in song.notes][: len(expected)] == expected
    assert song.left_out == {}
    pitches = [60, 62, 64, 65, 67, 69, 71, 72]
    assert [note.pitch for note in song.notes] == [pitches[index % 8] for index in range(len(song.notes))]
    if SUNG_AS[name] is WIND:
        assert len(song.notes) == 27
        assert song.notes[2].word == "summer"
