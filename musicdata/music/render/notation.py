"""Turns pitches and lengths into notation: spelling, clef, ties, tuplets, in LilyPond's words.

The page has no bars, no key and no metre, so a note is written from its own numbers alone:

- lengths: a fraction of a quarter whose denominator is a power of two down to the 64th note, or that times 3,
  5 or 7; found within `TOLERANCE_QL` of the number given. Long values are tied heads, the longest a breve.
- tuplets: neighbours that share the odd factor stand under one bracket, closed as soon as their sum is free
  of it: three thirds of a quarter are one triplet.
- spelling: the diatonic collection (seven neighbours on the line of fifths) that holds most of the notes; the
  others as E flat to G sharp stand to C major, never with a double accidental.
- clef: the one with the fewest ledger lines; an octave clef only when it saves more than two a note.

Everything is deterministic and nothing is read from the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from math import isfinite
from typing import TYPE_CHECKING

from musicdata.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLERANCE_QL = 1e-3  # half a millisecond at 120 quarters a minute
LONGEST_QL = 128  # sixteen tied breves: beyond that the numbers are not music
SHORTEST_QL = Fraction(1, 16)  # a 64th note
TUPLETS = {3: Fraction(2, 3), 5: Fraction(4, 5), 7: Fraction(4, 7)}  # odd factor: what it shrinks lengths by

# Written values, longest first. A dot needs half the value to exist, so the 64th has none.
_PLAIN = {Fraction(8): r"\breve"} | {Fraction(4, 2**k): str(2**k) for k in range(7)}
_DOTTED = {length * 3 / 2: name + "." for length, name in _PLAIN.items() if SHORTEST_QL < length < 8}
_VALUES = sorted((_PLAIN | _DOTTED).items(), reverse=True)

_LETTERS = "fcgdaeb"  # along the line of fifths, F = -1, C = 0, ... B = 5
_STEPS = "cdefgab"
_NATURAL_PITCH = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_ACCIDENTALS = {-1: "es", 0: "", 1: "is"}


@dataclass(frozen=True, slots=True)
class _Clef:
    lilypond: str
    bottom: int  # diatonic number of the lowest line: 7 × octave + step, C-1 of MIDI note 0 being -7
    surcharge: int  # ledger lines a note that it must save before it is chosen


_CLEFS = {
    "treble": _Clef("treble", 30, 0),
    "bass": _Clef("bass", 18, 0),
    "treble8va": _Clef("treble^8", 37, 2),
    "bass8vb": _Clef("bass_8", 11, 2),
    "treble15ma": _Clef("treble^15", 44, 4),
    "bass15mb": _Clef("bass_15", 4, 4),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One note to write down.

    Attributes:
        pitch: MIDI note number, 0–127.
        duration_ql: length in quarter lengths, above 0.
        rest_ql: rest before the note, in quarter lengths, 0 or more.
        spelling: name to use, as `Staff.spellings` gives it, e.g. ``cis5``; None lets the whole line decide.
    """

    pitch: int
    duration_ql: float
    rest_ql: float = 0.0
    spelling: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """A line of notes, written.

    Attributes:
        clef: our name of the clef, a key of what `clef_command` knows.
        tokens: LilyPond's words for each note: its rest, its tied heads, tuplet brackets that begin or end.
        heads: number of note heads each note is drawn with; the first is the note's own.
        spellings: note names with octave, middle C is ``c4``, sharps ``cis4``, flats ``ces4``.
        durations_ql: exact written lengths in quarter lengths.
    """

    clef: str
    tokens: tuple[str, ...]
    heads: tuple[int, ...]
    spellings: tuple[str, ...]
    durations_ql: tuple[Fraction, ...]


def write(notes: Sequence[Note], clef: str | None = None) -> Staff:
    r"""Writes the notes on one staff.

    >>> print(*write([Note(60, 1.0), Note(61, 0.333333), Note(64, 0.666667), Note(64, 0.5, 0.5)]).tokens)
    c'4 \tuplet 3/2 { cis'8 e'4 } r8 e'8

    Args:
        notes: what to write, in order.
        clef: clef to use; None chooses the one with the fewest ledger lines.

    Raises:
        RenderError: ``not_notatable``, with the note and the value, when one has no place in the notation.
    """
    _check_pitches(notes)
    rests = [_exact(note.rest_ql, f"the rest before note {i}") for i, note in enumerate(notes)]
    lengths = [_exact(note.duration_ql, f"the length of note {i}") for i, note in enumerate(notes)]
    if 0 in lengths:
        raise _no_notation(f"the length of note {lengths.index(Fraction(0))}", 0.0)
    spelled = spell([note.pitch for note in notes])
    names = tuple(note.spelling or name for note, name in zip(notes, spelled, strict=True))
    for note, name in zip(notes, names, strict=True):
        if pitch_of(name) != note.pitch:
            raise ValueError(f"the name {name} does not sound MIDI note {note.pitch}")
    tokens, heads = _write_line(rests, lengths, [_lilypond_name(name) for name in names])
    return Staff(clef or choose_clef(names), tokens, heads, names, tuple(lengths))


