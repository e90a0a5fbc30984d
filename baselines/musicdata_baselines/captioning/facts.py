"""Which facts of a song a caption names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class FactScore:
    """How often captions name the right value of one fact, over the songs of which it is known.

    Attributes:
        songs: place (songs,) of those songs among all.
        right: whether a caption names the value of its song and no other value of the fact, (songs,).
        chance: share that a caption would get which always names the commonest value.
    """

    songs: NDArray[np.int64]
    right: NDArray[np.bool_]
    chance: float

    @property
    def share(self) -> float:
        """Share of the songs whose caption is right."""
        return float(self.right.mean())


class Facts:
    """The values of facts, and the words that name them.

    Words are found whole and without case; where the words of one value lie inside those of another, the longer ones
    are meant: "bass guitar" names no guitar.

    Args:
        words: fact → value → words or phrases, any of which names it.

    Raises:
        ViewError: a value has no words, or the same words as another value of its fact.

    >>> facts = Facts({"tempo": {"slow": ["slow", "unhurried"], "fast": ["fast"]}})
    >>> scored = facts.score(["An unhurried song.", "Fast or slow?", "Of hills."], [{"tempo": "slow"}] * 3)
    >>> scored["tempo"].right.tolist(), scored["tempo"].chance
    ([True, False, False], 1.0)
    """

    def __init__(self, words: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._values = {fact: _value_of(fact, values) for fact, values in words.items()}
        self._patterns = {fact: _pattern(values) for fact, values in self._values.items()}

    def named(self, caption: str) -> dict[str, frozenset[str]]:
        """Return the values of each fact that a caption names."""
        plain = _plain(caption)
        return {
            fact: frozenset(self._values[fact][found] for found in pattern.findall(plain))
            for fact, pattern in self._patterns.items()
        }

    def score(self, captions: Sequence[str], truths: Sequence[Mapping[str, str]]) -> dict[str, FactScore]:
        """Return how often captions name what is true of their songs; a fact that is known of no song is left out.

        Args:
            captions: one a song.
            truths: fact → value of each song, as far as they are known.

        Raises:
            ViewError: not as many truths as captions, or a fact or value that no words name.
        """
        if len(captions) != len(truths):
            raise ViewError(f"there are {len(captions):,} captions, but facts of {len(truths):,} songs")
        self._require_words(truths)
        named = [self.named(caption) for caption in captions]
        scored = {}
        for fact in self._values:
            songs = [place for place, truth in enumerate(truths) if fact in truth]
            if songs:
                right = [named[place][fact] == {truths[place][fact]} for place in songs]
                ((_, commonest),) = Counter(truths[place][fact] for place in songs).most_common(1)
                scored[fact] = FactScore(np.array(songs), np.array(right), commonest / len(songs))
        return scored

    def _require_words(self, truths: Sequence[Mapping[str, str]]) -> None:
        known = {fact: set(values.values()) for fact, values in self._values.items()}
        for place, truth in enumerate(truths):
            for fact, value in truth.items():
                if value not in known.get(fact, ()):
                    raise ViewError(f"{fact} of song {place} is {value!r}, and no words name that; give some")


def _value_of(fact: str, values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return words → the value that they name."""
    value_of: dict[str, str] = {}
    for value, words in values.items():
        plain = {_plain(one) for one in words} - {""}
        if isinstance(words, str) or not plain:
            raise ViewError(f"value {value!r} of {fact} has {words!r} for words, expected a list with one at least")
        for one in sorted(plain):
            if value_of.setdefault(one, value) != value:
                raise ViewError(f"{one!r} names both {value_of[one]!r} and {value!r} of {fact}; take it out of one")
    return value_of


def _pattern(value_of: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(value_of, key=lambda words: (-len(words), words))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if value_of else r"(?!)")


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
