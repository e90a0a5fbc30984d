"""Test songs and what is said of them, for people to read: words only where everybody may have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.captioning.scores.rouge import Rouge
from musicdata_baselines.suites.captioning.parts import lowest
from musicdata_baselines.suites.captioning.results import FUSION, LEAD, LYRICS_ONLY, NEAREST, POSITIVE, Example

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicdata_baselines.suites.captioning.dataset import CaptionSet
    from musicdata_baselines.suites.captioning.parts import Parts

N_EXAMPLES = 10
_SHOWN = (NEAREST, LEAD, LYRICS_ONLY, FUSION, POSITIVE)


def choose(data: CaptionSet, own: Parts, written: Mapping[str, Sequence[str]]) -> tuple[Example, ...]:
    """Return some test songs, those whose ids have the lowest hashes, with the caption of the first network of a kind.

    A captioner says again what it learned: captions are shown only if every song's words and captions may be handed on.
    """
    rouge = Rouge()
    places = np.arange(len(own.test))
    found = []
    for place in lowest(np.array(own.test.ids), places, N_EXAMPLES).tolist():
        captions = {name: written[name][place] for name in _SHOWN if name in written}
        known = own.test.references[place]
        scores = {
            name: float(np.mean([rouge.score(text, one).rouge1_f1 for one in known])) for name, text in captions.items()
        }
        shown = (captions, known) if data.may_show else (None, None)
        found.append(Example(own.test.ids[place], scores, *shown))
    return tuple(found)
