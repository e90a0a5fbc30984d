"""How the words of a song are cut into sections."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text import lyric_residue
from musicdata.music.text.lyric_marks import Mark
from musicdata.music.text.lyric_sections import Section, cut


def sections(text: str) -> list[Section]:
    cleaned = lyric_residue.clean(text)
    return cut(cleaned.text, cleaned.marks)


def spans(found: list[Section]) -> list[tuple[str, str | None, int, int]]:
    return [(one.kind, one.label, one.first_line, one.n_lines) for one in found]


def numbered(n: int, first: int = 0) -> str:
    return "\n".join(f"line number {number} of it" for number in range(first, first + n))


SONG = """[Verse 1: Ivy]
Under the willow
I wait for you

[Chorus]
Sing it loud,
the river is slow

[Verse 2]
Over the meadow
you walk to me
[Chorus x2]
Sing it LOUD
The river is slow!

Nobody marked
what this is
and goes on

[Chorus]
[Outro]
Bye"""


def test_marks_part_a_song_and_an_empty_line_ends_what_they_mark() -> None:
    found = sections(SONG)
    assert spans(found) == [
        ("verse", "Verse 1", 0, 2),
        ("chorus", "Chorus", 3, 2),
        ("verse", "Verse 2", 6, 2),
        ("chorus", "Chorus", 8, 2),
        ("unmarked", None, 11, 3),
        ("outro", "Outro", 15, 1),
    ]
    assert [one.repeat_of for one in found] == [None, None, None, 1, None, None]
    assert [one.repeats for one in found] == [0, 1, 0, 0, 0, 0]
    assert [one.n_words for one in found] == [7, 7, 7, 7, 8, 1]


def test_a_mark_without_words_makes_no_section_and_names_of_singers_part_nothing() -> None:
    assert spans(sections("[Chorus]\n\n[Verse]\none\n[Ivy]\ntwo\n[x2]\n[Chorus]")) == [("verse", "Verse", 0, 2)]


def test_what_no_part_is_named_by_keeps_its_label_to_itself() -> None:
    assert spans(sections("[Post-Chorus]\none\ntwo")) == [("other", None, 0, 2)]


def test_without_marks_stanzas_are_sections() -> None:
    text = "\n\n".join((numbered(4), numbered(5, 4), numbered(4)))
    found = sections(text)
    assert spans(found) == [("unmarked", None, 0, 4), ("unmarked", None, 5, 5), ("unmarked", None, 11, 4)]
    assert [(one.repeat_of, one.repeats) for one in found] == [(None, 1), (None, 0), (0, 0)]


def test_short_stanzas_go_together_unless_they_are_sung_again() -> None:
    couplets = "a b\nc d\n\ne f\ng h\n\nhey ho\nhey ho ho\n\ni j\nk l\n\nHey, ho!\nHey ho ho"
    assert [(one.first_line, one.n_lines, one.repeat_of) for one in sections(couplets)] == [
        (0, 5, None), (6, 2, None), (9, 2, None), (12, 2, 1),
    ]  # fmt: skip
    double_spaced = numbered(8).replace("\n", "\n\n")
    assert [(one.first_line, one.n_lines) for one in sections(double_spaced)] == [(0, 7), (8, 7)]


def test_long_stanzas_are_cut_into_blocks_alike() -> None:
    found = sections(f"{numbered(17)}\n\nand now\nthe other\none\n\n{numbered(17)}")
    assert [(one.n_lines, one.repeat_of) for one in found] == [
        (6, None),
        (5, None),
        (6, None),
        (3, None),
        (6, 0),
        (5, 1),
        (6, 2),
    ]
    for n in range(13, 80):
        blocks = sections(numbered(n))
        assert all(4 <= one.n_lines <= 8 for one in blocks), n


def test_ballads_and_prose_are_cut_by_words() -> None:
    line = " ".join(["word"] * 10)
    ballad = sections("\n".join(f"{line} {n}" for n in range(300)))
    assert sum(one.n_words for one in ballad) == 3300
    assert max(one.n_words for one in ballad) <= 200
    prose = sections("\n".join(" ".join([f"w{n}"] * 90) for n in range(7)))
    assert [one.n_lines for one in prose] == [2, 1, 2, 2]
    assert spans(sections("word " * 3000)) == [("unmarked", None, 0, 1)]


def test_chinese_counts_characters() -> None:
    assert [one.n_words for one in sections("床前明月光，疑是地上霜。\n举头望明月，低头思故乡。")] == [20]


def test_lines_of_signs_alone_belong_to_a_section_too() -> None:
    assert spans(cut("...\n\n…", ())) == [("unmarked", None, 0, 3)]
    assert cut("", ()) == []


LINES = st.lists(st.sampled_from(["", "", "a", "A!", "b c", "d e f", "…", "word " * 60, "中文"]), max_size=60)
KINDS = st.sampled_from(
    [("chorus", "Chorus"), ("verse", "Verse 1"), ("other", None), ("other", "Ivy"), ("other", "Skit")]
)


@given(LINES, st.lists(st.tuples(KINDS, st.integers(0, 60)), max_size=8))
def test_every_line_is_in_one_section(lines: list[str], marks: list[tuple[tuple[str, str | None], int]]) -> None:
    text = "\n".join(lines)
    placed = [Mark(kind, label, None, None, line) for (kind, label), line in sorted(marks, key=lambda one: one[1])]
    found = cut(text, placed)
    lines = text.split("\n")
    covered = Counter(n for one in found for n in range(one.first_line, one.first_line + one.n_lines))
    assert {n for n, line in enumerate(lines) if line} <= set(covered)
    assert set(covered.values()) <= {1}
    assert [one.first_line for one in found] == sorted(one.first_line for one in found)
    for number, one in enumerate(found):
        assert lines[one.first_line]
        assert lines[one.first_line + one.n_lines - 1]
        if one.repeat_of is not None:
            assert one.repeat_of < number
            assert found[one.repeat_of].repeat_of is None
    assert sum(one.repeats for one in found) == sum(one.repeat_of is not None for one in found)
