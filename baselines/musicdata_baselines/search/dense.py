"""Search by what sentences mean: vectors of songs or of their sections, compared by cosine."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.search.estimator import Best, SongSearch, row_of
from musicdata_baselines.search.hits import Span
from musicdata_baselines.search.order import best_of, near_best
from musicdata_baselines.search.vectors import EXACT_ROWS, SongRows, check_encoder, check_vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs

Unit = Literal["song", "section"]
_POOL = 2000
_FIRST_ROWS = 50_000
_QUERIES_AT_ONCE = 512


class QueryEncoder(Protocol):
    """What makes a vector of a query: any of `musicdata.music.features.text_encoders`, or one like them."""

    @property
    def facts(self) -> Any:
        """Its name, width, weights_sha256 and languages (empty for any)."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Any:
        """Return an object whose `vectors` are (texts, width), of unit length or zero."""


class DenseSearch(SongSearch["NDArray[np.float32]"]):
    """Scores songs by the cosine of the query's vector with the song's, or with its section's that is most like it.

    Cosines of 0 and below are no match. An encoder finds a place for any words, also for those that mean nothing: what
    a hit is worth shows at a threshold that was chosen on queries whose song is not there.

    Args:
        encoder: of queries, the one that made the vectors of the songs; or what opens it once it is needed.
        unit: "section" compares with each section and with the whole, which is the better match of long queries; "song"
            with the whole only.
        vectors: the name of the vectors in `Songs.vectors`, which is the encoder's; asked of it if empty.
        exact_rows: rows up to which all are compared in full; see `musicdata_baselines.search.vectors`.

    Raises:
        UsageError: there is no such unit; in `fit`, there are no vectors of that name, or they are of another encoder.
        InputError: in `fit`, a vector is not finite, or they are out of order.
    """

    def __init__(
        self,
        encoder: QueryEncoder | Callable[[], QueryEncoder],
        unit: Unit = "section",
        vectors: str = "",
        exact_rows: int = EXACT_ROWS,
    ) -> None:
        if unit not in ("song", "section"):
            raise UsageError(f"unit is {unit!r}, expected song or section")
        self._given = encoder
        self.unit: Unit = unit
        self.vectors = vectors or str(self.encoder.facts.name)
        self.exact_rows = exact_rows
        self.name = f"{self.vectors}-{unit}s"

    rows_: SongRows
    _is_checked = True

    @cached_property
    def encoder(self) -> QueryEncoder:
        """The encoder, opened."""
        given: Any = self._given
        opened: QueryEncoder = given() if isinstance(given, type) or not hasattr(given, "encode") else given
        return opened

    def carries(self, language: str | None) -> bool:
        """Say whether the encoder was made for a language; nobody knows of an unknown one, which it may try."""
        languages = self.encoder.facts.languages
        return not languages or language in (None, "", "und") or language in languages

    def _index(self, songs: Songs) -> None:
        vectors = songs.vectors.get(self.vectors)
        if vectors is None:
            there = ", ".join(sorted(songs.vectors)) or "none at all"
            raise UsageError(f"the songs have no vectors of {self.vectors} (there are: {there}); build them first")
        check_encoder(vectors, self.vectors, self.encoder.facts)
        check_vectors(vectors, len(songs), self.vectors)
        self.rows_ = SongRows.of(vectors, len(songs), self.unit, self.exact_rows)

    def parameters(self) -> dict[str, Any]:
        """Return all but the encoder."""
        return {"unit": self.unit, "vectors": self.vectors, "exact_rows": self.exact_rows}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the rows that are compared."""
        rows = self.rows_
        return {
            name: getattr(rows, name) for name in ("rows", "sections", "starts", "directions", "mean", "near", "rest")
        }

    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs, and what `arrays` returned; the encoder is checked against the vectors at the first query."""
        vectors = songs.vectors[self.vectors]
        self.rows_ = SongRows(vectors.vectors, **arrays)
        self._is_checked = False
        self.songs_ = songs
        return self

    def _read(self, queries: Sequence[str], languages: Sequence[str | None]) -> list[NDArray[np.float32]]:  # noqa: ARG002
        if queries and not self._is_checked:
            check_encoder(self.songs_.vectors[self.vectors], self.vectors, self.encoder.facts)
            self._is_checked = True
        return [*encode_queries(self.encoder, queries)]

    def _floor(self, query: NDArray[np.float32]) -> float:
        return max(0.0, float(query @ self.rows_.mean))

    def _score(self, queries: Sequence[NDArray[np.float32]], among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        scores = self.rows_.score(np.stack(queries))
        scores[scores <= 0] = -np.inf
        if among is not None:
            scores[np.broadcast_to(~among, scores.shape)] = -np.inf
        return scores

    def _best(self, queries: Sequence[NDArray[np.float32]], k: int, among: NDArray[np.bool_] | None) -> list[Best]:
        if self.rows_.is_exact:
            pools = [near_best(row, k) for row in self._score(queries, among)]
        else:
            pools = [self._pool(query, max(k, _POOL), row_of(among, i)) for i, query in enumerate(queries)]
        return [self._rescore(query, pool, k) for query, pool in zip(queries, pools, strict=True)]

    def _pool(self, query: NDArray[np.float32], n: int, among: NDArray[np.bool_] | None) -> NDArray[np.int32]:
        """Return the n songs, numbers rising, that come out best in the few directions."""
        return self.rows_.near_songs(query, n, max(_FIRST_ROWS, 4 * n), among)

    def _rescore(self, query: NDArray[np.float32], pool: NDArray[np.int32], k: int) -> Best:
        places, scores = best_of(self._pick(query, pool), k)
        return pool[places], scores

    def _pick(self, query: NDArray[np.float32], songs: NDArray[np.int32]) -> NDArray[np.float32]:
        scores = self.rows_.pick(query, songs)
        scores[scores <= 0] = -np.inf
        return scores

    def _spans(self, query: NDArray[np.float32], songs: Sequence[int]) -> tuple[Span | None, ...]:
        wanted = np.array(sorted(songs), np.int32)
        section = dict(zip(wanted.tolist(), self.rows_.best_sections(query, wanted).tolist(), strict=True))
        return tuple(self._span(song, section[song]) for song in songs)

    def _span(self, song: int, section: int) -> Span | None:
        """Return the lines of a section; None of a whole song, or of a section that the table lacks."""
        table = self.songs_.sections
        start, stop = np.searchsorted(table.song, [song, song + 1])
        for row in (start + np.flatnonzero(table.index[start:stop] == section)).tolist():
            return Span(int(table.first_line[row]), int(table.n_lines[row]))
        return None


def encode_queries(encoder: QueryEncoder, queries: Sequence[str]) -> NDArray[np.float32]:
    """Return the vectors (queries, width) of queries, zeros where nothing of one could be read."""
    parts = [
        np.asarray(encoder.encode(queries[start : start + _QUERIES_AT_ONCE], query=True).vectors, np.float32)
        for start in range(0, len(queries), _QUERIES_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty((0, int(encoder.facts.width)), np.float32)
