"""The sung notes of one part, out of music21's objects.

What counts as a sung note:

- It carries a syllable of the first verse, the lowest number in the part. Where four or more syllables on end
  are printed for a later verse only, that line is what everybody sings there and is taken as it stands: so
  chorales print their second half, level with the lower of the two lines of the first half. Fewer are what a
  later verse sings to a melisma of the first, and are left out.
- A note without a syllable prolongs the one before it (a tie or a melisma) if it follows without a gap. After
  a rest it does so only under a slur that began before the rest; otherwise it is played or hummed, not sung,
  and counts as silence.
- A tied note that carries a syllable of its own is a note of its own: that is how French scores print a mute
  e on the second half of a held note.
- A joined note keeps the pitch of its first note and lasts to the end of its last one.
- Grace notes are dropped; a syllable printed under one moves to the note it leads to. Of a chord the top note
  counts.
- Of notes that sound together in several voices of a measure one is kept: one with a syllable before all
  others, then one of the voice with the most syllables in the measure. Voices without any are left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats.lyric_words import Syllable, join_words, read_syllable
from musicdata.music.formats.song import SungNote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from music21.note import GeneralNote
    from music21.stream import Measure, Part, Voice

# Half a 64th rest, in quarter lengths: smaller gaps come from rounded durations, not from rests.
_ROUNDING_GAP_QL = Fraction(1, 32)
_MIN_LINE_SYLLABLES = 4
_MAX_DENOMINATOR = 65535  # music21's own bound for exact offsets


@dataclass(frozen=True, slots=True)
class _Note:
    """One written note; times in quarter lengths from the start of the score."""

    onset: Fraction
    end: Fraction
    pitch: int
    verses: Mapping[int, tuple[Syllable, ...]]
    slurs_begun: int
    slurs_ended: int


@dataclass(frozen=True, slots=True)
class _Line:
    """The notes of one voice in one measure."""

    voice: str
    notes: list[_Note]

    def count(self, verse: int) -> int:
        return sum(verse in note.verses for note in self.notes)

    def is_sung(self) -> bool:
        return any(note.verses for note in self.notes)


@dataclass(slots=True)
class _Sung:
    """One sung note while it is being joined together."""

    onset: Fraction
    end: Fraction
    pitch: int
    syllables: tuple[Syllable, ...]


def extract(part: Part, transposition: int = 0) -> list[SungNote]:
    """Extracts the sung notes of the first verse, in order of onset.

    Args:
        part: a music21 `Part` at written pitch, made of measures.
        transposition: semitones by which it sounds higher than written.

    Returns:
        The notes; empty when nothing is sung. Rests and durations are floats nearest to music21's fractions.

    Raises:
        FormatError: `bad_pitch` for a sung note beyond the MIDI range.
    """
    measures = _read_measures(part)
    printed = [verse for lines in measures for line in lines for note in line.notes for verse in note.verses]
    if not printed:
        return []
    first = min(printed)
    notes = _choose_notes(measures, first)
    sung = _join_notes(notes, _choose_text(notes, first))
    words = join_words(note.syllables for note in sung)
    result: list[SungNote] = []
    silent_from = Fraction(0)
    for note, (word, word_index) in zip(sung, words, strict=True):
        pitch = note.pitch + transposition
        if not 0 <= pitch <= 127:
            raise FormatError("bad_pitch", f"a sung note has MIDI pitch {pitch}; expected 0 to 127")
        result.append(
            SungNote(
                pitch=pitch,
                duration_ql=float(note.end - note.onset),
                rest_ql=float(max(Fraction(0), note.onset - silent_from)),
                syllable=" ".join(syllable.text for syllable in note.syllables),
                word=word,
                word_index=word_index,
            )
        )
        silent_from = note.end
    return result


def _read_measures(part: Part) -> list[list[_Line]]:
    """Reads the written notes, for each measure the voices that have any."""
    measures = []
    for measure in part.getElementsByClass("Measure"):
        start = _exact(measure.offset)
        lines = [_Line("", _read_notes(measure, start))]
        lines += [_Line(str(v.id), _read_notes(v, start + _exact(v.offset))) for v in measure.voices]
        measures.append([line for line in lines if line.notes])
    return measures


def _read_notes(stream: Measure | Voice, start: Fraction) -> list[_Note]:
    """Reads the notes that stand directly in a measure or voice beginning at `start`."""
    notes: list[_Note] = []
    grace_verses: dict[int, tuple[Syllable, ...]] = {}
    for element in stream.notes:
        verses = grace_verses | _read_verses(element)
        length = _exact(element.duration.quarterLength)
        if length <= 0 or not element.pitches:  # grace notes, chord symbols, percussion
            grace_verses = verses if element.duration.isGrace else {}
            continue
        onset = start + _exact(element.offset)
        pitch = max(round(pitch.ps) for pitch in element.pitches)
        slurs = element.getSpannerSites(["Slur"])
        begun = sum(slur.isFirst(element) for slur in slurs)
        ended = sum(slur.isLast(element) for slur in slurs)
        notes.append(_Note(onset, onset + length, pitch, verses, begun, ended))
        grace_verses = {}
    return notes


def _read_verses(element: GeneralNote) -> dict[int, tuple[Syllable, ...]]:
    """Reads what is printed under a note: by number of the verse its syllables, several in an elision."""
    verses: dict[int, tuple[Syllable, ...]] = {}
    for lyric in element.lyrics:
        read = (read_syllable(part.text, part.syllabic) for part in lyric.components or [lyric])
        if syllables := tuple(syllable for syllable in read if syllable is not None):
            verses.setdefault(lyric.number, syllables)
    return verses


def _choose_notes(measures: Sequence[Sequence[_Line]], first: int) -> list[_Note]:
    """Leaves one note at a time: with the first verse rather than another, with any rather than none."""
    totals: Counter[str] = Counter()
    for line in (line for lines in measures for line in lines):
        totals[line.voice] += line.count(first)
    chosen: list[_Note] = []
    for lines in measures:
        ranked = sorted(lines, key=lambda line: (line.count(first), totals[line.voice]), reverse=True)
        notes = [note for line in ranked if line is ranked[0] or line.is_sung() for note in line.notes]
        kept: list[_Note] = []
        for note in sorted(notes, key=lambda note: (first not in note.verses, not note.verses)):
            _insert_if_free(kept, note)
        chosen += kept
    return chosen


def _insert_if_free(kept: list[_Note], note: _Note) -> None:
    """Inserts a note among notes in order of onset, unless it overlaps one of them."""
    index = bisect_right(kept, note.onset, key=lambda other: other.onset)
    if index and kept[index - 1].end > note.onset:
        return
    if index < len(kept) and kept[index].onset < note.end:
        return
    kept.insert(index, note)


def _choose_text(notes: Sequence[_Note], first: int) -> list[tuple[Syllable, ...]]:
    """Chooses for each note the syllables sung on it; none where the first verse holds the one before."""
    chosen = [note.verses.get(first, ()) for note in notes]
    printed = [index for index, note in enumerate(notes) if note.verses]
    for has_first, run in groupby(printed, key=lambda index: first in notes[index].verses):
        indices = list(run)
        if has_first or len(indices) < _MIN_LINE_SYLLABLES:
            continue
        counts = Counter(verse for index in indices for verse in notes[index].verses)
        line = min(counts, key=lambda verse: (-counts[verse], verse))
        for index in indices:
            chosen[index] = notes[index].verses.get(line, ())
    return chosen


def _join_notes(notes: Sequence[_Note], text: Sequence[tuple[Syllable, ...]]) -> list[_Sung]:
    """Joins to each note with syllables the notes that prolong it, and drops what is not sung."""
    sung: list[_Sung] = []
    open_slurs = 0
    for note, syllables in zip(notes, text, strict=True):
        if syllables:
            sung.append(_Sung(note.onset, note.end, note.pitch, syllables))
        elif sung and (open_slurs or note.onset - sung[-1].end < _ROUNDING_GAP_QL):
            sung[-1].end = max(note.end, sung[-1].end)
        open_slurs = max(0, open_slurs + note.slurs_begun - note.slurs_ended)
    return sung


def _exact(quarter_lengths: float | Fraction) -> Fraction:
    """Returns music21's value as the fraction it stands for; music21 adds some offsets up as floats."""
    return Fraction(quarter_lengths).limit_denominator(_MAX_DENOMINATOR)
