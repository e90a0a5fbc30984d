"""The written notes of one part: when they sound, how high, and what is printed under them.

Times follow the elements of the score: each measure is as long as what stands in it, whatever its time signature
says; an empty measure, and one with a single rest for all of it, is as long as the time signature says.

Not among the notes are those that nobody sings here: cue notes (another part, printed small to help the eye), and
spoken ones (unpitched notes, crosses for heads, staves with a percussion clef). Some scores print an easier or harder
version as cue notes and the words with that; a syllable under one moves to a note of full size that begins with it,
lasts as long, has none and is no part of a melisma. A syllable under a grace note moves to the note that the grace note
leads to, over a bar line too, and stands before that note's own; where a rest or the end follows, to the note before.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import score_lyrics
from musicdata.music.formats.score_values import NEVER, Timeline, add, bar_ql, decimal, is_whole_rest, printed_length

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Iterable, Iterator

    from musicdata.music.formats.score_lyrics import Lyric

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SPOKEN_HEADS = {"x", "circle-x", "cross", "slash", "slashed", "back slashed"}


@dataclass(slots=True)
class WrittenNote:
    """One written note; times in quarter lengths from the start of the score.

    Attributes:
        onset: when it begins.
        end: when it ends.
        pitch: MIDI note number it sounds at, quarter-tones rounded up; of a chord the top note's.
        measure: number of its measure, counted from 0.
        lyrics: verse → what it has under the note.
        tie_begins: whether it is tied to what follows.
        tie_ends: whether it is tied to what went before.
        slurred_until: onset of the last note under slurs that begin here.
    """

    onset: Fraction
    end: Fraction
    pitch: int
    measure: int
    lyrics: dict[str, Lyric]
    tie_begins: bool = False
    tie_ends: bool = False
    slurred_until: Fraction = NEVER

    @property
    def n_printed(self) -> int:
        """Return how many printed lyrics it carries."""
        return sum(lyric.n_printed for lyric in self.lyrics.values())


@dataclass(frozen=True, slots=True)
class Line:
    """The notes of one voice in one measure."""

    voice: str
    notes: list[WrittenNote]


@dataclass(slots=True)
class WrittenPart:
    """What is written in a part.

    Attributes:
        measures: for each measure its voices that have notes.
        left_out: reason → number of printed lyrics that are under no note here.
    """

    measures: list[list[Line]]
    left_out: Counter[str] = field(default_factory=Counter)


def later_endings(score: ET.Element) -> frozenset[int]:
    """Return the numbers, counted from 0, of the measures that stand in an ending for later passes only.

    Some programs write endings into one part of the score only.
    """
    later: set[int] = set()
    for part in score.iterfind("part"):
        is_later = False
        for index, measure in enumerate(part.iterfind("measure")):
            endings = list(measure.iterfind("barline/ending"))
            for ending in endings:
                if ending.get("type") == "start":
                    passes = re.findall(r"\d+", ending.get("number") or "")
                    is_later = bool(passes) and "1" not in passes
            if is_later:
                later.add(index)
            if any(ending.get("type") in {"stop", "discontinue"} for ending in endings):
                is_later = False
    return frozenset(later)


def read_part(part: ET.Element) -> WrittenPart:
    """Read the notes of a `<part>`.

    Raises:
        FormatError: `unreadable_score` for a time or pitch that is none.
    """
    reader = _PartReader()
    for number, measure in enumerate(part.iterfind("measure")):
        reader.read_measure(number, measure)
    return reader.finish()


@dataclass(slots=True)
class _Event:
    """A note or rest as it stands in the document, before what holds at its time is known."""

    onset: Fraction
    length: Fraction  # 0 of a grace note
    measure: int
    voice: str
    staff: str
    steps: list[Fraction]  # written pitches; none of a rest
    lyrics: dict[str, Lyric]
    is_cue: bool = False
    tie_begins: bool = False
    tie_ends: bool = False
    slurs: list[int] = field(default_factory=list)  # that begin here


class _PartReader:
    """Reads measure by measure; what lasts over bar lines is kept here."""

    def __init__(self) -> None:
        self.divisions = Fraction(1)
        self.bar_ql = Fraction(4)
        self.start = Fraction(0)
        self.transposition, self.is_spoken = Timeline(), Timeline()
        self.events: list[_Event] = []
        self.slurs: dict[str, int] = {}  # number → the slur that is open under it
        self.slur_ends: list[Fraction] = []
        self.left_out: Counter[str] = Counter()

    def read_measure(self, number: int, measure: ET.Element) -> None:
        time = highest = self.start
        first = len(self.events)
        rests: list[tuple[ET.Element, Fraction, Fraction]] = []
        n_notes = 0
        for element in measure:
            if element.tag == "attributes":
                self.read_attributes(element, time)
            elif element.tag == "backup":
                time = max(self.start, add(time, -self.length(element)))
            elif element.tag == "forward":
                time = add(time, self.length(element))
            elif element.tag == "note" and element.find("chord") is not None:
                self.read_chord_tone(element, first)
            elif element.tag == "note":
                length = self.length(element)
                self.read_note(element, number, time, length)
                if element.find("rest") is None:
                    n_notes += 1
                else:
                    rests.append((element, time, length))
                time = add(time, length)
            highest = max(highest, time)
        if len(rests) == 1 and not n_notes and is_whole_rest(rests[0][0], rests[0][2]):
            highest = add(rests[0][1], self.bar_ql)
        self.start = self.measure_end(highest, is_empty=not n_notes and not rests)

    def measure_end(self, highest: Fraction, *, is_empty: bool) -> Fraction:
        length = highest - self.start
        if is_empty and not length:
            return add(self.start, self.bar_ql)
        excess = length - self.bar_ql
        is_rounding = 0 < excess <= Fraction(1, 2) and (excess * 16).denominator > 1 < (excess * 12).denominator
        return add(self.start, self.bar_ql) if is_rounding else highest

    def read_attributes(self, attributes: ET.Element, time: Fraction) -> None:
        if attributes.find("divisions") is not None:
            self.divisions = decimal(attributes, "divisions")
            if self.divisions <= 0:
                raise FormatError("unreadable_score", f"{self.divisions} divisions of a quarter; expected 1 or more")
        for signature in attributes.iterfind("time"):
            self.bar_ql = bar_ql(signature) or self.bar_ql
        for transpose in attributes.iterfind("transpose"):
            octaves = 12 * decimal(transpose, "octave-change", Fraction(0))
            semitones = decimal(transpose, "chromatic", Fraction(0)) + octaves
            self.transposition.add(time, (transpose.get("number") or "").strip(), semitones)
        for clef in attributes.iterfind("clef"):
            sign = (clef.findtext("sign") or "").strip().lower()
            self.is_spoken.add(time, (clef.get("number") or "1").strip(), Fraction(sign == "percussion"))

    def read_note(self, note: ET.Element, number: int, time: Fraction, length: Fraction) -> None:
        reason = _unsung(note)
        if reason and reason != "cue_notes":
            self.left_out[reason] += score_lyrics.count_printed(note)
        if reason == "spoken":
            return
        voice, staff = ((note.findtext(tag) or "1").strip() for tag in ("voice", "staff"))
        steps = [] if reason else [_written_pitch(note)]
        event = _Event(time, length, number, voice, staff, steps, {}, is_cue=reason == "cue_notes")
        self.events.append(event)
        if reason != "rests":
            event.lyrics, left_out = score_lyrics.read_lyrics(note)
            self.left_out += left_out
        if not reason:
            self.read_marks(note, event)

    def read_chord_tone(self, note: ET.Element, first: int) -> None:
        reason = _unsung(note)
        if not reason and (len(self.events) == first or not (self.events[-1].steps or self.events[-1].is_cue)):
            reason = "spoken"  # as the note it stands on
        if reason:
            self.left_out[reason] += score_lyrics.count_printed(note)
            return
        chord = self.events[-1]
        if chord.is_cue:
            chord = replace(chord, steps=[], lyrics={}, slurs=[], is_cue=False)
            self.events.append(chord)
        chord.steps.append(_written_pitch(note))
        lyrics, left_out = score_lyrics.read_lyrics(note)
        for verse, lyric in lyrics.items():
            if (known := chord.lyrics.get(verse)) is not None and known.syllables:
                left_out["doubled"] += lyric.n_printed
            else:
                chord.lyrics[verse] = lyric
        self.left_out += left_out
        self.read_marks(note, chord)

    def read_marks(self, note: ET.Element, event: _Event) -> None:
        kinds = [*note.iterfind("tie"), *note.iterfind("notations/tied")]
        event.tie_begins |= any(tie.get("type") == "start" for tie in kinds)
        event.tie_ends |= any(tie.get("type") == "stop" for tie in kinds)
        slurs = [(slur.get("type"), slur.get("number") or "1") for slur in note.iterfind("notations/slur")]
        for kind, number in slurs:
            if kind == "stop" and number in self.slurs:
                self.slur_ends[self.slurs.pop(number)] = event.onset
        for kind, number in slurs:
            if kind == "start":
                event.slurs.append(len(self.slur_ends))
                self.slurs[number] = len(self.slur_ends)
                self.slur_ends.append(NEVER)

    def length(self, element: ET.Element) -> Fraction:
        """Return how long a note, rest, `<backup>` or `<forward>` lasts; a note without a duration by its type."""
        if element.find("grace") is not None:
            return Fraction(0)
        if element.find("duration") is not None:
            length = add(Fraction(0), decimal(element, "duration") / self.divisions)
            if length < 0:
                raise FormatError("unreadable_score", f"a {element.tag} lasts {length} quarters; expected 0 or more")
            return length
        return printed_length(element)

    def finish(self) -> WrittenPart:
        """Return the notes with the pitches and lyrics that they have once the whole part is known."""
        voices: dict[str, _Voice] = {}
        measures: list[dict[str, list[WrittenNote]]] = []
        for event in self.events:
            voice = voices.setdefault(event.voice, _Voice(self.left_out))
            if event.is_cue:
                continue
            if not event.steps:
                voice.rest()
            elif self.is_spoken.at(event.onset, event.staff):
                self.left_out["spoken"] += sum(lyric.n_printed for lyric in event.lyrics.values())
            elif not event.length:
                voice.grace(event, self.slurred_until(event))
            else:
                note = self.note(event)
                voice.note(note)
                measures.extend({} for _ in range(event.measure + 1 - len(measures)))
                measures[event.measure].setdefault(event.voice, []).append(note)
        for voice in voices.values():
            voice.rest()
        part = WrittenPart([[Line(*line) for line in sorted(lines.items())] for lines in measures], self.left_out)
        _move_from_cue_notes([event for event in self.events if event.is_cue and event.lyrics], part)
        return part

    def note(self, event: _Event) -> WrittenNote:
        return WrittenNote(
            onset=event.onset,
            end=add(event.onset, event.length),
            pitch=floor(max(event.steps) + self.transposition.at(event.onset, event.staff) + Fraction(1, 2)),
            measure=event.measure,
            lyrics=event.lyrics,
            tie_begins=event.tie_begins,
            tie_ends=event.tie_ends,
            slurred_until=self.slurred_until(event),
        )

    def slurred_until(self, event: _Event) -> Fraction:
        return max((self.slur_ends[slur] for slur in event.slurs), default=NEVER)


class _Voice:
    """The grace notes of a voice, until the note they lead to."""

    def __init__(self, left_out: Counter[str]) -> None:
        self.left_out = left_out
        self.last: WrittenNote | None = None
        self.pending: dict[str, Lyric] = {}
        self.onset = self.slurred_until = NEVER

    def grace(self, event: _Event, slurred_until: Fraction) -> None:
        self.pending = score_lyrics.merge(self.pending, event.lyrics)
        self.onset, self.slurred_until = event.onset, max(self.slurred_until, slurred_until)

    def note(self, note: WrittenNote) -> None:
        if self.onset == note.onset:
            note.lyrics = score_lyrics.merge(self.pending, note.lyrics)
            note.slurred_until = max(note.slurred_until, self.slurred_until)
            self.forget()
        self.rest()
        self.last = note

    def rest(self) -> None:
        """Give what no note follows to the note before."""
        if self.pending and self.last is not None and self.last.end == self.onset:
            self.last.lyrics = score_lyrics.merge(self.last.lyrics, self.pending)
        else:
            self.left_out["grace_notes"] += sum(lyric.n_printed for lyric in self.pending.values())
        self.forget()

    def forget(self) -> None:
        self.pending = {}
        self.onset = self.slurred_until = NEVER


def _move_from_cue_notes(cues: Iterable[_Event], part: WrittenPart) -> None:
    """Move what is printed under cue notes to the notes they stand for; count it where there are none."""
    bare: dict[Fraction, WrittenNote] = {}
    slurred_until = NEVER
    for note in sorted(iterate_notes(part), key=lambda note: note.onset):
        is_melisma = note.tie_ends or note.onset <= slurred_until
        if not note.lyrics and not is_melisma:
            bare.setdefault(note.onset, note)
        slurred_until = max(slurred_until, note.slurred_until)
    for cue in cues:
        note_below = bare.get(cue.onset)
        if note_below is None or note_below.lyrics or note_below.end < add(cue.onset, cue.length):
            part.left_out["cue_notes"] += sum(lyric.n_printed for lyric in cue.lyrics.values())
        else:
            note_below.lyrics = cue.lyrics


def _unsung(note: ET.Element) -> str:
    """Return why a note is not sung, empty if it may be."""
    if note.find("rest") is not None:
        return "rests"
    if note.find("cue") is not None:
        return "cue_notes"
    head = (note.findtext("notehead") or "").strip().lower()
    return "spoken" if note.find("pitch") is None or head in _SPOKEN_HEADS else ""


def _written_pitch(note: ET.Element) -> Fraction:
    step = (note.findtext("pitch/step") or "").strip()
    pitch = note.find("pitch")
    if step not in _STEPS or pitch is None:
        raise FormatError("unreadable_score", f"a note on step {step!r}; expected A to G")
    alter, octave = decimal(pitch, "alter", Fraction(0)), decimal(pitch, "octave")
    return 12 * (octave + 1) + _STEPS[step] + alter


def iterate_notes(part: WrittenPart) -> Iterator[WrittenNote]:
    """Yield all notes of a part, measure by measure, voice by voice."""
    for lines in part.measures:
        for line in lines:
            yield from line.notes
