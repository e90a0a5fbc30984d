"""The notes and syllables of small tunes in ABC, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import abc_notation
from musicdata.music.formats.song import Song

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = "X:1\nT:Fr\\'ed\\'eric\nC:A. B.\nA:C. D.\nZ:abc-copyright CC0\nM:3/4\nL:1/8\nK:G\n"


def read(text: str) -> Song:
    (song,) = abc_notation.read_each(text.encode(), "a.abc").values()
    assert isinstance(song, Song), song
    return song


def rows(body: str, head: str = HEAD) -> list[tuple[object, ...]]:
    """Pitch, duration, rest, syllable and word of each note."""
    return [(n.pitch, n.duration_ql, n.rest_ql, n.syllable, n.word) for n in read(head + body).notes]


def short(body: str, head: str = HEAD) -> list[tuple[object, ...]]:
    return [row[:4] for row in rows(body, head)]


def syllables(song: Song) -> Sequence[str | None]:
    return [note.syllable for note in song.notes]


def test_a_tune_with_a_pickup_a_key_and_what_is_said_of_it() -> None:
    song = read(f"{HEAD}D2|G3 A B2|\nw:A-|ma-zing grace\nF4 z2|]\nw:how")
    assert [(n.pitch, n.duration_ql, n.rest_ql, n.syllable, n.word, n.word_index) for n in song.notes] == [
        (62, 1.0, 0.0, "A", "Amazing", 0),
        (67, 1.5, 0.0, "ma", "Amazing", 0),
        (69, 0.5, 0.0, "zing", "Amazing", 0),
        (71, 1.0, 0.0, "grace", "grace", 1),
        (66, 2.0, 0.0, "how", "how", 2),
    ]
    assert (song.name, song.title, song.composer, song.lyricist, song.rights) == (
        "", "Frédéric", "A. B.", "C. D.", "CC0",
    )  # fmt: skip
    assert song.left_out == {}


def test_holds_rests_ties_and_broken_rhythm() -> None:
    assert short("d>c B2 A2-|A2 z2 G2|\nw:one__ two_ three") == [
        (74, 2.0, 0.0, "one"),  # dotted quarter of an eighth pair, and two held
        (69, 2.0, 0.0, "two"),
        (67, 1.0, 1.0, "three"),
    ]


def test_triplets_chords_graces_and_slurs() -> None:
    assert short("(3DEF {c}[GB]2 (AG)|\nw:a b c d e *") == [
        (62, pytest.approx(1 / 3), 0.0, "a"),
        (64, pytest.approx(1 / 3), 0.0, "b"),
        (66, pytest.approx(1 / 3), 0.0, "c"),
        (71, 1.0, 0.0, "d"),
        (69, 1.0, 0.0, "e"),
    ]


def test_signs_of_words() -> None:
    body = "G2 A2 B2|c2 d2 e2|f2 g2 a2|\nw:of~the well\\-known|sol- - fa|* fine ex tra\n"
    song = read(HEAD + body)
    assert [(n.syllable, n.word, n.duration_ql) for n in song.notes] == [
        ("of the", "of the", 1.0),
        ("well-known", "well-known", 2.0),  # the bar ends before B2 has a syllable
        ("sol", "solfa", 2.0),
        ("fa", "solfa", 2.0),  # and the note that the asterisk leaves out
        ("fine", "fine", 1.0),
        ("ex", "ex", 1.0),
    ]
    assert song.left_out == {"no_note": 1}


def test_words_go_on_where_those_before_ended() -> None:
    late = read(f"{HEAD}G2 A2 B2|\nc2 d2 e2|\nw:a b c d e f")
    at_once = read(f"{HEAD}G2 A2 B2|\nw:a b c\nc2 d2 e2|\nw:d e f")
    assert late.notes == at_once.notes
    assert syllables(read(f"{HEAD}G2 A2 B2|\nw:\nc2 d2 e2|\nw:a b-\nf2 g2 a2|\nw: c d")) == ["a", "b", "c", "d"]


def test_the_first_verse_is_read_and_the_others_are_counted() -> None:
    song = read(f"{HEAD}G2 A2 B2|\nw:1.~one and two\nw:2.~three and four\n%%text free\nc2 d2 e2|\nw:a b c\nw:d e f")
    assert syllables(song) == ["one", "and", "two", "a", "b", "c"]
    assert song.left_out == {"other_verses": 6}


def test_a_number_by_itself_is_no_syllable() -> None:
    assert syllables(read(f"{HEAD}G2 A2 B2|\nw: 1. one and two")) == ["one", "and", "two"]


def test_what_is_no_music_is_no_note() -> None:
    body = 'G2"Am7"A2!fermata!B2|"^slow"c2 [r:remark]d2 y e2|\ns: * !pp! *\nr:abc\nP:A\nw:a b c d e f\n+: g\nd6|'
    assert syllables(read(HEAD + body)) == ["a", "b", "c", "d", "e", "f"]


def test_bars_of_rest_and_changes_within_a_line() -> None:
    assert short("G6|Z2|[K:F][M:2/4]B2 c2|[L:1/4]B2|\nw:a b c d") == [
        (67, 3.0, 0.0, "a"),
        (70, 1.0, 6.0, "b"),
        (72, 1.0, 0.0, "c"),
        (70, 2.0, 0.0, "d"),
    ]


def test_the_voice_with_most_words_is_sung() -> None:
    body = "V:1\nG2 A2 B2|\nw:one\nV:2\nD2 E2 F2|\nw:do re mi\nV:1\nc6|\nV:2\n[V:2]G,6|\nw:sol"
    song = read(HEAD + body)
    assert [(n.pitch, n.syllable) for n in song.notes] == [(62, "do"), (64, "re"), (66, "mi"), (55, "sol")]
    assert song.left_out == {"other_parts": 1}


@pytest.mark.parametrize(
    ("key", "voice", "pitch"),
    [("K:C clef=treble-8", "", 48), ("K:C octave=1", "", 72), ("K:C", 'V:T clef=treble-8 name="Tenor"\n', 48)],
)
def test_voices_that_sound_in_another_octave(key: str, voice: str, pitch: int) -> None:
    assert [note.pitch for note in read(f"X:1\nL:1/4\n{key}\n{voice}C|\nw:a").notes] == [pitch]


def test_several_tunes_and_one_that_is_broken() -> None:
    text = (
        "M:4/4\nL:1/4\n\nX:1\nT:One\nK:C\nCDEF|\nw:a b c d\n\nabc\n\nX:2\nT:no key\nCDEF|\nw:a b c d\n\n"
        "X:3\nK:C\nCDEF|\n\nX:1\nK:C exp ^f\nC|\nw:a\n\nX:1\nT:Two\nK:C transpose=0\nC|\nw:a\n"
    )
    songs = abc_notation.read_each(text.encode(), "a.abc")
    reasons = {name: song.reason for name, song in songs.items() if isinstance(song, FormatError)}
    assert reasons == {"X:2": "no_key", "X:3": "no_lyrics", "X:1 (2)": "unsupported_abc"}
    whole = {name: song for name, song in songs.items() if isinstance(song, Song)}
    assert {name: song.title for name, song in whole.items()} == {"X:1": "One", "X:1 (3)": "Two"}
    assert [note.pitch for note in whole["X:1"].notes] == [60, 62, 64, 65]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"no tune", "not_abc"),
        (b"X:1\0\nK:C\nC", "not_text"),
    ],
)
def test_what_is_no_abc(text: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        abc_notation.read_each(text, "a.abc")
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "body",
    ["m:~n3=(3o/n/m/\nC|\nw:a", "U:T=!trill!\nC|\nw:a", "V:1 transpose=3\nC|\nw:a", "K:C transpose=-2\nC|\nw:a"],
)
def test_what_would_be_read_wrongly_is_not_read(body: str) -> None:
    (song,) = abc_notation.read_each((HEAD + body).encode(), "a.abc").values()
    assert isinstance(song, FormatError)
    assert song.reason == "unsupported_abc"


def test_a_sign_without_a_note_is_not_sung_as_a_c() -> None:
    (song,) = abc_notation.read_each(f"{HEAD}G2 ^ A2|\nw:a b c".encode(), "a.abc").values()
    assert isinstance(song, FormatError)
    assert song.reason == "unreadable_score"


def test_counts_are_those_of_the_file() -> None:
    text = f"{HEAD}G2 A2 B2|\nw:1. one and two three\nw:2. four _ five".encode()
    (song,) = abc_notation.read_each(text, "a.abc").values()
    assert isinstance(song, Song)
    least, most = abc_notation.count_syllables(text)
    assert least <= len(song.notes) + sum(song.left_out.values()) <= most
    assert (least, most) == (6, 8)
