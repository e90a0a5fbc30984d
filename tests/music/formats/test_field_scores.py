"""Odd scores from the field, beside the checkout, with the notes that are right for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.music.formats import musicxml

CASES = Path(__file__).resolve().parents[4] / "shared" / "field-cases"
NOTES = {
    "container-and-encoding/declared-windows-1252.musicxml": "Für dich und für uns al le hier",
    "container-and-encoding/no-container-in-archive.mxl": "With out a con tai ner it can be read",
    "container-and-encoding/plain-xml-named.mxl": "With out a con tai ner it can be read",
    "lyric-text/digits-as-lyrics.musicxml": "Count 1 2 3 4 and go on",
    "lyric-text/text-split-in-two-text-elements.musicxml": "Here some text is set in parts now",
    "lyric-text/verse-number-in-the-text-1-3.musicxml": "Now the day is done and we",
    "lyric-text/verse-number-in-the-text-1-dot-4-dot.musicxml": "Now the day is done and we",
    "melisma-without-evidence/instrumental-bars-follow-without-a-rest.musicxml": (
        "And so the song is done to day 32:now we sing it"
    ),
    "melisma-without-evidence/refrain-of-three-syllables-on-line-2-only.musicxml": (
        "One day I will find my way home Hal/67 le/69 lu/67=2 All my days are bright"
    ),
    "melisma-without-evidence/volta-2-has-verse-2-only.musicxml": (
        "Now the day is first=2 end/60=2 4:Then comes the chorus"
    ),
    "quarter-tones/quarter-tones.musicxml": "a/60 b/61 c/61 d/62 e/62 f/63 g/63 h/64",
    "syllables-under-grace-notes/grace-note-and-its-main-note-each-with-a-syllable.musicxml": (
        "Now/60 e_ven/69 joy/67 and/65 peace for all=2"
    ),
    "syllables-under-grace-notes/grace-note-with-syllable-before-the-barline.musicxml": (
        "Now/60 comes/62 the/64 day/65 of/69 joy/67 and/65 peace/64"
    ),
    "transposition-changes/transposition-begins-in-bar-3.musicxml": (
        "Con/60 cert/62 pitch/64 here/65 and/67 then/69 a/64 horn/65 in/53 F/55"
    ),
    "verse-identifiers/verse-numbers-as-part1verse1.musicxml": "Hear the bells=2 ring so clear now",
    "verse-identifiers/verse-numbers-as-plain-integers.musicxml": "Hear the bells=2 ring so clear now",
    "which-notes-are-sung/cue-notes-with-the-words-of-another-part.musicxml": (
        "These are the words I sing 6:and then I sing"
    ),
    "which-notes-are-sung/spoken-percussion-part-has-more-lyrics-than-the-sung-part.musicxml": (
        "This is the line we sing to day"
    ),
}


@pytest.mark.skipif(not CASES.is_dir(), reason="the odd scores in ../shared/field-cases are not on this machine")
@pytest.mark.parametrize("name", NOTES)
def test_odd_score(name: str) -> None:
    """Each note is `rest:syllable/pitch=duration`; a rest of 0, a pitch not asked for and a quarter are not written."""
    (song,) = musicxml.read((CASES / name).read_bytes(), name)
    for note, expected in zip(song.notes, NOTES[name].split(), strict=True):
        rest, _, sung = expected.rpartition(":")
        sung, _, duration = sung.partition("=")
        syllable, _, pitch = sung.partition("/")
        assert note.syllable == syllable.replace("_", " ")
        assert (note.rest_ql, note.duration_ql) == (float(rest or 0), float(duration or 1)), syllable
        assert not pitch or note.pitch == int(pitch), syllable
    words = [note.word for note in song.notes]
    assert "even" in words or "e_ven" not in NOTES[name]
