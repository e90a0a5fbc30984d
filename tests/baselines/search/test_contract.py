"""What every search keeps to, of whichever kind: all of those that the room shows are found and tried."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines import search as room
from musicdata_baselines.errors import NotFittedError
from musicdata_baselines.search import (
    Bm25Search,
    DenseSearch,
    HybridSearch,
    Songs,
    TextSearch,
    TfidfSearch,
    WholeSongCosine,
    open_index,
    save_index,
)
from musicdata_baselines.search.estimator import SongSearch
from tests.baselines.search.made import BagEncoder, made_songs

ENCODER = BagEncoder()
MADE: dict[str, Callable[[], SongSearch[Any]]] = {
    "bm25": Bm25Search,
    "words": TfidfSearch,
    "characters": lambda: TfidfSearch("char_wb"),
    "sections": lambda: DenseSearch(ENCODER),
    "songs": lambda: DenseSearch(ENCODER, "song"),
    "few directions": lambda: DenseSearch(ENCODER, exact_rows=10),
    "whole": lambda: WholeSongCosine(ENCODER, limit=50),
    "hybrid": lambda: HybridSearch([Bm25Search(), TfidfSearch("char_wb"), DenseSearch(ENCODER)]),
    "hybrid of a pool": lambda: HybridSearch([Bm25Search(), DenseSearch(ENCODER)], pool=20),
    "rrf": lambda: HybridSearch([Bm25Search(), DenseSearch(ENCODER)], "rrf"),
}
QUERIES = ["sailor on the stormy sea", "sleep cradle moon", "moon moon moon bell", "drum", "candle thorn rose zebra"]
every = pytest.mark.parametrize("name", MADE)


@pytest.fixture(scope="module")
def songs() -> Songs:
    return made_songs()


@pytest.fixture(scope="module")
def fitted(songs: Songs) -> dict[str, SongSearch[Any]]:
    return {name: make().fit(songs) for name, make in MADE.items()}


def test_every_search_of_the_room_is_tried() -> None:
    for module in pkgutil.iter_modules([str(Path(room.__file__).parent)]):
        importlib.import_module(f"{room.__name__}.{module.name}")
    shown = {value for value in vars(room).values() if isinstance(value, type) and issubclass(value, SongSearch)}
    assert {type(make()) for make in MADE.values()} == shown
    assert {"HybridSearch", "DenseSearch", "TfidfSearch"} <= {kind.__name__ for kind in shown}


@every
def test_shapes_types_and_order(name: str, songs: Songs, fitted: dict[str, SongSearch[Any]]) -> None:
    search = fitted[name]
    assert isinstance(search, TextSearch)
    hits = search.search(QUERIES, 7)
    assert hits.songs.shape == hits.scores.shape == (5, 7)
    assert (hits.songs.dtype.name, hits.scores.dtype.name) == ("int32", "float32")
    assert [len(row) for row in hits.spans] == [7] * 5
    for row, scores in zip(hits.songs.tolist(), hits.scores.tolist(), strict=True):
        there = [song for song in row if song >= 0]
        assert there
        assert row == there + [-1] * (7 - len(there))
        assert len(set(there)) == len(there)
        pairs = [(-score, song) for score, song in zip(scores, there, strict=False)]
        assert pairs == sorted(pairs)
        assert all(score > 0 for score in scores[: len(there)])
        assert scores[len(there) :] == [0.0] * (7 - len(there))


@every
def test_one_by_one_and_anew_is_the_same(name: str, songs: Songs, fitted: dict[str, SongSearch[Any]]) -> None:
    together = fitted[name].search(QUERIES, 9)
    again = MADE[name]().fit(songs)
    for number, query in enumerate(QUERIES):
        alone = again.search([query], 9)
        assert alone.songs.tolist() == together.songs[[number]].tolist()
        assert alone.scores.tobytes() == together.scores[[number]].tobytes()
        assert alone.spans == together.spans[number : number + 1]


@every
def test_ranks_are_the_places_of_search(name: str, songs: Songs, fitted: dict[str, SongSearch[Any]]) -> None:
    search = fitted[name]
    hits = search.search(QUERIES, 15, spans=False)
    relevant = [[int(row[3]), int(row[5])] if row[5] >= 0 else [int(row[0])] for row in hits.songs]
    expected = [4 if row[5] >= 0 else 1 for row in hits.songs]
    assert search.ranks(QUERIES, relevant).tolist() == expected
    assert search.ranks(QUERIES, relevant, cutoff=3).tolist() == [rank if rank <= 3 else 0 for rank in expected]
    assert search.ranks(QUERIES, [[]] * 5).tolist() == [0] * 5


@every
def test_only_songs_that_are_asked_for(name: str, songs: Songs, fitted: dict[str, SongSearch[Any]]) -> None:
    search = fitted[name]
    among = np.arange(len(songs)) % 2 == 0
    hits = search.search(QUERIES, 60, among=among, spans=False)
    assert all(song % 2 == 0 for song in hits.songs[hits.songs >= 0].tolist())
    full = search.search(QUERIES, 60, spans=False)
    for row, whole in zip(hits.songs.tolist(), full.songs.tolist(), strict=True):
        assert set(row) - {-1} == {song for song in whole if song >= 0 and song % 2 == 0}
    each = np.stack([among, ~among, among, ~among, np.zeros(60, np.bool_)])
    by_query = search.search(QUERIES, 5, among=each)
    assert by_query.songs[0].tolist() == hits.songs[0, :5].tolist()
    assert all(song % 2 for song in by_query.songs[1].tolist() if song >= 0)
    assert by_query.songs[4].tolist() == [-1] * 5
    relevant = [[row[0]] for row in by_query.songs[:4].tolist()]
    assert search.ranks(QUERIES[:4], relevant, among=each[:4]).tolist() == [1, 1, 1, 1]


@every
def test_more_than_there_are_is_all_that_match(name: str, songs: Songs, fitted: dict[str, SongSearch[Any]]) -> None:
    hits = fitted[name].search(["drum"], 1000)
    assert hits.songs.shape == (1, 60)
    assert 0 < (hits.songs >= 0).sum() <= 60


@every
def test_unseen_words_match_nothing(name: str, fitted: dict[str, SongSearch[Any]]) -> None:
    hits = fitted[name].search(["xyzzyq qqfff", "?!", "☃"], 5)
    assert hits.songs.tolist() == [[-1] * 5] * 3
    assert hits.scores.tolist() == [[0.0] * 5] * 3
    assert hits.spans == ((None,) * 5,) * 3
    assert fitted[name].ranks(["xyzzyq qqfff"], [[3]]).tolist() == [0]


@every
def test_the_same_words_stand_in_the_order_of_their_numbers(
    name: str, songs: Songs, fitted: dict[str, SongSearch[Any]]
) -> None:
    search = fitted[name]
    found = 0
    for first in range(8, 60, 10):
        row = search.search([songs.texts[first].split("\n")[0]], 60, spans=False).songs[0].tolist()
        if first in row and first + 1 in row:
            # Ranks of equals differ by one, so that others may come between when ranks are added.
            assert 1 <= row.index(first + 1) - row.index(first) <= (60 if name == "rrf" else 1)
            found += 1
    assert found >= 4


@every
def test_what_cannot_mean_anything_is_refused(name: str, songs: Songs, fitted: dict[str, SongSearch[Any]]) -> None:
    search = fitted[name]
    with pytest.raises(NotFittedError, match="call fit first"):
        MADE[name]().search(["sea"], 1)
    for k in (0, -3):
        with pytest.raises(UsageError, match=f"k is {k}"):
            search.search(["sea"], k)
    for empty in ("", " \n\t"):
        with pytest.raises(UsageError, match="query 1 is empty"):
            search.search(["sea", empty], 3)
    with pytest.raises(UsageError, match="put it in a list"):
        search.search("sea", 3)
    with pytest.raises(UsageError, match="true or false for each of 60 songs"):
        search.search(["sea"], 3, among=np.ones(59, np.bool_))
    with pytest.raises(UsageError, match="2 languages"):
        search.search(["sea"], 3, languages=["en", "de"])
    with pytest.raises(UsageError, match="relevant songs of 2"):
        search.ranks(["sea"], [[1], [2]])


@every
def test_no_query_at_all(name: str, fitted: dict[str, SongSearch[Any]]) -> None:
    assert fitted[name].search([], 3).songs.shape == (0, 3)
    assert fitted[name].ranks([], []).shape == (0,)


@every
def test_a_saved_index_answers_the_same(name: str, fitted: dict[str, SongSearch[Any]], tmp_path: Path) -> None:
    search = fitted[name]
    save_index(search, tmp_path / "index", "digest")
    opened = open_index(tmp_path / "index", "digest", {"bag": BagEncoder})
    assert (type(opened), opened.name) == (type(search), search.name)
    before, after = search.search(QUERIES, 9), opened.search(QUERIES, 9)
    assert before.songs.tolist() == after.songs.tolist()
    assert before.scores.tobytes() == after.scores.tobytes()
    assert before.spans == after.spans
    assert opened.ranks(QUERIES, [[1]] * 5).tolist() == search.ranks(QUERIES, [[1]] * 5).tolist()
    assert opened.songs_.ids[7] == "song0007"
    assert opened.songs_.titles[7] is None


@every
def test_songs_without_words(name: str) -> None:
    """Texts in which nothing can be compared are no hits, and take nobody's place."""
    encoder = BagEncoder()
    texts = ["", "☃ ☃", "drum bell", ""]
    base = made_songs(4, encoder=encoder)
    vectors = base.vectors["bag"].vectors.copy()
    whole = np.flatnonzero(base.vectors["bag"].section == -1)
    vectors[:] = 0
    vectors[whole[2]] = encoder.encode(["drum bell"]).vectors[0]
    rows = whole
    table = type(base.vectors["bag"])(base.vectors["bag"].song[rows], base.vectors["bag"].section[rows], vectors[rows])
    none = [None] * 4
    songs = Songs(
        ["a", "b", "c", "d"], texts, none, none, none, np.zeros(4, np.int32), ["en"] * 4, vectors={"bag": table}
    )
    assert MADE[name]().fit(songs).search(["drum"], 4).songs.tolist() == [[2, -1, -1, -1]]
