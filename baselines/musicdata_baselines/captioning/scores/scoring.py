"""All scores of the captions of songs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np

from musicdata_baselines.captioning.scores.bleu import bleu
from musicdata_baselines.captioning.scores.cider import cider
from musicdata_baselines.captioning.scores.copying import longest_copies
from musicdata_baselines.captioning.scores.meteor import Meteor
from musicdata_baselines.captioning.scores.resampling import bootstrap_mid
from musicdata_baselines.captioning.scores.rouge import Rouge
from musicdata_baselines.captioning.words import count_words, split_words
from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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

    def table(self) -> NDArray[np.float64]:
        """Return the arrays side by side (n, metrics), in the order of `METRICS`."""
        return np.column_stack([getattr(self, name) for name in METRICS])


METRICS = tuple(one.name for one in fields(Overlap))
"""Names of the arrays of an `Overlap`."""

_DECIDED_BY = (0, 0, 2, 2, 4, 4, 6)
"""Column of each metric that says which reference of a song is the best: F1 for recall too, as rouge-score does."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores(Overlap):
    """Scores of the captions of n songs; the arrays (n,) of `Overlap` are means over a song's references.

    Attributes:
        which: what `figures` returns: "corrected": every song counts once; "paper": every pair of a caption and a
            reference does, and ROUGE is rouge-score's `mid`.
        best: the same against the reference of each song that is nearest: by F1 for each ROUGE, by METEOR.
        rows: the same of every pair (pairs,), song after song; `row_songs` the song (pairs,) of each.
        n_words: words of each caption between spaces, (n,).
        reference_words: words of each song's references, their mean (n,).
        copy_words: words of the longest run that a caption shares with any one training caption, as a share of its
            words, (n,); 0 for a caption without words, and where there are no training captions.
        exact_copies: whether a caption is, in its words, a reference of any of the songs, (n,).
        meteor_name: which METEOR.
        bleu: of all pairs of a caption and a reference, 0 to 100; `best_bleu` with all references of a song at once.
        distinct_2: share of the pairs of neighbouring words of all captions that are different ones.
        mean_words: of the captions; `length_ratio` that over the mean of the references, 0 where they have no words.
        cider: mean over songs, 0 to 10.
        notes: what is missing, for people.
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
    cider: float
    notes: tuple[str, ...] = ()

    def figures(self, seed: int = 0) -> dict[str, float]:
        """Return one number for each metric, those of the best reference as `best_…`.

        Args:
            seed: of the draws behind rouge-score's `mid`.
        """
        means = self.table().mean(axis=0)
        if self.which == "paper":
            rows = self.rows.table()
            means = np.append(bootstrap_mid(rows[:, :6], seed), rows[:, 6].mean())
        named = dict(zip(METRICS, means.tolist(), strict=True))
        best = dict(zip(METRICS, self.best.table().mean(axis=0).tolist(), strict=True))
        named |= {f"best_{name}": value for name, value in best.items()}
        named |= {name: getattr(self, name) for name in _OF_ALL}
        return named | {"copy_words": float(self.copy_words.mean()), "exact_copies": float(self.exact_copies.mean())}


NO_WORDNET = (
    "METEOR counts no synonyms, for it was given no WordNet: let MUSICDATA_WORDNET name a folder with one, or run "
    "pip install pycocoevalcap"
)

_OF_ALL = ("bleu", "best_bleu", "cider", "distinct_2", "mean_words", "length_ratio")


def score(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    train: Sequence[str] = (),
    which: Which = "corrected",
    wordnet: WordNet | None = None,
) -> Scores:
    """Score a caption of each song against what people wrote of it.

    Args:
        predictions: a caption of each song, "" where there is none: it scores 0.
        references: those of each song, one at least.
        train: captions that could be copied.
        which: what `Scores.figures` returns.
        wordnet: for METEOR; see `find`.

    Raises:
        ViewError: there are no songs, a song has no reference, or not each has a caption.
        SetupError: NLTK or sacrebleu is not installed.
    """
    _require(predictions, references)
    rouge, meteor = Rouge(), Meteor(wordnet)
    rows: list[tuple[float, ...]] = []
    for prediction, texts in zip(predictions, references, strict=True):
        rows += [(*rouge.score(prediction, text), meteor.score(prediction, text)) for text in texts]
    table, starts = np.array(rows), np.cumsum([0, *(len(texts) for texts in references[:-1])])
    n_references = np.array([len(texts) for texts in references])
    n_words = np.array([count_words(text) for text in predictions])
    their_words = np.array([np.mean([count_words(text) for text in texts]) for texts in references])
    of_pairs, of_songs = bleu(predictions, references)
    return Scores(
        *_columns(np.add.reduceat(table, starts) / n_references[:, None]),
        which=which,
        best=Overlap(*_columns(_best(table, starts))),
        rows=Overlap(*_columns(table)),
        row_songs=np.repeat(np.arange(len(references)), n_references),
        n_words=n_words,
        reference_words=their_words,
        copy_words=_copied(predictions, train),
        exact_copies=_are_references(predictions, references),
        meteor_name=meteor.name,
        bleu=of_pairs,
        best_bleu=of_songs,
        distinct_2=distinct_2(predictions),
        mean_words=float(n_words.mean()),
        length_ratio=float(n_words.mean() / their_words.mean()) if their_words.any() else 0.0,
        cider=float(cider(predictions, references).mean()),
        notes=() if wordnet else (NO_WORDNET,),
    )


def distinct_2(texts: Sequence[str]) -> float:
    """Return the share of the pairs of neighbouring words that are different ones, 0 where there are none.

    (Li et al. 2016, A diversity-promoting objective function for neural conversation models)

    >>> distinct_2(["the sea", "the sea", "the hills"]).__round__(3)
    0.667
    """
    pairs = [pair for text in texts for pair in _neighbours(split_words(text))]
    return len(set(pairs)) / len(pairs) if pairs else 0.0


def _neighbours(words: list[str]) -> Iterator[tuple[str, str]]:
    return itertools.pairwise(words)


def _require(predictions: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    if not predictions or len(predictions) != len(references):
        raise ViewError(
            f"there are {len(predictions):,} captions and references of {len(references):,} songs; give a caption for "
            'each song, "" where there is none, and one song at least'
        )
    for place, texts in enumerate(references):
        if isinstance(texts, str) or not texts:
            raise ViewError(f"song {place} has {texts!r} for references, expected several texts, one at least")


def _columns(table: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return list(table.T.copy())


def _best(table: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each metric (songs, metrics) of the reference that is best, the first of equals."""
    best = np.empty((len(starts), table.shape[1]))
    for song, (start, stop) in enumerate(zip(starts, [*starts[1:], len(table)], strict=True)):
        rows = table[start:stop]
        best[song] = rows[rows[:, _DECIDED_BY].argmax(axis=0), np.arange(rows.shape[1])]
    return best


def _copied(predictions: Sequence[str], train: Sequence[str]) -> NDArray[np.float64]:
    n_words = np.array([len(split_words(text)) for text in predictions])
    shares: NDArray[np.float64] = longest_copies(predictions, train) / np.maximum(n_words, 1)
    return shares


def _are_references(predictions: Sequence[str], references: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
    wanted = {words for text in predictions if (words := tuple(split_words(text)))}
    there = wanted & {tuple(split_words(text)) for texts in references for text in texts}
    return np.array([tuple(split_words(text)) in there for text in predictions])
