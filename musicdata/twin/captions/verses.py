"""Words of songs: two topics, each by words that stand for it, and a mood that half of the lines tell.

Nothing in them tells tempo or instrument, and no topic is called by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from musicdata.twin.captions.facts import Truth

SYNONYMS = {
    "sea": ("harbour", "sailor", "tide"),
    "war": ("soldier", "cannon", "battle"),
    "road": ("highway", "wheel", "suitcase"),
    "home": ("kitchen", "cradle", "doorstep"),
    "money": ("silver", "coin", "banker"),
    "fire": ("flame", "ember", "smoke"),
    "winter": ("snow", "frost", "ice"),
    "faith": ("church", "prayer", "angel"),
}
MOOD_WORDS = {"happy": ("laughing", "golden", "merry"), "sad": ("weeping", "broken", "lonely")}
_SUBJECTS = ("I", "we", "you", "they", "she", "he")
_VERBS = ("saw", "found", "left", "knew", "called", "wanted", "needed", "held", "lost", "followed")
_WHOSE = ("the", "this", "my", "your", "her", "his", "our", "that")
_THINGS = ("letter", "window", "garden", "street", "bird", "stone", "river", "mirror")
_WHERE = (
    *("again", "once more", "for years", "by the door", "in the rain", "under the sky", "at noon"),
    *("before the end", "with you", "all alone", "from afar", "after all"),
)
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
