"""Lyrics with times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text.synced_lyrics import Line, parse, words_inside, written


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
        ("\ufeff[00:01.00]x", []),
        ("", []),
    ],
)
def test_reading(text: str, lines: list[tuple[float, str]]) -> None:
    assert parse(text) == [Line(*line) for line in lines]


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
    ["[00:01.00]", "[", "]", "<00:02.00>", "01:02:75", "a", " ", "\n", "[offset:5]", "[999:59.999]", "[23:59:59]"]
)


@given(st.one_of(st.text(), st.lists(pieces, max_size=30).map("".join)))
def test_what_is_written_reads_the_same(text: str) -> None:
    lines = parse(text)
    assert lines == sorted(lines, key=lambda line: line.time_s)
    assert all(line.time_s >= 0 and line.text for line in lines)
    assert parse(written(lines)) == lines