def spell(pitches: Sequence[int]) -> tuple[str, ...]:
    """Names every pitch so that most of them stand in one diatonic collection.

    >>> spell([62, 66, 69, 61]), spell([58, 63, 65])
    (('d4', 'fis4', 'a4', 'cis4'), ('bes3', 'ees4', 'f4'))
    """
    if not pitches:
        return ()
    # Number of sharps (+) or flats (-). Fewest accidentals win a tie, then sharps.
    sharps = min(range(-5, 7), key=lambda k: (-_fit(pitches, k), abs(k), -k))
    return tuple(_name(pitch, sharps) for pitch in pitches)


def choose_clef(spellings: Sequence[str]) -> str:
    """Names the clef with the fewest ledger lines; treble on a tie.

    >>> choose_clef(["c4", "g4"]), choose_clef(["c3", "g2"]), choose_clef(["c8"])
    ('treble', 'bass', 'treble15ma')
    """
    places = [_place(name) for name in spellings]

    def cost(clef: _Clef) -> int:
        top = clef.bottom + 8
        ledgers = sum(max(0, (place - top) // 2, (clef.bottom - place) // 2) for place in places)
        return ledgers + clef.surcharge * len(places)

    return min(_CLEFS, key=lambda name: cost(_CLEFS[name]))


def clef_command(clef: str) -> str:
    r"""Gives LilyPond's words for one of our clefs.

    >>> print(clef_command("treble8va"))
    \clef "treble^8"
    """
    return f'\\clef "{_CLEFS[clef].lilypond}"'


def note_sheet_id(clef: str, spelling: str, duration_ql: Fraction) -> str:
    """Names the picture of a single note; safe as a file name.

    >>> note_sheet_id("treble", "cis5", Fraction(3, 2))
    'treble-cis5-3_2'
    """
    return f"{clef}-{spelling}-{duration_ql.numerator}_{duration_ql.denominator}"


def read_note_sheet_id(identifier: str) -> tuple[str, str, Fraction]:
    """Gives back clef, spelling and length in quarter lengths of a single note's picture.

    >>> read_note_sheet_id("treble-cis5-3_2")
    ('treble', 'cis5', Fraction(3, 2))
    """
    clef, _, rest = identifier.partition("-")
    spelling, _, length = rest.rpartition("-")
    return clef, spelling, Fraction(length.replace("_", "/"))


def _check_pitches(notes: Sequence[Note]) -> None:
    for index, note in enumerate(notes):
        if not 0 <= note.pitch <= 127:
            raise RenderError("not_notatable", f"note {index} has pitch {note.pitch}, not a MIDI number 0-127")


def _exact(value_ql: float, what: str) -> Fraction:
    """Finds the simplest notatable fraction within the tolerance."""
    nearest = _nearest(value_ql)
    if nearest is None:
        raise _no_notation(what, value_ql)
    return nearest


@lru_cache(4096)
def _nearest(value_ql: float) -> Fraction | None:
    if isfinite(value_ql) and 0 <= value_ql <= LONGEST_QL:
        for denominator in _denominators():
            nearest = Fraction(round(value_ql * denominator), denominator)
            if abs(float(nearest) - value_ql) <= TOLERANCE_QL:
                return nearest
    return None


def _no_notation(what: str, value_ql: float) -> RenderError:
    return RenderError(
        "not_notatable",
        f"{what} is {value_ql} quarters: expected above 0 (a rest: 0), at most {LONGEST_QL}, and within "
        f"{TOLERANCE_QL} of a multiple of a 64th note or of a triplet, quintuplet or septuplet of one",
    )


@cache
def _denominators() -> tuple[int, ...]:
    """Lists the denominators, binary first, then by tuplet; each written value is at least a 64th."""
    shortest = {1: SHORTEST_QL} | {odd: SHORTEST_QL * shrink for odd, shrink in TUPLETS.items()}
    return tuple(odd * 2**k for odd in shortest for k in range(5) if Fraction(1, odd * 2**k) >= shortest[odd])


def _odd_factor(length: Fraction) -> int:
    odd = length.denominator
    while odd % 2 == 0:
        odd //= 2
    return odd


def _group(rests: Sequence[Fraction], lengths: Sequence[Fraction]) -> list[_Group]:
    """Sets rests and notes in order into brackets; a bracket ends when its sum is free of its odd factor."""
    groups: list[_Group] = []
    for note, (rest, length) in enumerate(zip(rests, lengths, strict=True)):
        for element in (_Element(note, rest, sounds=False), _Element(note, length, sounds=True)):
            if not element.length:
                continue
            odd = _odd_factor(element.length)
            if not groups or groups[-1].odd != odd or groups[-1].is_full():
                groups.append(_Group(odd, []))
            groups[-1].elements.append(element)
    return groups


@dataclass(frozen=True, slots=True)
class _Element:
    note: int
    length: Fraction
    sounds: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """What stands under one tuplet bracket, or between brackets when `odd` is 1."""

    odd: int
    elements: list[_Element]

    def is_full(self) -> bool:
        if self.odd == 1:
            return False
        return _odd_factor(sum((element.length for element in self.elements), Fraction(0))) == 1

    def write(self, names: Sequence[str]) -> list[tuple[_Element, tuple[str, ...], str]]:
        """Writes each element: its values, and its words with the bracket's ends where they belong."""
        shrink = TUPLETS.get(self.odd, Fraction(1))
        written = []
        for place, element in enumerate(self.elements):
            values = _values(element.length / shrink)
            name, joint = (names[element.note], "~ ") if element.sounds else ("r", " ")
            words = joint.join(name + value for value in values)
            if self.odd != 1 and place == 0:
                words = f"{self._opening(shrink)} {words}"
            if self.odd != 1 and place == len(self.elements) - 1:
                words += " }"
            written.append((element, values, words))
        return written

    def _opening(self, shrink: Fraction) -> str:
        opening = f"\\tuplet {shrink.denominator}/{shrink.numerator} {{"
        # A bracket over a lone note would strike its number through.
        lone = len(self.elements) == 1
        return f"\\once \\override TupletBracket.bracket-visibility = ##f {opening}" if lone else opening


def _write_line(
    rests: Sequence[Fraction], lengths: Sequence[Fraction], names: Sequence[str]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Writes rests and notes in order; returns the words and the number of heads of each note."""
    words: list[list[str]] = [[] for _ in names]
    heads = [0] * len(names)
    for group in _group(rests, lengths):
        for element, values, written in group.write(names):
            words[element.note].append(written)
            if element.sounds:
                heads[element.note] = len(values)
    return tuple(" ".join(parts) for parts in words), tuple(heads)


@lru_cache(4096)
def _values(length: Fraction) -> tuple[str, ...]:
    """Splits a length into written values, longest first."""
    names: list[str] = []
    for value, name in _VALUES:
        while value <= length:
            names.append(name)
            length -= value
    return tuple(names)


def _fit(pitches: Sequence[int], sharps: int) -> int:
    """Counts the pitches that the diatonic collection with this many sharps holds."""
    collection = {fifth * 7 % 12 for fifth in range(sharps - 1, sharps + 6)}
    return sum(pitch % 12 in collection for pitch in pitches)


def _name(pitch: int, sharps: int) -> str:
    # Twelve neighbours on the line of fifths: the collection, two flatter, three sharper.
    fifth = next(f for f in range(sharps - 3, sharps + 9) if f * 7 % 12 == pitch % 12)
    # Twelve fifths are one enharmonic change: F double sharp becomes G.
    if fifth > 12:
        fifth -= 12
    elif fifth < -8:
        fifth += 12
    alteration, letter = divmod(fifth + 1, 7)
    octave = (pitch - alteration - _NATURAL_PITCH[_LETTERS[letter]]) // 12 - 1
    return f"{_LETTERS[letter]}{_ACCIDENTALS[alteration]}{octave}"


def _parts(name: str) -> tuple[str, str, int]:
    """Splits ``cis5`` into letter, accidental and octave."""
    letter, rest = name[0], name[1:]
    accidental = rest[:2] if rest[:2] in {"is", "es"} else ""
    return letter, accidental, int(rest[len(accidental) :])


def pitch_of(name: str) -> int:
    """Gives the MIDI note number of a spelling.

    >>> pitch_of("c4"), pitch_of("ces4"), pitch_of("c-1")
    (60, 59, 0)
    """
    letter, accidental, octave = _parts(name)
    alteration = {"is": 1, "es": -1, "": 0}[accidental]
    return 12 * (octave + 1) + _NATURAL_PITCH[letter] + alteration


def _place(name: str) -> int:
    """Gives the diatonic number: 7 × octave + step, so that middle C is 28."""
    letter, _, octave = _parts(name)
    return 7 * octave + _STEPS.index(letter)


def _lilypond_name(name: str) -> str:
    letter, accidental, octave = _parts(name)
    marks = "'" * (octave - 3) if octave > 3 else "," * (3 - octave)
    return letter + accidental + marks
