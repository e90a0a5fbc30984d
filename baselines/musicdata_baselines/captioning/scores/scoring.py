"""All scores of the captions of songs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.scores.wordnets import WordNet

Which = Literal["corrected", "paper"]


@dataclass(frozen=True, eq=False)
class Overlap:
    """What captions have in common with references: arrays (n,), between 0 and 1."""

    rouge1_f1: NDArray[np.float64]
    rouge1_recall: NDArray[np.float64]
    rouge2_f1: NDArray[np.float64]
    rouge2_recall: NDArray[np.float64]
    rougeL_f1: NDArray[np.float64]  # noqa: N815 - the field's name
    rougeL_recall: NDArray[np.float64]  # noqa: N815
    meteor: NDArray[np.float64]


METRICS = tuple(one.name for one in fields(Overlap))
"""Names of the arrays of an `Overlap`."""


@dataclass(frozen=True, eq=False)
class Scores(Overlap):
    """Scores of the captions of n songs; the arrays (n,) of `Overlap` are means over a song's references.

    Attributes:
        which: "corrected": every song counts once; "paper": every pair of a caption and a reference does.
        best: the same against the reference of each song that is nearest: by F1 for each ROUGE, by METEOR.
        rows: the same of every pair (pairs,), song after song; `row_songs` the song (pairs,) of each.
        n_words: words of each caption between spaces, (n,).
        reference_words: words of each song's references, their mean (n,).
        copy_words: words in the longest run that a caption shares with any one training caption, as a share of its
            words, (n,); 0 without training captions.
        exact_copies: whether a caption is, in its words, a reference of any of the songs, (n,).
        meteor_name: which METEOR.
        bleu: of all pairs of a caption and a reference, 0 to 100; `best_bleu` with all references of a song at once.
        distinct_2: share of the pairs of neighbouring words of all captions that are different ones.
        mean_words: of the captions; `length_ratio` that over the mean of the references.
        cider: of all songs, or None where `pycocoevalcap` is not installed.
        notes: what is missing or special, for people.
    """

    which: Which
    best: Overlap
    rows: Overlap
    row_songs: NDArray[np.int64]
    n_words: NDArray[np.int64]
    reference_words: NDArray[np.float64]
    copy_words: NDArray[np.float64]
    exact_copies: NDArray[np.bool_]
    meteor_name: str
    bleu: float
    best_bleu: float
    distinct_2: float
    mean_words: float
    length_ratio: float
    cider: float | None
    notes: tuple[str, ...]

    def figures(self) -> dict[str, float]:
        """Return one number for each metric: rouge1_f1 …, meteor, best_rouge1_f1 …, bleu, distinct_2, copy_words …"""
        raise NotImplementedError


def score(
    predictions: Sequence[str],
    references: Sequence[tuple[str, ...]],
    *,
    train: Sequence[str] = (),
    which: Which = "corrected",
    wordnet: WordNet | None = None,
) -> Scores:
    """Score a caption of each song against what people wrote of it; see `Scores`."""
    raise NotImplementedError
