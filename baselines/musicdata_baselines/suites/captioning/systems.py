"""The captioners without networks, in the order of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.captioning import (
    LeadLyrics,
    NearestLyrics,
    NearestLyricsAndAudio,
    RandomCaption,
    UsualLength,
)
from musicdata_baselines.suites.captioning.results import GROUPED, LEAD, NEAREST, NEAREST_AUDIO, RANDOM, USUAL
from musicdata_baselines.suites.captioning.scoring import Written
from musicdata_baselines.suites.captioning.settings import FULL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.captioning import Captioner
    from musicdata_baselines.suites.captioning.parts import Parts


def write_all(parts: Parts, seed: int) -> Iterator[Written]:
    """Yield what each captioner writes of the test songs; those that copy alone where the scheme is not the usual."""
    is_own = (parts.scheme, parts.variant) == (GROUPED, FULL)
    for name, captioner in _captioners(seed).items():
        if name == NEAREST_AUDIO and parts.train.tokens is None:
            continue
        if is_own or name in (NEAREST, NEAREST_AUDIO):
            yield Written(name, captioner.fit(parts.train).caption(parts.test))


def _captioners(seed: int) -> dict[str, Captioner]:
    return {
        RANDOM: RandomCaption(seed),
        USUAL: UsualLength(seed),
        NEAREST: NearestLyrics(),
        NEAREST_AUDIO: NearestLyricsAndAudio(),
        LEAD: LeadLyrics(),
    }
