"""TF-IDF of words or of character n-grams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from musicdata.errors import UsageError
from musicdata_baselines.search.character_tfidf import CharacterTfidf
from musicdata_baselines.search.estimator import Best, SongSearch
from musicdata_baselines.search.word_tfidf import WordTfidf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs
    from musicdata_baselines.search.hits import Span

Analyzer = Literal["word", "char_wb"]
_WAYS: dict[str, type[WordTfidf | CharacterTfidf]] = {"word": WordTfidf, "char_wb": CharacterTfidf}


class TfidfSearch(SongSearch[Any]):
    r"""Scores songs by the cosine of their TF-IDF weights with the query's.

    .. math:: s(q, d) = \frac{\sum_t w_{t,q} w_{t,d}}{\|w_q\| \|w_d\|}, \quad
              w_{t,d} = (1 + \ln f_{t,d}) \left(\ln \frac{1 + N}{1 + n_t} + 1\right)

    with N songs, n_t of them with term t, and f its count (Salton & Buckley 1988, Term-weighting approaches in
    automatic text retrieval; scikit-learn's `TfidfVectorizer` with `sublinear_tf`). The count of an n-gram is the sum
    over the words that hold it, each word's count damped.

    Args:
        analyzer: the terms are words ("word"), or the 3- to 5-grams of the characters of each word with a space at both
            ends ("char_wb"), which forgive typing errors and accents left out.

    Raises:
        UsageError: there is no such analyzer.

    >>> import numpy as np
    >>> from musicdata_baselines.search import Songs
    >>> two = [None, None]
    >>> songs = Songs(["a", "b"], ["the sea", "the hills"], two, two, two, np.zeros(2, np.int32), ["en", "en"])
    >>> [TfidfSearch(way).fit(songs).search(["hilsl"], 1).songs.tolist() for way in ("word", "char_wb")]
    [[[-1]], [[1]]]
    """

    def __init__(self, analyzer: Analyzer = "word") -> None:
        if analyzer not in _WAYS:
            raise UsageError(f"analyzer is {analyzer!r}, expected one of {', '.join(_WAYS)}")
        self.analyzer = analyzer
        self.way_ = _WAYS[analyzer]()
        self.name = self.way_.name

    def _index(self, songs: Songs) -> None:
        self.way_.fit(songs)

    def parameters(self) -> dict[str, Any]:
        """Return the analyzer."""
        return {"analyzer": self.analyzer}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the index of its terms."""
        return self.way_.arrays()

    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs, and what `arrays` returned."""
        self.way_.restore(songs, arrays)
        self.songs_ = songs
        return self

    def _read(self, queries: Sequence[str], languages: Sequence[str | None]) -> list[Any]:
        return [*self.way_._read(queries, languages)]

    def _knows(self, query: Any) -> bool:
        return self.way_._knows(query)

    def _score(self, queries: Sequence[Any], among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        return self.way_._score(queries, among)

    def _best(self, queries: Sequence[Any], k: int, among: NDArray[np.bool_] | None) -> list[Best]:
        return self.way_._best(queries, k, among)

    def _pick(self, query: Any, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        return self.way_._pick(query, songs)

    def _spans(self, query: Any, songs: Sequence[int]) -> tuple[Span | None, ...]:
        return self.way_._spans(query, songs)
