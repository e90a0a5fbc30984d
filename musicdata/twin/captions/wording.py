"""Captions: sentences that name every fact of a song, and nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from musicdata.twin.captions.facts import Truth

WORDINGS = (
    "This is a {tempo} and {mood} song with {instrument}, all about {topic} and {second_topic}.",
    "I hear a {mood} tune for {instrument}, {tempo}, and words of {topic} and {second_topic}.",
    "It tells of {topic} and {second_topic}, and is a {mood} and {tempo} piece for {instrument}.",
)
N_CAPTIONS = 2  # of a song
_NEGATIVE, _MOST_VOTES = -3, 9


def write(rng: np.random.Generator, truth: Truth) -> tuple[tuple[str, int], ...]:
    """Return the captions of a song, each in another wording, with the votes that it got."""
    chosen = rng.permutation(len(WORDINGS))[:N_CAPTIONS].tolist()
    votes = rng.integers(_NEGATIVE, _MOST_VOTES + 1, N_CAPTIONS).tolist()
    return tuple((WORDINGS[at].format(**truth._asdict()), n) for at, n in zip(chosen, votes, strict=True))
