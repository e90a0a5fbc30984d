"""All scores of captions: the released scorer's figures in paper mode, every song once otherwise, and odd texts."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.scoring import BootstrapAggregator

from musicdata_baselines.captioning.scores import Overlap, Scores, score
from musicdata_baselines.captioning.scores.scoring import METRICS, NO_WORDNET, distinct_2
from musicdata_baselines.captioning.scores.wndb import WordNetFiles
from musicdata_baselines.errors import ViewError
from tests.baselines.captioning.scores import wordnet_files

WORDS = "the sea of hills and home a slow sad song love is lost in war by night"


def made_up(n_songs: int, seed: int) -> tuple[list[str], list[tuple[str, ...]]]:
    draw = random.Random(seed)

    def text(longest: int) -> str:
        return " ".join(draw.choices(WORDS.split(), k=draw.randrange(1, longest)))

    return [text(30) for _ in range(n_songs)], [
        tuple(text(20) for _ in range(draw.randrange(1, 5))) for _ in range(n_songs)
    ]


PREDICTIONS, REFERENCES = made_up(40, 0)
SCORES = score(PREDICTIONS, REFERENCES, train=[REFERENCES[0][0], PREDICTIONS[1]])


def released_scorer(seed: int) -> dict[str, float]:
    """Compute what `load_metric("rouge").compute` prints of rows of a caption and a reference: its `mid`."""
    scorer, aggregator = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False), BootstrapAggregator()
    for prediction, texts in zip(PREDICTIONS, REFERENCES, strict=True):
        for text in texts:
            aggregator.add_scores(scorer.score(text, prediction))
    np.random.seed(seed)  # noqa: NPY002 - what it draws with
    return {
        f"{name}_{kind}": float(value)
        for name, found in aggregator.aggregate().items()
        for kind, value in (("f1", found.mid.fmeasure), ("recall", found.mid.recall))
    }


def test_paper_mode_is_the_released_scorer() -> None:
    paper = score(PREDICTIONS, REFERENCES, which="paper")
    for seed in (0, 7):
        figures = paper.figures(seed)
        for name, value in released_scorer(seed).items():
            assert figures[name] == pytest.approx(value, abs=1e-12), name
    assert paper.figures()["meteor"] == pytest.approx(paper.rows.meteor.mean())
    assert len(paper.row_songs) == sum(map(len, REFERENCES))


def test_corrected_counts_every_song_once() -> None:
    figures = SCORES.figures()
    for name in METRICS:
        rows, songs = getattr(SCORES.rows, name), getattr(SCORES, name)
        means = [rows[SCORES.row_songs == song].mean() for song in range(40)]
        assert songs == pytest.approx(means)
        assert figures[name] == pytest.approx(np.mean(means))
        assert figures[f"best_{name}"] == pytest.approx(getattr(SCORES.best, name).mean())
    weighted = score(["the sea", "x"], [("the sea",) * 9, ("y",)])
    assert weighted.figures()["rouge1_f1"] == 0.5
    assert score(["the sea", "x"], [("the sea",) * 9, ("y",)], which="paper").figures()["bleu"] == weighted.bleu


def test_the_best_reference_is_that_of_rouge_score() -> None:
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    for song, (prediction, texts) in enumerate(zip(PREDICTIONS, REFERENCES, strict=True)):
        for name, value in scorer.score_multi(texts, prediction).items():
            assert getattr(SCORES.best, f"{name}_f1")[song] == value.fmeasure
            assert getattr(SCORES.best, f"{name}_recall")[song] == value.recall
        assert SCORES.best.meteor[song] == SCORES.rows.meteor[SCORES.row_songs == song].max()


def test_lengths_copies_and_diversity() -> None:
    scores = score(
        ["a song of the sea", "a song of the sea", "Home!", ""],
        [("of hills",), ("a SONG, of the sea.", "one two"), ("home",), ("nothing",)],
        train=["It is a song of the moon."],
    )
    assert scores.n_words.tolist() == [5, 5, 1, 0]
    assert scores.reference_words.tolist() == [2, 3.5, 1, 1]
    assert scores.copy_words.tolist() == [0.8, 0.8, 0, 0]
    assert scores.exact_copies.tolist() == [True, True, True, False]  # of any of the songs' references
    assert scores.mean_words == 2.75
    assert scores.length_ratio == pytest.approx(11 / 7.5)
    assert scores.distinct_2 == 0.5
    assert scores.figures()["copy_words"] == 0.4
    assert scores.figures()["exact_copies"] == 0.75


def test_the_metric_is_named_by_its_wordnet(tmp_path_factory: pytest.TempPathFactory) -> None:
    wordnet = WordNetFiles(wordnet_files.write(tmp_path_factory.mktemp("wordnet")))
    ours = score(["a dog by the ocean"], [("a frump by the sea",)], wordnet=wordnet)
    assert ours.meteor_name == "METEOR (NLTK, WordNet 3.0)"
    assert ours.meteor[0] > score(["a dog by the ocean"], [("a frump by the sea",)]).meteor[0]


def all_figures(scores: Scores) -> list[float]:
    arrays = [getattr(one, name) for one in (scores, scores.best, scores.rows) for name in METRICS]
    return [*scores.figures().values(), *np.concatenate([*arrays, scores.copy_words, scores.reference_words]).tolist()]


ODD = st.sampled_from(["", " ", "🎵", "a", "\n", "море", "\ud800", "a\0b", "the sea", "&amp;", "'s"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(ODD, st.lists(ODD, min_size=1, max_size=3)), min_size=1, max_size=4))
def test_odd_texts_have_finite_scores(songs: list[tuple[str, list[str]]]) -> None:
    scores = score([one for one, _ in songs], [tuple(texts) for _, texts in songs], train=["", "the sea"])
    assert all(math.isfinite(value) and value >= 0 for value in all_figures(scores))
    for overlap in (scores, scores.best, scores.rows):
        assert isinstance(overlap, Overlap)
        assert overlap.table().max() <= 1


@pytest.mark.parametrize(
    ("predictions", "references", "message"),
    [
        ([], [], "there are 0 captions"),
        (["a"], [("a",), ("b",)], "there are 1 captions and references of 2 songs"),
        (["a", "b"], [("a",), ()], r"song 1 has \(\) for references"),
        (["a"], ["sea"], "song 0 has 'sea' for references"),
    ],
)
def test_what_cannot_be_scored_is_named(
    predictions: list[str], references: list[tuple[str, ...]], message: str
) -> None:
    with pytest.raises(ViewError, match=message):
        score(predictions, references)


def test_what_is_missing_is_noted(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert SCORES.notes == (NO_WORDNET,)
    wordnet = WordNetFiles(wordnet_files.write(tmp_path_factory.mktemp("wordnet")))
    assert score(["the sea"], [("the sea",)], wordnet=wordnet).notes == ()


def test_distinct_2_of_no_pairs_is_zero() -> None:
    assert distinct_2(["sea", "", "hills"]) == 0.0
