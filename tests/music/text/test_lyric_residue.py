"""What is taken out of lyrics and counted, which marks are kept, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text.lyric_residue import clean, residue_left
from musicdata.music.text.residue_count import Removed
from tests.music.text import planted_residue as planted
from tests.music.text.planted_residue import FIRST, SECOND, VERSE

CHARACTERS = {"rule_line", "html_tag", "html_entity", "control_character", "invisible_character", "note_sign"}


def test_the_planted_are_many() -> None:
    assert len(set(planted.BETWEEN_LINES)) + len(planted.HEADS) + len(planted.TAILS) + len(planted.IN_LINES) > 150
    assert len(set(planted.LOOK_ALIKES)) > 120


@pytest.mark.parametrize("residue", planted.BETWEEN_LINES)
def test_residue_between_lines_goes(residue: str) -> None:
    cleaned = clean(f"{FIRST}\n{residue}\n{SECOND}")
    # A rule parts stanzas, and a line with nothing but markup was an empty one; all else leaves none behind.
    parts = not CHARACTERS.isdisjoint(cleaned.removed)
    assert cleaned.text == (f"{FIRST}\n\n{SECOND}" if parts else VERSE)
    assert cleaned.removed
    assert residue_left(f"{FIRST}\n{residue}\n{SECOND}")


@pytest.mark.parametrize("head", planted.HEADS)
@pytest.mark.parametrize("after", ["\n", "\n\n[Verse 1]\n", "[Verse 1]\n"])
def test_residue_before_the_first_line_goes(head: str, after: str) -> None:
    if after.startswith("[") and not head.endswith(("Lyrics", "Read More", "\xa0")):
        after = f"\n{after}"
    cleaned = clean(f"{head}{after}{VERSE}", "River")
    assert cleaned.text == VERSE
    assert [mark.label for mark in cleaned.marks] == (["Verse 1"] if "[" in after else [])


@pytest.mark.parametrize("tail", planted.TAILS)
def test_residue_after_the_last_line_goes(tail: str) -> None:
    assert clean(VERSE + tail).text == VERSE


@pytest.mark.parametrize(("text", "left"), planted.IN_LINES)
def test_residue_in_lines_goes(text: str, left: str) -> None:
    assert clean(text).text == left


@pytest.mark.parametrize("line", planted.LOOK_ALIKES)
def test_what_looks_like_residue_and_is_sung_stays(line: str) -> None:
    for text in (f"{FIRST}\n{line}\n{SECOND}", line):
        assert (clean(text, "River").text, residue_left(text)) == (text, [])


def test_look_alikes_stay_at_both_ends_of_a_text() -> None:
    text = "\n".join([*planted.LOOK_ALIKES, *reversed(planted.LOOK_ALIKES)])
    assert clean(text).text == text


def test_marks_stand_before_the_lines_they_speak_of() -> None:
    text = (
        "[Verse 1: Ivy & Moss]\none\ntwo (x2)\n\n[Chorus]\n\nthree\n[Chorus]\n\n[Bridge] four\n"
        "Pre-Chorus:\nfive\n(Chorus x3)\n[Post-Chorus]\n[whispering]\n[Repeat x2]"
    )
    cleaned = clean(text)
    assert cleaned.text == "one\ntwo\n\nthree\n\nfour\nfive"
    assert [tuple(mark) for mark in cleaned.marks] == [
        ("verse", "Verse 1", "Ivy & Moss", None, 0),
        ("other", None, None, 2, 2),
        ("chorus", "Chorus", None, None, 3),
        ("chorus", "Chorus", None, None, 5),
        ("bridge", "Bridge", None, None, 5),
        ("pre_chorus", "Pre-Chorus", None, None, 6),
        ("chorus", "Chorus", None, 3, 7),
        ("other", "Post-Chorus", None, None, 7),
        ("other", "whispering", None, None, 7),
        ("other", None, None, 2, 7),
    ]


def test_removals_are_counted_by_rule() -> None:
    cleaned = clean("[Chorus]\nRock &amp; roll &amp; soul\n-----\nBye12Embed")
    assert cleaned.removed == {
        "embed": Removed(1, 7),
        "html_entity": Removed(2, 8),
        "rule_line": Removed(1, 5),
        "section_mark": Removed(1, 8),
    }


def test_the_title_before_the_words_goes_where_it_is_known() -> None:
    assert clean(f"Old River Lyrics\n{VERSE}", "old river").text == VERSE
    assert clean(f"Old River Lyrics\n{VERSE}").text == f"Old River Lyrics\n{VERSE}"


PIECES = """[ ] ( ) < > 00:12.3 & amp; #38; lt; br script Chorus : Verse 1 Embed 5 x2 a A m7 ******* ---- ... ♪ Lyrics Read
More Share URL Copy Cancel Live $ 17 Ã © â € ™ é … » ð Ÿ Translations Español bis Submit Corrections © \ufdd0 0 p. ? ["""
PHRASES = [
    "2 Contributors",
    "You might also like",
    "Get tickets as low as $1",
    "See A Live",
    "How to Format Lyrics:",
    "Writer: I",
    "作词：我",
    "e",
    "--0--",
    "This Lyrics is NOT for Commercial use",
    "[Verse 1: A]",
    "[x2]",
    "(x2)",
    "Am F C",
    "&amp;amp;",
    "<br>",
]
ODD = [
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r",
    "\t",
    "\x1c",
    "\x85",
    "\x92",
    "\u200b",
    "\u200d",
    "e\u0301",
    "\u0316\u0301",
    "\u1e9b\u0323",
    "ｘ",
    "İ",
    "ǅ",
]
pieces = st.sampled_from([*PIECES.split(), *PHRASES, *ODD])


@given(st.one_of(st.text(), st.lists(pieces, max_size=30).map("".join)), st.sampled_from([None, "a", "A Lyrics"]))
def test_cleaning_twice_is_cleaning_once(text: str, title: str | None) -> None:
    cleaned = clean(text, title)
    once = cleaned.text
    again = clean(once, title)
    assert (again.text, again.marks, again.removed) == (once, (), {})
    assert once == once.strip()
    assert "\n\n\n" not in once
    assert all(line == " ".join(line.split()) for line in once.split("\n"))
    assert all(0 <= mark.line <= once.count("\n") + 1 for mark in cleaned.marks)
    assert all(removed.n > 0 <= removed.n_characters for removed in cleaned.removed.values())


HOSTILE = (
    "hello my love ", "[", "[]", "[a]", "(", "(x2)", "[Chorus] a ", "amp;", "Embed", "Embed\n", "* ", "-", "Lyrics", "Español",
    "See x Live", "Get tickets as low as $1", "aYou might also like\n", "verse ", "<", "<script>", "<br>", "\u0301\u0316",
    "\u05b0\u0591", "a\u200d", "Ã©", "Ã", "â€", "é…»", "C ", "Am ", "e|--", "[00:0", "1", "Writer: a\n", " ", "\0", "中文",
    "(c)", "thanks to ", "alyrics", "w.", "Share URL Copy ",
)  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_texts_end_soon(unit: str) -> None:
    """Patterns that look again and again at the same letters would take minutes here, and run into the time limit."""
    for text in (unit * (20_000 // len(unit)), f"1 Contributors{unit * (20_000 // len(unit))}x"):
        assert residue_left(clean(text).text) == []


@pytest.mark.long
@pytest.mark.parametrize("unit", HOSTILE)
def test_a_megabyte_ends_soon(unit: str) -> None:
    assert residue_left(clean(unit * (1_000_000 // len(unit))).text) == []
