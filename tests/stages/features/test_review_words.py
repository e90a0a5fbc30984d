"""Mean word vectors of reviews: fitted on the train split, the same every time, however the work is cut."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.music.features import word_vectors
from musicdata.stages.features.review_words import STAGE
from tests.stages import albums as made
from tests.stages.reading import unpacked

TABLE = "features_review"
QUICK = {"min_count": 1, "epochs": 2}


def vectors(tables: dict[str, Any], **parameters: object) -> pa.Table:
    return trial.run(STAGE, tables, **QUICK | parameters).tables[TABLE]


def test_a_review_is_the_mean_of_its_known_words() -> None:
    tables = made.reviewed(
        {"A": ["warm warm horns", "cold strings"], "B": ["Warm, unheard-of horns", "zuq"]}, held_out="B"
    )
    rows = vectors(tables)
    full = unpacked(TABLE, rows)
    one = {word: unpacked(TABLE, vectors(made.with_text(tables, "B", 0, word)))[2] for word in ("warm", "horns")}
    assert np.allclose(full[0], (2 * one["warm"] + one["horns"]) / 3, atol=1e-6)
    assert np.allclose(full[2], (one["warm"] + one["horns"]) / 2, atol=1e-6)
    assert rows.column("n_words").to_pylist() == [3, 2, 4, 1]
    assert rows.column("n_known_words").to_pylist() == [3, 2, 2, 0]
    assert not full[3].any()
    assert json.loads(rows.column("parameters")[0].as_py())["fitted_on"] == "train"


def test_what_is_held_out_changes_no_vector_of_the_train_split() -> None:
    texts = {name: [f"{word} and more {word} words of album {name}" for word in ("warm", "cold")] for name in "ABCD"}
    tables = made.reviewed(texts, held_out="D")
    before = unpacked(TABLE, vectors(tables))
    after = unpacked(TABLE, vectors(made.with_text(tables, "D", 1, "quite other words")))
    assert np.array_equal(before[:7], after[:7])
    assert not np.array_equal(before[7], after[7])
    changed = unpacked(TABLE, vectors(made.with_text(tables, "A", 1, "quite other words")))
    assert not np.array_equal(before[2:], changed[2:])


def test_rows_are_the_same_again_and_however_the_work_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = made.reviewed({name: ["warm horns", "cold strings and horns"] for name in "ABCDEF"}, held_out="F")
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    whole = vectors(tables)
    assert vectors(tables) == whole
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert vectors(tables) == whole
    assert vectors(tables, seed=1) != whole


def test_of_more_words_than_it_may_go_through_it_learns_some_reviews_only() -> None:
    tables = made.reviewed({f"{n:03d}": [f"{chr(0x4E00 + n)} " * 30] for n in range(100)})
    known = [
        np.count_nonzero(vectors(tables, most_words=most).column("n_known_words").to_numpy()) for most in (1000, 10_000)
    ]
    assert 15 <= known[0] <= 55  # a third of the reviews are learned from, 4.7 the standard deviation
    assert known[1] == 100


def test_reviews_that_are_not_those_matched_are_refused() -> None:
    tables = made.reviewed({"A": ["warm", "cold"]})
    with pytest.raises(IntegrityError, match="tables reviews and review_matches differ in the reviews from A to A"):
        vectors(tables | {"reviews": tables["reviews"][:1]})


def test_nothing_to_learn_from_gives_zeros() -> None:
    full = unpacked(TABLE, vectors(made.reviewed({"A": ["warm horns"]}, held_out="A")))
    assert full.shape == (1, word_vectors.WIDTH)
    assert not full.any()
