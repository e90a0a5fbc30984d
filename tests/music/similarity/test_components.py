"""Components of items by number, and those that are too large."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.similarity.components import components, in_large
from musicdata.music.similarity.groups import group_sets
from tests.examples import examples


@examples(60)
@given(st.integers(1, 12), st.lists(st.lists(st.integers(0, 11), max_size=5), max_size=8))
def test_they_are_the_groups_that_names_would_have(n_items: int, sets: list[list[int]]) -> None:
    inside = [[number for number in one if number < n_items] for one in sets]
    labels = components(n_items, inside).tolist()
    named = group_sets([f"{n:02d}" for n in range(n_items)], [[f"{n:02d}" for n in one] for one in inside]).group_ids
    firsts = [labels.index(label) for label in labels]
    assert firsts == [int(named[f"{n:02d}"]) for n in range(n_items)]
    assert list(dict.fromkeys(labels)) == list(range(len(set(labels))))


def test_nothing_has_none() -> None:
    assert components(0, []).tolist() == []
    assert in_large([], [["a", "b"]], 1) == set()


def test_only_components_above_the_size_are_large() -> None:
    sets = [["a", "b"], ["b", "gone"], ["gone", "c"], ["d", "e", "f"]]
    assert in_large("abcdef", sets, 2) == {"d", "e", "f"}
    assert in_large("abcdef", sets, 1) == set("abdef")
