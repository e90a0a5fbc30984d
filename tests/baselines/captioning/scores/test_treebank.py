"""Words are those of NLTK's tokenizer, sentence by sentence, though most of them are looked up."""

from __future__ import annotations

import csv
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nltk.tokenize.destructive import NLTKWordTokenizer

from musicdata.errors import SetupError
from musicdata_baselines.captioning.scores.treebank import TreebankWords, sentences
from tests.songs import shared

WHOLE = NLTKWordTokenizer().tokenize
WORDS = TreebankWords()
PIECES = st.sampled_from(
    ["sea", "he's", "don't", "cannot", "gonna", "wanna", "'tis", "'T", "(so)", '"no', 'yes"', "''", "`", "...", ".", ",",
     "3,5", "a:b", "Mr.", "J.", "e.g.", "U.S.", "?!", "--", "–", "#1", "[x]", ")", "”", "'", "o'", "'s", "d'ye", "more'n",
     "🎵", "x"]
)  # fmt: skip
SPACES = st.sampled_from([" ", "  ", "\n", " \n\t", "\x1c", "\u00a0", ""])
TEXTS = st.lists(st.tuples(SPACES, PIECES, SPACES).map("".join), max_size=9).map("".join)


def by_nltk(text: str) -> list[str]:
    return [word for sentence in sentences(text) for word in WHOLE(sentence)]


@settings(max_examples=150)
@given(TEXTS | st.text(max_size=15))
@example("Mr. )")
@example('He said: "no. ')
@example("J. '' \u201d")
def test_words_are_those_of_nltk(text: str) -> None:
    assert WORDS.cut(text) == by_nltk(text)


def test_words_of_real_prose_are_those_of_nltk() -> None:
    with (shared("captions") / "burns_songs_notes.csv").open(newline="", encoding="utf-8") as file:
        texts = [row[name] for row in csv.DictReader(file) for name in ("note", "lyrics")]
    for text in texts[:40]:
        assert WORDS.cut(text) == by_nltk(text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Of home. Of the sea.", ["Of home.", "Of the sea."]),
        ('He said "no." And why?  Well! so it is', ['He said "no."', "And why?", "Well!", "so it is"]),
        ("by Mr. Burns, e.g. St. Ives vs. J. Doe", ["by Mr. Burns, e.g. St. Ives vs. J. Doe"]),
        ("3.5 of them... or so", ["3.5 of them...", "or so"]),
        ("", [""]),
    ],
)
def test_sentences_end_at_their_marks(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut


def test_without_nltk_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nltk.tokenize.destructive", None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[captions\]'"):
        TreebankWords()
