from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import RenderError
from musicdata.music.render import notation
from musicdata.music.render.notation import Note, write

SIMPLE = [Fraction(n, d) for d in (1, 2, 4, 8, 16, 3, 6, 12, 24, 5, 10, 20, 7, 14, 28) for n in (1, 2, 3, 5, 9)]


@pytest.mark.parametrize(
    ("duration_ql", "token", "heads"),
    [
        (1.0, "c'4", 1),
        (1.5, "c'4.", 1),
        (0.0625, "c'64", 1),
        (8.0, r"c'\breve", 1),
        (5.0, "c'1~ c'4", 2),
        (2.5, "c'2~ c'8", 2),
        (32.5, r"c'\breve~ c'\breve~ c'\breve~ c'\breve~ c'8", 5),
    ],
)
def test_length_in_written_values(duration_ql: float, token: str, heads: int) -> None:
    staff = write([Note(60, duration_ql)])
    assert (staff.tokens, staff.heads) == ((token,), (heads,))


def test_rests_stand_before_their_note_and_are_not_tied() -> None:
    assert write([Note(60, 1.0), Note(62, 1.0, rest_ql=2.5)]).tokens == ("c'4", "r2 r8 d'4")


def test_one_bracket_around_a_full_triplet() -> None:
    staff = write([Note(60, 0.333333), Note(60, 0.333333), Note(60, 0.333334), Note(60, 1.0)])
    assert staff.tokens == (r"\tuplet 3/2 { c'8", "c'8", "c'8 }", "c'4")
    assert staff.durations_ql[:3] == (Fraction(1, 3),) * 3


def test_rest_inside_a_bracket_and_another_odd_factor_after_it() -> None:
    staff = write([Note(60, 1 / 3, rest_ql=2 / 3), Note(62, 0.2), Note(62, 0.8)])
    assert staff.tokens == (r"\tuplet 3/2 { r4 c'8 }", r"\tuplet 5/4 { d'16", "d'4 }")


def test_unfinished_bracket_is_closed() -> None:
    assert write([Note(60, 1 / 3), Note(60, 1 / 3)]).tokens == (r"\tuplet 3/2 { c'8", "c'8 }")
    (alone,) = write([Note(60, 1 / 3)]).tokens
    assert alone.endswith(r"\tuplet 3/2 { c'8 }")
    assert "bracket-visibility = ##f" in alone


@given(st.lists(st.tuples(st.integers(0, 127), st.sampled_from(SIMPLE), st.sampled_from([*SIMPLE, 0]))))
def test_written_values_add_up_and_brackets_balance(notes: list[tuple[int, Fraction, Fraction]]) -> None:
    staff = write([Note(pitch, float(length), float(rest)) for pitch, length, rest in notes])
    total, shrink, inside = Fraction(0), Fraction(1), 0
    for word in " ".join(staff.tokens).split():
        if "/" in word:
            top, bottom = word.split("/")
            shrink = Fraction(int(bottom), int(top))
        elif word in "{}":
            inside += 1 if word == "{" else -1
            assert inside in {0, 1}
            shrink = shrink if word == "{" else Fraction(1)
        elif word[0] in "abcdefgr" and word != "r":
            value = word.rstrip("~").lstrip("abcdefgris',")
            dots = value.count(".")
            length = Fraction(8) if value.startswith("\\breve") else Fraction(4, int(value.rstrip(".")))
            total += length * (2 - Fraction(1, 2**dots)) * shrink
    assert inside == 0
    assert total == sum(length + rest for _, length, rest in notes)


@pytest.mark.parametrize("value", [0.0, -1.0, 0.29, 1 / 9, 0.01, 1e9, float("nan"), float("inf"), 128.5])
def test_what_has_no_notation_is_said(value: float) -> None:
    with pytest.raises(RenderError, match="not_notatable: the length of note 1 is") as caught:
        write([Note(60, 1.0), Note(60, value)])
    assert caught.value.reason == "not_notatable"
    assert str(value) in caught.value.detail


@pytest.mark.parametrize("pitch", [-1, 128])
def test_pitch_outside_midi_is_said(pitch: int) -> None:
    with pytest.raises(RenderError, match="not_notatable"):
        write([Note(pitch, 1.0)])


@pytest.mark.parametrize(
    ("pitches", "names"),
    [
        ([60, 62, 64, 65, 67, 69, 71], "c4 d4 e4 f4 g4 a4 b4"),
        ([64, 66, 68, 69, 71, 73, 75], "e4 fis4 gis4 a4 b4 cis5 dis5"),
        ([63, 65, 67, 68, 70, 72, 74], "ees4 f4 g4 aes4 bes4 c5 d5"),
        ([57, 59, 60, 62, 64, 65, 68], "a3 b3 c4 d4 e4 f4 gis4"),
        ([61], "cis4"),
        ([70], "bes4"),
    ],
)
def test_spelling_follows_the_collection(pitches: list[int], names: str) -> None:
    assert notation.spell(pitches) == tuple(names.split())


@given(st.lists(st.integers(0, 127), min_size=1))
def test_names_sound_their_pitch(pitches: list[int]) -> None:
    names = notation.spell(pitches)
    staff = write([Note(p, 1.0, spelling=name) for p, name in zip(pitches, names, strict=True)])
    assert staff.spellings == names


def test_spelling_that_sounds_otherwise_is_refused() -> None:
    assert write([Note(61, 1.0, spelling="des4")]).tokens == ("des'4",)
    assert write([Note(60, 1.0, spelling="bis3")]).tokens == ("bis4",)
    with pytest.raises(ValueError, match="des4 does not sound MIDI note 62"):
        write([Note(62, 1.0, spelling="des4")])


@pytest.mark.parametrize(
    ("pitches", "clef"),
    [
        ([60, 72], "treble"),
        ([40, 55], "bass"),
        ([84, 76], "treble"),
        ([96, 98], "treble8va"),
        ([120], "treble15ma"),
        ([24], "bass8vb"),
        ([0], "bass15mb"),
    ],
)
def test_clef_with_the_fewest_ledger_lines(pitches: list[int], clef: str) -> None:
    assert write([Note(pitch, 1.0) for pitch in pitches]).clef == clef


def test_note_sheet_names_differ_where_pictures_do() -> None:
    names = {
        notation.note_sheet_id(staff.clef, staff.spellings[0], staff.durations_ql[0])
        for pitch in range(128)
        for length in (0.5, 1 / 3, 1.5)
        for clef in ("treble", "bass")
        for staff in [write([Note(pitch, length)], clef)]
    }
    assert len(names) == 128 * 3 * 2
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in names)
