"""Words of texts in many scripts, and the lines in which they stand."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata_baselines.search import Span, StringTable
from musicdata_baselines.search.spans import find_span
from musicdata_baselines.search.terms import drop_accents, split_terms
from musicdata_baselines.search.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Don't stop, it's I'll we've o'er", ["dont", "stop", "its", "ill", "weve", "o", "er"]),
        ("L’amour c'est d'or dell'anima", ["l", "amour", "c", "est", "d", "or", "dell", "anima"]),
        ("snake_case 24/7 goin'", ["snake", "case", "24", "7", "goin"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("İstanbul", ["istanbul"]),
        ("ｆｕｌｌ ﬁre", ["full", "fire"]),
        ("明月光", ["明", "月", "光", "明月", "月光"]),
        ("月", ["月"]),
        ("カタカナ", ["カ", "タ", "カ", "ナ", "カタ", "タカ", "カナ"]),
        ("사랑해 그대", ["사랑해", "사랑", "랑해", "그대"]),
        ("ฉันรัก", ["ฉัน", "ันร", "นรั", "รัก"]),
        ("हिन्दी गीत।", ["हिन्दी", "गीत"]),
        ("שָׁלוֹם עוֹלָם", ["שלום", "עולם"]),
        ("أُحِبُّكَ", ["احبك"]),
        ("Привет, МИР", ["привет", "мир"]),
        ("x2 月ABC", ["x2", "月", "abc"]),
        ("☃ ... — !?", []),
        ("", []),
    ],
)
def test_words_of_each_script(text: str, terms: list[str]) -> None:
    assert split_terms(text) == terms


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    terms = split_terms(text)
    assert all(terms)
    assert split_terms(unicodedata.normalize("NFC", text)) == split_terms(unicodedata.normalize("NFD", text))
    assert split_terms(text.replace("\n", " ")) == terms
    assert all(drop_accents(term) for term in terms if not unicodedata.combining(term[0]))


@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda t: "\0" not in t), max_size=30, unique=True))
def test_a_vocabulary_finds_its_terms_and_no_others(terms: list[str]) -> None:
    vocabulary, places = Vocabulary.of(terms)
    assert vocabulary.find(terms) == places.tolist()
    assert list(vocabulary) == sorted(terms) == [vocabulary[place] for place in range(len(terms))]
    others = [term + "x" for term in terms if term + "x" not in terms] + [
        term[:-1] for term in terms if term[:-1] not in terms
    ]
    assert set(vocabulary.find(others)) <= {-1}


def test_the_lines_that_weigh_most_are_shown() -> None:
    text = "\n".join(["o ye hills", "", "the sea was blue", "and the ship was lost", "the hills", "the sea"])
    assert find_span(text, {"sea": 3.0}) == Span(2, 1)
    assert find_span(text, {"hills": 1.0, "ship": 1.0}) == Span(3, 2)
    assert find_span(text, {"sea": 1.0, "ship": 1.0, "hills": 1.0}) == Span(2, 3)
    assert find_span(text, {"ye": 1.0, "lost": 1.0}) == Span(0, 4)
    assert find_span(text, {"whale": 1.0}) is None
    assert find_span("", {"sea": 1.0}) is None


def test_texts_by_number() -> None:
    table = StringTable.of(["", "明月", None, "a\ud800"])
    assert [*table] == ["", "明月", None, "a\ud800"]
    assert (table[-1], len(table), table[1:3]) == ("a\ud800", 4, ["明月", None])
    with pytest.raises(IndexError):
        table[4]
