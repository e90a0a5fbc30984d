"""Which items can be taken down follows from contracts, and old tombstones keep their meaning."""

from __future__ import annotations

import pyarrow as pa
import pytest

from musicdata.definitions import contract as contracts
from musicdata.errors import ContractError
from musicdata.release.record.layout import Tombstone
from musicdata.release.record.tombstones import Items


def items(*tables: str) -> Items:
    return Items.of(map(contracts.load, tables))


def stone(table: str, item: str) -> Tombstone:
    return Tombstone(table=table, id=item, version="1.0.1", reason="asked")


def test_items_are_those_whose_ids_the_samples_have() -> None:
    assert items("samples", "songs").tables == {"sample_id": "samples", "song_id": "songs", "group_id": "song_groups"}
    assert items("tracks", "pairs", "playlists").tables == {"sample_id": "tracks", "group_id": "song_groups"}
    assert items("samples").prefix("group_id") == "group:"


def test_a_data_set_without_samples_has_none() -> None:
    with pytest.raises(ContractError, match="no table introduces sample_id"):
        items("songs")


@pytest.mark.parametrize(
    ("tombstones", "expected"),
    [
        ([], [False, False, False]),
        ([stone("tracks", "a")], [True, False, False]),
        ([stone("samples", "a")], [True, False, False]),  # what older versions wrote of every data set
        ([stone("song_groups", "g")], [True, True, False]),
        ([stone("song_groups", "a"), stone("songs", "c")], [False, False, False]),
        ([stone("tracks", "c"), stone("song_groups", "g")], [True, True, True]),
        ([stone("shelves", "g"), stone("shelves", "c")], [True, True, True]),  # a table that is unknown here
    ],
)
def test_tombstones_take_samples_by_the_column_of_their_table(
    tombstones: list[Tombstone], expected: list[bool]
) -> None:
    samples = pa.table({"sample_id": ["a", "b", "c"], "group_id": ["g", "g", "h"]})
    assert items("tracks").taken_down(samples, tombstones).to_pylist() == expected
