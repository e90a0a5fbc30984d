"""Checks of matched albums: nothing is found in what the stages make, and each fault by the check that is for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from musicdata.checks.albums import CHECKS
from musicdata.definitions import contract, trial
from musicdata.definitions.contract import Contract
from musicdata.stages.features.acousticbrainz import STAGE as VECTORS
from musicdata.stages.features.review_tokens import TOKENS, VOCABULARY
from musicdata.stages.place.match_albums import STAGE as MATCH
from musicdata.stages.place.split_reviews import STAGE as SPLIT
from tests.stages import albums as made

Tables = dict[str, pa.Table]
NAMES = [f"A{n}" for n in range(12)]
TRACKS = {name: [f"r{n}", f"s{n}", "shared"] for n, name in enumerate(NAMES)}
LOW = [("x", f"r{n}", 0) for n in range(12)] + [("y", "s1", 0), ("y", "s1", 1), ("y", "shared", 2)]


@dataclass
class Memory:
    """Reads tables in memory, in two parts each."""

    held: Tables
    recorded: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def tables(self) -> list[str]:
        return sorted(self.held)

    def contract(self, table: str) -> Contract:
        return contract.load(table).among(self.tables)

    def parameters(self, stage: str) -> dict[str, Any]:
        return self.recorded.get(stage, {})

    def read(self, table: str, columns: list[str], first: str | None = None, last: str | None = None) -> pa.Table:
        rows, key = self.held[table], contract.load(table).key[0]
        if first is not None and last is not None:
            keys = rows.column(key)
            rows = rows.filter(pc.and_(pc.greater_equal(keys, pa.scalar(first)), pc.less_equal(keys, pa.scalar(last))))
        return rows.select(columns)

    def iterate(self, table: str, columns: list[str]) -> Iterator[pa.Table]:
        rows = self.read(table, columns)
        yield from (rows.slice(0, len(rows) // 2), rows.slice(len(rows) // 2))


@pytest.fixture(scope="module")
def tables() -> Tables:
    """What the stages make of twelve albums."""
    held: dict[str, Any] = {
        "albums": made.albums(*NAMES),
        "album_groups": made.groups(*NAMES, artists={name: f"a{n // 2}" for n, name in enumerate(NAMES)}),
        "reviews": made.reviews({name: [f"{name} is warm", "so it is"] for name in NAMES}),
        "recordings": made.recordings(TRACKS),
        "acousticbrainz_lowlevel": made.lowlevel(LOW, {3: ["tonal_thpcp"]}),
        "acousticbrainz_highlevel": made.highlevel(LOW[:3]),
    }
    held = {name: rows if isinstance(rows, pa.Table) else made.table(name, rows) for name, rows in held.items()}
    for stage in (MATCH, VECTORS, VOCABULARY, TOKENS, SPLIT):
        held |= trial.run(stage, {name: held[name] for name in stage.inputs}).tables
    return held


def findings(tables: Tables, **recorded: dict[str, Any]) -> list[str]:
    reader: Any = Memory(tables, {"split_reviews": {"test": 0.1}} | recorded)
    return [
        f"{check.name}: {message}" for check in CHECKS if check.runs_on(reader) for _, message in check.look(reader)
    ]


def test_what_the_stages_make_passes_every_check(tables: Tables) -> None:
    assert findings(tables) == []
    assert len(tables["song_matches"]) == 25
    whole: Any = Memory(tables)
    assert all(check.runs_on(whole) for check in CHECKS)
    kept = {name: rows for name, rows in tables.items() if "sample_id" in rows.column_names}
    assert findings(kept) == []  # as in a release, which has no documents
    median = trial.run(VECTORS, {name: tables[name] for name in VECTORS.inputs}, choose="median").tables
    assert findings(tables | median, features_acousticbrainz={"choose": "median"}) == []


def changed(table: str, column: str, row: int, value: Any) -> Callable[[Tables], pa.Table]:
    def change(tables: Tables) -> pa.Table:
        rows = tables[table]
        values = rows.column(column).to_pylist()
        values[row] = value(values[row]) if callable(value) else value
        place = rows.column_names.index(column)
        return rows.set_column(place, rows.schema.field(place), pa.array(values, rows.schema.field(place).type))

    return change


def less(table: str) -> Callable[[Tables], pa.Table]:
    return lambda tables: tables[table].slice(1)


def next_number(vector: list[float]) -> list[float]:
    return [vector[0] + 1, *vector[1:]]


SONGS, COUNTS, ROWS = "matched songs are tracks", "albums have as many", "every matched review and song"
NUMBERS, TOKENS_OF, HELD, OWN = "vectors of songs", "tokens are counted", "reviews are held out", "matched reviews are"
FAULTS: dict[str, tuple[str, Callable[[Tables], pa.Table], str, str]] = {
    "another song": ("song_matches", changed("song_matches", "recording_id", 0, "r5"), SONGS, "1 songs are no track"),
    "no document": ("song_matches", changed("song_matches", "submission", 0, 7), SONGS, "1 songs have a document that is not there"),
    "a song twice": ("song_matches", lambda t: pa.concat_tables([t["song_matches"], t["song_matches"][:1]]), SONGS, "1 songs are a recording that"),
    "a song less": ("song_matches", less("song_matches"), COUNTS, "n_recordings is 2, there are 1"),
    "a song astray": ("song_matches", changed("song_matches", "song_index", 1, 5), COUNTS, "the last of them number 5"),
    "a review more": ("album_samples", changed("album_samples", "n_reviews", 0, 3), COUNTS, "n_reviews is 3, there are 2"),
    "too few songs": ("album_samples", changed("album_samples", "n_songs", 0, 1), COUNTS, "has 2 of 1 recordings"),
    "tokens of one less": ("review_tokens", less("review_tokens"), ROWS, "1 reviews have no row, e.g. A0 0"),
    "a vector of none": ("features_acousticbrainz", changed("features_acousticbrainz", "song_index", 0, 9), ROWS, "1 songs were not matched"),
    "other numbers": ("features_acousticbrainz", changed("features_acousticbrainz", "vector", 20, next_number), NUMBERS, "not of the full one's"),
    "another document": ("acousticbrainz_lowlevel", changed("acousticbrainz_lowlevel", "lowlevel_mfcc_mean", 4, next_number), NUMBERS, "1 vectors are not of their document's"),
    "a token less": ("review_tokens", changed("review_tokens", "token_ids", 3, lambda ids: ids[1:]), TOKENS_OF, "another n_tokens"),
    "an odd token": ("review_tokens", changed("review_tokens", "token_ids", 3, lambda ids: [99, *ids[1:]]), TOKENS_OF, "a token has number 99"),
    "held out otherwise": ("review_splits", changed("review_splits", "part", 0, lambda p: "test" if p == "train" else "train"), HELD, "1 reviews are in another part"),
    "no such part": ("review_splits", changed("review_splits", "part", 1, "valid"), HELD, "1 reviews are in valid"),
    "artists torn": ("album_samples", changed("album_samples", "split", 0, lambda s: "test" if s == "train" else "train"), HELD, "1 groups of artists"),
    "another text": ("review_matches", changed("review_matches", "text_sha256", 2, "0" * 64), OWN, "1 reviews are none of their album's"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(fault: str, tables: Tables) -> None:
    table, spoil, check, message = FAULTS[fault]
    found = findings(tables | {table: spoil(tables)})
    assert any(text.startswith(check) and message in text for text in found), found


def test_a_share_that_chance_does_not_make_is_found(tables: Tables) -> None:
    [found] = findings(tables, split_reviews={"test": 0.9})
    assert "of 24 reviews out, expected about 22" in found
