"""What is written in a part: times and pitches, as music21 has them, and notes that nobody sings."""

from __future__ import annotations

import re
import warnings
from fractions import Fraction
from itertools import pairwise

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import archives, musicxml, score_notes, xml_tree
from musicdata.sources import music21_corpus
from tests.music.formats.test_musicxml import LIEDER, short, song_rows
from tests.musicxml_scores import backup, grace, lyric, note, part, rest, score


def change(chromatic: str, number: str = "") -> str:
    staff = f' number="{number}"' if number else ""
    return f"<attributes><transpose{staff}><chromatic>{chromatic}</chromatic></transpose></attributes>"


def clef(sign: str) -> str:
    return f"<attributes><clef><sign>{sign}</sign></clef></attributes>"


def left_out(*measures: str) -> dict[str, int]:
    (song,) = musicxml.read(score(part(*measures)), "x.xml")
    return song.left_out


def pitches(*measures: str) -> list[int]:
    return [int(str(row[0])) for row in short(*measures)]


def c(text: str, ticks: int = 12, *, voice: int = 1, staff: str = "", cue: bool = False, head: str = "") -> str:
    """A middle C with a syllable."""
    extra = (f"<staff>{staff}</staff>" if staff else "") + (f"<notehead>{head}</notehead>" if head else "")
    written = note("C4", ticks, *([lyric(text)] if text else []), voice=voice, extra=extra)
    return written.replace("<note>", "<note><cue/>") if cue else written


def test_the_same_notes_as_music21() -> None:
    """Onsets, lengths and written pitches of every note of the part with words, for real scores."""
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    folder = music21_corpus.corpus_folder()
    names = ["bach/bwv104.6.mxl", "johnson_j_r/lift_every_voice.mxl", "leadSheet/fosterBrownHair.mxl"]
    files = [folder / name for name in names] + sorted(LIEDER.glob("*.mxl"))[:40:10]
    for file in files:
        root = xml_tree.parse(archives.read_score(file.read_bytes()))
        sung, _ = musicxml.find_vocal_part(root)
        ours = list(score_notes.iterate_notes(score_notes.read_part(sung)))
        importer = MusicXMLImporter()
        importer.applyFinaleWorkarounds = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importer.xmlRootToScore(root, importer.stream)
        theirs = [
            (n.getOffsetInHierarchy(importer.stream), n.quarterLength, max(pitch.midi for pitch in n.pitches))
            for n in importer.m21PartObjectsById[sung.get("id")].recurse().notes
            if n.quarterLength and n.pitches and "ChordSymbol" not in n.classes
        ]
        assert len(ours) > 20
        shift = min((n.onset, n.pitch) for n in ours)[1] - min(theirs)[2]
        assert sorted((n.onset, n.end - n.onset, n.pitch - shift) for n in ours) == sorted(
            (Fraction(onset), Fraction(length), pitch) for onset, length, pitch in theirs
        ), file.name


def test_transposition_holds_from_where_it_stands() -> None:
    assert pitches(c("a") + c("b"), change("-7") + c("c") + c("d"), c("e"), change("0") + c("f")) == [
        60, 60, 53, 53, 53, 60,
    ]  # fmt: skip


def test_transposition_in_the_middle_of_a_measure() -> None:
    """It holds by time: a voice written after it in the file sounds before it in part."""
    first = note("E4", 24, voice=1) + change("-2") + note("E4", 24, voice=1)
    assert pitches(first + backup(48) + c("a", 24, voice=2) + c("b", 24, voice=2)) == [60, 58]


def test_transposition_of_one_staff() -> None:
    assert pitches(change("-2", "2") + c("a", staff="1") + c("b", staff="2") + c("c")) == [60, 58, 60]
    # one for all staves ends those of single ones
    assert pitches(change("-2", "2") + c("a", staff="2") + change("5") + c("b", staff="1") + c("c", staff="2")) == [
        58, 65, 65,
    ]  # fmt: skip


def test_other_attributes_change_no_pitch() -> None:
    octave = (
        "<attributes><clef><sign>G</sign><line>2</line><clef-octave-change>-1</clef-octave-change></clef></attributes>"
    )
    key = "<attributes><key><fifths>-7</fifths></key></attributes>"
    assert pitches(octave + c("a"), key + c("b")) == [60, 60]


