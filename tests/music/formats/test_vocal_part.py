"""What is sung of what is written: which verse, and what a syllable is held over."""

from __future__ import annotations

import pytest

from musicdata.music.formats import musicxml
from tests.music.formats.test_musicxml import short
from tests.musicxml_scores import grace, lyric, note, part, rest, score

TIE, TIED = '<tie type="start"/>', '<tie type="stop"/>'
SLUR, SLURRED = (f'<notations><slur type="{kind}" number="1"/></notations>' for kind in ("start", "stop"))
LINE, LINE_BEGINS = "<extend/>", '<extend type="start"/>'
LINE_GOES_ON = '<lyric number="1"><extend type="continue"/></lyric>'
LINE_ENDS = '<lyric number="1"><extend type="stop"/></lyric>'


def sung(text: str, verse: str = "1", pitch: str = "C4") -> str:
    """Quarter notes with these words."""
    return "".join(note(pitch, 12, lyric(word, number=verse)) for word in text.split())


def bare(n: int, extra: str = "") -> str:
    return note("G4", 12, extra=extra) * n


def both(first: str, second: str) -> str:
    """Quarter notes with words of two verses."""
    pairs = zip(first.split(), second.split(), strict=True)
    return "".join(note("C4", 12, lyric(a), lyric(b, number="2")) for a, b in pairs)


def held(*measures: str) -> list[tuple[object, object, object]]:
    """Syllable, duration and the rest before it."""
    return [(syllable, duration, silence) for _, duration, silence, syllable in short(*measures)]


def texts(*measures: str) -> str:
    return " ".join(str(row[0]) for row in held(*measures))


def left_out(*measures: str) -> dict[str, int]:
    (song,) = musicxml.read(score(part(*measures)), "x.xml")
    return song.left_out


def ending(number: str, content: str) -> str:
    begin = f'<barline location="left"><ending number="{number}" type="start"/></barline>'
    return f'{begin}{content}<barline location="right"><ending number="{number}" type="stop"/></barline>'


@pytest.mark.parametrize("n_bars", [1, 2, 8, 40])
@pytest.mark.parametrize(
    "interlude",
    [
        bare(4),
        bare(1, SLUR) + bare(2) + bare(1, SLURRED),  # bound among themselves
        bare(2) + note("G4", 12, extra=TIE) + note("G4", 12, extra=TIED),
        note("G4", 12, '<lyric number="1"><humming/></lyric>') * 4,
        note("G4", 12, lyric(",")) * 4,
    ],
)
def test_bars_that_are_played_or_hummed_are_silence(interlude: str, n_bars: int) -> None:
    assert held(sung("sing to the day"), *[interlude] * n_bars, sung("now"))[3:] == [
        ("day", 1.0, 0.0), ("now", 1.0, 4.0 * n_bars),
    ]  # fmt: skip


def test_interlude_that_begins_within_the_bar() -> None:
    assert held(sung("the day") + bare(2), bare(4), bare(2) + sung("we"))[1:] == [("day", 1.0, 0.0), ("we", 1.0, 8.0)]


def test_the_end_of_a_song_is_not_held_over_what_is_played_after_it() -> None:
    assert held(sung("to the end now"), bare(4), bare(4))[-1] == ("now", 1.0, 0.0)


@pytest.mark.parametrize(
    ("first", "held_notes"),
    [
        (note("C4", 12, lyric("la"), extra=SLUR), bare(3) + "|" + bare(3) + bare(1, SLURRED)),
        (note("G4", 12, lyric("la"), extra=TIE), bare(3, TIED + TIE) + "|" + bare(4, TIED + TIE)),
        (note("C4", 12, lyric("la", more=LINE)), bare(3) + "|" + bare(4)),
        (note("C4", 12, lyric("la", more=LINE_BEGINS)), bare(3) + "|" + bare(3) + note("G4", 12, LINE_ENDS)),
        (note("C4", 12, lyric("la", "begin")), bare(3) + "|" + bare(4)),
        (note("C4", 12, lyric("la")), note("G4", 12, lyric("_")) * 3 + "|" + note("G4", 12, lyric("-")) * 4),
        (note("C4", 12, lyric("la")), note("G4", 12, LINE_GOES_ON) * 3 + "|" + note("G4", 12, LINE_GOES_ON) * 4),
    ],
)
def test_signs_of_a_melisma_hold_over_the_bar_line(first: str, held_notes: str) -> None:
    second, third = held_notes.split("|")
    following = note("C4", 12, lyric("so", "end" if ">begin<" in first else "single"))
    assert held(first + second, third, following) == [("la", 8.0, 0.0), ("so", 1.0, 0.0)]


