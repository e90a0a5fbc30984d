from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.release.sharing import bag_of_words
from musicdata.release.sharing.bag_of_words import bags, vocabulary, words


def samples(*rows: tuple[str, str, str | None]) -> pa.Table:
    """Return samples, given song group, split and lyrics of each."""
    columns = zip(*((f"s{number:03d}", *row) for number, row in enumerate(rows)), strict=True)
    return pa.table(dict(zip(("sample_id", "group_id", "split", bag_of_words.TEXT), map(list, columns), strict=True)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't say 'No'", ["don't", "say", "no"]),
        ("don’t", ["don't"]),
        ("ÇA va, 2 fois", ["ça", "va", "fois"]),
        ("E\u0301te\u0301", ["été"]),
        ("कभी कभी", ["कभी", "कभी"]),
        ("  — … ", []),
        ("'' ' o'", ["o"]),
    ],
)
def test_words_are_runs_of_letters(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_word_needs_three_groups_however_often_it_is_sung() -> None:
    table = samples(
        ("g1", "train", "love secret secret"),
        ("g1", "train", "love secret"),
        ("g1", "train", "secret"),
        ("g2", "train", "love secret day"),
        ("g3", "test", "Love day"),
        ("g4", "valid", "day sun"),
    )
    assert vocabulary([table]) == ["day", "love"]
    assert vocabulary([table[:2], table[2:]]) == ["day", "love"]


def test_more_groups_come_first_then_code_points() -> None:
    table = samples(*((f"g{n}", "train", text) for n, text in enumerate(["b a z é", "b a z é", "b a z é", "z"])))
    assert vocabulary([table]) == ["z", "a", "b", "é"]


def test_the_vocabulary_ends_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bag_of_words, "MAX_WORDS", 2)
    assert vocabulary([samples(*((f"g{n}", "train", "c b a") for n in range(3)))]) == ["a", "b"]


def test_bags_count_known_words_and_say_no_order() -> None:
    table = samples(("g", "train", "the day the rain Day the"), ("g", "test", None), ("g", "test", "rare day"))
    found = pa.concat_tables(bags([table[:1], table[1:]], ["day", "the"])).to_pylist()
    assert found == [
        {"sample_id": "s000", "split": "train", "word": "day", "count": 2},
        {"sample_id": "s000", "split": "train", "word": "the", "count": 3},
        {"sample_id": "s002", "split": "test", "word": "day", "count": 1},
    ]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.text("xyz ä'", max_size=12)), max_size=30), st.randoms())
def test_no_word_of_few_groups_is_told_in_whatever_order(songs: list[tuple[str, str]], chance: random.Random) -> None:
    if not songs:
        return
    table = samples(*((group, "train", text) for group, text in songs))
    known = vocabulary([table])
    for word in known:
        assert len({group for group, text in songs if word in words(text)}) >= bag_of_words.MIN_GROUPS
    shuffled = list(songs)
    chance.shuffle(shuffled)
    assert vocabulary([samples(*((group, "train", text) for group, text in shuffled))]) == known
    told = {row["word"] for row in pa.concat_tables(bags([table], known)).to_pylist()}
    assert told == set(known)
