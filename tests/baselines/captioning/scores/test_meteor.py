"""METEOR is that of NLTK, to the last bit, whichever WordNet it is given."""

from __future__ import annotations

import csv
import itertools
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize.destructive import NLTKWordTokenizer
from nltk.translate.meteor_score import single_meteor_score

from musicdata.errors import SetupError
from musicdata_baselines.captioning.scores.meteor import Meteor
from musicdata_baselines.captioning.scores.treebank import sentences
from musicdata_baselines.captioning.scores.wndb import WordNetFiles
from musicdata_baselines.captioning.scores.wordnets import WordNet, find
from tests.baselines.captioning.scores import wordnet_files
from tests.songs import shared

CUT = NLTKWordTokenizer().tokenize
WORDS = "dog dogs Dog frump chase chased fast quickly quick well good better sea ocean sad unhappy run running ran the a , ."
TEXTS = st.lists(st.sampled_from(WORDS.split()), max_size=16).map(" ".join) | st.text(max_size=12)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> WordNet:
    return WordNetFiles(wordnet_files.write(tmp_path_factory.mktemp("wordnet")))


def by_nltk(prediction: str, reference: str, wordnet: WordNet | None) -> float:
    ours, theirs = ([word for one in sentences(text) for word in CUT(one)] for text in (prediction, reference))
    return float(single_meteor_score(theirs, ours, wordnet=wordnet_files.ForNltk(wordnet)))


def test_it_equals_nltk(tiny: WordNet) -> None:
    with_it, without = Meteor(tiny), Meteor()

    @settings(max_examples=60)
    @given(TEXTS, TEXTS)
    def check(prediction: str, reference: str) -> None:
        assert with_it.score(prediction, reference) == by_nltk(prediction, reference, tiny)
        assert without.score(prediction, reference) == by_nltk(prediction, reference, None)

    check()


def test_it_equals_nltk_on_real_prose() -> None:
    with (shared("captions") / "burns_songs_notes.csv").open(newline="", encoding="utf-8") as file:
        notes = [row["note"] for row in csv.DictReader(file)][:60]
    wordnet = find()
    meteor = Meteor(wordnet)
    for prediction, reference in itertools.pairwise(notes):
        assert meteor.score(prediction, reference) == by_nltk(prediction, reference, wordnet)


def test_synonyms_count_and_the_name_says_whose(tiny: WordNet) -> None:
    with_it, without = Meteor(tiny), Meteor()
    assert with_it.name == "METEOR (NLTK, WordNet 3.0)"
    assert without.name == "METEOR (NLTK, no WordNet)"
    assert with_it.score("a dog by the ocean", "a frump by the sea") > 0.9
    assert without.score("a dog by the ocean", "a frump by the sea") < 0.6
    assert without.score("he was running", "he runs") > without.score("he was asleep", "he runs")


@pytest.mark.parametrize(("prediction", "reference"), [("", "a b"), ("a b", ""), ("", ""), ("x", "y")])
def test_nothing_in_common_is_zero(tiny: WordNet, prediction: str, reference: str) -> None:
    assert Meteor(tiny).score(prediction, reference) == 0.0


def test_one_word_and_emoji_have_scores(tiny: WordNet) -> None:
    assert Meteor(tiny).score("🎵", "🎵") == 0.5  # one chunk of one word: half is taken off
    assert Meteor(tiny).score("Sea", "sea") == 0.5


@pytest.mark.parametrize("text", ["y" * 50_000, "sea " * 20_000, "." * 50_000, "'" * 20_000, "\u2028\u00a0 " * 9_000])
def test_long_and_hostile_texts_have_scores(tiny: WordNet, text: str) -> None:
    assert Meteor(tiny).score(text, "sea y .") <= Meteor(tiny).score(text, text) <= 1


def test_without_nltk_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nltk.stem.porter", None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[captions\]'"):
        Meteor()


def test_nothing_is_looked_for_in_nltk_data(tiny: WordNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nltk

    def refuse(name: str, *more: object) -> None:
        raise AssertionError(f"{name} was looked for")

    monkeypatch.setattr(nltk.data, "find", refuse)
    assert Meteor(tiny).score("A dog. It ran, didn't it?", "The dogs ran. All of them.") > 0