def test_quarter_tones_go_one_way() -> None:
    alters = [Fraction(n, 4) for n in range(-8, 9)]
    notes = "".join(
        f"<note><pitch><step>C</step><alter>{float(alter)}</alter><octave>4</octave></pitch>"
        f"<duration>3</duration>{lyric('a')}</note>"
        for alter in alters
    )
    found = pitches(notes)
    assert all(low <= high for low, high in pairwise(found))
    assert found[::4] == [58, 59, 60, 61, 62]
    assert found[2::4] == [59, 60, 61, 62]


def test_cue_notes_are_of_another_part() -> None:
    cued = c("cue", cue=True) + c("words", cue=True) + c("not", cue=True) + c("mine", cue=True)
    assert [row[2:] for row in short(c("mine") * 4, cued, c("again", 48))] == [(0.0, "mine")] * 4 + [(4.0, "again")]
    assert left_out(c("mine") * 4, cued, c("again", 48)) == {"cue_notes": 4}
    # beside a rest in the other voice, and beside words of one's own
    beside = rest(48) + backup(48) + "".join(c(text, voice=2, cue=True) for text in "wxyz")
    assert [row[3] for row in short(c("a", 48), beside, c("b") * 4 + backup(48) + c("x", 48, voice=2, cue=True))] == [
        "a", *"bbbb",
    ]  # fmt: skip


def test_words_of_a_cue_note_beside_a_melisma_are_of_another_part() -> None:
    slurs = [f'<notations><slur type="{kind}" number="1"/></notations>' for kind in ("start", "stop")]
    melisma = note("C4", 12, lyric("la"), extra=slurs[0]) + c("") * 2 + note("C4", 12, extra=slurs[1])
    cues = "".join(c(text, voice=2, cue=True) for text in "wxyz")
    assert short(melisma + backup(48) + cues) == [(60, 4.0, 0.0, "la")]
    assert left_out(melisma + backup(48) + cues) == {"cue_notes": 4}


def test_words_of_a_cue_note_go_to_the_note_it_stands_for() -> None:
    """As in lc6546527 and lc6623145 of the lieder: the higher version small, and the words with it."""
    small = note("G5", 24, lyric("well!")).replace("<note>", "<note><cue/>")
    assert short(c("fare") * 2 + small + backup(24) + note("E4", 24, voice=2)) == [
        (60, 1.0, 0.0, "fare"), (60, 1.0, 0.0, "fare"), (64, 2.0, 0.0, "well!"),
    ]  # fmt: skip
    chord = small + note("E4", 24, chord=True)
    assert short(c("fare") * 2 + chord)[2] == (64, 2.0, 0.0, "well!")


def test_cue_notes_are_no_pitch_of_a_chord() -> None:
    assert pitches(c("a") + note("C5", 12, chord=True).replace("<note>", "<note><cue/>")) == [60]


@pytest.mark.parametrize("head", ["x", "circle-x", "slash", "cross"])
def test_spoken_notes_are_silence(head: str) -> None:
    spoken = c("say", head=head) + c("", head=head)
    assert short(c("a") + spoken + c("b")) == [(60, 1.0, 0.0, "a"), (60, 1.0, 2.0, "b")]
    assert left_out(c("a") + spoken + c("b")) == {"spoken": 1}


def test_staff_with_a_percussion_clef_is_spoken_until_another_comes() -> None:
    measures = c("a") * 4, clef("percussion") + c("b") * 4, clef("G") + c("c") * 4
    assert [row[3] for row in short(*measures)] == [*"aaaa", *"cccc"]
    assert left_out(*measures) == {"spoken": 4}


def test_unpitched_notes_are_spoken() -> None:
    unpitched = f"<note><unpitched/><duration>12</duration>{lyric('b')}</note>"
    assert short(c("a") + unpitched + c("c") * 2)[1] == (60, 1.0, 1.0, "c")
    assert left_out(c("a") + unpitched + c("c") * 2) == {"spoken": 1}


