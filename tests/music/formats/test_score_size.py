"""Scores that are too large, whatever they are written in and in whatever order."""

from __future__ import annotations

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import archives, musicxml, score_size
from musicdata.sources.music21_corpus import SOURCE
from tests import musicxml_scores
from tests.musicxml_scores import lyric, note

NOTE = (
    "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration>"
    "<lyric><syllabic>single</syllabic><text>la</text></lyric></note>"
)
FIRST = f"<measure><attributes><divisions>1</divisions></attributes>{NOTE}</measure>"


def score(*parts: str, head: str = "") -> bytes:
    """Return a score whose parts hold these measures."""
    body = "".join(f'<part id="P{number}">{measures}</part>' for number, measures in enumerate(parts))
    return f"{head}<score-partwise><part-list/>{body}</score-partwise>".encode()


@pytest.mark.parametrize(
    ("what", "measures"),
    [
        ("<measure> in one part", FIRST + "<measure/>" * 400_000),
        ("<note> in one part", f"<measure>{'<note/>' * 60_000}</measure>"),
        ("<attributes> in one part", f"<measure>{NOTE}{'<attributes/>' * 30_000}</measure>"),
        ("<backup> in one part", f"<measure>{NOTE}{'<backup><duration>1</duration></backup>' * 60_000}</measure>"),
        ("<forward> in one part", f"<measure>{NOTE}{'<forward/>' * 60_000}</measure>"),
        ("<lyric> in one note", f"<measure><note>{'<lyric/>' * 30_000}</note></measure>"),
        ("<text> in one note", f"<measure><note><lyric>{'<text>a</text>' * 30_000}</lyric></note></measure>"),
        ("<slur> in one note", f"<measure><note><notations>{'<slur/>' * 30_000}</notations></note></measure>"),
        ("elements, one inside the other", f"<measure>{'<a>' * 30_000}{'</a>' * 30_000}</measure>"),
    ],
)
def test_what_no_score_has_is_refused_before_it_is_read(what: str, measures: str) -> None:
    for data in (score(measures), score(FIRST, measures), score(measures).decode().encode("utf-16")):
        with pytest.raises(FormatError, match=f"too_large_score: more than .* {what}"):
            musicxml.read(data, "score.musicxml")


def test_so_are_parts_and_elements_without_end() -> None:
    with pytest.raises(FormatError, match=r"too_large_score: more than 1,000 parts"):
        score_size.check(score(*[FIRST] * 2_500).decode())
    with pytest.raises(FormatError, match=r"too_large_score: more than 3,000,000 elements"):
        score_size.check(score("<measure>" + "<x/>" * 3_000_000 + "</measure>").decode())


def test_counts_are_of_one_part_and_of_one_note() -> None:
    measures = FIRST + f"<measure>{NOTE * 20}</measure>" * 400
    score_size.check(score(*[measures] * 10).decode())
    assert score_size.MAX_IN_A_PART["note"] < 10 * 400 * 20


def test_what_is_no_xml_or_brings_declarations_is_left_to_the_parser() -> None:
    for data in (b"<" * 30_000, b""):
        score_size.check(data.decode())
        with pytest.raises(FormatError, match="corrupt_xml"):
            musicxml.read(data, "score.musicxml")
    entities = "<!DOCTYPE score-partwise [" + "".join(f'<!ENTITY e{n} "x">' for n in range(30_000)) + "]>"
    with pytest.raises(FormatError, match="unsafe_xml"):
        musicxml.read(score(FIRST, head=entities), "score.musicxml")


def test_the_largest_scores_of_the_corpus_are_far_below() -> None:
    files = sorted((path for _, path in SOURCE.files() if path.suffix == ".mxl"), key=lambda path: -path.stat().st_size)
    for path in files[:5]:
        score_size.check(archives.read_score(path.read_bytes()).decode("utf-8", "replace"))


def timewise(n_measures: int, n_parts: int) -> bytes:
    sung = f"<attributes><divisions>12</divisions></attributes>{note('C4', 48, lyric('la'))}"
    parts = "".join(f'<part id="P{n}">{sung}</part>' for n in range(n_parts))
    return f"<score-timewise>{f'<measure>{parts}</measure>' * n_measures}</score-timewise>".encode()


def test_parts_of_a_score_written_measure_by_measure_are_no_parts_of_their_own() -> None:
    (song,) = musicxml.read(timewise(400, 4), "x.xml")
    assert len(song.notes) == 400


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "windows-1252", "Shift_JIS"])
def test_too_many_measures_in_every_encoding(encoding: str) -> None:
    with pytest.raises(FormatError, match="too_large_score"):
        musicxml.read(musicxml_scores.score(musicxml_scores.part(*[""] * 20_001), encoding=encoding), "x.xml")
