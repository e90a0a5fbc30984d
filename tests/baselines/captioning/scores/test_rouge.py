"""ROUGE is that of rouge-score, to the last bit."""

from __future__ import annotations

import csv
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from musicdata_baselines.captioning.scores.rouge import Rouge, common_subsequence
from tests.songs import shared

REFERENCE = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
WORDS = st.sampled_from(["sea", "Sea,", "the", "hills", "naïve", "don't", "🎵", "7", "x_y", "\n", "", "море"])
TEXTS = st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=20)


def by_rouge_score(prediction: str, reference: str) -> tuple[float, ...]:
    scores = REFERENCE.score(reference, prediction)
    return tuple(value for name in scores for value in (scores[name].fmeasure, scores[name].recall))


@given(TEXTS, TEXTS)
def test_it_equals_rouge_score(prediction: str, reference: str) -> None:
    assert tuple(Rouge().score(prediction, reference)) == by_rouge_score(prediction, reference)


def test_it_equals_rouge_score_on_real_prose() -> None:
    with (shared("captions") / "burns_songs_notes.csv").open(newline="", encoding="utf-8") as file:
        notes = [row["note"] for row in csv.DictReader(file)][:25]
    rouge = Rouge()
    for prediction, reference in itertools.pairwise(notes):
        assert tuple(rouge.score(prediction, reference)) == by_rouge_score(prediction, reference)


@pytest.mark.parametrize(
    ("prediction", "reference"), [("", "a b"), ("a b", ""), ("", ""), ("🎵 🎶", "🎵 🎶"), ("a", "b"), ("a", "a")]
)
def test_odd_texts_have_scores(prediction: str, reference: str) -> None:
    scores = tuple(Rouge().score(prediction, reference))
    assert scores == by_rouge_score(prediction, reference)
    assert scores == ((1.0, 1.0, 0.0, 0.0, 1.0, 1.0) if prediction == "a" == reference else (0.0,) * 6)


@given(st.lists(st.sampled_from("abc"), max_size=90), st.lists(st.sampled_from("abcd"), max_size=90))
def test_the_subsequence_is_that_of_the_table(a: list[str], b: list[str]) -> None:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, j in itertools.product(range(len(a)), range(len(b))):
        table[i + 1][j + 1] = table[i][j] + 1 if a[i] == b[j] else max(table[i][j + 1], table[i + 1][j])
    assert common_subsequence(a, b) == table[-1][-1]


def test_recall_grows_with_length_and_f1_does_not() -> None:
    """What published recall was taken for: two unrelated texts in the place of one."""
    rouge, reference = Rouge(), "a song of the sea and of the land"
    short, long = (
        "of the moon and a star",
        "of the moon and a star, in the night of the year a bell is heard by the wall",
    )
    assert rouge.score(long, reference).rouge1_recall > rouge.score(short, reference).rouge1_recall
    assert rouge.score(long, reference).rouge1_f1 < rouge.score(short, reference).rouge1_f1
