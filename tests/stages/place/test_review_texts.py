"""Words of matched reviews beside their samples."""

from __future__ import annotations

import pytest

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.stages.place.review_texts import STAGE
from tests.stages import albums as made

TEXTS = {"A": ["one", "two\nlines"], "B": ["three"], "C": ["not matched"]}


def test_the_words_of_matched_reviews_stand_beside_their_albums(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = made.reviewed(TEXTS, held_out="B")
    tables["review_matches"] = [row for row in tables["review_matches"] if row["album_id"] != "C"]
    tables["reviews"][0]["summary"] = "a heading"
    rows = trial.run(STAGE, tables).rows("review_texts")
    assert [(row["sample_id"], row["split"], row["review_index"], row["text"]) for row in rows] == [
        ("A", "train", 0, "one"),
        ("A", "train", 1, "two\nlines"),
        ("B", "test", 0, "three"),
    ]
    assert [row["summary"] for row in rows] == ["a heading", None, None]
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, tables).rows("review_texts") == rows


def test_reviews_that_are_not_those_matched_are_told_of() -> None:
    tables = made.reviewed(TEXTS)
    del tables["reviews"][1]
    with pytest.raises(IntegrityError, match="the reviews from A to C are not those that were matched"):
        trial.run(STAGE, tables)
