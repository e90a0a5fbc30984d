"""Comments beside their songs: variants are columns, test and valid are in all of them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.stages.place.variants import STAGE, Variants, remark
from tests.stages import commented_songs as made
from tests.stages.commented_songs import thought

VOTES = [5, 0, -3, None]


def tables(rows: dict[str, list[Any]], splits: dict[str, str], dropped: tuple[str, ...] = ()) -> dict[str, Any]:
    clean = made.cleaned(rows)["clean_interpretations"]
    kept = [row for row in clean if row["interpretation_id"] not in dropped]
    counts = {song: sum(row["song_id"] == song for row in kept) for song in splits}
    return {
        "clean_interpretations": clean,
        "interpretation_copies": made.copies(clean, dropped, n_copies=2),
        "interpretation_samples": made.samples(splits, counts),
    }


def comments(votes: list[int | None], song: str, **facts: Any) -> list[dict[str, Any]]:
    return [{"text": thought((song, n)), "votes": vote, **facts} for n, vote in enumerate(votes)]


def variants(rows: list[dict[str, Any]], sample_id: str) -> dict[int | None, tuple[bool | None, ...]]:
    return {
        row["votes"]: (row["in_full"], row["in_not_negative"], row["in_positive"])
        for row in rows
        if row["sample_id"] == sample_id
    }


def test_variants_by_votes_and_one_test() -> None:
    held = tables({song: comments(VOTES, song) for song in "abc"}, {"a": "train", "b": "valid", "c": "test"})
    rows = trial.run(STAGE, held).rows("interpretations")
    assert variants(rows, "a") == {
        5: (True, True, True),
        0: (True, True, False),
        -3: (True, False, False),
        None: (True, None, None),
    }
    assert set(variants(rows, "b").values()) == set(variants(rows, "c").values()) == {(True, True, True)}
    assert {(row["sample_id"], row["split"]) for row in rows} == {("a", "train"), ("b", "valid"), ("c", "test")}


def test_variants_by_the_files_that_have_a_comment() -> None:
    files = ["full | not_negative | positive", "full | not_negative", "full", None]
    some = {song: [{"text": thought((song, n)), "given_in": one} for n, one in enumerate(files)] for song in ("a", "b")}
    rows = trial.run(STAGE, tables(some, {"a": "train", "b": "test"})).rows("interpretations")
    texts = {row["text"]: (row["in_not_negative"], row["in_positive"]) for row in rows}
    assert [texts[thought(("a", n))] for n in range(4)] == [(True, True), (True, False), (False, False), (None, None)]
    assert {texts[thought(("b", n))] for n in range(4)} == {(True, True)}


def test_votes_go_before_files() -> None:
    some = {"a": comments([-1], "a", given_in="full | not_negative | positive")}
    (row,) = trial.run(STAGE, tables(some, {"a": "train"})).rows("interpretations")
    assert (row["in_not_negative"], row["in_positive"]) == (False, False)


def test_where_no_votes_are_told_there_is_one_variant() -> None:
    held = tables({song: comments([None], song) for song in "ab"}, {"a": "train", "b": "test"})
    result = trial.run(STAGE, held)
    assert {value for song in "ab" for value in variants(result.rows("interpretations"), song).values()} == {
        (True, None, None)
    }
    told = remark(Variants(), trial._Inputs(result.tables))
    assert told.facts == {"comments": 2, "train": {"full": 1}}
    assert told.text == "the source tells no votes: there is one variant, full"


def test_an_empty_variant_is_told() -> None:
    held = tables({"a": comments([-1, -2], "a"), "b": comments([-5], "b")}, {"a": "train", "b": "test"})
    result = trial.run(STAGE, held)
    told = remark(Variants(), trial._Inputs(result.tables))
    assert told.facts == {"comments": 3, "train": {"full": 2, "not_negative": 0, "positive": 0}}
    assert told.text == "no comment of train is in the variant not_negative or positive: no votes are for them"


def test_copies_and_songs_that_are_no_samples_are_left_out() -> None:
    some = {song: comments([1, 2, 3], song) for song in ("a", "b")}
    copy = made.comment_id("a", thought(("a", 1)))
    rows = trial.run(STAGE, tables(some, {"a": "train"}, (copy,))).rows("interpretations")
    assert [row["sample_id"] for row in rows] == ["a", "a"]
    assert copy not in {row["interpretation_id"] for row in rows}
    assert {row["n_copies"] for row in rows} == {2}
    assert {row["text"] for row in rows} == {thought(("a", 0)), thought(("a", 2))}


def test_another_number_of_comments_than_was_placed_is_told_of() -> None:
    held = tables({"a": comments([1, 2], "a")}, {"a": "train"})
    held["interpretation_samples"][0]["n_interpretations"] = 3
    with pytest.raises(IntegrityError, match="song a has 2 comments, it had 3 when it was placed"):
        trial.run(STAGE, held)


def test_rows_are_placed_by_their_ids_alone() -> None:
    some = {song: comments([None] * 40, song) for song in ("a", "b")}
    both = trial.run(STAGE, tables(some, {"a": "train", "b": "test"})).rows("interpretations")
    alone = trial.run(STAGE, tables({"a": some["a"]}, {"a": "valid"})).rows("interpretations")
    placed = {row["interpretation_id"]: row["row_split"] for row in both}
    assert {row["interpretation_id"]: row["row_split"] for row in alone}.items() <= placed.items()
    assert {row["row_split"] for row in both} == {"train", "valid", "test"}
    all_test = trial.run(STAGE, tables(some, {"a": "train", "b": "test"}), valid=0, test=1).rows("interpretations")
    assert {row["row_split"] for row in all_test} == {"test"}
    with pytest.raises(ValidationError, match=r"valid and test are 1\.2 of the comments"):
        Variants(valid=0.6, test=0.6)


def test_shards_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"s{n:02d}" for n in range(9)]
    some = {song: comments([n] if n == 8 else [None] * (1 + n % 3), song) for n, song in enumerate(names)}
    held = tables(some, {song: ("train", "valid", "test")[n % 3] for n, song in enumerate(names)})
    whole = trial.run(STAGE, held).rows("interpretations")
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, held).rows("interpretations") == whole
    assert {row["in_positive"] for row in whole} == {True, None}
