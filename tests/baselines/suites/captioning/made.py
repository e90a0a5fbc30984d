"""Made songs as tables in memory: topics are in the words, tempo and instrument in the tokens alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from musicdata.definitions import contract as contracts
from musicdata.definitions.contract import Contract
from musicdata.definitions.head import Head
from musicdata.definitions.table_source import TableSource
from musicdata_baselines.suites.captioning.settings import CaptioningSettings
from tests.baselines.suites.paired_views.sweep.made import Tables

SETTINGS = CaptioningSettings(
    lyrics="verses.text",
    captions="remarks.text",
    row_split="remarks.row_split",
    artist_split="tunes.artist_split",
    official_test="tunes.is_official_test",
    variants={"full": "remarks.in_full", "not_negative": "remarks.in_not_negative", "positive": "remarks.in_positive"},
    facts="known.value",
    tokens={"other": "other_tokens.vector", "small": "tokens.vector"},
    ear_weights="small_ear.weights",
    paper="interpretations",
)
TOPICS, TEMPOS, INSTRUMENTS = ("sea", "war", "road", "fire"), ("slow", "fast"), ("piano", "violin")
WORDINGS = (
    "A {tempo} song for {instrument} that is all about {topic} .",
    "The {instrument} plays at a {tempo} pace and they sing of {topic} .",
    "These words tell of {topic} with a {tempo} {instrument} all the way .",
)
SHAPE = (4, 8)
_FILLER = [
    f"{a}{b}{c}" for a in ("ka", "lo", "mi", "re", "tu") for b in ("na", "so", "vi") for c in ("dor", "lem", "st")
]


def _contract(name: str, key: tuple[str, ...], columns: Mapping[str, Any], **more: Any) -> Contract:
    kinds = {"sample_id": {"type": "string"}, "split": {"type": "string"}} | dict(columns)
    return Contract(
        name=name,
        description="-",
        key=key,
        columns=[{"name": column, "description": "-"} | kind for column, kind in kinds.items()],
        **more,
    )


_TEXT, _FLAG, _MAY_BE = {"type": "string"}, {"type": "bool"}, {"type": "bool", "nullable": True}
_TOKENS = {
    "vector": {"type": "vector", "element": "float16", "shape": SHAPE},
    "ear": _TEXT,
    "weights_sha256": _TEXT,
}
CONTRACTS = {
    "tunes": _contract(
        "tunes",
        ("sample_id",),
        {"artist_split": _TEXT, "is_official_test": _FLAG, "group_id": _TEXT},
        introduces="sample_id",
        completes="sample_id",
    ),
    "verses": _contract("verses", ("sample_id",), {"text": _TEXT | {"nullable": True, "content_of": "lyrics"}}),
    "remarks": _contract(
        "remarks",
        ("sample_id", "remark_id"),
        {
            "remark_id": _TEXT,
            "row_split": _TEXT,
            "text": _TEXT | {"nullable": True, "content_of": "interpretation"},
            "in_full": _FLAG,
            "in_not_negative": _MAY_BE,
            "in_positive": _MAY_BE,
        },
    ),
    "known": _contract("known", ("sample_id", "fact"), {"fact": _TEXT, "value": _TEXT, "heard_in": _TEXT}),
    "tokens": _contract("tokens", ("sample_id",), _TOKENS),
    "other_tokens": _contract("other_tokens", ("sample_id",), _TOKENS),
    "small_ear": Contract(
        name="small_ear",
        description="-",
        key=("name",),
        columns=[
            {"name": "name", "type": "string", "description": "-"},
            {"name": "weights", "type": "sequence", "element": "uint8", "description": "-"},
        ],
    ),
    "rights": contracts.load("rights"),
}
WEIGHTS = b"weights of an ear"
EAR = "small 1"


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


class Tunes(TableSource):
    """A data set of captioned songs in memory."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        """Hold the tables."""
        self.root = Path("tunes")
        self._reader = Held(tables)

    @property
    def reader(self) -> Held:
        """Return what reads the tables."""
        return self._reader

    @property
    def head(self) -> Head:
        """Refuse: tables alone are read."""
        raise LookupError("tables alone are read")


@dataclass(frozen=True, slots=True)
class Population:
    """What is made.

    Attributes:
        songs: how many, each a group of its own; seven tenths are the train split, two tenths the test split.
        captions: of a song, at most three.
        remark_words: words that are put behind each caption, so that it is a long one.
        licence: whether everybody may have the words.
        with_tokens: share of the songs that were heard.
        seed: of everything.
    """

    songs: int = 80
    captions: int = 2
    remark_words: int = 0
    licence: bool = True
    with_tokens: float = 1.0
    seed: int = 0


def source(population: Population | None = None, **changes: Callable[[pa.Table], pa.Table]) -> Tunes:
    """Return a data set; `changes` are made to tables of those names."""
    made = tables(population or Population())
    return Tunes({name: changes[name](table) if name in changes else table for name, table in made.items()})


def without(population: Population | None, *names: str) -> Tunes:
    """Return a data set that lacks some tables, as a view does."""
    made = tables(population or Population())
    return Tunes({name: table for name, table in made.items() if name not in names})


def tables(population: Population) -> dict[str, pa.Table]:
    """Return the tables of a population."""
    rng = np.random.default_rng(population.seed)
    n = population.songs
    ids = [f"t{number:04d}" for number in range(n)]
    splits = [("test", "valid", "train", "test", *["train"] * 6)[number % 10] for number in range(n)]
    facts = [
        {"topic": str(rng.choice(TOPICS)), "tempo": str(rng.choice(TEMPOS)), "instrument": str(rng.choice(INSTRUMENTS))}
        for _ in range(n)
    ]
    patterns = {value: rng.normal(size=SHAPE) for value in (*TEMPOS, *INSTRUMENTS)}
    heard = [patterns[one["tempo"]] + patterns[one["instrument"]] + 0.1 * rng.normal(size=SHAPE) for one in facts]
    base = {"sample_id": ids, "split": splits}
    remarks = _remarks(population, base, facts, rng)
    kept = round(n * population.with_tokens)
    made: dict[str, dict[str, list[Any]]] = {
        "tunes": base
        | {
            "artist_split": [splits[(number + 1) % n] for number in range(n)],
            "is_official_test": [number % 20 == 0 for number in range(n)],
            "group_id": [f"g{number:04d}" for number in range(n)],
        },
        "verses": base | {"text": [_lyrics(one["topic"], rng) for one in facts]},
        "remarks": remarks,
        "known": _known(base, facts),
        "tokens": {name: values[:kept] for name, values in base.items()} | _tokens(heard[:kept]),
        "other_tokens": {"sample_id": [], "split": [], "vector": [], "ear": [], "weights_sha256": []},
        "rights": _rights(base, licence=population.licence),
    }
    found = {name: _table(name, columns) for name, columns in made.items()}
    weights: dict[str, list[Any]] = {"name": [EAR], "weights": [list(WEIGHTS)]}
    schema = pa.schema([column.field() for column in CONTRACTS["small_ear"].columns])
    return found | {"small_ear": pa.table(weights, schema=schema)}


def _lyrics(topic: str, rng: np.random.Generator) -> str:
    lines = [" ".join(rng.choice(_FILLER, 5).tolist()) for _ in range(6)]
    return "\n".join([f"{topic} {line} {topic}" for line in lines])


def _remarks(
    population: Population, base: dict[str, list[str]], facts: list[dict[str, str]], rng: np.random.Generator
) -> dict[str, list[Any]]:
    rows: list[tuple[Any, ...]] = []
    for song, split, known in zip(base["sample_id"], base["split"], facts, strict=True):
        for number in range(population.captions):
            more = rng.choice(_FILLER, population.remark_words).tolist() if population.remark_words else []
            text = " ".join([WORDINGS[number].format(**known), *more])
            row_split = ("train", "test", "train", "valid")[(int(song[1:]) + number) % 4]
            vote = int(rng.integers(-2, 4)) if split == "train" else 1
            rows.append((song, split, f"{number}", row_split, text, True, vote >= 0, vote > 0))
    names = ("sample_id", "split", "remark_id", "row_split", "text", "in_full", "in_not_negative", "in_positive")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _known(base: dict[str, list[str]], facts: list[dict[str, str]]) -> dict[str, list[Any]]:
    rows = [
        (song, split, fact, value, "lyrics" if fact == "topic" else "audio")
        for song, split, known in zip(base["sample_id"], base["split"], facts, strict=True)
        for fact, value in known.items()
    ]
    return dict(
        zip(("sample_id", "split", "fact", "value", "heard_in"), map(list, zip(*rows, strict=True)), strict=True)
    )


def _tokens(heard: list[Any]) -> dict[str, list[Any]]:
    digest = hashlib.sha256(WEIGHTS).hexdigest()[:16]
    vectors = [one.astype(np.float16).ravel() for one in heard]
    return {"vector": vectors, "ear": [EAR] * len(heard), "weights_sha256": [digest] * len(heard)}


def _rights(base: dict[str, list[str]], *, licence: bool) -> dict[str, list[Any]]:
    songs = [(song, split) for song, split in zip(base["sample_id"], base["split"], strict=True) for _ in range(2)]
    n = len(songs)
    return {
        "sample_id": [song for song, _ in songs],
        "split": [split for _, split in songs],
        "modality": ["interpretation", "lyrics"] * (n // 2),
        "rights": ["cc" if licence else "unknown"] * n,
        "licence": ["CC0-1.0" if licence else None] * n,
        "evidence": ["-"] * n,
        "evidence_source": ["source"] * n,
        "may_redistribute": [licence] * n,
    }


def _table(name: str, columns: dict[str, list[Any]]) -> pa.Table:
    contract = CONTRACTS[name]
    schema = pa.schema([column.field() for column in contract.columns])
    table = pa.Table.from_arrays([pa.array(columns[field.name], field.type) for field in schema], schema=schema)
    return table.sort_by([(column, "ascending") for column in contract.key])