def test_extender_ends_where_it_stops() -> None:
    line = note("C4", 12, lyric("him", more=LINE_BEGINS)) + note("D4", 12, LINE_ENDS)
    assert held(line + bare(2), sung("so")) == [("him", 2.0, 0.0), ("so", 1.0, 2.0)]
    assert held(line + bare(1, SLUR) + bare(1, SLURRED), sung("so"))[0] == ("him", 2.0, 0.0)
    slurred = note("C4", 12, lyric("him", more=LINE_BEGINS), extra=SLUR) + note("D4", 12, LINE_ENDS)
    assert held(slurred + bare(1, SLURRED) + bare(1), sung("so"))[0] == ("him", 3.0, 0.0)


def test_extender_that_the_score_does_not_end_is_bounded() -> None:
    ((_, duration, _), _) = held(note("C4", 48, lyric("him", more=LINE)), *[bare(4)] * 9, sung("so"))
    assert duration == 16.0


def test_hummed_notes_end_a_melisma_within_the_bar() -> None:
    hummed = note("G4", 12, '<lyric number="1"><humming/></lyric>')
    assert held(sung("la") + bare(1) + hummed + bare(1), sung("so")) == [("la", 2.0, 0.0), ("so", 1.0, 2.0)]


def test_extender_of_the_line_that_is_sung() -> None:
    """Where the second line is taken, its extenders count."""
    second = sung("x y z", "2") + note("C4", 12, lyric("w", number="2", more=LINE_BEGINS))
    ends = note("D4", 12, LINE_ENDS.replace('"1"', '"2"')) + bare(3)
    assert held(both("a b c d", "e f g h"), second, ends, both("i", "j"))[7:] == [("w", 2.0, 0.0), ("i", 1.0, 3.0)]


def test_hyphen_whose_word_does_not_go_on_is_no_sign() -> None:
    assert held(note("C4", 48, lyric("lost", "begin")), bare(4), sung("so"))[0] == ("lost", 4.0, 0.0)


def test_slur_that_is_never_closed_is_no_sign() -> None:
    assert held(note("C4", 48, lyric("la"), extra=SLUR), bare(4), sung("so"))[0] == ("la", 4.0, 0.0)


def test_slur_from_a_grace_note_over_its_main_note() -> None:
    slurred = grace("E4").replace("</note>", f"{SLUR}</note>") + note("C4", 48, lyric("la"))
    assert held(slurred, bare(4, SLURRED), sung("so"))[0] == ("la", 5.0, 0.0)


def test_few_notes_without_a_sign_are_held() -> None:
    """So most scores print a melisma of two notes: by a beam at best."""
    assert held(sung("la") + bare(1) + sung("so so"))[0] == ("la", 2.0, 0.0)
    assert held(sung("a b la") + bare(1), bare(1) + sung("so so so"))[2] == ("la", 3.0, 0.0)
    assert held(sung("a b la") + bare(1), bare(3) + sung("so"), sung("so"))[2] == ("la", 5.0, 0.0)
    assert held(sung("la") + bare(9) + sung("so"))[0] == ("la", 1.0, 0.0)


def test_second_ending_is_no_part_of_the_first_verse() -> None:
    for text in ("x y", "u v w x", "u v w x y z"):
        song = (
            both("a b c d", "e f g h"),
            ending("1", sung("one end")),
            ending("2", sung(text, "2")),
            sung("then"),
        )
        n = float(len(text.split()))
        assert held(*song)[4:] == [("one", 1.0, 0.0), ("end", 1.0, 0.0), ("then", 1.0, n)]
        assert left_out(*song) == {"other_verses": 4 + n}


def test_ending_for_several_passes() -> None:
    song = both("a b c d", "e f g h"), ending("1, 2", sung("one two")), ending("3", sung("x y z w", "3")), sung("then")
    assert texts(*song) == "a b c d one two then"


def test_nothing_is_held_into_a_later_ending() -> None:
    tied = note("C4", 12, extra=TIED) + bare(1)
    song = sung("a b c") + note("C4", 12, lyric("day"), extra=TIE), ending("1", tied), ending("2", tied), sung("so")
    assert held(*song)[3:] == [("day", 2.0, 0.0), ("so", 1.0, 3.0)]


def test_endings_printed_in_another_part_only() -> None:
    words = part(both("a b c d", "e f g h"), sung("one"), sung("x y z w", "2"), sung("then"))
    piano = part(bare(4), ending("1", bare(1)), ending("2", bare(4)), bare(1))
    (song,) = musicxml.read(score(words, piano), "x.xml")
    assert [n.syllable for n in song.notes] == [*"abcd", "one", "then"]


def test_refrain_on_the_second_line() -> None:
    assert texts(sung("one day I will"), sung("Hal le lu", "2"), sung("all my days")) == (
        "one day I will Hal le lu all my days"
    )
    named = "".join(note("C4", 12, f'<lyric number="2" name="chorus"><text>{word}</text></lyric>') for word in "AB")
    assert texts(both("one day", "two days"), named, both("all my", "all your")) == "one day A B all my"


