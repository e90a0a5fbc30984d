"""Lyrics with times."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text.synced_lyrics import Line, parse, read, words, words_inside, written


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[00:17.12]I walked", [(17.12, "I walked")]),
        ("[00:17.1] a\n[00:17.123]b\n[0:18]c\n[100:00.00]d", [(17.1, "a"), (17.123, "b"), (18, "c"), (6000, "d")]),
        ("[00:30.00][00:10.00] again", [(10, "again"), (30, "again")]),
        ("[01:02:03.45]long", [(3723.45, "long")]),
        ("[01:02:03]long", [(3723, "long")]),
        ("[00:17:12]a\n[00:18:75]b", [(17.12, "a"), (18.75, "b")]),
        ("[offset:500]\n[00:10.00]a\n[00:00.20]b", [(0, "b"), (9.5, "a")]),
        ("[00:10.00]a\n[offset: -1500]", [(11.5, "a")]),
        ("[00:10.00]word <00:10.50>by <00:11.00>word", [(10, "word by word")]),
        ("[ar:The Moss]\n[length: 03:20]\nno time\n[00:01.00]\n[00:02.00]  \n[00:03.00]a", [(3, "a")]),
        ("[00:60.00]x\n[00:99.99]y\n[1:2]z\n[aa:bb]w\n[00:01.00", [(62, "z")]),
        ("[00:01.00][00:0<0:01>0:01]x\n[0:0]0[[0:0]0:0]", []),
        ("\ufeff[00:01.00]x\n\ufeff[00:02.00]y", [(1, "x"), (2, "y")]),
        ("[00:12,34]Hello\n[00:15,000]Again\n[1:02:03,5]long", [(12.34, "Hello"), (15, "Again"), (3723.5, "long")]),
        ("[00:12.3456]a\n[00:13.123456789]b", [(12.346, "a"), (13.123, "b")]),
        ("[00:17:123]a\n[00:18:5]b", [(17.123, "a"), (1085, "b")]),
        ("[00:12.00-00:15.00]a\n[00:16.00 --> 00:17.00] b\n[00:18.00]c[00:19.00]", [(12, "a"), (16, "b"), (18, "c")]),
        ("[00:12.00],[00:15.00]a\n[ 00:13.00 ] [00:14.00]b", [(12, "a"), (13, "b"), (14, "b"), (15, "a")]),
        ("［00:12.00］a\n[00：13．50]b", [(12, "a"), (13.5, "b")]),
        ("[-00:01.00]a\n[-01:30]b\n[00:01]c", [(0, "a"), (0, "b"), (1, "c")]),
        ("[offset:-1000]\n[-00:00.50]a", [(0.5, "a")]),
        ("\ufeff[OFFSET: + 500 ms]\r\n[00:10.00]a\r\n[00:12.00]b\r[00:13.00]c", [(9.5, "a"), (11.5, "b"), (12.5, "c")]),
        (
            "[00:01.00]v1: Seven days\n[00:02.00]v2:Tightly\n[00:03.00] V1000 : take",
            [(1, "Seven days"), (2, "Tightly"), (3, "take")],
        ),
        ("[00:01.00]F: she\n[00:02.00]M:he\n[00:03.00]D： both\n[00:04.00]F:", [(1, "she"), (2, "he"), (3, "both")]),
        ("[00:01.00]I'm F: x\n[00:02.00]Re: you\n[00:03.00]v: x", [(1, "I'm F: x"), (2, "Re: you"), (3, "v: x")]),
        ("[00:01.00]v1: <00:01.00> Se<00:01.20>ven <00:02.00> days <00:03.00>", [(1, "Seven days")]),
        (
            "[bg: <00:05.00>ooh <00:05.50>aah]\n[00:06.00][bg:mm]\n[00:07.00] [Singer:Zoe]a[/Singer:Zoe]",
            [(5, "ooh aah"), (6, "mm"), (7, "a")],
        ),
        ("<00:12.00>Hello <00:12.50>there", [(12, "Hello there")]),
        ("[00:01.00]a <00:01,50>b <01:00:01.50>c <00:02>d", [(1, "a b c d")]),
        ("", []),
    ],
)
def test_reading(text: str, lines: list[tuple[float, str]]) -> None:
    assert parse(text) == [Line(*line) for line in lines]


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("[ti:x]\n[by: y]\n[00:01.00]\n\n# made by z\n[Chorus]\n[#:1]\n[00:02.00]a\n[00:03.00]F:", {}),
        ("no time\n[00:01.00]a\nnor here", {"without_time": 2}),
        ("[00:60.00]x\n[00:99.99][00:01.00]y\n[01:75:00]z", {"impossible_time": 2}),
        ("[00:01.00x\n[aa:bb]w\n[00:01]]\n[0001.00]q\n[00;01.00]r", {"without_time": 4}),
        ("[00:01.00][00:0<0:01>0:01]x", {"unclear": 1}),
        ("[00:01.00]a\n" * 10_002, {"too_many": 2}),
    ],
)
def test_lines_that_cannot_be_read_are_counted(text: str, left_out: dict[str, int]) -> None:
    assert read(text).left_out == left_out
    assert read(text).lines == parse(text)


def test_words_are_there_whether_or_not_their_time_is() -> None:
    assert words("[ti:x]\nfree\n[00:99.00]v1: there\n[00:01.00]<00:01.00>now") == "free\nthere\nnow"


CASES = Path(__file__).resolve().parents[3] / ".." / "shared" / "field-cases" / "lrc"
FIELD = {
    "byte-order-mark.lrc": [(1.0, "first"), (2.0, "second")],
    "comma-before-the-hundredths.lrc": [(12.34, "Hello there"), (15.0, "Again")],
    "speakers-v1-v2.lrc": [(116.5, "Seven days"), (118.502, "Tightly take")],
}


@pytest.mark.skipif(not CASES.exists(), reason=f"no odd files to read at {CASES}")
@pytest.mark.parametrize("name", FIELD)
def test_odd_files_of_the_field(name: str) -> None:
    assert read((CASES / name).read_text("utf-8")) == ([Line(*line) for line in FIELD[name]], {})


def test_lines_of_one_moment_keep_their_order() -> None:
    assert [line.text for line in parse("[00:01.00]b\n[00:01.00]a")] == ["b", "a"]


def test_lines_are_capped() -> None:
    assert len(parse("[00:01.00]a\n" * 20_000)) == 10_000
    assert len(parse("[00:01.00]" * 20_000 + "a")) == 10_000


def test_the_words_inside_begin_inside() -> None:
    lines = parse("[00:09.99]before\n[00:10.00]first\n[00:39.99]last\n[00:40.00]after")
    assert words_inside(lines, 10.0, 30.0) == "first\nlast"
    assert words_inside(lines, 50.0, 30.0) == ""


pieces = st.sampled_from(
    [
        "[00:01.00]",
        "[",
        "]",
        "<00:02.00>",
        "01:02:75",
        "a",
        " ",
        "\n",
        "v1:",
        "F:",
        "[bg:",
        ",",
        "-",
        "[offset:5]",
        "[999:59.999]",
        "[23:59:59]",
    ]
)


@given(st.one_of(st.text(), st.lists(pieces, max_size=30).map("".join)))
def test_what_is_written_reads_the_same(text: str) -> None:
    lines = parse(text)
    assert lines == sorted(lines, key=lambda line: line.time_s)
    assert all(line.time_s >= 0 and line.text for line in lines)
    assert parse(written(lines)) == lines
