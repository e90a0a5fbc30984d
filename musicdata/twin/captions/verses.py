"""Words of songs: two topics, each by words that stand for it, and a mood that half of the lines tell.

Nothing in them tells tempo or instrument, and no topic is called by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from musicdata.twin.captions.facts import Truth

SYNONYMS = {
    "sea": ("wave", "tide", "ship"),
    "war": ("gun", "army", "sword"),
    "road": ("mile", "wheel", "car"),
    "home": ("bed", "door", "roof"),
    "money": ("coin", "cash", "bank"),
    "fire": ("flame", "smoke", "ash"),
    "winter": ("snow", "ice", "frost"),
    "faith": ("church", "angel", "altar"),
}
MOOD_WORDS = {"happy": ("merry", "golden", "bright"), "sad": ("lonely", "broken", "bitter")}
_SUBJECTS = ("I", "we", "you", "they")
_VERBS = ("saw", "found", "left", "knew", "wanted", "held", "lost")
_WHOSE = ("the", "this", "my", "your", "her")
_THINGS = ("letter", "garden", "bird", "stone", "river")
_WHERE = ("again", "for years", "in the rain", "at noon", "with you", "all alone", "from afar")
_LINES_A_TOPIC, _OTHER_LINES = 2, 2
_LINES_A_STANZA = 3
_TELLS_MOOD = 0.5


class Verses(NamedTuple):
    """The words of a song, and how many of its lines tell the mood.

    Attributes:
        text: lines, an empty one between stanzas.
        n_mood_lines: of them.
    """

    text: str
    n_mood_lines: int


def compose(rng: np.random.Generator, truth: Truth) -> Verses:
    """Return the words of a song."""
    nouns = [
        *(_one(rng, SYNONYMS[topic]) for topic in (truth.topic, truth.second_topic) for _ in range(_LINES_A_TOPIC)),
        *(_one(rng, _THINGS) for _ in range(_OTHER_LINES)),
    ]
    lines, n_mood_lines = [], 0
    for at in rng.permutation(len(nouns)).tolist():
        tells = bool(rng.random() < _TELLS_MOOD)
        n_mood_lines += tells
        colour = [_one(rng, MOOD_WORDS[truth.mood])] if tells else []
        parts = (_one(rng, _SUBJECTS), _one(rng, _VERBS), _one(rng, _WHOSE), *colour, nouns[at], _one(rng, _WHERE))
        lines.append(" ".join(parts))
    stanzas = (lines[at : at + _LINES_A_STANZA] for at in range(0, len(lines), _LINES_A_STANZA))
    return Verses("\n\n".join("\n".join(stanza) for stanza in stanzas), n_mood_lines)


def _one(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]
