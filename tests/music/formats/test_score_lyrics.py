"""What is printed under a note: verses, syllables, elisions."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from musicdata.music.formats import score_lyrics


def read(content: str) -> dict[str, list[str]]:
    lyrics, _ = score_lyrics.read_lyrics(ET.XML(f"<note>{content}</note>"))
    return {verse: [syllable.text for syllable in lyric.syllables] for verse, lyric in lyrics.items()}


@pytest.mark.parametrize(
    ("content", "syllables"),
    [
        # texts without an elision are one syllable in two fonts
        ("<text>H</text><text>ere</text>", ["Here"]),
        ("<syllabic>begin</syllabic><text font-weight='bold'>1. </text><text>Hal</text>", ["Hal"]),
        ("<text>H</text><text/><text>er</text><text>e</text>", ["Here"]),
        # an elision, or a place in a word of its own, begins another
        ("<text>re</text><elision>\u203f</elision><text>e</text>", ["re", "e"]),
        ("<text>re</text><elision/><syllabic>begin</syllabic><text>e</text>", ["re", "e"]),
        ("<syllabic>end</syllabic><text>re</text><syllabic>begin</syllabic><text>e</text>", ["re", "e"]),
        ("<text>r</text><text>e</text><elision> </elision><text>e</text><text>l</text>", ["re", "el"]),
        # a verse number by itself
        ("<text>1.</text><elision> </elision><text>Now</text>", ["Now"]),
        ("<text>1.-3.</text><elision>\u00a0</elision><text>Now</text>", ["Now"]),
        ("<text>4</text>", ["4"]),
    ],
)
def test_syllables_of_a_lyric(content: str, syllables: list[str]) -> None:
    assert read(f'<lyric number="1">{content}</lyric>') == {"1": syllables}


@pytest.mark.parametrize(
    ("verse", "text", "sung"),
    [
        ("1", "1 Now", "Now"),
        ("2", "2 And", "And"),
        ("part1verse2", "2 And", "And"),
        ("2", "1-3 And", "1-3 And"),
        ("3", "1, 3 And", "And"),
        ("1", "2 And", "2 And"),
        ("1", "1 2 3", ""),
        ("chorus", "4 You", "4 You"),
    ],
)
def test_own_number_of_a_verse_without_a_point(verse: str, text: str, sung: str) -> None:
    assert read(f'<lyric number="{verse}"><text>{text}</text></lyric>').get(verse, [""]) == [sung]


@pytest.mark.parametrize(
    ("attributes", "verses"),
    [
        (('number="1"', 'number="2"'), ["1", "2"]),
        (('number="part1verse1"', 'number="part1verse2"'), ["part1verse1", "part1verse2"]),
        (('number=" 1 "', 'number="2"'), ["1", "2"]),
        (('name="verse"', 'name="Chorus"'), ["verse", "chorus"]),
        (('number="1" name="verse"', 'number="1" name="chorus"'), ["1", "1 chorus"]),
        (("", ""), ["1", "2"]),
        (('number="1"', 'number="1" time-only="2"'), ["1", "1 time 2"]),
    ],
)
def test_verses_of_a_note(attributes: tuple[str, str], verses: list[str]) -> None:
    content = "".join(f"<lyric {stated}><text>la</text></lyric>" for stated in attributes)
    assert list(read(content)) == verses


def test_what_is_no_syllable_is_counted_if_it_is_printed() -> None:
    content = '<lyric number="1"><text>6 #</text></lyric><lyric number="2"><text>,</text></lyric>'
    lyrics, left_out = score_lyrics.read_lyrics(ET.XML(f"<note>{content}</note>"))
    assert (lyrics, left_out) == ({}, Counter(figures=1))


@pytest.mark.parametrize(
    "verses",
    [
        ["1", "2", "10"],
        ["part1verse1", "part1verse2", "part2verse1"],
        ["verse 1", "verse 2", "chorus"],
        ["I", "II", "III"],
        ["2", "refrain", "translation"],
        ["verse", "chorus"],
        ["3", "verse", "Kehrreim"],
    ],
)
def test_order_of_verses(verses: list[str]) -> None:
    last_first = verses[::-1]
    assert sorted(last_first, key=lambda verse: score_lyrics.order(verse.casefold())) == verses
