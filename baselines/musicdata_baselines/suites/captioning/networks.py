"""The networks of a validation: which are trained, whether there is time for them, and where they are kept."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from musicdata_baselines.suites.captioning.results import (
    FUSION,
    GROUPED,
    INFONCE,
    LYRICS_ONLY,
    POSITIVE,
    SHUFFLED_INFONCE,
    SHUFFLED_POSITIVE,
)
from musicdata_baselines.suites.captioning.settings import FULL

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.definitions.suite import Options
    from musicdata_baselines.deep.captioning.plan import Plan
    from musicdata_baselines.suites.captioning.hearing import Heard
    from musicdata_baselines.suites.captioning.parts import Parts
    from musicdata_baselines.suites.captioning.settings import CaptioningSettings

NEEDED = ("torch", "transformers", "tokenizers")
_PIECES_A_WORD = 1.6  # of a vocabulary of 512, measured on the planted captions
_PIECES_A_SECOND = {"small": 60_000.0, "base": 350.0}  # one thread of a server's processor, forward and back
_WRITING = 0.6  # captioning with all controls takes so much of the time of training besides


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of network.

    Attributes:
        name: of the system.
        slug: of the folder it is kept in.
        hears: whether it is given sound.
        alignment: of sound and words.
        is_shuffled: aligned on pairs of different songs.
        only_swept: trained with ``--sweep`` alone.
    """

    name: str
    slug: str
    hears: bool = True
    alignment: Literal["positive", "infonce"] | None = None
    is_shuffled: bool = False
    only_swept: bool = False


KINDS = (
    Kind(LYRICS_ONLY, "lyrics-only", hears=False),
    Kind(FUSION, "fusion"),
    Kind(POSITIVE, "fusion-positive", alignment="positive"),
    Kind(INFONCE, "fusion-infonce", alignment="infonce"),
    Kind(SHUFFLED_POSITIVE, "fusion-positive-shuffled", alignment="positive", is_shuffled=True),
    Kind(SHUFFLED_INFONCE, "fusion-infonce-shuffled", alignment="infonce", is_shuffled=True, only_swept=True),
)
"""In the order they are trained."""

_ELSEWHERE = (LYRICS_ONLY, FUSION, POSITIVE)
"""Those of another scheme or variant."""


def wanted(parts: Parts, *, swept: bool) -> list[Kind]:
    """List the kinds of network that a scheme is measured with."""
    has_sound = parts.train.tokens is not None
    kinds = [kind for kind in KINDS if (has_sound or not kind.hears) and (swept or not kind.only_swept)]
    if (parts.scheme, parts.variant) == (GROUPED, FULL):
        return kinds
    return [kind for kind in kinds if kind.name in _ELSEWHERE] if swept else []


def why_not(parts: Parts, settings: CaptioningSettings, options: Options) -> str:
    """Say why no networks are trained; "" where they are.

    Where nobody said whether they are wanted, they are trained if what they need is here and the time they would take
    on a processor, by the length of the texts, is within `most_minutes`.
    """
    if options.deep is False:
        return "networks were not wanted"
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        return f"{', '.join(missing)} are not here (pip install 'musicdata[captions]')"
    if not parts.valid.ids:
        return "the valid split has no songs to choose their weights by"
    minutes = estimated_minutes(parts, settings, options, len(wanted(parts, swept=options.sweep is True)))
    if options.deep is None and minutes > settings.most_minutes:
        return f"networks would take some {minutes:,.0f} minutes of a processor; --deep trains them"
    return ""


def estimated_minutes(parts: Parts, settings: CaptioningSettings, options: Options, n_kinds: int) -> float:
    """Return about how long so many kinds of network take to train and to write, on one thread of a processor."""
    words = [len(text.split()) for text in parts.train.lyrics]
    captions = [len(text.split()) for text in parts.train.captions]
    pieces = _PIECES_A_WORD * (min(float(np.mean(words)), 300.0) + min(float(np.mean(captions)), 300.0))
    a_network = steps_of(settings, options) * 32 * pieces / _PIECES_A_SECOND[settings.size]
    return n_kinds * settings.seeds * a_network * (1 + _WRITING) / 60


def steps_of(settings: CaptioningSettings, options: Options) -> int:
    """Return the steps of each network."""
    return max(1, round(settings.steps * options.epochs))


def plan_of(kind: Kind, seed: int, settings: CaptioningSettings, options: Options, heard: Heard | None) -> Plan:
    """Return how a network is trained."""
    from pathlib import Path

    from musicdata_baselines.deep.captioning.plan import Plan

    return Plan(
        system="fusion" if kind.hears else "lyrics",
        alignment=kind.alignment,
        shuffled_pairs=kind.is_shuffled,
        config=settings.config,
        seed=seed,
        steps=steps_of(settings, options),
        size=settings.size,
        bart=Path(settings.bart) if settings.bart else None,
        ear=_ear(heard) if kind.hears and heard is not None else None,
    )


def _ear(heard: Heard) -> dict[str, Any]:
    """Return what a captioner has to know of its ear to hear by it again."""
    name, _, version = heard.label.partition(" ")
    n_tokens, width = heard.tokens.shape[1:]
    return {
        "name": name,
        "version": version,
        "weights_sha256": heard.weights_sha256,
        "n_tokens": int(n_tokens),
        "width": int(width),
    }


def folder_of(keep: Path, parts: Parts, kind: Kind, seed: int) -> Path:
    """Return where a network is kept: ``fusion-0``, or with what it learned from where that is not the usual."""
    before = [one for one, usual in ((parts.scheme, GROUPED), (parts.variant, FULL)) if one != usual]
    return keep / "-".join([*before, kind.slug, str(seed)]).replace("_", "-")
