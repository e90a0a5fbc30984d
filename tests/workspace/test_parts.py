from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.definitions import contract
from musicdata.definitions.arrow import strings
from musicdata.definitions.column import Column
from musicdata.definitions.contract import Contract
from musicdata.errors import ContractError, IntegrityError
from musicdata.workspace import parts
from musicdata.workspace.folder import Workspace
from musicdata.workspace.parts import PartWriter
from musicdata.workspace.reader import TableReader

COLUMNS = ("stage", "key", "reason", "detail")


def rejects(n: int) -> dict[str, list[object]]:
    return {name: [f"{name}{i:06d}" for i in range(n)] for name in COLUMNS}


def write(path: Path, chunks: list[dict[str, list[object]]]) -> str:
    writer = PartWriter(contract.load("rejects"), path)
    for chunk in chunks:
        writer.write(chunk)
    writer.close()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sliced(rows: dict[str, list[object]], start: int, stop: int) -> dict[str, list[object]]:
    return {name: values[start:stop] for name, values in rows.items()}


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 9000), max_size=6))
def test_the_bytes_do_not_depend_on_how_rows_arrive(cuts: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("parts")
    rows = rejects(9000)
    bounds = [0, *sorted(cuts), 9000]
    chunks = [sliced(rows, a, b) for a, b in pairwise(bounds)]
    assert write(folder / "a", [rows]) == write(folder / "b", chunks)


def media_rows(ids: list[str]) -> dict[str, list[object]]:
    n = len(ids)
    return {
        "sample_id": list(ids), "split": ["train"] * n, "audio": [{"bytes": i.encode() * 99, "path": f"{i}.flac"} for i in ids],
        "sha256": ["0" * 64] * n, "sample_rate": [22050] * n, "n_samples": [1] * n, "peak_dbfs": [-6.0] * n,
    }  # fmt: skip


def test_media_stand_in_small_row_groups_uncompressed_with_checksums(tmp_path: Path) -> None:
    writer = PartWriter(contract.load("audio"), tmp_path / "part")
    for i in range(120):
        writer.write(media_rows([f"s{i:03d}"]))
    writer.close()
    metadata = pq.ParquetFile(tmp_path / "part").metadata
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [50, 50, 20]
    compression = {
        metadata.row_group(0).column(i).path_in_schema: metadata.row_group(0).column(i).compression for i in range(8)
    }
    assert compression["audio.bytes"] == "UNCOMPRESSED"
    assert compression["sha256"] == "ZSTD"


def test_a_table_of_very_many_columns_stands_in_small_row_groups(tmp_path: Path) -> None:
    wide = Contract(
        name="wide",
        description="Rows.",
        key=("key",),
        columns=(
            Column(name="key", type="string", description="Key."),
            *(Column(name=f"c{n}", type="int32", description="Number.") for n in range(parts.MANY_COLUMNS)),
        ),
    )
    n_rows = parts.WIDE_GROUP_ROWS + 1
    writer = PartWriter(wide, tmp_path / "wide.parquet")
    writer.write({"key": [f"{n:04}" for n in range(n_rows)], **{f"c{n}": [n] * n_rows for n in range(200)}})
    writer.close()
    file = pq.ParquetFile(tmp_path / "wide.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [parts.WIDE_GROUP_ROWS, 1]


def test_a_flipped_bit_in_a_page_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "part", [rejects(500)])
    data = bytearray((tmp_path / "part").read_bytes())
    data[200] ^= 4
    (tmp_path / "part").write_bytes(data)
    with pytest.raises(IntegrityError, match=r"part .* is damaged .*(crc|CRC|checksum)"):
        parts.read_part(tmp_path / "part", None, "stage", None, None)


@pytest.mark.parametrize("order", [[1, 0], [0, 2, 1]])
def test_rows_out_of_order_are_refused(order: list[int], tmp_path: Path) -> None:
    writer = PartWriter(contract.load("rejects"), tmp_path / "part")
    rows = rejects(3)
    with pytest.raises(ContractError, match="not in order of stage"):
        for i in order:
            writer.write(pa.table(sliced(rows, i, i + 1)))


def test_other_columns_than_before_are_refused(tmp_path: Path) -> None:
    writer = PartWriter(contract.load("rejects"), tmp_path / "part")
    writer.write(rejects(1))
    with pytest.raises(ContractError, match="columns"):
        writer.write({"stage": ["x"]})


def test_reading_a_range_gives_just_its_rows_in_order(built: Path) -> None:
    reader = TableReader(Workspace(built))
    ids = strings(reader.read("samples", ["sample_id"]).column(0))
    assert ids == sorted(ids)
    notes = reader.read("notes", ["sample_id", "note_index"], ids[3], ids[6])
    assert notes.column("sample_id").to_pylist() == [i for i in ids[3:7] for _ in range(20)]
    assert notes.column("note_index").to_pylist() == list(range(20)) * 4
    assert reader.read("notes", ["sample_id"], "zzz", None).num_rows == 0


def test_media_are_read_only_when_named(built: Path) -> None:
    reader = TableReader(Workspace(built))
    assert "audio" not in reader.read("audio").column_names
    assert reader.read("audio", ["audio"]).num_rows == 20


def test_pandas_reads_a_table_s_folder_as_it_is(built: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(built / "tables" / "alignment")
    assert len(frame) == 400
    assert list(frame.columns) == [column.name for column in contract.load("alignment").columns]
