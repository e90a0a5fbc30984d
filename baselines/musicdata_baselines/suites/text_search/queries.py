"""The queries that are asked: which of those there are, and the songs of the index that answer each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata_baselines.suites.text_search.reading import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.text_search.dataset import AllSongs
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings

ABSENT = "absent"
TRANSLATION = "translation"
LINE = "line"
TITLES = ("title_in_text", "title")
ASKED_OF = ("valid", "test")
"""Splits whose queries are asked: of the first to choose by, of the second to be counted."""

_FACTS = ("kind", "language", "target_language", "split")


@dataclass(frozen=True, slots=True, eq=False)
class QuerySet:
    """Queries, all (queries,), in order of split, kind, language and id.

    Attributes:
        ids: of the queries.
        texts: what is typed.
        kinds: how each was made.
        languages: ISO 639-1 code of its words; `targets` of the songs that answer it, "" where any may.
        sources: ids of the songs they were made from; `splits` and `groups` of those.
        relevant: numbers of the songs of the index that answer it, ascending; none for one whose song is absent.
        n_there: (split, kind) → queries there are, asked or not.
    """

    ids: NDArray[np.str_]
    texts: Sequence[str]
    kinds: NDArray[np.str_]
    languages: NDArray[np.str_]
    targets: NDArray[np.str_]
    sources: NDArray[np.str_]
    splits: NDArray[np.str_]
    groups: NDArray[np.str_]
    relevant: Sequence[NDArray[np.int32]]
    n_there: dict[tuple[str, str], int]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, numbers: NDArray[np.int64]) -> QuerySet:
        """Return some of them."""
        rows = numbers.tolist()
        return QuerySet(
            self.ids[numbers],
            [self.texts[row] for row in rows],
            self.kinds[numbers],
            self.languages[numbers],
            self.targets[numbers],
            self.sources[numbers],
            self.splits[numbers],
            self.groups[numbers],
            [self.relevant[row] for row in rows],
            self.n_there,
        )

    @property
    def n_relevant(self) -> NDArray[np.int64]:
        """Return how many songs answer each query."""
        return np.array([len(songs) for songs in self.relevant], dtype=np.int64)

    def of(self, split: str, *, kinds: Sequence[str] | None = None) -> NDArray[np.int64]:
        """Return the numbers of the queries of a split, and of some kinds."""
        asked = self.splits == split
        return np.flatnonzero(asked if kinds is None else asked & np.isin(self.kinds, kinds))

    def present(self, split: str) -> NDArray[np.int64]:
        """Return the queries of a split that a song of the index answers and that are searched among all songs."""
        there = (self.n_relevant > 0) & ~np.isin(self.kinds, [ABSENT, TRANSLATION])
        return np.flatnonzero(there & (self.splits == split))

    def absent(self, split: str) -> NDArray[np.int64]:
        """Return the queries of a split whose song is absent, and that no other song answers."""
        return np.flatnonzero((self.kinds == ABSENT) & (self.n_relevant == 0) & (self.splits == split))

    def translations(self, split: str) -> NDArray[np.int64]:
        """Return the queries of a split for a song in another language that is there."""
        return np.flatnonzero((self.kinds == TRANSLATION) & (self.n_relevant > 0) & (self.splits == split))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which queries are read.

    Attributes:
        splits: of the songs they were made from.
        kinds: of them; none for all.
        most: of a split, a kind and a language (two of a translation), those whose ids have the lowest hashes: which
            ones depends on no other query.
    """

    splits: tuple[str, ...]
    kinds: tuple[str, ...]
    most: int


