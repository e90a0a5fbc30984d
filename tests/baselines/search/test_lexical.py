"""BM25 and TF-IDF against their formulas, and the k best against all."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from musicdata.errors import UsageError
from musicdata_baselines.search import Bm25Search, Songs, TfidfSearch
from musicdata_baselines.search.character_tfidf import CharacterTfidf
from musicdata_baselines.search.grams import cut_grams
from musicdata_baselines.search.order import (
    best_of,
    kth_highest,
    near_best,
    places_of_best,
    rank_of_best,
    reciprocal_ranks,
)
from musicdata_baselines.search.postings import Postings
from musicdata_baselines.search.terms import split_terms
from tests.baselines.search.made import WORDS, made_songs

QUERIES = [
    "sailor on the stormy sea",
    "moon moon bell night",
    "drum zebra",
    "sea star thorn lily king crown bell church",
]


def as_rows(search: Bm25Search | TfidfSearch, queries: list[str]) -> NDArray[np.float32]:
    rows = search._score(search._read(queries, [None] * len(queries)), None)
    return np.where(np.isfinite(rows), rows, 0)


def test_bm25_is_its_formula() -> None:
    songs = made_songs()
    texts = [split_terms(text) for text in songs.texts]
    mean, k1, b = np.mean([len(text) for text in texts]), 1.2, 0.6
    expected = np.zeros((len(QUERIES), len(texts)))
    for row, query in enumerate(QUERIES):
        for term in split_terms(query):
            n_held = sum(term in text for text in texts)
            for column, text in enumerate(texts):
                f = text.count(term)
                rarity = np.log(1 + (len(texts) - n_held + 0.5) / (n_held + 0.5))
                expected[row, column] += rarity * f * (k1 + 1) / (f + k1 * (1 - b + b * len(text) / mean))
    np.testing.assert_allclose(as_rows(Bm25Search(k1, b).fit(songs), QUERIES), expected, rtol=1e-5)


def test_words_are_weighed_as_scikit_learn_does() -> None:
    songs = made_songs()
    vectoriser = TfidfVectorizer(analyzer=split_terms, sublinear_tf=True)
    documents = vectoriser.fit_transform(songs.texts)
    expected = (vectoriser.transform(QUERIES) @ documents.T).toarray()
    np.testing.assert_allclose(as_rows(TfidfSearch().fit(songs), QUERIES), expected, atol=1e-6)


def test_characters_are_weighed_as_scikit_learn_does_where_no_word_comes_twice() -> None:
    texts = ["the sea and a storm", "corazón de mármol", "moonlight or starlight", "go", "winter rose in snow"]
    none = [None] * 5
    songs = Songs([*"abcde"], texts, none, none, none, np.zeros(5, np.int32), ["en"] * 5)
    vectoriser = TfidfVectorizer(analyzer=lambda text: [gram for word in split_terms(text) for gram in cut_grams(word)])
    plain = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5))
    queries = ["strom on the sea", "corazon", "moon", "go gone", "wintr"]
    documents = vectoriser.fit_transform(texts)
    expected = (vectoriser.transform(queries) @ documents.T).toarray()
    got = as_rows(TfidfSearch("char_wb").fit(songs), queries)
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert got[1].argmax() == 1  # accents left out
    bare = [text for text in texts if text.isascii()]
    same = plain.fit(bare).transform(bare)
    grams = Counter(gram for text in bare for word in text.split() for gram in cut_grams(word))
    assert set(plain.vocabulary_) == set(grams)
    assert same.shape[0] == 4


def test_the_best_are_found_without_adding_all_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    frequent = [f"w{number}" for number in range(400)]
    chances = 1 / np.arange(1, 401)
    texts = [" ".join(rng.choice(frequent, 40, p=chances / chances.sum())) for _ in range(3000)]
    none = [None] * 3000
    songs = Songs([str(i) for i in range(3000)], texts, none, none, none, np.zeros(3000, np.int32), ["en"] * 3000)
    among = rng.random(3000) < 0.5
    for search in (Bm25Search().fit(songs), TfidfSearch().fit(songs)):
        queries = [" ".join(rng.choice(frequent, 9, p=chances / chances.sum())) for _ in range(40)]
        read = search._read(queries, [None] * 40)
        for allowed in (None, among):
            for k in (1, 10, 500):
                pruned = search._best(read, k, allowed)
                for row, (places, values) in zip(search._score(read, allowed), pruned, strict=True):
                    expected, scores = best_of(row, k)
                    assert places.tolist() == expected.tolist()
                    assert values.tobytes() == scores.tobytes()
    postings = Bm25Search().fit(songs).postings_
    query = postings.weigh(dict.fromkeys(range(0, 400, 40), 1.0))
    added: list[int] = []
    original = Postings._add

    def add(self: Postings, scores: NDArray[np.float32], term: int, weight: np.float32) -> None:
        added.append(term)
        original(self, scores, term, weight)

    monkeypatch.setattr(Postings, "_add", add)
    postings.best(query, 1)
    assert 0 < len(added) < len(query)


def test_the_best_of_many_scores() -> None:
    rng = np.random.default_rng(5)
    spread = rng.normal(size=40_000).astype(np.float32)
    late = np.sort(spread)  # evenly spaced ones say little of the end
    coarse = np.round(spread, 1)
    sparse = np.where(rng.random(40_000) < 0.001, spread, -np.inf).astype(np.float32)
    hidden = np.zeros(40_000, np.float32)
    hidden[1:6] = 1, 2, 3, 2, 1
    for scores in (spread, late, coarse, sparse, hidden):
        for k in (1, 3, 300, 15_000, 40_000):
            assert kth_highest(scores, k) == np.sort(scores)[-k]
            order = np.argsort(-scores, kind="stable")[:k]
            expected = order[np.isfinite(scores[order])]
            places, values = best_of(scores, k)
            assert places.tolist() == expected.tolist()
            assert values.tolist() == scores[expected].tolist()
            least = np.sort(scores)[-k]
            assert (
                places_of_best(scores, k).tolist() == np.flatnonzero((scores >= least) & np.isfinite(scores)).tolist()
            )


def test_characters_of_many_songs_find_what_all_would() -> None:
    songs = made_songs(200)
    exact, pooled = CharacterTfidf().fit(songs), CharacterTfidf(exact_pairs=0).fit(songs)
    for query in ("sailr stomy", "canlde chruch bel", "mothr cradel", "anchor"):
        hits = [search.search([query], 10) for search in (exact, pooled)]
        assert hits[0].songs.tolist() == hits[1].songs.tolist()
        assert hits[0].scores.tobytes() == hits[1].scores.tobytes()
        assert hits[0].spans == hits[1].spans


def test_a_typing_error_is_shown_where_it_was_forgiven() -> None:
    songs = made_songs()
    search = TfidfSearch("char_wb").fit(songs)
    hits = search.search(["harbuor"], 1)
    (span,) = hits.spans[0]
    assert span is not None
    lines = songs.texts[hits.songs[0, 0]].split("\n")[span.first_line : span.first_line + span.n_lines]
    assert "harbour" in " ".join(lines)
    assert Bm25Search().fit(songs).search(["harbuor"], 1).songs.tolist() == [[-1]]


def test_ranks_with_ties() -> None:
    scores = np.array([0.5, 0.9, 0.9, -np.inf, 0.9 + 1e-8, 0.1], np.float32)
    assert [rank_of_best(scores, [song]) for song in range(6)] == [4, 1, 2, 0, 3, 5]
    assert rank_of_best(scores, [5, 2]) == 2
    assert rank_of_best(scores, [3]) == rank_of_best(scores, []) == 0
    table = np.where(np.isfinite(scores), scores, 0)[None]
    assert [float(reciprocal_ranks(table, [song])[0]) for song in range(6)] == [1 / 4, 1, 1 / 2, 0, 1 / 3, 1 / 5]
    assert reciprocal_ranks(table, [5, 2]).tolist() == [0.5]
    assert near_best(scores, 1).tolist() == [1, 2, 4]
    assert near_best(scores, 6).tolist() == [0, 1, 2, 4, 5]


def test_parameters_out_of_their_range_are_refused() -> None:
    for wrong in ({"k1": -1.0}, {"k1": float("nan")}, {"b": 1.1}):
        with pytest.raises(UsageError, match="expected a number"):
            Bm25Search(**wrong)
    with pytest.raises(UsageError, match="char_wb"):
        TfidfSearch("chars")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no song"):
        Songs([], [], [], [], [], np.zeros(0, np.int32), [])
    with pytest.raises(UsageError, match="1 languages"):
        Songs(["a", "b"], ["x", "y"], [None] * 2, [None] * 2, [None] * 2, np.zeros(2, np.int32), ["en"])
    assert len(WORDS) == len(set(WORDS))
