"""The notes and syllables of small Humdrum scores, one by one."""

from __future__ import annotations

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import humdrum
from musicdata.music.formats.song import Song

SONG = r"""
!!!OTL: Ein L\o3sung
!!!COM: Schubert, Franz
!!!LYR: Goethe
!!!YEC: public domain
**kern **text **text **kern
*clefG2 *lang:de * *clefG2
*k[f#] * * *k[f#]
*M3/4 * * *M3/4
4d Hal- Lob 4dd
=1 =1 =1 =1
4.f# -le- . 4dd
. . . 4r
8g . sing .
[4a -lu- . 4ee
=2 =2 =2 =2
4a] . . 2.dd
4r . . .
4cc -ja, und .
=3 =3 =3 =3
(4cc che~in . 4r
8b) . . 4dd
8a o_ . .
4g _ . 4cc
== == == ==
*- *- *- *-
"""


def document(text: str) -> bytes:
    """A document with tabs where `text` has spaces in lines that are no records."""
    lines = text.strip("\n").split("\n")
    return "\n".join(line if line.startswith("!!!") else line.replace(" ", "\t") for line in lines).encode()


def read(text: str) -> Song:
    (song,) = humdrum.read(document(text), "a.krn")
    return song


def short(text: str) -> list[tuple[object, ...]]:
    return [(n.pitch, n.duration_ql, n.rest_ql, n.syllable, n.word) for n in read(text).notes]


def test_a_pickup_hyphens_ties_slurs_rests_and_lines() -> None:
    song = read(SONG)
    assert [(n.pitch, n.duration_ql, n.rest_ql, n.syllable, n.word, n.word_index) for n in song.notes] == [
        (62, 1.0, 0.0, "Hal", "Halleluja", 0),
        (66, 2.0, 0.0, "le", "Halleluja", 0),
        (69, 2.0, 0.0, "lu", "Halleluja", 0),
        (72, 1.0, 1.0, "ja,", "Halleluja", 0),
        (72, 1.5, 0.0, "che in", "che in", 1),
        (69, 1.5, 0.0, "o", "o", 2),
    ]
    assert song.left_out == {"other_verses": 3}
    assert (song.title, song.composer, song.lyricist, song.rights, song.language) == (
        "Ein Lösung", "Schubert, Franz", "Goethe", "public domain", "de",
    )  # fmt: skip


def test_hyphens_that_only_one_side_has() -> None:
    song = "**kern **text\n*M4/4 *\n=1 =1\n4c one-\n4d two\n4e three\n4f -four\n=2 =2\n2g five-\n4a .\n4b six\n== ==\n*- *-"
    assert [row[4] for row in short(song)] == ["onetwo", "onetwo", "threefour", "threefour", "fivesix", "fivesix"]
    assert [row[1] for row in short(song)] == [1.0, 1.0, 1.0, 1.0, 3.0, 1.0]


def test_words_go_to_the_spine_on_their_left() -> None:
    song = read(
        "**kern **text **kern **text\n*M3/4 * *M3/4 *\n=1 =1 =1 =1\n4c do 2.e mi\n4d re . .\n4e mi . so\n== == == ==\n*- *- *- *-"
    )
    assert [(n.pitch, n.syllable) for n in song.notes] == [(60, "do"), (62, "re"), (64, "mi")]
    assert song.left_out == {"no_note": 1, "other_parts": 1}


def test_a_spine_that_splits_and_joins() -> None:
    song = "**kern **text\n*M4/4 *\n=1 =1\n4c a\n*^ *\n4d 4B b\n4e 4c .\n*v *v *\n4f c\n== ==\n*- *-"
    assert [row[:4] for row in short(song)] == [(60, 1.0, 0.0, "a"), (62, 2.0, 0.0, "b"), (65, 1.0, 0.0, "c")]


def test_triplets_chords_and_grace_notes() -> None:
    song = "**kern **text\n*M3/4 *\n=1 =1\n12c a\n12d b\n12e c\n4c~4g am\n8aq .\n4f end\n== ==\n*- *-".replace(
        "~", "\x00"
    )
    rows = [
        (n.pitch, n.duration_ql, n.syllable)
        for n in humdrum.read(document(song).replace(b"\x00", b" "), "a.krn")[0].notes
    ]
    assert rows == [
        (60, pytest.approx(1 / 3), "a"),
        (62, pytest.approx(1 / 3), "b"),
        (64, pytest.approx(1 / 3), "c"),
        (67, 1.0, "am"),
        (65, 1.0, "end"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no spines", "not_humdrum"),
        ("**kern\n4c\n*-", "no_lyrics"),
        ("**text\nla\n*-", "not_humdrum"),
        ("**kern **text\n4c la more\n*- *-", "not_humdrum"),
        ("**kern **text\n4c la\n4 la\n*- *-", "unreadable_score"),  # music21 would pass it over
        ("**kern **text\n4c la\nd la\n*- *-", "unreadable_score"),
    ],
)
def test_what_cannot_be_read(text: str, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        humdrum.read(document(text), "a.krn")
    assert caught.value.reason == reason


def test_counts_are_those_of_the_file() -> None:
    song = read(SONG)
    assert humdrum.count_syllables(document(SONG)) == (9, 9)
    assert len(song.notes) + sum(song.left_out.values()) == 9
