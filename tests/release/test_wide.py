"""A table of families of columns, of sequences and of vectors that may be empty goes all the way of a release."""

from __future__ import annotations

import json
import tarfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions import contract as contracts
from musicdata.definitions.column import Column
from musicdata.definitions.contract import Contract
from musicdata.errors import ContractError
from musicdata.release.description import card, croissant
from musicdata.release.diff import diff
from musicdata.release.exports import EXPORTS, export
from musicdata.release.exports.check import check_exports
from musicdata.release.making.around import contract_text
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.record.files import read_contracts
from musicdata.release.removal.takedown import takedown
from musicdata.release.sharing import redaction
from musicdata.release.verify.files import verify
from musicdata.workspace.parts import PartWriter, read_part
from tests.release.cards import cell
from tests.release.exports.songs import is_open, songs
from tests.release.made import Made, fitting

DOCUMENTS = Contract.of(
    tomllib.loads("""
[table]
name = "documents"
description = "What was measured of each take of a sample."
key = ["sample_id", "take"]

[[column]]
name = "sample_id"
type = "string"
description = "Sample."

[[column]]
name = "split"
type = "string"
description = "Part of the data set."

[[column]]
name = "take"
type = "int32"
description = "Number of the take."

[[column]]
name = "beats"
type = "sequence"
element = "float32"
unit = "second"
minimum = 0
nullable = true
features_of = "audio"
description = "Times of the beats."

[[column]]
name = "tokens"
type = "sequence"
element = "int32"
content_of = "lyrics"
description = "Numbers of the words."

[[family]]
name = "{feature}_{statistic}"
feature = ["dissonance", "centroid", "flux"]
statistic = { mean = "mean", var = "variance", min = "least value", max = "greatest value" }
type = "float32"
nullable = true
unit = { centroid = "hertz" }
features_of = "audio"
description = "{feature}: {statistic} over frames."

[[family]]
name = "mfcc_{statistic}"
statistic = ["mean", "cov"]
type = "vector"
element = "float64"
shape = { mean = [3], cov = [3, 3] }
nullable = true
features_of = "audio"
description = "MFCC: {statistic}."
""")
)
TRILL = Column(name="trill", type="sequence", element="uint8", nullable=True, description="Trills of the note.")
ONSETS = Column(name="onsets", type="sequence", element="float64", nullable=True, description="Made-up times.")
TAKES = 2


def with_column(made: Made, table: str, column: Column) -> Made:
    """Add a column of sequences to a table that every export shows."""
    contract = contracts.load(table)
    contract = contract.model_copy(update={"columns": (*contract.columns, column)})
    rows = made.tables[table]
    numbers = [None if n % 3 == 1 else [0.5 * i for i in range(n % 4)] for n in range(len(rows))]
    values = pa.array(numbers, pa.list_(pa.float64())).cast(column.arrow_type, safe=False)
    rows = rows.append_column(column.field(), values).select([c.name for c in contract.columns])
    return replace(
        made,
        tables={**made.tables, table: rows.cast(contract.arrow_schema())},
        contracts={**made.contracts, table: contract},
    )


