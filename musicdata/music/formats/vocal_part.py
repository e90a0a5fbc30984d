"""The sung notes of one part: which verse, which voice, and what prolongs a syllable.

What counts as a sung note:

- It carries a syllable of the first verse: the one whose identifier has the lowest number. Lines that are no words
  (chord names typed as lyrics, figured bass) are no verses.
- Where the first verse is silent and four or more syllables on end are printed for a later verse only, that line is
  what everybody sings there and is taken as it stands: so chorales print their second half, level with the lower of the
  two lines of the first half. So it is with any number of syllables of a verse that is called a refrain, and with three
  or more where the verse is printed under neither neighbour. What stands in an ending for later passes only is silent.
- A note without a syllable prolongs the one before it only where something says so:
  a tie, or a slur that begins under a sung note and reaches it, also over a rest;
  an extender line: to where it stops, over the notes it is typed under, or, where the score does not say, for 16
  quarter lengths at most;
  a hyphen, if the next syllable goes on with the word: up to there;
  the syllable that another verse, which has sung in the same measure before, has on it;
  at last, that it and all notes up to the next syllable or rest are few: 8 quarter lengths in the same measure, or 4
  over a bar line, and none of them in a measure without any syllable. With none of these it is played or hummed, and
  counts as silence; so does what comes after it. A rest ends all but slurs, and where an extender line stops, only
  ties and slurs go on.
- A tied note that carries a syllable of its own is a note of its own: that is how French scores print a mute e on the
  second half of a held note.
- A joined note keeps the pitch of its first note and lasts to the end of its last one.
- Of notes that sound together in several voices of a measure one is kept: one with a syllable before all others, then
  one of the voice with the most syllables in the measure. Voices without any are left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import score_lyrics, score_notes
from musicdata.music.formats.lyric_words import join_words
from musicdata.music.formats.score_values import NEVER
from musicdata.music.formats.song import SungNote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from musicdata.music.formats.lyric_words import Syllable
    from musicdata.music.formats.score_lyrics import Lyric
    from musicdata.music.formats.score_notes import Line, WrittenNote, WrittenPart

# Half a 64th rest, in quarter lengths: smaller gaps come from rounded durations, not from rests.
_ROUNDING_GAP_QL = Fraction(1, 32)
_IN_MEASURE_QL, _OVER_BAR_LINE_QL = 8, 4
_EXTENDER_QL = 16  # of a line that the score does not end
_MIN_LINE_SYLLABLES, _MIN_REFRAIN_SYLLABLES = 4, 3
_NONE: tuple[Syllable, ...] = ()


@dataclass(slots=True)
class _Sung:
    """One sung note while it is being joined together."""

    notes: list[WrittenNote]
    verse: str
    end: Fraction
    held_until: Fraction = NEVER  # onset of the last note that its extender line or hyphen reaches
    is_closed: bool = False  # whether nothing but ties and slurs may prolong it after that
    bare_until: Fraction = NEVER  # onset of the last note that prolongs it though nothing says so

    @property
    def syllables(self) -> tuple[Syllable, ...]:
        """Return what is sung on it."""
        return self.notes[0].lyrics[self.verse].syllables


@dataclass(slots=True)
class VocalPart:
    """What is sung in a part.

    Attributes:
        notes: the sung notes of the first verse, in order of onset; empty when nothing is sung.
        left_out: reason → number of printed lyrics of the part that are not among them.
    """

    notes: list[SungNote]
    left_out: Counter[str] = field(default_factory=Counter)


def count_syllables(part: WrittenPart) -> int:
    """Count the notes that may be sung: those with syllables of a verse that has words."""
    notes = list(score_notes.iterate_notes(part))
    no_words = score_lyrics.verses_without_words(note.lyrics for note in notes)
    return sum(any(lyric.syllables for verse, lyric in note.lyrics.items() if verse not in no_words) for note in notes)


def extract(part: WrittenPart, later_endings: Set[int] = frozenset()) -> VocalPart:
    """Extract the sung notes of the first verse.

    Args:
        part: what is written.
        later_endings: numbers of the measures, counted from 0, that are played in later passes only.

    Raises:
        FormatError: `bad_pitch` for a sung note beyond the MIDI range.
    """
    left_out = Counter(part.left_out)
    everything = list(score_notes.iterate_notes(part))
    _drop_wordless_verses(everything, left_out)
    verses = {verse for note in everything for verse, lyric in note.lyrics.items() if lyric.syllables}
    if not verses:
        return VocalPart([], +left_out)
    first = min(verses, key=score_lyrics.order)
    notes = _choose_notes(part.measures, first)
    text = _choose_text(notes, first, later_endings)
    n_printed = sum(note.n_printed for note in everything)
    n_kept = sum(note.n_printed for note in notes)
    left_out["other_voices"] += n_printed - n_kept
    left_out["other_verses"] += n_kept - sum(
        note.lyrics[verse].n_printed for note, verse in zip(notes, text, strict=True) if verse
    )
    return VocalPart(_sung_notes(_Joining(notes, text, later_endings).join()), +left_out)


def _drop_wordless_verses(notes: Sequence[WrittenNote], left_out: Counter[str]) -> None:
    no_words = score_lyrics.verses_without_words(note.lyrics for note in notes)
    for note in notes:
        for verse in no_words.keys() & note.lyrics.keys():
            left_out[no_words[verse]] += note.lyrics.pop(verse).n_printed


def _sung_notes(sung: Sequence[_Sung]) -> list[SungNote]:
    words = join_words(note.syllables for note in sung)
    result: list[SungNote] = []
    silent_from = Fraction(0)
    for note, (word, word_index) in zip(sung, words, strict=True):
        onset, pitch = note.notes[0].onset, note.notes[0].pitch
        if not 0 <= pitch <= 127:
            raise FormatError("bad_pitch", f"a sung note has MIDI pitch {pitch}; expected 0 to 127")
        result.append(
            SungNote(
                pitch=pitch,
                duration_ql=float(note.end - onset),
                rest_ql=float(max(Fraction(0), onset - silent_from)),
                syllable=" ".join(syllable.text for syllable in note.syllables),
                word=word,
                word_index=word_index,
            )
        )
        silent_from = note.end
    return result


def _syllables(note: WrittenNote, verse: str) -> tuple[Syllable, ...]:
    lyric = note.lyrics.get(verse)
    return lyric.syllables if lyric else _NONE


def _extender(note: WrittenNote, verse: str) -> str:
    lyric = note.lyrics.get(verse)
    return lyric.extender if lyric else ""


def _printed_verses(note: WrittenNote) -> set[str]:
    return {verse for verse, lyric in note.lyrics.items() if lyric.syllables}


def _choose_notes(measures: Sequence[Sequence[Line]], first: str) -> list[WrittenNote]:
    """Leave one note at a time: with the first verse rather than another, with any rather than none."""
    counts = [[sum(bool(_syllables(note, first)) for note in line.notes) for line in lines] for lines in measures]
    totals: Counter[str] = Counter()
    for lines, in_lines in zip(measures, counts, strict=True):
        for line, count in zip(lines, in_lines, strict=True):
            totals[line.voice] += count
    chosen: list[WrittenNote] = []
    for lines, in_lines in zip(measures, counts, strict=True):
        ranked = sorted(
            zip(lines, in_lines, strict=True), key=lambda pair: (pair[1], totals[pair[0].voice]), reverse=True
        )
        is_sung = [rank == 0 or any(map(_printed_verses, line.notes)) for rank, (line, _) in enumerate(ranked)]
        notes = [note for (line, _), sung in zip(ranked, is_sung, strict=True) if sung for note in line.notes]
        kept: list[WrittenNote] = []
        for note in sorted(notes, key=lambda note: (not _syllables(note, first), not _printed_verses(note))):
            _insert_if_free(kept, note)
        chosen += kept
    return chosen


def _insert_if_free(kept: list[WrittenNote], note: WrittenNote) -> None:
    """Insert a note among notes in order of onset, unless it overlaps one of them."""
    index = bisect_right(kept, note.onset, key=lambda other: other.onset)
    if index and kept[index - 1].end > note.onset:
        return
    if index < len(kept) and kept[index].onset < note.end:
        return
    kept.insert(index, note)


def _choose_text(notes: Sequence[WrittenNote], first: str, later_endings: Set[int]) -> list[str]:
    """Choose for each note the verse that is sung on it; empty where the first verse is silent or holds a syllable."""
    chosen = [first if _syllables(note, first) else "" for note in notes]
    printed = [index for index, note in enumerate(notes) if _printed_verses(note)]

    def kind(place: int) -> tuple[bool, bool]:
        note = notes[printed[place]]
        return bool(_syllables(note, first)), note.measure in later_endings

    for (has_first, is_later), run in groupby(range(len(printed)), key=kind):
        places = list(run)
        if has_first or is_later:
            continue
        before, after = (
            _printed_verses(notes[printed[place]]) if 0 <= place < len(printed) else set()
            for place in (places[0] - 1, places[-1] + 1)
        )
        indices = [printed[place] for place in places]
        if line := _common_line([notes[index].lyrics for index in indices], before | after):
            for index in indices:
                if _syllables(notes[index], line):
                    chosen[index] = line
    return chosen


def _common_line(lyrics: Sequence[Mapping[str, Lyric]], beside: Set[str]) -> str:
    """Return the verse that everybody sings where the first one is silent; empty where those are a later verse's own.

    Args:
        lyrics: what is printed under the notes.
        beside: verses under the notes before and after.
    """
    counts = Counter(verse for on_note in lyrics for verse, lyric in on_note.items() if lyric.syllables)
    refrains = {verse for on_note in lyrics for verse, lyric in on_note.items() if lyric.is_refrain}
    line = min(counts, key=lambda verse: (verse not in refrains, -counts[verse], score_lyrics.order(verse)))
    is_level = line not in beside and counts[line] >= _MIN_REFRAIN_SYLLABLES
    return line if line in refrains or len(lyrics) >= _MIN_LINE_SYLLABLES or is_level else ""


class _Joining:
    """Joins to each note with syllables the notes that prolong it, and drops what is not sung."""

    def __init__(self, notes: Sequence[WrittenNote], text: Sequence[str], later_endings: Set[int]) -> None:
        self.notes, self.text, self.later_endings = notes, text, later_endings
        self.sung_measures = {note.measure for note, verse in zip(notes, text, strict=True) if verse}
        self.sung: list[_Sung] = []
        self.slurred_until = NEVER
        self.verses: tuple[int, set[str]] = (-1, set())  # a measure, and the verses printed in it so far

    def join(self) -> list[_Sung]:
        is_open = False  # whether no silent note came after the last sung one
        for index, (note, verse) in enumerate(zip(self.notes, self.text, strict=True)):
            if verse:
                self.sung.append(self.begin(index, verse))
                is_open = True
            elif is_open and self.prolongs(index, self.sung[-1]):
                self.sung[-1].notes.append(note)
                self.sung[-1].end = max(note.end, self.sung[-1].end)
            else:
                is_open = False
            if is_open:
                self.slurred_until = max(self.slurred_until, note.slurred_until)
            if self.verses[0] != note.measure:
                self.verses = note.measure, set()
            self.verses[1].update(_printed_verses(note))
        return self.sung

    def begin(self, index: int, verse: str) -> _Sung:
        """Begin a sung note, and see how far its extender line or hyphen reaches."""
        note = self.notes[index]
        sung = _Sung([note], verse, note.end)
        stop = next((i for i in range(index + 1, len(self.notes)) if self.text[i]), len(self.notes))
        held = self.notes[index + 1 : stop]
        ends = [n.onset for n in held if _extender(n, verse) == "ends"]
        following = _syllables(self.notes[stop], self.text[stop]) if stop < len(self.notes) else ()
        if ends:
            sung.held_until, sung.is_closed = ends[0], True
        elif _extender(note, verse):
            sung.held_until = max((n.onset for n in held if n.end - note.onset <= _EXTENDER_QL), default=NEVER)
        elif following and held and not sung.syllables[-1].ends_word and not following[0].starts_word:
            sung.held_until = held[-1].onset
        return sung

    def prolongs(self, index: int, sung: _Sung) -> bool:
        """Say whether a note without a syllable of its own goes on with the sung note before it."""
        note, before = self.notes[index], sung.notes[-1]
        is_elsewhere = note.measure in self.later_endings and before.measure not in self.later_endings
        if is_elsewhere or _extender(note, sung.verse) == "hums":
            return False
        if note.onset <= self.slurred_until:
            return True
        if note.onset - sung.end >= _ROUNDING_GAP_QL:
            return False
        is_tied = note.tie_ends or (before.tie_begins and before.pitch == note.pitch)
        if is_tied or note.onset <= sung.held_until or _extender(note, sung.verse):
            return True
        return not sung.is_closed and self.may_prolong(index, sung)

    def may_prolong(self, index: int, sung: _Sung) -> bool:
        """Say whether a note goes on with the one before it though no sign under the first verse says so."""
        note = self.notes[index]
        if others := _printed_verses(note):
            return note.measure == self.verses[0] and bool(others & self.verses[1])
        if note.onset > sung.bare_until:
            sung.bare_until = self.bare_until(index, sung.notes[-1])
        return note.onset <= sung.bare_until

    def bare_until(self, index: int, before: WrittenNote) -> Fraction:
        """Return the onset of the last of the notes from `index` on that nothing says are sung, if they are few."""
        stop = index + 1
        while (
            stop < len(self.notes)
            and not _printed_verses(self.notes[stop])
            and self.notes[stop].onset - self.notes[stop - 1].end < _ROUNDING_GAP_QL
        ):
            stop += 1
        run = self.notes[index:stop]
        length = run[-1].end - run[0].onset
        is_sung_throughout = self.sung_measures.issuperset(note.measure for note in run)
        bound = _IN_MEASURE_QL if run[-1].measure == before.measure else _OVER_BAR_LINE_QL
        return run[-1].onset if length <= bound and is_sung_throughout else NEVER
