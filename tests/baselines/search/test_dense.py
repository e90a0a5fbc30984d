"""Vectors that cannot be compared with a query's, sections and whole songs, and many rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from musicdata.errors import InputError, UsageError
from musicdata_baselines.search import DenseSearch, SectionTable, Songs, Vectors, WholeSongCosine
from musicdata_baselines.search.halves import widen
from musicdata_baselines.search.vectors import SongRows
from tests.baselines.search.made import BagEncoder, made_songs


def changed(songs: Songs, **parts: Any) -> Songs:
    return replace(songs, vectors={"bag": replace(songs.vectors["bag"], **parts)})


def test_vectors_of_another_encoder_are_refused() -> None:
    songs = made_songs()
    with pytest.raises(UsageError, match=r"no vectors of minilm \(there are: bag\)"):
        DenseSearch(BagEncoder(name="minilm")).fit(songs)
    with pytest.raises(UsageError, match="numbers"):
        DenseSearch(BagEncoder(width=384)).fit(songs)
    with pytest.raises(UsageError, match="weights bbbb"):
        DenseSearch(BagEncoder(weights_sha256="c" * 64)).fit(songs)
    DenseSearch(BagEncoder(weights_sha256="c" * 64)).fit(changed(songs, weights_sha256=""))
    with pytest.raises(UsageError, match="expected song or section"):
        DenseSearch(BagEncoder(), "lines")  # type: ignore[arg-type]


def test_vectors_that_are_none_are_refused() -> None:
    songs = made_songs()
    table = songs.vectors["bag"]
    for value in (np.nan, np.inf):
        spoiled = table.vectors.copy()
        spoiled[5, 7] = value
        with pytest.raises(InputError, match=f"song {table.song[5]}, section {table.section[5]}, by bag is not finite"):
            DenseSearch(BagEncoder()).fit(changed(songs, vectors=spoiled))
    with pytest.raises(InputError, match="not in order"):
        DenseSearch(BagEncoder()).fit(changed(songs, song=table.song[::-1]))
    with pytest.raises(InputError, match="not in order"):
        DenseSearch(BagEncoder()).fit(changed(songs, song=table.song + 1))
    with pytest.raises(InputError, match="sections"):
        DenseSearch(BagEncoder()).fit(changed(songs, section=table.section[:-1]))


def test_the_encoder_is_opened_when_it_is_needed() -> None:
    opened = []

    def open_encoder() -> BagEncoder:
        opened.append(1)
        return BagEncoder()

    search = DenseSearch(open_encoder, vectors="bag")
    assert opened == []
    search.fit(made_songs())
    search.search(["sea"], 1)
    assert opened == [1]


def test_a_section_is_found_that_the_whole_hides() -> None:
    encoder = BagEncoder()
    stanzas = ["sea wave\nharbour", "rose lily\nthorn", "king crown\nchurch"]
    texts = ["\n\n".join(stanzas), "sea sea rose king\n\nwave"]
    table = SectionTable(*np.array([(0, 0, 0, 2), (0, 1, 3, 2), (0, 2, 6, 2)], np.int32).T)
    read = [texts[0], *stanzas, texts[1]]
    vectors = Vectors(
        np.array([0, 0, 0, 0, 1], np.int32),
        np.array([-1, 0, 1, 2, -1], np.int32),
        encoder.encode(read).vectors,
    )
    none = [None] * 2
    songs = Songs(["a", "b"], texts, none, none, none, np.zeros(2, np.int32), ["en"] * 2, table, {"bag": vectors})
    by_section = DenseSearch(encoder).fit(songs).search(["rose lily thorn"], 2)
    assert by_section.songs.tolist() == [[0, 1]]
    assert by_section.scores[0, 0] == pytest.approx(1)
    (first, second) = by_section.spans[0]
    assert first is not None
    assert (first.first_line, first.n_lines) == (3, 2)
    assert second is None  # it has no sections
    whole = DenseSearch(encoder, "song").fit(songs).search(["rose lily thorn"], 2)
    assert whole.scores[0, 0] < 0.7
    assert whole.spans == ((None, None),)
    long = DenseSearch(encoder).fit(songs).search([texts[0]], 1)
    assert long.scores[0, 0] == pytest.approx(1)
    assert long.spans[0][0] is not None


def test_many_rows_are_compared_in_few_directions_first() -> None:
    rng = np.random.default_rng(9)
    n, width = 3000, 256
    centres = rng.normal(size=(100, width)) * np.linspace(2, 0.1, width)
    rows = centres[rng.integers(0, 100, n)] + 0.5 * rng.normal(size=(n, width))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    none = [None] * n
    table = Vectors(np.arange(n, dtype=np.int32), np.full(n, -1, np.int32), rows.astype(np.float16))
    songs = Songs(
        [str(i) for i in range(n)],
        [""] * n,
        none,
        none,
        none,
        np.zeros(n, np.int32),
        ["en"] * n,
        vectors={"bag": table},
    )
    full, few = DenseSearch(BagEncoder()).fit(songs), DenseSearch(BagEncoder(), exact_rows=100).fit(songs)
    assert (full.rows_.near.shape[1], few.rows_.near.shape[1], few.rows_.rest.shape[1]) == (width, 48, 48)
    noisy = (rows[:50] + rng.normal(size=(50, width)) / 30).astype(np.float32)
    queries = [row / np.linalg.norm(row) for row in noisy]
    same = 0
    for (a, scores), (b, again) in zip(full._best(queries, 10, None), few._best(queries, 10, None), strict=True):
        same += len(set(a.tolist()) & set(b.tolist()))
        assert scores[0] == again[0]
    assert same >= 490
    np.testing.assert_allclose(full._score(queries[:3], None), few._score(queries[:3], None), atol=1e-3)


def test_the_papers_system_draws_its_songs() -> None:
    songs = made_songs(60)
    search = WholeSongCosine(BagEncoder(), limit=20, seed=1).fit(songs)
    found = search.search(["sea wave star moon rose king bell drum"], 60).songs
    drawn = set(found[found >= 0].tolist())
    assert 10 < len(drawn) <= 20
    assert drawn <= set(np.flatnonzero(search.drawn_).tolist())
    again = WholeSongCosine(BagEncoder(), limit=20, seed=1).fit(songs)
    assert again.drawn_.tolist() == search.drawn_.tolist()
    assert WholeSongCosine(BagEncoder(), limit=0).fit(songs).drawn_.all()
    with pytest.raises(UsageError, match="limit is -1"):
        WholeSongCosine(BagEncoder(), limit=-1)


def test_songs_are_chosen_in_two_steps_of_directions() -> None:
    rng = np.random.default_rng(4)
    n, width = 900, 128
    rows = rng.normal(size=(3 * n, width)) * np.linspace(2, 0.5, width)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    song = np.repeat(np.arange(0, 2 * n, 2, dtype=np.int32), 3)  # every other song has rows
    found = SongRows.of(Vectors(song, np.tile(np.arange(-1, 2, dtype=np.int32), n), rows), 2 * n, "section", 100)
    query = rows[3 * 700 + 1].astype(np.float32)
    turned = np.hstack([found.near, found.rest]) @ (query @ found.directions)
    best = turned.reshape(n, 3).max(axis=1)
    for k in (1, 10, 300):
        expected = np.sort(2 * np.argsort(-best, kind="stable")[:k])
        assert found.near_songs(query, k, 3 * n).tolist() == expected.tolist()
        assert len(found.near_songs(query, k, 1)) == k  # one row is of one song only: more are looked at
        assert 1400 in found.near_songs(query, k, 30)
    among = rng.random(2 * n) < 0.3
    allowed = np.flatnonzero(among[::2])
    assert found.near_songs(query, 2 * n, 5, among).tolist() == (2 * allowed).tolist()
    expected = np.sort(2 * allowed[np.argsort(-best[allowed], kind="stable")[:20]])
    assert found.near_songs(query, 20, 3 * n, among).tolist() == expected.tolist()
    assert found.near_songs(query, 5, 5, np.zeros(2 * n, np.bool_)).tolist() == []


def test_halves_are_widened_to_the_last_bit() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]
    assert widen(finite).tobytes() == finite.astype(np.float32).tobytes()
    table = finite[:60_000].reshape(300, 200)
    assert widen(table[::2, ::3]).tobytes() == table[::2, ::3].astype(np.float32).tobytes()
    assert widen(np.array([[1.5]], np.float32)).tolist() == [[1.5]]
