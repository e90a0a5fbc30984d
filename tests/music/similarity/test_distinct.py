"""The different texts of a collection, however it comes in parts."""

from __future__ import annotations

import pytest

from musicdata.music.similarity import distinct, texts
from musicdata.music.similarity.distinct import DistinctTexts
from tests.stages.lyric_songs import verses

TEXTS = [verses("a"), verses("b"), verses("a").upper(), "1 2", "1 2", "12", verses("b") + " la la", ""]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_texts_are_named_by_the_first_that_has_their_letters(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "_BATCH", 2)
    parts = [TEXTS[start : start + size] for start in range(0, len(TEXTS), size)]
    found = DistinctTexts.read(parts, texts.LYRICS)
    assert found.rows_of == {0: [0, 2], 1: [1], 3: [3, 4], 5: [5], 6: [6], 7: [7]}
    (copy,) = found.copies(parts)
    assert (copy.one, copy.other, copy.similarity) == (1, 6, 1)
    names = ["A", "B", "C", "", "", "", "D", ""]
    groups = dict.fromkeys("ABCD", "one")
    assert found.nearest(names, [copy], groups) == {"A": (1, "C"), "C": (1, "A"), "B": (1, "D"), "D": (1, "B")}
    assert found.nearest(names, [copy], groups | {"D": "two"}) == {"A": (1, "C"), "C": (1, "A")}


def test_excluded_texts_are_like_none() -> None:
    found = DistinctTexts.read([TEXTS], texts.LYRICS)
    assert found.copies([TEXTS], {6}) == []


def test_nothing_has_no_copies() -> None:
    found = DistinctTexts.read([], texts.REVIEWS)
    assert found.rows_of == {}
    assert found.copies([]) == []
