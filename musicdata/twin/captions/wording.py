"""Captions: sentences that name every fact of a song, and nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from musicdata.twin.captions.facts import Truth

WORDINGS = (
    "A {tempo} and {mood} song for {instrument} that is all about {topic} and {second_topic}.",
    "The {instrument} plays at a {tempo} pace while they sing a {mood} story of {topic} and {second_topic}.",
    "This is a {mood} tune with {tempo} {instrument}, and the words tell of {topic} and {second_topic}.",
    "I think of {topic} and {second_topic} in these {mood} words, with a {tempo} {instrument} all the way.",
)
N_CAPTIONS = 2  # of a song
_NEGATIVE, _MOST_VOTES = -3, 9


def write(rng: np.random.Generator, truth: Truth) -> tuple[tuple[str, int], ...]:
    """Return the captions of a song, each in another wording, with the votes that it got."""
    chosen = rng.permutation(len(WORDINGS))[:N_CAPTIONS].tolist()
    votes = rng.integers(_NEGATIVE, _MOST_VOTES + 1, N_CAPTIONS).tolist()
    return tuple((WORDINGS[at].format(**truth._asdict()), n) for at, n in zip(chosen, votes, strict=True))
