"""Reviews held out in two ways."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.stages.place.split_reviews import STAGE, SplitReviews, remark, side
from tests.stages import albums as made


def split(texts: dict[str, list[str]], held_out: str = "", **parameters: object) -> list[dict[str, Any]]:
    tables = {"review_matches": made.reviewed(texts, held_out)["review_matches"]}
    return trial.run(STAGE, tables, **parameters).rows("review_splits")


def test_every_review_has_a_side_in_each_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"A": ["one", "two"], "B": ["three"]}
    rows = split(texts, held_out="B")
    assert [(r["sample_id"], r["review_index"], r["scheme"]) for r in rows] == [
        (album, index, scheme) for album, index in (("A", 0), ("A", 1), ("B", 0)) for scheme in ("disjoint", "paper")
    ]
    assert [r["part"] for r in rows if r["scheme"] == "disjoint"] == ["train", "train", "test"]
    assert all(
        r["part"] == side(SplitReviews(), r["sample_id"], r["review_index"]) for r in rows if r["scheme"] == "paper"
    )
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert split(texts, held_out="B") == rows


def test_a_tenth_is_held_out_at_random_and_albums_are_on_both_sides() -> None:
    sides = {(f"{n:04d}", k): side(SplitReviews(), f"{n:04d}", k) for n in range(1000) for k in range(10)}
    n_test = list(sides.values()).count("test")
    assert abs(n_test - 1000) < 120  # four standard deviations
    of_album = [{sides[f"{n:04d}", k] for k in range(10)} for n in range(1000)]
    assert sum(len(some) == 2 for some in of_album) > 550  # 1 − 0.9¹⁰ of them are 651
    moved = sum(side(SplitReviews(seed=1), *pair) != part for pair, part in sides.items())
    assert moved > 1000


def test_the_remark_tells_how_many_are_of_albums_that_are_learned_from() -> None:
    texts = {f"{n:03d}": ["one", "two", "three"] for n in range(60)}
    rows = split(texts, test=0.5)

    class Inputs:
        def iterate(self, table: str, columns: list[str]) -> Any:
            yield made.table(table, rows).select(columns)

    paper = [row for row in rows if row["scheme"] == "paper"]
    known = {row["sample_id"] for row in paper if row["part"] == "train"}
    tested = [row["sample_id"] for row in paper if row["part"] == "test"]
    told = remark(SplitReviews(test=0.5), Inputs())  # type: ignore[arg-type]
    assert told.facts == {"held_out": len(tested), "of_known_albums": sum(s in known for s in tested)}
    assert 0 < told.facts["of_known_albums"] < len(tested)
    assert f"of {len(tested):,} reviews held out" in told.text