def wide() -> Made:
    """Songs with documents of their takes, and sequences in the tables that exports carry sample by sample."""
    made = with_column(with_column(songs(), "samples", ONSETS), "alignment", TRILL)
    samples = made.tables["samples"]
    each = np.repeat(np.arange(len(samples)), TAKES)
    given = {name: samples[name].combine_chunks().take(each) for name in ("sample_id", "split")}
    given["take"] = pa.array(np.tile(np.arange(TAKES, dtype=np.int32), len(samples)))
    empty = np.arange(len(each)) % 4 == 2
    rng = np.random.default_rng(0)
    for name in ("mfcc_mean", "mfcc_cov"):
        column = DOCUMENTS.column(name)
        given[name] = column.pack(rng.random((len(each), *column.shape)), empty)
    rows = fitting(DOCUMENTS, given, rng)
    return replace(
        made, tables={**made.tables, "documents": rows}, contracts={**made.contracts, "documents": DOCUMENTS}
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return wide().write(tmp_path_factory.mktemp("wide") / "full")


def names_of(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns]


def test_it_is_whole_and_reads_as_it_was_made(full: Release) -> None:
    assert verify(full.root) == []
    expected = wide().tables["documents"]
    found = full.table("documents", names_of(DOCUMENTS))
    assert found.sort_by("sample_id").to_pylist() == expected.to_pylist()
    assert found.schema == DOCUMENTS.arrow_schema()
    assert set(full.table("documents").column_names).isdisjoint({"beats", "tokens", "mfcc_mean", "mfcc_cov"})
    assert {row["mfcc_mean"] is None for row in expected.to_pylist()} == {True, False}
    assert read_contracts(full.root, full.record)["documents"] == DOCUMENTS


def test_a_changed_number_breaks_it(full: Release, tmp_path: Path) -> None:
    other = wide().with_table("documents", lambda rows: replaced(rows, "beats", 2, [0.25])).write(tmp_path / "other")
    digests = [release.record.tables["documents"].digests for release in (full, other)]
    assert [name for name in digests[0] if digests[0][name] != digests[1][name]] == ["beats"]
    found = diff(full, other).tables
    assert {name: list(table.columns) for name, table in found.items() if table.columns} == {"documents": ["beats"]}


def replaced(rows: pa.Table, name: str, row: int, value: object) -> pa.Table:
    values: list[object] = rows.column(name).to_pylist()
    values[row] = value
    place = rows.column_names.index(name)
    return rows.set_column(place, rows.schema.field(place), pa.array(values, rows.schema.field(place).type))


@pytest.mark.parametrize("name", EXPORTS.all())
def test_every_export_carries_sequences(name: str, full: Release, tmp_path: Path) -> None:
    export(full, name, tmp_path / "out")
    assert check_exports(full, [tmp_path / "out"]) == []


def test_a_table_has_json_in_its_cells(full: Release, tmp_path: Path) -> None:
    export(full, "csv", tmp_path / "out")
    file = tmp_path / "out" / "documents" / "train.csv"
    text = file.read_text()
    assert text.startswith('"sample_id","split","take","beats","tokens","dissonance_mean"')
    assert "mfcc" not in text
    beats = next(row["beats"] for row in full.rows("documents", columns=["beats"]) if len(row["beats"] or ()) > 1)
    written = f'"[{",".join(f"{beat:g}" for beat in beats)}]"'
    file.write_text(text.replace(written, written.replace("[", "[7,"), 1))
    assert "table documents (train): row sample_id" in " ".join(check_exports(full, [tmp_path / "out"]))


def test_an_archive_has_json(full: Release, tmp_path: Path) -> None:
    export(full, "webdataset", tmp_path / "out")
    rows = {row["sample_id"]: row["onsets"] for row in full.samples(["sample_id", "onsets"])}
    with tarfile.open(tmp_path / "out" / "train-000000.tar") as archive:
        told = [
            json.load(file)
            for name in archive.getnames()
            if name.endswith(".json") and (file := archive.extractfile(name))
        ]
    assert {facts["sample_id"]: facts["onsets"] for facts in told}.items() <= rows.items()
    assert [note["trill"] for note in told[0]["alignment"]] == [[], None, [0, 0], [0, 0, 1]]


def test_views_empty_or_leave_out_what_they_must(full: Release, tmp_path: Path) -> None:
    for view in ("open", "features", "ids"):
        redaction.render(full.root, view, tmp_path / view)
        assert verify(tmp_path / view) == []
    shown = open_release(tmp_path / "open").table("documents", ["sample_id", "tokens", "beats"]).to_pylist()
    original = full.table("documents", ["sample_id", "tokens", "beats"]).to_pylist()
    assert {row["tokens"] is None for row in shown} == {True, False}
    assert shown == [row if is_open(row["sample_id"]) else row | {"tokens": None} for row in original]
    features = open_release(tmp_path / "features").contract("documents")
    assert names_of(features) == [name for name in names_of(DOCUMENTS) if name != "tokens"]
    assert features.families == DOCUMENTS.families
    assert "documents" not in open_release(tmp_path / "ids").tables


def test_a_sample_that_is_taken_down_leaves_no_rows(full: Release, tmp_path: Path) -> None:
    takedown(full.root, ["s000000"], reason="asked for", out=tmp_path / "after")
    assert verify(tmp_path / "after") == []
    kept = full.table("documents", names_of(DOCUMENTS)).to_pylist()
    after = open_release(tmp_path / "after").table("documents", names_of(DOCUMENTS)).to_pylist()
    assert after == [row for row in kept if row["sample_id"] != "s000000"]


def test_the_card_tells_of_a_family_in_one_line(full: Release) -> None:
    text = card.render(full.root, full.record)
    assert "dissonance_mean" not in text
    assert cell(text, "{feature}_{statistic}", "type") == "float32, may be empty"
    assert cell(text, "{feature}_{statistic}", "unit") == "hertz (centroid)"
    assert cell(text, "{feature}_{statistic}", "empty") == "0"
    assert cell(text, "mfcc_{statistic}", "type") == "float64[3] or float64[3, 3], may be empty"
    assert cell(text, "beats", "type") == "sequence of float32, may be empty"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated", "ignore:The inplace keyword")
def test_croissant_has_a_field_a_column(full: Release) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    place = full.root / layout.CROISSANT
    before = place.read_bytes()
    place.write_bytes(croissant.render(full.record, read_contracts(full.root, full.record), full.head))
    try:
        dataset = mlcroissant.Dataset(jsonld=str(place))
        assert not dataset.metadata.ctx.issues.errors
        records = [
            {name.split("/")[1]: value for name, value in record.items()} for record in dataset.records("documents")
        ]
    finally:
        place.write_bytes(before)
    rows = {(row["sample_id"], row["take"]): row for row in full.rows("documents", columns=names_of(DOCUMENTS))}
    assert len(records) == len(rows)
    for record in records:
        row = rows[record["sample_id"].decode(), record["take"]]
        for name in ("beats", "tokens", "mfcc_cov"):
            assert plain(record[name]) == plain(row[name])
        assert record["flux_max"] == row["flux_max"]


def plain(values: Any) -> list[float]:
    return [] if values is None else [float(value) for value in values]


def test_the_datasets_library_reads_it(full: Release, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    files = str(full.root / layout.DATA / "documents" / "train-*.parquet")
    loaded = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path))
    assert loaded.features["beats"] == datasets.List(datasets.Value("float32"))
    assert loaded.features["mfcc_cov"] == datasets.List(datasets.Value("float64"), length=9)
    rows = [row for row in full.rows("documents", columns=names_of(DOCUMENTS)) if row["split"] == "train"]
    assert list(loaded) == rows


