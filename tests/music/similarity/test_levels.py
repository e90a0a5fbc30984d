"""Groups of groups."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.similarity.levels import group_levels

ITEMS = "abcdefgh"
SETS = st.lists(st.lists(st.sampled_from(ITEMS), max_size=3), max_size=4)


def test_a_level_holds_together_what_the_one_before_did() -> None:
    made = group_levels("abcde", [[["a", "b"]], [["b", "c"]], [["c", "d"]]], [{}, {}, {}])
    assert [sorted(set(level.values())) for level in made.group_ids] == [
        ["a", "c", "d", "e"],
        ["a", "d", "e"],
        ["a", "e"],
    ]
    assert made.bridging == {}


def test_what_bridges_kept_groups_of_one_level_is_in_no_group_of_any() -> None:
    kept = [{"a": "a", "b": "b"}, {"a": "a", "b": "b"}]
    made = group_levels("abcd", [[], [["a", "c"], ["b", "c"], ["c", "d"]]], kept)
    assert [dict(level) for level in made.group_ids] == [{"a": "a", "b": "b", "d": "d"}] * 2
    assert made.bridging == {"c": ("a", "b")}


@given(st.tuples(SETS, SETS), st.tuples(SETS, SETS), st.sets(st.sampled_from(ITEMS), min_size=1))
def test_what_was_placed_never_moves(
    before: tuple[list[list[str]], list[list[str]]], after: tuple[list[list[str]], list[list[str]]], old: set[str]
) -> None:
    kept = group_levels(old, before, [{}, {}]).group_ids
    made = group_levels(ITEMS, after, kept)
    for level, placed in zip(made.group_ids, kept, strict=True):
        assert {item: level[item] for item in placed} == dict(placed)
        assert set(level) | set(made.bridging) == set(ITEMS)
        assert not set(level) & set(made.bridging)
    close, wide = made.group_ids
    assert len({(close[item], wide[item]) for item in close}) == len(set(close.values()))
