"""One song of many rows, in whatever order they come."""

from __future__ import annotations

import itertools
from typing import Any

from musicdata.sources.interpretations import merging
from musicdata.sources.interpretations.merging import Merged, Place

FULL, POSITIVE, TEST = "full.pkl", "positive.pkl", "test.pkl"


def place(sha: str, source: str, row: int, votes: int | None = None, odd: str | None = None) -> Place:
    variant = {FULL: "full", POSITIVE: "positive"}.get(source, "")
    return Place(sha, source, row, votes, odd, variant, "test" if source == TEST else "")


def test_what_several_files_hold_is_one() -> None:
    places = [
        place("a", FULL, 1, 2), place("a", FULL, 5), place("a", POSITIVE, 1, 3), place("b", FULL, 2, None, "x"),
        place("b", TEST, 9, None, "w"), place("c", TEST, 3),
    ]  # fmt: skip
    assert merging.interpretations(places) == [
        Merged(0, 3, None, "full | positive", None),
        Merged(1, None, None, "full", None),  # a second time in the same file
        Merged(3, None, "w", "full", "test"),
        Merged(5, None, None, None, "test"),
    ]


def fact(lyrics: str | None, artist: str | None, tags: str | None = None) -> dict[str, Any]:
    sha256 = None if lyrics is None else f"sha of {lyrics}"
    rest = dict.fromkeys(("songmeanings_id", "title", "language_given", "licence", "audio_name"))
    return {"song_id": "x", "lyrics": lyrics, "lyrics_sha256": sha256, "artist": artist, "tags": tags, **rest}


def test_of_what_rows_say_the_commonest_is_taken_whatever_their_order() -> None:
    told = [(fact("b", "B", "slow | sad"), 2), (fact("a", "A"), 2), (fact("c", None, "old"), 3), (fact(None, "A"), 9)]
    for order in itertools.permutations(told):
        row = merging.song(order)
        assert (row["lyrics"], row["n_other_lyrics"], row["artist"], row["tags"]) == ("c", 2, "A", "old | sad | slow")
    row = merging.song(told[:2])
    assert (row["lyrics"], row["n_other_lyrics"], row["artist"]) == ("a", 1, "A")  # of equals the least
    row = merging.song([(fact(None, None), 1)])
    assert (row["lyrics"], row["lyrics_sha256"], row["n_other_lyrics"], row["tags"]) == (None, None, 0, None)
