"""Planted albums as tables in memory, as a workspace would have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from musicdata.definitions.contract import Contract
from musicdata.definitions.head import Head
from musicdata.definitions.table_source import TableSource
from musicdata.music.features import acousticbrainz
from musicdata_baselines.suites.albums.settings import AlbumsSettings, Training
from tests.baselines.suites.albums.planted import Link, Population, make
from tests.baselines.suites.paired_views.sweep.made import Tables

SETTINGS = AlbumsSettings(
    audio="sound.vector",
    text="words.vector",
    tokens="tokens.token_ids",
    scheme="parts.scheme",
    part="parts.part",
    artist="discs.artist",
    genre="discs.genre",
    popularity="discs.rank",
    schemes=("paper", "disjoint"),
    disjoint="disjoint",
    paper="mard",
    training=Training(hidden=32, components=32, words=32, lstm=8, vocabulary=400, most_steps=60, lstm_steps=2),
)
SMALL = Link(albums=120, reviews=4, songs=4, latents=4, noise=0.3, reviewer=0.3, idle=0.1, vocabulary=300, words=25)


def _contract(name: str, key: tuple[str, ...], columns: dict[str, Any], **more: Any) -> Contract:
    plain = {"type": "string", "description": "-"}
    described = [{"name": "sample_id", **plain}, {"name": "split", **plain}]
    described += [{"name": column, "description": "-"} | kind for column, kind in columns.items()]
    return Contract(name=name, description="-", key=key, columns=described, **more)


_INDEX = {"type": "int32"}
_A_REVIEW = ("sample_id", "review")
_PROSE = {"disc": "string", "review": "int32", "text": "string"}
CONTRACTS = {
    "discs": _contract(
        "discs",
        ("sample_id",),
        {
            "group_id": {"type": "string"},
            "artist": {"type": "string"},
            "genre": {"type": "string", "nullable": True},
            "rank": {"type": "int64", "nullable": True},
            "disc": {"type": "string"},
        },
        introduces="sample_id",
    ),
    "sound": _contract(
        "sound",
        ("sample_id", "song"),
        {"song": _INDEX, "vector": {"type": "vector", "element": "float32", "shape": (122,), "nullable": True}},
    ),
    "features_acousticbrainz": _contract(
        "features_acousticbrainz",
        ("sample_id", "song"),
        {"song": _INDEX, "vector": {"type": "vector", "element": "float32", "shape": (122,)}},
    ),
    "prose": Contract(
        name="prose",
        description="-",
        key=("disc", "review"),
        columns=[{"name": n, "type": t, "description": "-"} for n, t in _PROSE.items()],
    ),
    "words": _contract(
        "words",
        _A_REVIEW,
        {"review": _INDEX, "vector": {"type": "vector", "element": "float32", "shape": (300,), "nullable": True}},
    ),
    "tokens": _contract(
        "tokens", _A_REVIEW, {"review": _INDEX, "token_ids": {"type": "sequence", "element": "int32", "nullable": True}}
    ),
    "parts": _contract(
        "parts",
        ("sample_id", "review", "scheme"),
        {"review": _INDEX, "scheme": {"type": "string"}, "part": {"type": "string"}},
    ),
}


class Held(Tables):
    """Tables in memory, of contracts of their own."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        """Hold the tables."""
        self._tables = tables

    def contract(self, table: str) -> Contract:
        """Return the contract."""
        return CONTRACTS[table]

    def n_rows(self, table: str) -> int:
        """Return how many rows there are."""
        return len(self.read(table))

    def digest(self, table: str) -> str:
        """Return something that tells tables from one another."""
        return f"digest of {table}"


class Discs(TableSource):
    """A data set of albums in memory."""

    def __init__(self, tables: dict[str, pa.Table], head: Head | None = None) -> None:
        """Hold the tables, and what a recipe would say."""
        self.root = Path("discs")
        self._reader = Held(tables)
        self._head = head

    @property
    def reader(self) -> Held:
        """Return what reads the tables."""
        return self._reader

    @property
    def head(self) -> Head:
        """Return what a recipe would say."""
        if self._head is None:
            raise LookupError("tables alone are read")
        return self._head


def sample_ids(n: int) -> list[str]:
    """Return ids in order."""
    return [f"B{number:09d}" for number in range(n)]


def tables(pop: Population, seed: int = 0) -> dict[str, pa.Table]:
    """Return the tables of a population: a fifth of its artists are the test split, a tenth the valid one."""
    rng = np.random.default_rng(seed)
    ids = np.array(sample_ids(pop.n_albums))
    known = rng.permutation(np.unique(pop.artists))
    n = len(known)
    split = np.select(
        [np.isin(pop.artists, known[: n // 5]), np.isin(pop.artists, known[n // 5 : 3 * n // 10])],
        ["test", "valid"],
        "train",
    )
    disc = np.array([f"D{number:04d}" for number in range(pop.n_albums)])
    counts = np.bincount(pop.review_album, minlength=pop.n_albums)
    review = np.arange(len(pop.review_album)) - np.repeat(np.cumsum(counts) - counts, counts)
    songs = np.bincount(pop.song_album, minlength=pop.n_albums)
    song = np.arange(len(pop.song_album)) - np.repeat(np.cumsum(songs) - songs, songs)
    of_review = {"sample_id": ids[pop.review_album], "split": split[pop.review_album], "review": review}
    tokens = [pop.tokens.values[a:b] for a, b in zip(pop.tokens.offsets[:-1], pop.tokens.offsets[1:], strict=True)]
    by_chance = np.where(rng.random(len(review)) < 0.1, "test", "train")
    parts = {name: np.tile(values, 2) for name, values in of_review.items()}
    parts |= {"scheme": np.repeat(["disjoint", "paper"], len(review))}
    parts |= {"part": np.concatenate([split[pop.review_album], by_chance])}
    made: dict[str, dict[str, Any]] = {
        "discs": {
            "sample_id": ids,
            "split": split,
            "group_id": ids,
            "artist": pop.artists,
            "genre": [genre if number % 10 else None for number, genre in enumerate(pop.genres)],
            "rank": [int(rank) if rank % 7 else None for rank in rng.permutation(pop.n_albums)],
            "disc": disc,
        },
        "sound": {"sample_id": ids[pop.song_album], "split": split[pop.song_album], "song": song}
        | {"vector": list(pop.audio)},
        "words": of_review | {"vector": list(pop.text)},
        "prose": {"disc": disc[pop.review_album], "review": review, "text": [f"prose {n}" for n in range(len(review))]},
        "tokens": of_review | {"token_ids": tokens},
        "parts": parts,
    }
    return {name: _table(name, columns) for name, columns in made.items()}


def _table(name: str, columns: dict[str, Any]) -> pa.Table:
    schema = pa.schema([column.field() for column in CONTRACTS[name].columns])
    arrays = [pa.array(list(columns[field.name]), field.type) for field in schema]
    table = pa.Table.from_arrays(arrays, schema=schema)
    return table.sort_by([(column, "ascending") for column in CONTRACTS[name].key])


def source(link: Link = SMALL, seed: int = 0) -> Discs:
    """Return the data set of a population."""
    return Discs(tables(make(link, seed), seed))


def low_level(numbers: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return a low-level document of AcousticBrainz that has these numbers, in order of their paths."""
    made: dict[str, Any] = {"metadata": {"audio_properties": {"length": 1.0}}}
    for leaf in acousticbrainz.NUMBERS:
        *keys, last = leaf.path.split(".")
        place = made
        for key in keys:
            place = place.setdefault(key, {})
        place[last] = numbers[leaf.span].reshape(leaf.shape).tolist()
    return made