def test_what_a_later_verse_sings_alone_is_silence() -> None:
    """Its neighbours show that the line is a verse of its own."""
    song = both("a b c d", "e f g h"), sung("x y z", "2"), both("i j k l", "m n o p")
    assert held(*song)[3:5] == [("d", 1.0, 0.0), ("i", 1.0, 3.0)]
    assert left_out(*song) == {"other_verses": 11}


def test_a_note_that_a_later_verse_sings_anew_is_held() -> None:
    assert held(both("a b", "e f") + sung("x", "2") + both("c", "g"))[1:] == [("b", 2.0, 0.0), ("c", 1.0, 0.0)]
    slurred = note("C4", 12, lyric("bells"), lyric("stars", number="2"), extra=SLUR)
    assert held(slurred, note("C4", 12, lyric("are", number="2"), extra=SLURRED) + sung("ring"))[0] == (
        "bells", 2.0, 0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("part1verse1", "part1verse2"),
        ("verse 1", "verse 2"),
        ("verse2", "verse10"),
        ("1", "1b"),
        ("I", "II"),
        ("first", "second"),
        ("1", "chorus"),
        ("verse", "chorus"),
        ("text", "translation"),
        ("V1", "V1a"),
    ],
)
def test_verses_are_known_by_their_names(first: str, second: str) -> None:
    """Not by their order, nor where one stands alone."""

    def under(*words: tuple[str, str]) -> str:
        return "".join(
            note("C4", 12, *(lyric(word, number=verse) for word, verse in ((b, second), (a, first)) if word != "-"))
            for a, b in words
        )

    verse = under(("a", "e"), ("b", "f")), under(("c", "g"), ("d", "h"))
    assert texts(*verse) == "a b c d"
    if second != "chorus":
        held_over = note("C4", 12, lyric("c", number=first), lyric("x", number=second), extra=SLUR)
        alone = note("C4", 12, lyric("y", number=second), extra=SLURRED)
        assert held(verse[0] + held_over + alone)[2] == ("c", 2.0, 0.0)


def test_verses_without_numbers_go_by_their_names_and_then_by_their_order() -> None:
    named = "".join(
        note("C4", 12, *(f'<lyric name="{name}"><text>{text}</text></lyric>' for text, name in pair))
        for pair in ((("e", "verse 2"), ("a", "verse 1")), (("b", "verse 1"),), (("f", "verse 2"),))
    )
    assert texts(named + sung("c", "verse 1")) == "a b c"
    plain = "".join(note("C4", 12, *(f"<lyric><text>{text}</text></lyric>" for text in pair)) for pair in ("ae", "bf"))
    assert texts(plain) == "a b"


def test_words_of_the_second_time_only() -> None:
    passes = "".join(
        note("C4", 12, *(f'<lyric number="1" time-only="{n}"><text>{text}</text></lyric>' for text, n in pair))
        for pair in ((("e", "2"), ("a", "1")), (("b", "1,3"), ("f", "2")))
    )
    assert texts(passes) == "a b"
    assert left_out(passes) == {"other_verses": 2}


def test_chord_names_typed_as_lyrics_are_no_verse() -> None:
    assert texts(both("C Am F G", "we sing the words")) == "we sing the words"
    assert left_out(both("C Am F G", "we sing the words")) == {"chord_names": 4}
    assert texts(both("C F G C", "we sing the words")) == "we sing the words"
    assert left_out(both("I V7 vi IV", "we sing the words")) == {"chord_names": 4}
    # words that look like some
    assert texts(both("I am I too", "we are we too")) == "I am I too"
    assert texts(both("Am Bach Dm A", "we sing the words")) == "Am Bach Dm A"
    assert texts(sung("A B C D E F G")) == "A B C D E F G"


def test_figures_are_no_verse_and_numbers_among_words_are_words() -> None:
    assert texts(both("6 7 5 6", "we sing the words")) == "we sing the words"
    assert left_out(both("6 7 5 6", "we sing the words")) == {"figures": 4}
    assert texts(sung("Count 1 2 3"), sung("4 and go on")) == "Count 1 2 3 4 and go on"
    assert texts(sung("1 2 3 4"), sung("I love you more")) == "1 2 3 4 I love you more"


def test_everything_printed_is_sung_or_counted() -> None:
    voices = (
        both("a b c d", "e f g h") + "<backup><duration>48</duration></backup>" + note("E3", 48, lyric("o"), voice=2)
    )
    doubled = note("C4", 12, lyric("i"), lyric("i")) + note("E4", 12, lyric("i"), chord=True) + bare(2)
    silent = "<note><rest/><duration>48</duration><voice>1</voice>" + lyric("r") + "</note>"
    assert left_out(voices, doubled, silent, rest(48)) == {
        "other_verses": 4, "other_voices": 1, "doubled": 2, "rests": 1,
    }  # fmt: skip
