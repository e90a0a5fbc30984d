"""The feature tables of a real build: their rows, and what their parts say to whoever opens them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import musicdata
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader
from tests.stages.reading import column

NOTE_TABLES = ("features_audio", "features_lyrics", "features_sheet")


@pytest.mark.parametrize("table", NOTE_TABLES)
def test_a_feature_table_has_a_row_for_each_aligned_note(table: str, built: Path) -> None:
    key = ["sample_id", "split", "note_index"]
    reader = TableReader(Workspace(built))
    assert reader.read(table, key).to_pydict() == reader.read("alignment", key).to_pydict()
    for name in ("extractor", "extractor_version", "parameters"):
        assert len(set(column(built, table, name))) == 1
    said = json.loads(column(built, table, "parameters")[0])
    assert list(said) == sorted(said)


def test_a_part_says_shape_and_kind_to_whoever_opens_it(built: Path) -> None:
    schema = pq.read_schema(next((built / "tables" / "features_sheet").glob("*.parquet")))
    assert (schema.field("vector").metadata or {})[b"shape"] == b"[100, 32]"
    assert schema.field("vector").type == pa.list_(pa.field("element", pa.uint8(), nullable=False), 3200)
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert features["vector"] == {"_type": "Sequence", "feature": {"_type": "Value", "dtype": "uint8"}, "length": 3200}


def test_vectors_are_read_only_when_asked_for(built: Path) -> None:
    assert "vector" not in musicdata.open_work(built).table("features_audio").column_names
