"""Reading features as arrays: `Work.vectors`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import musicdata
from musicdata.definitions.arrow import strings
from musicdata.errors import ContractError


def test_notes_stack_to_samples_in_order_of_their_ids(built: Path) -> None:
    work = musicdata.open_work(built)
    parts = list(work.vectors("features_audio", "vector"))
    ids = [sample_id for part, _ in parts for sample_id in part]
    stacked = np.concatenate([array for _, array in parts])
    assert ids == sorted(set(strings(work.table("alignment", ["sample_id"]).column("sample_id"))))
    assert stacked.shape == (len(ids), 20, 128)
    assert stacked.dtype == np.float32
    rows = list(work.rows("features_audio", ids[3], ["note_index", "vector"]))
    assert [row["note_index"] for row in rows] == list(range(20))
    assert np.array_equal(stacked[3], np.array([row["vector"] for row in rows], np.float32))


def test_pictures_keep_their_shape_and_type(built: Path) -> None:
    _, array = next(musicdata.open_work(built).vectors("features_sheet", "vector"))
    assert array.shape[1:] == (20, 100, 32)
    assert array.dtype == np.uint8


def test_a_split_is_read_alone(built: Path) -> None:
    work = musicdata.open_work(built)
    samples = work.table("samples", ["sample_id", "split"]).to_pylist()
    for split in ("train", "valid", "test"):
        ids = [i for part, _ in work.vectors("features_lyrics", "syllable_vector", split=split) for i in part]
        assert ids == sorted(row["sample_id"] for row in samples if row["split"] == split)


@pytest.mark.parametrize(
    ("table", "column", "message"),
    [
        ("features_audio", "split", "column split of table features_audio holds no vectors"),
        ("features_audio", "vectors", "no column vectors"),
        ("features_mfcc", "vector", "there is no table 'features_mfcc'"),
    ],
)
def test_what_holds_no_vectors_says_so(built: Path, table: str, column: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        list(musicdata.open_work(built).vectors(table, column))