def test_rows_come_back_from_a_part_however_they_were_written(tmp_path: Path) -> None:
    rows = wide().tables["documents"]
    for name, pieces in {"whole": [rows], "torn": [rows.slice(n, 5) for n in range(0, len(rows), 5)]}.items():
        writer = PartWriter(DOCUMENTS, tmp_path / name)
        for piece in pieces:
            writer.write(piece)
        writer.close()
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "torn").read_bytes()
    assert read_part(tmp_path / "whole", None, "sample_id", None, None).equals(rows)


def test_empty_vectors_do_not_stack_and_the_error_says_what_does(full: Release) -> None:
    with pytest.raises(ContractError, match=r"column mfcc_mean: \d+ of \d+ vectors are empty .*leave those rows out"):
        list(full.vectors("documents", "mfcc_mean"))
    rows = full.table("documents", ["mfcc_cov"]).column("mfcc_cov").drop_null()
    assert DOCUMENTS.column("mfcc_cov").unpack(rows).shape == (18, 3, 3)
    with pytest.raises(ContractError, match="column beats of table documents holds no vectors"):
        list(full.vectors("documents", "beats"))


def test_the_contract_stands_in_the_release_as_it_was_written(full: Release) -> None:
    text = (full.root / layout.CONTRACTS / "documents.toml").read_bytes()
    assert text == contract_text(DOCUMENTS)
    assert len(tomllib.loads(text.decode())["column"]) == 5
