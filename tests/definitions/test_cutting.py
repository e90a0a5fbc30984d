from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.definitions import cutting


class Held:
    """One table in memory, read as those of a workspace are."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        return self.rows

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        yield self.rows

    def digest(self, table: str) -> str:
        raise AssertionError(f"nobody asks for the digest of {table}")


@pytest.fixture(autouse=True, scope="module")
def _as_large_as_stages_ask_for() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MUSICDATA_SHARD_ITEMS")
        yield


IDS = st.lists(st.text("abcdef0123456789", min_size=1, max_size=8), unique=True, max_size=400).map(sorted)


@given(IDS, st.integers(2, 50))
def test_runs_cover_every_id_once_and_keep_their_size(ids: list[str], target: int) -> None:
    runs = list(cutting.runs(ids, target))
    assert [i for start, stop in runs for i in range(start, stop)] == list(range(len(ids)))
    assert all(stop - start <= 2 * target for start, stop in runs)
    assert all(stop - start >= target // 2 for start, stop in runs[:-1])


def test_rows_with_gaps_have_a_digest_whatever_their_descriptions() -> None:
    """Arrow does not cast vectors of which some are empty."""
    vector = pa.list_(pa.field("element", pa.float32(), nullable=False), 2)
    rows = pa.table({"id": ["a", "b"], "vector": pa.array([[1.0, 2.0], None], vector)})
    described = pa.schema([field.with_metadata({"description": "Other words."}) for field in rows.schema])
    digests = [
        cutting.rows_digest(Held(table), {"any": None})
        for table in (rows, pa.table(rows.columns, schema=described), rows.slice(0, 1))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_an_added_id_moves_few_shards() -> None:
    ids = sorted(f"{i * 7919 % 100_003:06d}" for i in range(5000))
    before = {tuple(ids[a:b]) for a, b in cutting.runs(ids, 100)}
    grown = sorted([*ids, "050000x"])
    after = {tuple(grown[a:b]) for a, b in cutting.runs(grown, 100)}
    assert len(before) > 30
    assert len(after - before) <= 3
