from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.definitions import cutting


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


def test_an_added_id_moves_few_shards() -> None:
    ids = sorted(f"{i * 7919 % 100_003:06d}" for i in range(5000))
    before = {tuple(ids[a:b]) for a, b in cutting.runs(ids, 100)}
    grown = sorted([*ids, "050000x"])
    after = {tuple(grown[a:b]) for a, b in cutting.runs(grown, 100)}
    assert len(before) > 30
    assert len(after - before) <= 3
