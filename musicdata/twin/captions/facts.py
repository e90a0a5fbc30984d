"""What captions say of a song, where it is to be known from, and the values there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

TOPIC, SECOND_TOPIC, MOOD, TEMPO, INSTRUMENT = "topic", "second_topic", "mood", "tempo", "instrument"
LYRICS, AUDIO, BOTH = "lyrics", "audio", "both"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a caption names by a word.

    Attributes:
        name: of it.
        heard_in: ``lyrics``, ``audio`` or ``both``: what it is to be known from.
        values: words that captions name it by; no other fact has them, and captions have them for nothing else.
    """

    name: str
    heard_in: str
    values: tuple[str, ...]


FACTS = (
    Fact(TOPIC, LYRICS, ("sea", "war", "road", "home")),
    Fact(SECOND_TOPIC, LYRICS, ("money", "fire", "winter", "faith")),
    Fact(MOOD, BOTH, ("happy", "sad")),
    Fact(TEMPO, AUDIO, ("slow", "medium", "fast")),
    Fact(INSTRUMENT, AUDIO, ("piano", "violin", "trumpet")),
)


class Truth(NamedTuple):
    """The value that each fact has in a song, in the order of `FACTS`."""

    topic: str
    second_topic: str
    mood: str
    tempo: str
    instrument: str

    def tags(self) -> tuple[str, ...]:
        """Return the facts as tags, sorted.

        >>> Truth("sea", "fire", "sad", "slow", "piano").tags()[0]
        'instrument:piano@audio'
        """
        return tuple(sorted(f"{fact.name}:{value}@{fact.heard_in}" for fact, value in zip(FACTS, self, strict=True)))