@pytest.mark.parametrize(
    ("measures", "rows"),
    [
        # before the bar line, and two of them
        (
            (c("day", 48) + grace("E4", lyric("of")), c("", 24) + c("joy", 24)),
            [("day", "day"), ("of", "of"), ("joy", "joy")],
        ),
        (
            (
                c("so", 36) + grace("E4", lyric("be", "begin")) + grace("F4", lyric("for", "middle")),
                note("C4", 48, lyric("ever", "end")),
            ),
            [("so", "so"), ("be for ever", "beforever")],
        ),
        # beside a syllable of the main note: one word, or two
        (
            (c("now") + grace("E4", lyric("e", "begin")) + note("C4", 12, lyric("ven", "end")),),
            [("now", "now"), ("e ven", "even")],
        ),
        ((c("now") + grace("E4", lyric("the")) + c("end"),), [("now", "now"), ("the end", "the end")]),
        # nothing to lead to
        ((c("la", 36) + grace("E4", lyric("di")) + rest(12), c("so")), [("la di", "la di"), ("so", "so")]),
        ((c("la", 48) + grace("E4", lyric("di")),), [("la di", "la di")]),
        # another voice comes between in the file
        (
            (c("a", 48) + grace("E4", lyric("b")) + backup(48) + note("C3", 48, voice=2), c("", 48)),
            [("a", "a"), ("b", "b")],
        ),
    ],
)
def test_syllable_under_a_grace_note(measures: tuple[str, ...], rows: list[tuple[str, str]]) -> None:
    found = song_rows(score(part(*measures)))
    assert [row[3:5] for row in found] == rows
    assert left_out(*measures) == {}


def test_grace_note_that_leads_nowhere_is_counted() -> None:
    assert left_out(rest(24) + grace("E4", lyric("lost")) + rest(12) + c("a")) == {"grace_notes": 1}


def test_grace_note_of_a_later_verse_stays_there() -> None:
    assert [row[3] for row in short(c("a") + grace("E4", lyric("x", number="2")) + c("b"))] == ["a", "b"]


def test_a_note_without_a_duration_lasts_as_printed() -> None:
    dotted = c("a").replace("<duration>12</duration>", "").replace("</voice>", "</voice><type>half</type><dot/>")
    assert short(dotted + c("b"))[0] == (60, 3.0, 0.0, "a")


@pytest.mark.parametrize("bars", [(5, 3, 7), (1, 1, 1), (4, 0, 4)])
def test_measures_are_as_long_as_what_is_in_them(bars: tuple[int, ...]) -> None:
    """Whatever the time signature says; an empty one is as long as that."""
    measures = [c("a") * n for n in bars]
    total = sum(float(str(row[1])) + float(str(row[2])) for row in short(*measures, c("b")))
    assert total == sum(n or 4 for n in bars) + 1


@pytest.mark.parametrize(("length", "sounds"), [(48, 5.0), (96, 5.0), (12, 1.0)])
def test_rest_for_a_whole_measure(length: int, sounds: float) -> None:
    assert short(c("a") * 5, rest(length), c("b"), beats=5)[-1] == (60, 1.0, sounds, "b")
    whole = rest(length).replace("<rest/>", '<rest measure="yes"/>')
    assert short(c("a") * 5, whole, c("b"), beats=5)[-1] == (60, 1.0, 5.0, "b")


@pytest.mark.parametrize(
    "wrong",
    ["<duration>nan</duration>", "<duration>1e9</duration>", "<duration>-3</duration>", "<duration/>"],
)
def test_a_time_that_is_none(wrong: str) -> None:
    with pytest.raises(FormatError) as raised:
        short(c("a").replace("<duration>12</duration>", wrong))
    assert raised.value.reason == "unreadable_score"


def test_many_changes_in_one_measure_are_read_in_time() -> None:
    """Times of finer and finer parts, and changes out of order, cost no more than their number."""
    fine = "".join(
        f"<attributes><divisions>{60_000 + n}</divisions></attributes>{change(str(n % 3))}{c('a', 7)}{backup(5)}"
        for n in range(3000)
    )
    rows = short(fine + re.sub("<backup>.*?</backup>", "", c("b", 9)))
    assert rows
    assert all(float(str(row[1])) > 0 for row in rows)
