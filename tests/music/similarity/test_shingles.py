"""Shingle sets: what they ignore, and that they are the sets they say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.similarity.shingles import ShingleSets, distinct, intervals, letters, shingle

PITCHES = st.lists(st.integers(0, 127), max_size=40)
CODES = st.lists(st.lists(st.integers(0, 3), max_size=15), max_size=6)


def text(syllables: list[str]) -> str:
    return "".join(map(chr, letters(syllables)))


@given(PITCHES, st.integers(-20, 20))
def test_intervals_do_not_change_with_the_key(pitches: list[int], steps: int) -> None:
    moved = [pitch + steps for pitch in pitches]
    assert intervals(pitches).tolist() == intervals(moved).tolist()


def test_intervals_leave_out_repeated_notes_and_tell_up_from_down() -> None:
    assert intervals([60, 60, 62, 62, 60]).tolist() == intervals([60, 62, 60]).tolist()
    assert intervals([60, 62]).tolist() != intervals([62, 60]).tolist()
    assert len(intervals([60])) == len(intervals([])) == 0


@given(st.text(max_size=40), st.integers(0, 40))
def test_letters_do_not_depend_on_the_cut_into_syllables(line: str, cut: int) -> None:
    assert letters([line[:cut], line[cut:]]).tolist() == letters([line]).tolist()


def test_letters_leave_out_case_accents_hyphens_and_digits() -> None:
    assert text(["Grü-", "ße,", " d'É", "té 2!"]) == "grussedete"
    assert text(["пес-", "НЯ"]) == "песня"


@given(CODES, st.integers(1, 5), st.integers(1, 4))
def test_sets_are_as_large_as_the_distinct_runs(songs: list[list[int]], length: int, min_kinds: int) -> None:
    sets = shingle([np.array(song, dtype=np.uint32) for song in songs], length, min_kinds)
    runs = [
        {
            tuple(song[begin : begin + length])
            for begin in range(len(song) - length + 1)
            if len(set(song[begin : begin + length])) >= min_kinds
        }
        for song in songs
    ]
    assert sets.sizes.tolist() == [len(of_song) for of_song in runs]
    for one in range(len(songs)):
        assert sets.of(one).tolist() == sorted(set(sets.of(one).tolist()))
        for other in range(len(songs)):
            assert sets.shared(one, other) == len(runs[one] & runs[other])


def test_hashes_are_the_same_on_every_machine_and_in_every_version() -> None:
    sets = shingle([letters(["abcdefghijk"])], 10)
    assert sets.values.tolist() == [415451565, 1576573799]


def test_filler_has_few_distinct_shingles() -> None:
    la, hey = shingle([letters(["la "] * 200), letters(["hey"] * 200)], 10).sizes
    assert (la, hey) == (2, 3)
    scale = intervals([60 + step for octave in range(4) for step in (0, 1, 2, 3, 4, 5)])
    assert shingle([scale], 6, 3).sizes.tolist() == [0]


def test_parts_join_in_order() -> None:
    one = shingle([letters(["abcd"]), letters([])], 2)
    other = shingle([letters(["bcx"])], 2)
    joined = ShingleSets.joined([one, other])
    assert joined.sizes.tolist() == [3, 0, 2]
    assert joined.shared(0, 2) == 1
    assert len(ShingleSets.joined([])) == 0


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_distinct_is_the_sorted_set(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, dtype=np.int64)).tolist() == sorted(set(numbers))
