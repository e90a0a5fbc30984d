"""Reads a workspace or a release as songs to search, queries, and the songs that answer them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import introduced_by
from musicdata.definitions.splits import SPLITS
from musicdata.errors import InputError
from musicdata_baselines.columns import samples_column
from musicdata_baselines.search import Songs
from musicdata_baselines.suites.text_search.queries import ASKED_OF, LINE, QuerySet, Wanted, read_queries
from musicdata_baselines.suites.text_search.reading import read_sections, read_vectors, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is, without reading a word.

    Attributes:
        n_samples: split → songs; `n_groups` split → groups.
        tables: digest of every table that the suite reads.
        torn: groups that stand in more than one split.
    """

    n_samples: dict[str, int]
    n_groups: dict[str, int]
    tables: dict[str, str]
    torn: int


@dataclass(frozen=True, slots=True, eq=False)
class AllSongs:
    """Every song with words, those that are held out of the index among them; all (songs,) in order of id.

    Attributes:
        ids: of the songs.
        texts: their words.
        languages: ISO 639-1 codes.
        groups: of songs with nearly the same words.
        splits: scheme → ``train``, ``valid`` or ``test``: ``grouped`` and those of ``random`` and ``artist`` that the
            recipe names.
        genres: "" for unknown; None where the recipe names none.
        held_out: whether a song is absent from the index.
    """

    ids: NDArray[np.str_]
    texts: Sequence[str]
    languages: NDArray[np.str_]
    groups: NDArray[np.str_]
    splits: dict[str, NDArray[np.str_]]
    genres: NDArray[np.str_] | None
    held_out: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class SongSet:
    """Songs, the index of them, and what is asked.

    Attributes:
        all: every song with words.
        songs: those of the index.
        groups: (index,) of the songs of the index.
        queries: of the splits valid and test; the songs that answer one are numbers into `songs`.
        lines: queries of kind line of every split, to learn from.
        n_left_out: what was left out → how many.
    """

    all: AllSongs
    songs: Songs
    groups: NDArray[np.str_]
    queries: QuerySet
    lines: QuerySet
    n_left_out: dict[str, int] = field(default_factory=dict)


def sizes(work: TableSource, settings: TextSearchSettings) -> Sizes:
    """Count songs and groups of each split, and the groups that are torn."""
    home = introduced_by(work)
    table = work.table(home, ["split", "group_id"])
    split, groups = np.array(strings(table.column("split"))), np.array(strings(table.column("group_id")))
    of_splits = [set(groups[split == name].tolist()) for name in SPLITS]
    tables = {name.partition(".")[0] for name in settings.columns()} | {home}
    return Sizes(
        n_samples={name: int((split == name).sum()) for name in SPLITS},
        n_groups={name: len(known) for name, known in zip(SPLITS, of_splits, strict=True)},
        tables={name: work.digest(name) for name in sorted(tables)},
        torn=torn(groups, split),
    )


def read(work: TableSource, settings: TextSearchSettings) -> SongSet:
    """Read what a recipe names. Songs whose words may not be handed on are left out, as are queries without words.

    Raises:
        InputError: no song has words, or every one is held out of the index.
    """
    home = introduced_by(work)
    known = np.array(sorted(strings(work.table(home, ["sample_id"]).column("sample_id"))), dtype=np.str_)
    texts = samples_column(work, settings.texts, known)
    with_words = np.array([bool(text) and not text.isspace() for text in texts], dtype=bool)
    if not with_words.any():
        raise InputError(f"{work.root}: no song has words ({settings.texts}): there is nothing to search")
    ids = known[with_words]
    everything = _all_songs(work, settings, home, ids, [text for text in texts if text and not text.isspace()])
    indexed = np.flatnonzero(~everything.held_out)
    if not len(indexed):
        raise InputError(f"{work.root}: every song is held out of the index ({settings.held_out})")
    songs = _songs(work, settings, everything, indexed)
    queries, without_words = read_queries(
        work, settings, everything, indexed, Wanted(ASKED_OF, (), settings.most_queries)
    )
    lines, _ = read_queries(work, settings, everything, indexed, Wanted(SPLITS, (LINE,), settings.head_lines))
    left_out = {"songs without words": len(known) - len(ids), "queries without words": without_words}
    return SongSet(everything, songs, everything.groups[indexed], queries, lines, left_out)


def _all_songs(
    work: TableSource, settings: TextSearchSettings, home: str, ids: NDArray[np.str_], texts: list[str]
) -> AllSongs:
    splits = {"grouped": f"{home}.split", "random": settings.leaky_split, "artist": settings.artist_split}
    held_out = samples_column(work, settings.held_out, ids) if settings.held_out else [False] * len(ids)
    return AllSongs(
        ids=ids,
        texts=texts,
        languages=texts_of(work, settings.language, ids),
        groups=texts_of(work, settings.relevance_group, ids),
        splits={scheme: texts_of(work, path, ids) for scheme, path in splits.items() if path},
        genres=texts_of(work, settings.genre, ids) if settings.genre else None,
        held_out=np.array([bool(value) for value in held_out], dtype=bool),
    )


def _songs(work: TableSource, settings: TextSearchSettings, everything: AllSongs, indexed: NDArray[np.int64]) -> Songs:
    ids = everything.ids[indexed]
    number_of = {sample_id: number for number, sample_id in enumerate(ids.tolist())}

    def facts(path: str) -> list[Any]:
        return samples_column(work, path, ids) if path else [None] * len(ids)

    vectors = {name: read_vectors(work, settings.vectors[name], number_of) for name in settings.vectors}
    return Songs(
        ids=tuple(ids.tolist()),
        texts=tuple(everything.texts[number] for number in indexed.tolist()),
        titles=tuple(facts(settings.title)),
        artists=tuple(facts(settings.artist)),
        genres=tuple(facts(settings.genre)),
        years=np.array([year or 0 for year in facts(settings.year)], dtype=np.int32),
        languages=tuple(everything.languages[indexed].tolist()),
        **({"sections": read_sections(work, settings.sections, number_of)} if settings.sections else {}),
        vectors={name: one for name, one in vectors.items() if one is not None},
    )


def torn(groups: NDArray[np.str_], split: NDArray[np.str_]) -> int:
    """Return how many groups stand in more than one split.

    >>> torn(np.array(["a", "a", "b"]), np.array(["train", "test", "test"]))
    1
    """
    pairs = set(zip(groups.tolist(), split.tolist(), strict=True))
    return len(pairs) - len({group for group, _ in pairs})


def lowest(ids: NDArray[np.str_], numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return some of the numbers, those whose ids have the lowest hashes."""
    if len(numbers) <= most:
        return numbers
    hashes = [hashlib.blake2b(str(one).encode(), digest_size=8).digest() for one in ids[numbers].tolist()]
    order = sorted(range(len(numbers)), key=hashes.__getitem__)
    return np.sort(numbers[order[:most]])
