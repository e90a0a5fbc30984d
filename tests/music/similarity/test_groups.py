"""Groups: stable names, kept groups never change, bridges are given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.similarity import Link, group, group_sets

if TYPE_CHECKING:
    from random import Random

SONGS = st.integers(0, 14).map("s{:02d}".format)
EDGES = st.lists(st.tuples(SONGS, SONGS).filter(lambda pair: pair[0] != pair[1]), max_size=20)


def links(*pairs: tuple[str, str]) -> list[Link]:
    return [Link(min(pair), max(pair), 1.0, 1.0) for pair in pairs]


def test_a_group_is_named_by_its_smallest_song() -> None:
    grouping = group(["d", "b", "c", "a"], links(("c", "d"), ("b", "c")))
    assert grouping.group_ids == {"a": "a", "b": "b", "c": "b", "d": "b"}
    assert grouping.bridging == {}


def test_a_new_song_joins_a_kept_group_even_with_a_smaller_id() -> None:
    grouping = group(["a", "b", "x"], links(("a", "b"), ("b", "x")), kept={"x": "x"})
    assert grouping.group_ids == {"a": "x", "b": "x", "x": "x"}


def test_a_song_between_two_kept_groups_is_bridging_and_its_friends_are_not() -> None:
    pairs = links(("new", "x"), ("new", "y"), ("friend", "new"), ("friend", "x"), ("alone", "new"))
    grouping = group(["alone", "friend", "new", "x", "y"], pairs, kept={"x": "x", "y": "y"})
    assert grouping.bridging == {"new": ("x", "y")}
    assert grouping.group_ids == {"alone": "alone", "friend": "x", "x": "x", "y": "y"}


def test_a_chain_between_two_kept_groups_is_bridging() -> None:
    pairs = links(("m", "x"), ("m", "n"), ("n", "y"))
    grouping = group(["m", "n", "x", "y"], pairs, kept={"x": "x", "y": "y"})
    assert grouping.bridging == {"m": ("x", "y"), "n": ("x", "y")}


def test_links_between_kept_songs_and_to_unknown_songs_are_ignored() -> None:
    grouping = group(["a", "x", "y"], links(("x", "y"), ("a", "gone")), kept={"x": "x", "y": "y"})
    assert grouping.group_ids == {"a": "a", "x": "x", "y": "y"}
    assert grouping.bridging == {}


def test_a_kept_group_is_joined_through_a_song_that_left() -> None:
    assert group(["a"], links(("a", "left")), kept={"left": "g"}).group_ids == {"a": "g"}


@given(EDGES, EDGES)
def test_unrelated_songs_change_no_group(pairs: list[tuple[str, str]], others: list[tuple[str, str]]) -> None:
    old = {song for pair in pairs for song in pair}
    for prefix in ("a", "z"):
        more = [(prefix + one, prefix + other) for one, other in others]
        new = {song for pair in more for song in pair}
        before = group(old, links(*pairs)).group_ids
        after = group(new | old, links(*more, *pairs)).group_ids
        assert {song: after[song] for song in old} == before


@given(EDGES, st.dictionaries(SONGS, st.sampled_from(["s00", "s05", "g"]), max_size=8), st.randoms())
def test_kept_groups_stay_and_linked_songs_share_a_group(
    pairs: list[tuple[str, str]], kept: dict[str, str], random: Random
) -> None:
    songs = sorted({song for pair in pairs for song in pair} | set(kept))
    grouping = group(songs, links(*pairs), kept)
    assert {song: grouping.group_ids[song] for song in kept} == kept
    assert set(grouping.group_ids) | set(grouping.bridging) == set(songs)
    assert not set(grouping.group_ids) & set(grouping.bridging)
    for one, other in pairs:
        if one in grouping.bridging or other in grouping.bridging or {one, other} <= set(kept):
            continue
        assert grouping.group_ids[one] == grouping.group_ids[other]
    for groups in grouping.bridging.values():
        assert len(groups) > 1

    shuffled = random.sample(pairs, len(pairs)), random.sample(songs, len(songs))
    assert group(shuffled[1], links(*shuffled[0]), kept) == grouping


@given(EDGES, EDGES)
def test_a_second_build_keeps_the_first(first: list[tuple[str, str]], second: list[tuple[str, str]]) -> None:
    old = {song for pair in first for song in pair}
    before = group(old, links(*first)).group_ids
    later = [pair for pair in second if not set(pair) <= old]
    songs = old | {song for pair in later for song in pair}
    after = group(songs, links(*first, *later), before)
    assert {song: after.group_ids[song] for song in old} == before


SETS = st.lists(st.lists(SONGS, max_size=5, unique=True), max_size=8)


@given(SETS)
def test_the_items_of_a_set_are_in_one_group_and_nothing_else_joins_groups(sets: list[list[str]]) -> None:
    items = {item for one in sets for item in one} | {"alone"}
    found = group_sets(items, sets)
    assert found.bridging == {}
    assert all(len({found.group_ids[item] for item in one}) == 1 for one in sets if one)
    for group_id in set(found.group_ids.values()):
        members = {item for item, of in found.group_ids.items() if of == group_id}
        assert min(members) == group_id
        reached = {group_id}
        while more := {item for one in sets if reached & {*one} for item in one} - reached:
            reached |= more
        assert members == reached


@given(SETS, SETS)
def test_sets_that_come_later_move_nothing_that_was_placed(sets: list[list[str]], more: list[list[str]]) -> None:
    before = group_sets({item for one in sets for item in one}, sets).group_ids
    items = {item for one in [*sets, *more] for item in one}
    found = group_sets(items, [*sets, *more], before)
    assert {item: found.group_ids[item] for item in before} == before
    assert {*found.group_ids} | {*found.bridging} == items
    assert not {*found.group_ids} & {*found.bridging}
    for one in [*sets, *more]:
        new = {found.group_ids[item] for item in one if item in found.group_ids and item not in before}
        kept = {before[item] for item in one if item in before}
        assert len(new | (kept if new else set())) <= 1


def test_nothing_is_tied_together_through_an_item_that_is_dropped() -> None:
    sets = [["a", "new"], ["new", "b"], ["new", "x"], ["new", "y"]]
    found = group_sets(["a", "b", "new", "x", "y"], sets, {"x": "x", "y": "y"})
    assert found.bridging == {"new": ("x", "y")}
    assert found.group_ids == {"a": "a", "b": "b", "x": "x", "y": "y"}
