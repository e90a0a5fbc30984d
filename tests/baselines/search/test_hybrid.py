"""Searches joined: their scale, weights by language, what each brought, and when nothing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines.search import Bm25Search, DenseSearch, HybridSearch, Songs, TfidfSearch
from musicdata_baselines.search.grid import simplex
from tests.baselines.search.made import BagEncoder, made_songs


@pytest.fixture(scope="module")
def songs() -> Songs:
    return made_songs()


def hybrid(songs: Songs, encoder: BagEncoder | None = None, **options: object) -> HybridSearch:
    parts = [Bm25Search(), DenseSearch(encoder or BagEncoder())]
    return HybridSearch(parts, **options).fit(songs)  # type: ignore[arg-type]


def test_scores_are_shares_of_the_best_above_the_average_song(songs: Songs) -> None:
    search = hybrid(songs, weights=[3, 1])
    words, vectors = search.parts
    hits = search.search(["bell rose harbour"], 60, spans=False)
    read = [part._read(["bell rose harbour"], [None]) for part in (words, vectors)]
    bm25, cosine = (part._score(one, None)[0] for part, one in zip((words, vectors), read, strict=True))
    average = vectors._floor(read[1][0])
    assert 0 < average < cosine.max()
    shares = np.maximum(0, np.where(np.isfinite(cosine), cosine, 0) - average) / (cosine.max() - average)
    expected = 0.75 * np.where(np.isfinite(bm25), bm25, 0) / bm25.max() + 0.25 * shares
    there = hits.songs[0] >= 0
    np.testing.assert_allclose(hits.scores[0][there], expected[hits.songs[0][there]], rtol=1e-5)
    assert there.sum() == (expected > 0).sum()


def test_ranks_are_added_by_rrf(songs: Songs) -> None:
    search = hybrid(songs, fusion="rrf")
    hits = search.search(["bell rose harbour"], 5, spans=False)
    places = [
        {
            song: rank
            for rank, song in enumerate(part.search(["bell rose harbour"], 60, spans=False).songs[0].tolist(), 1)
        }
        for part in search.parts
    ]
    for song, score in zip(hits.songs[0].tolist(), hits.scores[0].tolist(), strict=True):
        assert score == pytest.approx(sum(0.5 * 61 / (60 + one[song]) for one in places if song in one), rel=1e-5)


def test_shares_say_what_each_part_brought(songs: Songs) -> None:
    search = hybrid(songs)
    hits = search.search(["bell rose harbour", "qqfff"], 60)
    assert hits.shares is not None
    assert hits.shares.shape == (2, 60, 2)
    there = hits.songs >= 0
    np.testing.assert_allclose(hits.shares.sum(axis=2), there.astype(float), atol=1e-6)
    found = hits.songs[0][there[0]].tolist()
    np.testing.assert_allclose(search.signals("bell rose harbour", found), hits.shares[0][there[0]], atol=1e-6)
    backwards = search.signals("bell rose harbour", found[::-1])
    np.testing.assert_allclose(backwards[::-1], hits.shares[0][there[0]], atol=1e-6)
    assert Bm25Search().fit(songs).search(["bell"], 1).shares is None
    absent = sorted(set(range(60)) - set(found))
    assert not search.signals("bell rose harbour", absent).any()


def test_an_encoder_is_not_asked_in_a_language_that_it_lacks(songs: Songs) -> None:
    encoder = BagEncoder(languages=frozenset({"en"}))
    search = hybrid(songs, encoder, weights={"": [0.5, 0.5], "de": [0.2, 0.8], "fr": [0.9, 0.1]})
    assert search.weights_of("en") == search.weights_of(None) == (0.5, 0.5)
    assert search.weights_of("de") == search.weights_of("fr") == (1.0, 0.0)
    calls = encoder.calls
    german = search.search(["bell rose"], 10, languages=["de"])
    assert encoder.calls == calls
    assert german.songs.tolist() == search.parts[0].search(["bell rose"], 10).songs.tolist()
    mixed = search.search(["bell rose", "bell rose"], 10, languages=["de", "en"])
    assert mixed.songs[0].tolist() == german.songs[0].tolist()
    assert mixed.scores[1].tolist() != mixed.scores[0].tolist()
    only = HybridSearch([DenseSearch(encoder)]).fit(songs)
    assert only.search(["bell"], 3, languages=["de"]).songs.tolist() == [[-1, -1, -1]]


def test_words_that_no_song_has_are_not_ranked_by_their_vector(songs: Songs) -> None:
    texts = [text.replace("drum", "war") for text in songs.texts]
    search = hybrid(replace(songs, texts=texts))
    assert search.parts[1].search(["drum"], 1).songs[0, 0] >= 0
    assert search.search(["drum"], 3).songs.tolist() == [[-1, -1, -1]]
    assert search.ranks(["drum"], [[0]]).tolist() == [0]
    assert search.search(["drum bell"], 3).songs[0, 0] >= 0


def test_a_misspelt_word_is_known_by_its_characters(songs: Songs) -> None:
    search = HybridSearch([Bm25Search(), TfidfSearch("char_wb"), DenseSearch(BagEncoder())]).fit(songs)
    assert search.search(["mountian"], 1).songs[0, 0] >= 0
    assert search.search(["xyzzyq"], 1).songs.tolist() == [[-1]]


def test_weights_are_chosen_by_language_and_say_why(songs: Songs) -> None:
    encoder = BagEncoder(languages=frozenset({"en"}))
    search = hybrid(songs, encoder)
    rng = np.random.default_rng(0)
    queries, relevant, languages = [], [], []
    for song in rng.choice(60, 55, replace=False).tolist():
        words = songs.texts[song].split()
        for language in ("en", "de", "fr")[: 3 if song % 9 == 0 else 2]:
            queries.append(" ".join(rng.choice(words, 3)))
            relevant.append([song])
            languages.append(language)
    grid = search.choose_weights(queries, relevant, languages)
    assert grid == search.grid_
    chosen = {point.language: point for point in grid if point.is_chosen}
    assert set(chosen) == {"", "de", "en"}
    assert [point.n_queries for point in chosen.values()] == [languages.count("fr"), 55, 55]
    assert chosen["de"].weights == (1.0, 0.0)
    assert {point.weights for point in grid if point.language == "en"} == set(simplex(2, 10))
    assert search.weights == {language: point.weights for language, point in chosen.items()}
    for language, point in chosen.items():
        mine = [point.mrr for point in grid if point.language == language]
        assert point.mrr >= max(mine) - 0.002
    asked = [i for i, language in enumerate(languages) if language == "en"]
    ranks = search.ranks([queries[i] for i in asked], [relevant[i] for i in asked], languages=["en"] * 55)
    assert np.where(ranks > 0, 1 / np.maximum(ranks, 1), 0).mean() == pytest.approx(chosen["en"].mrr, abs=1e-3)


def test_words_are_preferred_where_it_does_not_matter(songs: Songs) -> None:
    search = hybrid(songs)
    queries = [*songs.texts]
    relevant = [[i - 1, i] if i % 10 == 9 else [i, i + 1] if i % 10 == 8 else [i] for i in range(60)]
    search.choose_weights(queries, relevant, ["en"] * 60)
    assert [point.mrr for point in search.grid_] == [1.0] * 11
    assert search.weights_of("en") == (1.0, 0.0)


def test_songs_in_other_languages_are_searched_by_vectors(songs: Songs) -> None:
    words = ["meer", "rose"]
    search = hybrid(songs, BagEncoder(), weights=[1, 1])
    across = search.across()
    assert [part.name for part in across.parts] == ["bag-sections"]
    assert across.parts[0] is search.parts[1]
    assert across.search([" ".join(words)], 3).songs[0, 0] >= 0
    with pytest.raises(UsageError, match="several languages"):
        hybrid(songs, BagEncoder(languages=frozenset({"en"}))).across()


def test_parts_that_are_fitted_are_not_fitted_again(songs: Songs) -> None:
    part = Bm25Search().fit(songs)
    postings = part.postings_
    HybridSearch([part, TfidfSearch()]).fit(songs)
    assert part.postings_ is postings
    HybridSearch([part, TfidfSearch()]).fit(made_songs(seed=1))
    assert part.postings_ is not postings


def test_what_cannot_be_joined_is_refused() -> None:
    with pytest.raises(UsageError, match="no parts"):
        HybridSearch([])
    with pytest.raises(UsageError, match="expected one of score, rrf"):
        HybridSearch([Bm25Search()], "sum")  # type: ignore[arg-type]
    for weights in ([1.0], [1.0, -1.0], [0.0, 0.0], [1.0, float("nan")], {"de": [1.0]}):
        with pytest.raises(UsageError, match="expected one for each of bm25, tfidf-words"):
            HybridSearch([Bm25Search(), TfidfSearch()], weights=weights)
