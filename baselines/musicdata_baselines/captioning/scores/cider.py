"""CIDEr of all captions, where the package pycocoevalcap is installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from musicdata_baselines.captioning.words import split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSING = "CIDEr is left out: pycocoevalcap is not installed (pip install 'musicdata[captions]')"


def cider(predictions: Sequence[str], references: Sequence[Sequence[str]]) -> float | None:
    """Return CIDEr-D, 0 to 10, or None where pycocoevalcap is not installed.

    Words are those of `split_words`, in the place of a tokenizer that needs Java (Vedantam et al. 2015, CIDEr:
    consensus-based image description evaluation; words are weighed by how many songs' references have them).
    """
    if find_spec("pycocoevalcap") is None:
        return None
    from pycocoevalcap.cider.cider_scorer import CiderScorer

    scorer = CiderScorer()
    for prediction, texts in zip(predictions, references, strict=True):
        scorer += (_plain(prediction), [_plain(text) for text in texts])
    if not any(split_words(text) for texts in references for text in texts):
        return 0.0
    return float(scorer.compute_score()[0])


def _plain(text: str) -> str:
    return " ".join(split_words(text))