def read_queries(
    work: TableSource, settings: TextSearchSettings, songs: AllSongs, indexed: NDArray[np.int64], wanted: Wanted
) -> tuple[QuerySet, int]:
    """Return queries, and how many others have no words, as where those may not be handed on."""
    known = set(songs.ids.tolist())
    rows, n_there = _choose(work, settings, known, wanted)
    texts, without_words = _texts(work, settings, {row[0] for row in rows})
    rows = [row for row in rows if row[0] in texts]
    number_of = {sample_id: number for number, sample_id in enumerate(songs.ids[indexed].tolist())}
    group_of = dict(zip(songs.ids.tolist(), songs.groups.tolist(), strict=True))
    relevant = _relevant(work, settings, {row[0] for row in rows}, number_of)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    ids, sources, kinds, languages, targets, splits = columns
    return (
        QuerySet(
            ids=np.array(ids, dtype=np.str_),
            texts=[texts[query] for query in ids],
            kinds=np.array(kinds, dtype=np.str_),
            languages=np.array(languages, dtype=np.str_),
            targets=np.array(targets, dtype=np.str_),
            sources=np.array(sources, dtype=np.str_),
            splits=np.array(splits, dtype=np.str_),
            groups=np.array([group_of[source] for source in sources], dtype=np.str_),
            relevant=[np.unique(np.array(relevant.get(query, []), dtype=np.int32)) for query in ids],
            n_there=n_there,
        ),
        without_words,
    )


Row = tuple[str, str, str, str, str, str]
"""Id, song, kind, language, target language, split."""


def _choose(
    work: TableSource, settings: TextSearchSettings, known: set[str], wanted: Wanted
) -> tuple[list[Row], dict[tuple[str, str], int]]:
    """Return the rows of the queries that are asked, in their order, and how many there are."""
    name = settings.queries.partition(".")[0]
    of_cell: dict[tuple[str, ...], list[tuple[bytes, Row]]] = {}
    n_there: dict[tuple[str, str], int] = {}
    for part in work.iterate(name, ["query_id", "sample_id", *_FACTS]):
        for row in _rows(part.filter(pc.is_in(part.column("split"), pa.array(wanted.splits)))):
            query, sample_id, kind, language, target, split = row
            if sample_id not in known or (wanted.kinds and kind not in wanted.kinds):
                continue
            n_there[split, kind] = n_there.get((split, kind), 0) + 1
            cell = of_cell.setdefault((split, kind, language, target), [])
            cell.append((hashlib.blake2b(query.encode(), digest_size=8).digest(), row))
            if len(cell) >= 2 * wanted.most + 100:
                _keep_lowest(cell, wanted.most)
    for cell in of_cell.values():
        _keep_lowest(cell, wanted.most)
    rows = [row for key in sorted(of_cell) for row in sorted(row for _, row in of_cell[key])]
    return rows, dict(sorted(n_there.items()))


def _keep_lowest(cell: list[tuple[bytes, Row]], n: int) -> None:
    cell.sort()
    del cell[n:]


def _rows(table: pa.Table) -> Iterator[Row]:
    columns = [table.column(name).to_pylist() for name in ("query_id", "sample_id", *_FACTS)]
    for query, sample_id, kind, language, target, split in zip(*columns, strict=True):
        yield query, sample_id, kind, language, target or "", split


def _texts(work: TableSource, settings: TextSearchSettings, asked: set[str]) -> tuple[dict[str, str], int]:
    column = settings.queries.partition(".")[2]
    texts: dict[str, str] = {}
    without = 0
    for part in pieces(work, settings.queries, ["query_id"]):
        for query, text in zip(part.column("query_id").to_pylist(), part.column(column).to_pylist(), strict=True):
            if text is None or not text.strip():
                without += 1
            elif query in asked:
                texts[query] = text
    return texts, without


def _relevant(
    work: TableSource, settings: TextSearchSettings, asked: set[str], number_of: dict[str, int]
) -> dict[str, list[int]]:
    column = settings.judgements.partition(".")[2]
    wanted = pa.array(sorted(asked), pa.string())
    relevant: dict[str, list[int]] = {}
    for part in pieces(work, settings.judgements, ["sample_id", "query_id"]):
        rows = part.filter(pc.is_in(part.column("query_id"), wanted))
        columns = (rows.column(name).to_pylist() for name in ("query_id", "sample_id", column))
        for query, sample_id, grade in zip(*columns, strict=True):
            if grade and sample_id in number_of:
                relevant.setdefault(query, []).append(number_of[sample_id])
    return relevant
