"""The vocabulary of the train split, and reviews as its numbers."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.music.text import prose
from musicdata.stages.features.review_tokens import TOKENS, VOCABULARY
from tests.stages import albums as made

TEXTS = {"A": ["Warm horns, warm strings", "horns and horns"], "B": ["strings!"], "C": ["new horns: Warm zuq", "1999"]}


def vocabulary(tables: dict[str, Any], **parameters: object) -> list[dict[str, Any]]:
    return trial.run(VOCABULARY, tables, **parameters).rows("review_vocabulary")


def test_the_most_frequent_words_of_the_train_split_have_the_lowest_numbers() -> None:
    rows = vocabulary(made.reviewed(TEXTS, held_out="C"))
    assert [(r["token_id"], r["word"], r["count"]) for r in sorted(rows, key=lambda row: row["token_id"])] == [
        (2, "horns", 3), (3, "strings", 2), (4, "warm", 2), (5, "and", 1)
    ]  # fmt: skip
    few = vocabulary(made.reviewed(TEXTS, held_out="C"), words=2)
    assert {r["word"]: r["token_id"] for r in few} == {"horns": 2, "strings": 3}
    assert [r["word"] for r in vocabulary(made.reviewed(TEXTS, held_out="C"), min_count=3)] == ["horns"]
    assert "x" * 61 not in {r["word"] for r in vocabulary(made.reviewed({"A": ["x" * 61 + " y"]}))}


def test_every_review_is_its_words_in_order_and_unknown_ones_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = made.reviewed(TEXTS, held_out="C")
    words = vocabulary(tables)
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    found = trial.run(TOKENS, tables | {"review_vocabulary": words})
    rows = found.rows("review_tokens")
    word_of = {row["token_id"]: row["word"] for row in words} | {1: "?"}
    known = set(word_of.values())
    for row, review in zip(rows, tables["reviews"], strict=True):
        expected = [word if word in known else "?" for word in prose.words(review["text"])]
        assert [word_of[token] for token in row["token_ids"]] == expected
        assert (row["n_tokens"], row["n_unknown"]) == (len(expected), expected.count("?"))
    assert [row["n_unknown"] for row in rows] == [0, 0, 0, 2, 0]
    assert rows[4]["token_ids"] == []
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(TOKENS, tables | {"review_vocabulary": words}).tables == found.tables
