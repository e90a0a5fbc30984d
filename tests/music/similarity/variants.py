"""Variants of songs: the same song in another shape, for tests and benchmarks of near-duplicate detection.

Each variant takes the notes of a song and a random generator and gives the notes of the variant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Note:
    """One sung note; an empty syllable continues the one before."""

    pitch: int
    syllable: str
    word: int


Notes = tuple[Note, ...]
Variant = Callable[[Notes, Random], Notes]


def transposed(notes: Notes, rng: Random) -> Notes:
    steps = rng.choice([-7, -5, -3, -2, -1, 1, 2, 4, 5, 12])
    return tuple(replace(note, pitch=note.pitch + steps) for note in notes)


def retimed(notes: Notes, rng: Random) -> Notes:
    """Returns the song as it is: what is compared holds no times."""
    return notes


def reworded(share: float, vocabulary: Sequence[str]) -> Variant:
    """Returns a variant in which a share of the words are other words of the corpus, sung on the same
    notes."""

    def change(notes: Notes, rng: Random) -> Notes:
        changed = {word for word in {note.word for note in notes} if rng.random() < share}
        return tuple(replace(note, syllable=rng.choice(vocabulary)) if note.word in changed else note for note in notes)

    return change


def resyllabified(notes: Notes, rng: Random) -> Notes:
    """Joins two syllables of a word on one note or splits one over two repeated notes, one note in five."""
    result: list[Note] = []
    for note in notes:
        draw = rng.random()
        if draw < 0.1 and result and result[-1].word == note.word:
            result[-1] = replace(result[-1], syllable=result[-1].syllable + note.syllable)
        elif draw > 0.9 and len(note.syllable) > 3:
            result += [replace(note, syllable=note.syllable[:2]), replace(note, syllable=note.syllable[2:])]
        else:
            result.append(note)
    return tuple(result)


def notes_dropped(notes: Notes, rng: Random) -> Notes:
    return tuple(note for note in notes if rng.random() >= 0.1)


def melismas_split(notes: Notes, rng: Random) -> Notes:
    """Adds a neighbour note without text after one note in ten."""
    result: list[Note] = []
    for note in notes:
        result.append(note)
        if rng.random() < 0.1:
            result.append(replace(note, pitch=note.pitch + rng.choice([-2, -1, 1, 2]), syllable=""))
    return tuple(result)


def first_half(notes: Notes, rng: Random) -> Notes:
    return notes[: len(notes) // 2]


def all_variants(vocabulary: Sequence[str]) -> dict[str, Variant]:
    single = {
        "transposed": transposed,
        "retimed": retimed,
        "5 % of words changed": reworded(0.05, vocabulary),
        "15 % of words changed": reworded(0.15, vocabulary),
        "resyllabified": resyllabified,
        "10 % of notes dropped": notes_dropped,
        "melismas split": melismas_split,
        "first half only": first_half,
    }

    def all_together(notes: Notes, rng: Random) -> Notes:
        for name, variant in single.items():
            notes = notes if name.startswith("5 %") else variant(notes, rng)
        return notes

    def other_text(notes: Notes, rng: Random) -> Notes:
        return tuple(replace(note, syllable=rng.choice(vocabulary)) for note in transposed(notes, rng))

    def other_melody(notes: Notes, rng: Random) -> Notes:
        return tuple(replace(note, pitch=rng.randint(55, 79)) for note in notes)

    return single | {
        "all together": all_together,
        "same tune, other text": other_text,
        "same text, other tune": other_melody,
    }
