"""Several searches in one: their scores are brought to one scale, weighted by the query's language, and added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.search.dense import DenseSearch
from musicdata_baselines.search.estimator import Best, SongSearch, check_queries, row_of, rows_of
from musicdata_baselines.search.fusion import by_rank, by_score
from musicdata_baselines.search.grid import GridPoint, choose_points, simplex
from musicdata_baselines.search.order import best_of, reciprocal_ranks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs
    from musicdata_baselines.search.hits import Span

Fusion = Literal["score", "rrf"]
ANY_LANGUAGE = ""
"""The key of the weights for languages that have none of their own."""

_FUSIONS = {"score": by_score, "rrf": by_rank}
_POOL = 300


@dataclass(slots=True, eq=False)
class Mixed:
    """A query as the parts read it.

    Attributes:
        parts: what each part made of it; None where its weight is 0.
        weights: (parts,) float32, together 1; all 0 where no song can match.
        floors, tops: (parts,) float32 scores that count 0 and 1.
    """

    parts: list[Any]
    weights: NDArray[np.float32]
    floors: NDArray[np.float32]
    tops: NDArray[np.float32]


class HybridSearch(SongSearch[Mixed]):
    r"""Adds up what several searches say of a song.

    .. math:: s(q, d) = \sum_p w_p(l) \frac{\max(0, s_p(q, d) - a_p(q))}{\max_{d'} s_p(q, d') - a_p(q)}

    with the weights w of the query's language l, and a_p(q) the score of an average song: 0 for searches by words, the
    mean cosine with all rows for vectors. Scores are compared, not ranks, because a rank forgets by how much one song
    is ahead (Bruch et al. 2022, An analysis of fusion functions for hybrid retrieval, arXiv 2210.11934); "rrf" adds
    w_p / (60 + rank) (Cormack et al. 2009).

    A query none of whose words stands in any song has no hits, whatever its vector is like, unless only vectors are
    searched. A part whose encoder was not made for the query's language is left out.

    Args:
        parts: searches, of words first.
        fusion: "score" or "rrf".
        weights: one a part, or those by language, with "" for all others; equal if None. See `choose_weights`.
        pool: best songs of each part that are looked at, where there are more songs.

    Raises:
        UsageError: there is no part or no such fusion, or weights are not one a part, below 0, or all 0.
    """

    def __init__(
        self,
        parts: Sequence[SongSearch[Any]],
        fusion: Fusion = "score",
        weights: Mapping[str, Sequence[float]] | Sequence[float] | None = None,
        pool: int = _POOL,
    ) -> None:
        if not parts:
            raise UsageError("a hybrid search has no parts; give two searches or more")
        if fusion not in _FUSIONS:
            raise UsageError(f"fusion is {fusion!r}, expected one of {', '.join(_FUSIONS)}")
        self.parts = tuple(parts)
        self.fusion = fusion
        self.pool = pool
        self.name = "hybrid" if fusion == "score" else f"hybrid-{fusion}"
        if weights is None:
            weights = [1.0] * len(self.parts)
        by_language = weights if hasattr(weights, "items") else {ANY_LANGUAGE: weights}
        self.weights = {language: self._checked_weights(language, given) for language, given in by_language.items()}

    grid_: tuple[GridPoint, ...] = ()

    def _checked_weights(self, language: str, given: Sequence[float]) -> tuple[float, ...]:
        weights = tuple(float(weight) for weight in given)
        if len(weights) != len(self.parts) or min(weights) < 0 or not 0 < sum(weights) < np.inf:
            raise UsageError(
                f"weights of {language or 'all languages'} are {weights}, expected one for each of "
                f"{', '.join(part.name for part in self.parts)}: 0 or more, and not all 0"
            )
        return tuple(weight / sum(weights) for weight in weights)

    def weights_of(self, language: str | None) -> tuple[float, ...]:
        """Return the weight of each part for queries in a language, together 1; all 0 where no part can read it."""
        even = (1 / len(self.parts),) * len(self.parts)
        given = self.weights.get(language or ANY_LANGUAGE) or self.weights.get(ANY_LANGUAGE) or even
        usable = [w if _carries(part, language) else 0.0 for part, w in zip(self.parts, given, strict=True)]
        if not sum(usable):
            usable = [float(not isinstance(part, DenseSearch)) for part in self.parts]
        return tuple(weight / (sum(usable) or 1) for weight in usable)

    def across(self) -> HybridSearch:
        """Return a search, of the same songs, for songs in other languages than the query's: by vectors alone.

        Raises:
            UsageError: no part has an encoder of several languages.
        """
        several = [isinstance(part, DenseSearch) and len(part.encoder.facts.languages) != 1 for part in self.parts]
        if not any(several):
            raise UsageError("no part has an encoder of several languages, which a search across languages needs")
        other = HybridSearch([p for p, fits in zip(self.parts, several, strict=True) if fits], self.fusion)
        other.name = f"{self.name}-across"
        return other.fit(self.songs_)

    def _index(self, songs: Songs) -> None:
        for part in self.parts:
            if getattr(part, "songs_", None) is not songs:
                part.fit(songs)

    def parameters(self) -> dict[str, Any]:
        """Return the fusion and the weights."""
        return {"fusion": self.fusion, "weights": self.weights, "pool": self.pool}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return those of all parts, each with the number of its part before its name."""
        return {f"{n}.{name}": array for n, part in enumerate(self.parts) for name, array in part.arrays().items()}

    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs, and what `arrays` returned."""
        for number, part in enumerate(self.parts):
            prefix = f"{number}."
            part.restore(songs, {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)})
        self.songs_ = songs
        return self

    def _read(self, queries: Sequence[str], languages: Sequence[str | None]) -> list[Mixed]:
        weights = np.array([self.weights_of(language) for language in languages], np.float32)
        weights = weights.reshape(len(queries), len(self.parts))
        read: list[list[Any]] = [[None] * len(self.parts) for _ in queries]
        floors = np.zeros((len(queries), len(self.parts)), np.float32)
        known = np.full(len(queries), not self._words())
        for number, part in enumerate(self.parts):
            asked = np.flatnonzero((weights[:, number] > 0) | (number in self._words())).tolist()
            made = part._read([queries[i] for i in asked], [languages[i] for i in asked])
            for i, one in zip(asked, made, strict=True):
                read[i][number] = one
                floors[i, number] = part._floor(one)
                known[i] |= number in self._words() and part._knows(one)
        weights[~known] = 0
        tops = np.zeros(len(self.parts), np.float32)
        return [Mixed(p, w, f, tops) for p, w, f in zip(read, weights, floors, strict=True)]

    def _words(self) -> list[int]:
        """Return which parts search by words."""
        return [number for number, part in enumerate(self.parts) if not isinstance(part, DenseSearch)]

    def _score(self, queries: Sequence[Mixed], among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        fused = np.full((len(queries), len(self.songs_)), -np.inf, np.float32)
        for number, query, scores in self._part_scores(queries, among):
            fused[number] = self._fuse(query, scores, query.weights)
        return fused

    def _part_scores(
        self, queries: Sequence[Mixed], among: NDArray[np.bool_] | None
    ) -> Iterator[tuple[int, Mixed, NDArray[np.float32]]]:
        """Yield the queries that can match, with their scores (parts, songs); −∞ where a song does not match."""
        table = np.full((len(queries), len(self.parts), len(self.songs_)), -np.inf, np.float32)
        for number, part in enumerate(self.parts):
            asked = [i for i, query in enumerate(queries) if query.parts[number] is not None and query.weights.any()]
            if asked:
                allowed = among if among is None or among.ndim == 1 else among[asked]
                table[asked, number] = part._score([queries[i].parts[number] for i in asked], allowed)
        for number, query in enumerate(queries):
            if query.weights.any():
                query.tops = table[number].max(axis=1)
                yield number, query, table[number]

    def _fuse(self, query: Mixed, scores: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the score (songs,) of songs, −∞ where none of the parts with a weight has one."""
        fused: NDArray[np.float32] = weights @ _FUSIONS[self.fusion](scores, query.floors, query.tops)
        fused[fused <= 0] = -np.inf
        return fused

    def _best(self, queries: Sequence[Mixed], k: int, among: NDArray[np.bool_] | None) -> list[Best]:
        pool = max(self.pool, k)
        return [self._best_one(query, k, pool, row_of(among, i)) for i, query in enumerate(queries)]

    def _best_one(self, query: Mixed, k: int, pool: int, among: NDArray[np.bool_] | None) -> Best:
        found = [
            part._best([one], pool, among)[0][0]
            for part, one, weight in zip(self.parts, query.parts, query.weights, strict=True)
            if weight > 0
        ]
        songs = np.unique(np.concatenate([*found, np.empty(0, np.int32)])).astype(np.int32)
        if not len(songs):
            return songs, np.empty(0, np.float32)
        scores = self._pick_parts(query, songs)
        query.tops = scores.max(axis=1)
        places, values = best_of(self._fuse(query, scores, query.weights), k)
        return songs[places], values

    def _pick_parts(self, query: Mixed, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the scores (parts, songs) of some songs; −∞ of a part without a weight."""
        scores = np.full((len(self.parts), len(songs)), -np.inf, np.float32)
        for number, part in enumerate(self.parts):
            if query.weights[number] > 0:
                scores[number] = part._pick(query.parts[number], songs)
        return scores

    def _pick(self, query: Mixed, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._fuse(query, self._pick_parts(query, songs), query.weights)

    def _spans(self, query: Mixed, songs: Sequence[int]) -> tuple[Span | None, ...]:
        """Return the lines that the part which brought most names; of the next one where it names none."""
        wanted = np.array(sorted(songs), np.int32)
        order = np.argsort(-self._shares(query, wanted), axis=1, kind="stable") if len(wanted) else wanted
        spans: dict[int, Span | None] = dict.fromkeys(songs)
        for place in range(len(self.parts)):
            for number, part in enumerate(self.parts):
                mine = [
                    s for s, row in zip(wanted.tolist(), order, strict=True) if row[place] == number and not spans[s]
                ]
                if mine and query.weights[number] > 0:
                    spans.update(zip(mine, part._spans(query.parts[number], mine), strict=True))
        return tuple(spans[song] for song in songs)

    def _all_shares(self, queries: Sequence[Mixed], songs: NDArray[np.int32]) -> NDArray[np.float32]:
        shares = np.zeros((*songs.shape, len(self.parts)), np.float32)
        for number, query in enumerate(queries):
            there = np.flatnonzero(songs[number] >= 0)
            order = there[np.argsort(songs[number, there])]
            shares[number, order] = self._shares(query, songs[number, order])
        return shares

    def _shares(self, query: Mixed, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return what each part brings (songs, parts) to the score of some songs, numbers rising; together 1."""
        scaled = by_score(self._pick_parts(query, songs), query.floors, query.tops)
        brought = (query.weights[:, None] * scaled).T
        whole = brought.sum(axis=1, keepdims=True)
        shares: NDArray[np.float32] = np.divide(brought, whole, out=np.zeros_like(brought), where=whole > 0)
        return shares

    def signals(
        self,
        query: str,
        songs: Sequence[int],
        *,
        among: NDArray[np.bool_] | None = None,
        language: str | None = None,
    ) -> NDArray[np.float32]:
        """Return what each part brings (songs, parts) to the score of any songs, also of those that are no hits.

        Raises:
            UsageError: the query is empty, or `among` has another length.
        """
        (read,) = self._checked([query], among, None if language is None else [language])
        self._best([read], 1, among)
        order = np.argsort(songs, kind="stable")
        shares = np.empty((len(songs), len(self.parts)), np.float32)
        shares[order] = self._shares(read, np.asarray(songs, np.int32)[order])
        return shares

    def choose_weights(
        self,
        queries: Sequence[str],
        relevant: Sequence[Sequence[int]],
        languages: Sequence[str],
        *,
        among: NDArray[np.bool_] | None = None,
        steps: int = 10,
        least_queries: int = 50,
    ) -> tuple[GridPoint, ...]:
        """Choose the weights of each language by the MRR on queries of the validation split, and keep them.

        A language with fewer queries has the weights that are best for all such together. Of points that differ by less
        than .002 the one that leans most on words is chosen.

        Args:
            queries: of the validation split, of all kinds that matter.
            relevant: songs, by number, of each query.
            languages: of the queries.
            among: as in `search`.
            steps: from 0 to 1.
            least_queries: of a language that has weights of its own.

        Returns:
            The MRR of every point that was tried, which shows why: in order of language and weights.

        Raises:
            UsageError: as `ranks`.
        """
        check_queries(queries, among, languages, len(self.songs_))
        even = [np.array(point, np.float32) for point in simplex(len(self.parts), steps)]
        was, self.weights = self.weights, {ANY_LANGUAGE: (1 / len(self.parts),) * len(self.parts)}
        try:
            read = self._checked(queries, among, languages)
            values = np.zeros((len(queries), len(even)))
            for block in self._blocks(len(queries)):
                for number, query, scores in self._part_scores(read[block], rows_of(among, block)):
                    scaled = _FUSIONS[self.fusion](scores, query.floors, query.tops)
                    values[block.start + number] = reciprocal_ranks(
                        np.stack(even) @ scaled, relevant[block.start + number]
                    )
        except BaseException:
            self.weights = was
            raise
        usable = [[_carries(part, language) for part in self.parts] for language in languages]
        words = np.array([not isinstance(part, DenseSearch) for part in self.parts])
        self.grid_ = choose_points(np.stack(even), values, languages, np.array(usable), words, least_queries)
        self.weights = {point.language: point.weights for point in self.grid_ if point.is_chosen}
        return self.grid_


def _carries(part: SongSearch[Any], language: str | None) -> bool:
    return part.carries(language) if isinstance(part, DenseSearch) else True
