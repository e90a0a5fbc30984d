"""Made-up tracks with a planted link between sound and lyrics, as tables of the real contracts and as arrays."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract as contracts
from musicdata.definitions.contract import Contract
from musicdata.definitions.head import Head
from musicdata.definitions.table_source import TableSource
from musicdata_baselines.suites.paired_views import sweep
from musicdata_baselines.suites.paired_views.settings import SweepSettings as Wanted

PAPER = tuple(f"paper_{i}" for i in range(5))
SHARED = 8

WANTED = Wanted(
    scheme="splits.scheme",
    part="splits.part",
    runs=PAPER,
    disjoint="artist",
    audio="features_track.vector",
    lyrics="features_doc2vec.vector",
    sequences="features_mfcc.vector",
)


@functools.cache
def material(n: int = 400, *, noise: float = 1.5, artist_share: float = 0.0, seed: int = 0) -> sweep.Material:
    """Make tracks whose 65 audio and 300 lyrics features, and loudness of some coefficients, see the same latents.

    Args:
        n: tracks, of a quarter as many artists.
        noise: standard deviation of the noise.
        artist_share: share of the latents' variance that all tracks of an artist have in common.
        seed: of everything.
    """
    rng = np.random.default_rng(seed)
    artists = rng.integers(0, n // 4, n)
    of_artist, own = rng.standard_normal((n // 4, SHARED))[artists], rng.standard_normal((n, SHARED))
    latents = np.sqrt(artist_share) * of_artist + np.sqrt(1 - artist_share) * own
    views = []
    for width in (65, 300):
        mixed = latents @ rng.standard_normal((SHARED, width)) / np.sqrt(SHARED)
        views.append((mixed + noise * rng.standard_normal((n, width))).astype(np.float32))
    sequences = rng.standard_normal((n, 4, 20, 161)).astype(np.float32)
    sequences[..., 4:9, :] *= np.exp(0.5 * latents[:, 0])[:, None, None, None]
    apart = np.isin(artists, rng.permutation(n // 4)[: n // 20])
    return sweep.Material(
        audio=views[0],
        lyrics=views[1],
        sequences=lambda: sequences,
        groups=np.array([f"artist{number:03d}" for number in artists]),
        categories=np.array([f"mood{number:02d}" for number in rng.integers(0, 10, n)]),
        random=tuple(_random(rng, name, n) for name in PAPER),
        disjoint=sweep.Run("artist", np.flatnonzero(~apart), np.flatnonzero(apart)),
    )


def _random(rng: np.random.Generator, name: str, n: int) -> sweep.Run:
    order = rng.permutation(n)
    return sweep.Run(name, np.sort(order[n // 5 :]), np.sort(order[: n // 5]))


class Tables:
    """Holds tables in memory, in parts of at most 150 rows, as what reads them expects."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        """Hold the tables, which are checked against their contracts."""
        self._tables = {name: contracts.load(name).table(table) for name, table in tables.items()}

    @property
    def tables(self) -> list[str]:
        """List them."""
        return sorted(self._tables)

    def contract(self, table: str) -> Contract:
        """Return the contract that ships with musicdata."""
        return contracts.load(table)

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        """Return a table."""
        return self._tables[table].select(columns) if columns else self._tables[table]

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        """Yield a table part by part."""
        rows = self.read(table, columns)
        for start in range(0, len(rows), 150):
            yield rows.slice(start, 150)

    def parameters(self, stage: str) -> dict[str, Any]:
        """Return nothing: no stage ran."""
        return {}

    def locations(self, stage: str) -> dict[str, str]:
        """Return nothing: no stage ran."""
        return {}

    def n_rows(self, table: str) -> int:
        """Return how many rows there are."""
        return len(self.read(table))

    def digest(self, table: str) -> str:
        """Return nothing that could be compared."""
        return ""

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield none."""
        return iter(())


class Made(TableSource):
    """A data set in memory."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        """Hold the tables."""
        self.root = Path("made")
        self._tables = Tables(tables)

    @property
    def reader(self) -> Tables:
        """Return what reads the tables."""
        return self._tables

    @property
    def head(self) -> Head:
        """Return none: tables alone are read."""
        raise LookupError


def sample_ids(n: int) -> list[str]:
    """Return ids in order."""
    return [f"{number:016x}" for number in range(n)]


def tables(found: sweep.Material) -> dict[str, pa.Table]:
    """Return the tables that the material could have been read from."""
    n = len(found.audio)
    assert found.sequences is not None
    made = {
        "features_track": _features("features_track", found.audio),
        "features_doc2vec": _features("features_doc2vec", found.lyrics),
        "features_mfcc": _features("features_mfcc", found.sequences()),
    }
    assert found.disjoint is not None
    rows = [
        (sample_id, "train", run.name, "test" if number in run.test else "train")
        for number, sample_id in enumerate(sample_ids(n))
        for run in sorted((*found.random, found.disjoint), key=lambda run: run.name)
    ]
    columns = zip(*rows, strict=True)
    made["splits"] = pa.table(dict(zip(["sample_id", "split", "scheme", "part"], map(list, columns), strict=True)))
    return made


def _features(name: str, vectors: np.ndarray[Any, Any]) -> pa.Table:
    contract, n = contracts.load(name), len(vectors)
    values: dict[str, Any] = {"sample_id": sample_ids(n), "vector": contract.column("vector").pack(vectors)}
    constant = {"string": "train", "bool": True, "int32": 1, "int64": 1, "float32": 1.0, "float64": 1.0}
    others = [column for column in contract.columns if column.name not in values]
    return pa.table(values | {column.name: [constant[column.type]] * n for column in others})


def without(table: pa.Table, sample_id: str) -> pa.Table:
    """Return a table without the rows of a sample."""
    return table.filter(pc.not_equal(table.column("sample_id"), pa.scalar(sample_id)))
