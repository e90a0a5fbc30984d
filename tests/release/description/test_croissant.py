"""`croissant.json` judged by mlcroissant, the field's own reader: no errors, and the records are the release's rows."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from musicdata.definitions import recipe as recipes
from musicdata.definitions.column import Column
from musicdata.definitions.contract import Contract
from musicdata.definitions.head import Dataset, Head, Releases
from musicdata.release.description import croissant
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import configs, layout
from musicdata.release.record.files import read_contracts

mlcroissant = pytest.importorskip("mlcroissant")
pytestmark = [  # of rdflib and of pandas, which mlcroissant uses
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
    pytest.mark.filterwarnings("ignore:The inplace keyword"),
]
CONFIGS = (
    "alignment",
    "features_audio",
    "features_lyrics",
    "features_sheet",
    "note_sheets",
    "notes",
    "rights",
    "samples",
    "sheet_boxes",
    "songs",
)


@pytest.fixture(scope="module")
def release(released: Path) -> Release:
    return open_release(released)


@pytest.fixture(scope="module")
def document(released: Path) -> Any:
    return json.loads((released / layout.CROISSANT).read_bytes())


@pytest.fixture(scope="module")
def dataset(released: Path) -> Any:
    return mlcroissant.Dataset(jsonld=str(released / layout.CROISSANT))


def rows(release: Release, config: str) -> list[dict[str, Any]]:
    """The rows of a config in the order of its files' names, in which Croissant's readers take them."""
    tables = list(release.reader.iterate_config(config))
    found = [row for table in tables for row in table.to_pylist()]
    return sorted(found, key=lambda row: row.get("split", ""))


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """A record with its fields named as columns, texts decoded."""
    return {name.split("/")[1]: value for name, value in record.items()}


def test_mlcroissant_accepts_it_and_warns_of_nothing(dataset: Any) -> None:
    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    assert [str(warning).split("] ")[-1] for warning in issues.warnings] == []


def test_every_config_is_a_record_set(release: Release, dataset: Any) -> None:
    assert sorted(found.uuid for found in dataset.metadata.record_sets) == sorted(
        [*CONFIGS, croissant.SPLITS, croissant.RELATIONS]
    )
    assert {table.config for table in release.record.tables.values()} == set(CONFIGS)


@pytest.mark.parametrize("config", CONFIGS)
def test_the_records_are_the_rows(release: Release, dataset: Any, config: str) -> None:
    expected = rows(release, config)
    columns = {column.name: column for _, column in shown_config(release, config).columns}
    records = list(islice(dataset.records(config), 3))
    assert len(records) == 3
    for found, row in zip(map(plain, records), expected, strict=False):
        assert set(found) == set(row) == set(columns)
        for name, value in row.items():
            assert_same(columns[name], found[name], value)


def assert_same(column: Column, found: Any, value: Any) -> None:
    """Compare a field of a record with a cell of the release."""
    if column.type == "image":
        assert np.array_equal(np.asarray(found), np.asarray(Image.open(io.BytesIO(value["bytes"]))))
    elif column.type == "audio":
        assert found == value["bytes"]
    elif column.is_vector:
        assert np.array_equal(np.array(found, column.element), np.array(value, column.element))
    else:
        assert (found.decode() if isinstance(found, bytes) else found) == value


def shown_config(release: Release, config: str) -> configs.Config:
    described = read_contracts(release.root, release.record)
    return next(one for one in configs.of_release(release.record, described) if one.name == config)


@pytest.mark.parametrize("config", ["samples", "alignment", "songs"])
def test_no_row_is_missing_however_often_one_looks(release: Release, dataset: Any, config: str) -> None:
    counted = [sum(1 for _ in dataset.records(config)) for _ in range(2)]
    assert counted == [sum(release.record.tables[config].rows.values())] * 2


@pytest.mark.parametrize("config", ["samples", "notes"])
@pytest.mark.parametrize("split", layout.SPLITS)
def test_a_split_can_be_had_alone(released: Path, release: Release, config: str, split: str) -> None:
    dataset = mlcroissant.Dataset(
        jsonld=str(released / layout.CROISSANT)
    )  # a filter changes the data set it is used on
    found = list(dataset.records(config, filters={f"{config}/split": split}))
    assert {record[f"{config}/split"].decode() for record in found} == {split}
    assert len(found) == release.record.tables[config].rows[split]


def test_the_splits_are_what_croissant_calls_splits(document: Any, dataset: Any) -> None:
    splits = next(one for one in document["recordSet"] if one["@id"] == croissant.SPLITS)
    assert (splits["dataType"], splits["key"]) == ("cr:Split", {"@id": "splits/name"})
    found = {record["splits/name"]: record["splits/url"] for record in dataset.records(croissant.SPLITS)}
    assert found == {"train": "cr:TrainingSplit", "valid": "cr:ValidationSplit", "test": "cr:TestSplit"}
    fields = [field for one in document["recordSet"] for field in one["field"] if field["name"] == "split"]
    assert len(fields) == len(CONFIGS) - 1
    assert all("cr:Split" in field["dataType"] for field in fields)


def test_what_refers_to_what_is_told(dataset: Any) -> None:
    found = {
        record["relations/field"]: record["relations/refers_to"] for record in dataset.records(croissant.RELATIONS)
    }
    assert found["notes/sample_id"] == "samples/sample_id"
    assert found["samples/song_id"] == "songs/song_id"
    assert found["notes/split"] == "splits/name"
    fields = {field.uuid for one in dataset.metadata.record_sets for field in one.fields}
    assert set(found) | set(found.values()) <= fields


def test_every_data_file_is_there_with_its_hash(released: Path, document: Any) -> None:
    files = {one["contentUrl"]: one for one in document["distribution"] if one["@type"] == "cr:FileObject"}
    there = sorted(path.relative_to(released).as_posix() for path in released.glob("data/*/*.parquet"))
    assert sorted(files) == there
    for path, file in files.items():
        data = (released / path).read_bytes()
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
        assert file["contentSize"] == f"{len(data)} B"


def test_keys_are_fields(document: Any) -> None:
    fields = {field["@id"] for one in document["recordSet"] for field in one["field"]}
    for one in document["recordSet"]:
        keys = one.get("key", [])
        assert {key["@id"] for key in (keys if isinstance(keys, list) else [keys])} <= fields
    refers = next(
        f["description"] for one in document["recordSet"] for f in one["field"] if f["@id"] == "notes/sample_id"
    )
    assert refers.endswith("Refers to samples/sample_id.")


def test_units_and_shapes_are_told(document: Any) -> None:
    told = {field["@id"]: field.get("description") for one in document["recordSet"] for field in one["field"]}
    assert told["notes/onset_s"].endswith("Unit: second.")
    assert told["features_sheet/vector"].endswith("Shape: 100, 32, the last axis running fastest.")


def test_it_is_right_wherever_the_folder_lies(
    released: Path, dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "an other place"
    shutil.copytree(released, elsewhere)
    monkeypatch.chdir(elsewhere)
    moved = mlcroissant.Dataset(jsonld=layout.CROISSANT)
    assert next(iter(moved.records("notes"))) == next(iter(dataset.records("notes")))


def test_a_wrong_column_is_found_by_the_judge(copied_release: Path) -> None:
    path = copied_release / layout.CROISSANT
    path.write_text(path.read_text("utf-8").replace('"column": "pitch"', '"column": "pitsch"'), "utf-8")
    with pytest.raises(mlcroissant.GenerationError):
        next(iter(mlcroissant.Dataset(jsonld=str(path)).records("notes")))


def rendered(release: Release, head: Head, contracts: dict[str, Contract] | None = None, **facts: Any) -> Any:
    record = release.record.model_copy(update=facts)
    described = contracts or read_contracts(release.root, release.record)
    return json.loads(croissant.render(record, described, head))


def head(**told: Any) -> Head:
    dataset = Dataset(name="musictm", title="T", modalities=("audio",))
    return Head(dataset, Releases(complete="alignment", **told))


def test_responsible_use_is_told_from_facts_and_answers(release: Release) -> None:
    found = rendered(
        release, head(answers={"sensitive": "None.", "tasks": "Retrieval."}), rejects={"window": {"too_short": 3}}
    )
    assert found["rai:dataCollectionMissingData"] == "window: 3 items dropped, too_short"
    assert found["rai:personalSensitiveInformation"] == "None."
    assert found["rai:dataUseCases"] == "Retrieval."
    assert any(line.startswith("render_audio (version ") for line in found["rai:dataPreprocessingProtocol"])
    assert "rai:dataBiases" not in found, "what nobody stated is left out"
    metadata = mlcroissant.Dataset(jsonld=found).metadata
    assert metadata.data_use_cases == ["Retrieval."]
    assert metadata.data_limitations[0].startswith("The gate does not hold")


def test_rights_and_licence_are_told_apart(release: Release) -> None:
    rights = {"audio": {"cc": 2, "unknown": 1}, "lyrics": {"public_domain": 3}}
    found = rendered(release, head(licence="CC0-1.0"), rights=rights)
    assert found["license"] == "https://spdx.org/licenses/CC0-1.0.html"
    assert rendered(release, head(licence="ask us"))["license"] == "ask us"
    assert "audio: 2 Creative Commons, 1 unknown; lyrics: 3 public domain" in found["conditionsOfAccess"]


def test_a_view_shows_only_what_it_has(release: Release) -> None:
    described = read_contracts(release.root, release.record)
    audio = described["audio"]
    described["audio"] = audio.model_copy(update={"columns": tuple(c for c in audio.columns if not c.is_media)})
    del described["note_sheets"]
    found = rendered(release, head(), described)
    assert "note_sheets" not in [one["@id"] for one in found["recordSet"]]
    samples = next(one for one in found["recordSet"] if one["@id"] == "samples")
    names = [field["name"] for field in samples["field"]]
    assert "audio" not in names
    assert {"audio_sha256", "n_samples", "image"} <= set(names), "names are those of the full release"


def test_the_same_facts_give_the_same_bytes(released: Path, release: Release) -> None:
    described = read_contracts(released, release.record)
    told = recipes.read_head(str(released / layout.RECIPE))
    backwards = dict(reversed(described.items()))
    assert croissant.render(release.record, backwards, told) == (released / layout.CROISSANT).read_bytes()


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What mlcroissant warns of while reading is a failure of the test: a name that does not match its split, say."""
    yield
    said = [record.getMessage() for record in caplog.get_records("call") if "Could not match" in record.getMessage()]
    assert said == []
