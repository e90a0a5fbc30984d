"""Planted faults: every one is found, and named."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from musicdata.definitions.arrow import strings
from musicdata.errors import IntegrityError
from musicdata.release.exports import EXPORT_RECORD
from musicdata.release.exports.check import check_exports
from musicdata.release.reading.release import Release
from musicdata.release.record import layout
from musicdata.release.record.files import file_facts, sums_of
from tests.release.exports.claims import claiming, told, vouch
from tests.release.exports.songs import NOTES, SECRET, songs
from tests.release.exports.test_exports import NAMES
from tests.release.made import set_values

WITH_FILES = [name for name in NAMES if name != "csv"]
PER_SAMPLE = ("samples", "audio", "sheets", "alignment", "features_audio", "notes", "rights")


def swap(values: list[Any], one: int, other: int) -> None:
    values[one], values[other] = values[other], values[one]


def put(values: list[Any], place: int, value: object) -> None:
    values[place] = value


FAULTS: list[tuple[str, str, Callable[[list[Any]], None]]] = [
    ("audio", "audio", lambda values: swap(values, 0, 2)),
    ("sheets", "image", lambda values: swap(values, 10, 11)),
    ("note_sheets", "image", lambda values: swap(values, 0, -1)),
    ("alignment", "onset_s", lambda values: put(values, 1 * NOTES + 1, 0.0110000001)),
    ("alignment", "pitch", lambda values: put(values, 4 * NOTES, 99)),
    ("alignment", "syllable", lambda values: put(values, 5 * NOTES + 3, "quite other")),
    ("samples", "lyrics", lambda values: put(values, 6, "quite other")),
    ("samples", "group_id", lambda values: put(values, 7, "another")),
    ("rights", "rights", lambda values: put(values, 8 * 4, "research_only")),
]
"""Table, column, and what happens to its values; every fault is in samples of its own."""


@pytest.fixture(scope="module")
def faulty(full: Release, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """Export → what is found when it was made of a release with all these faults."""
    made = songs()
    for table, column, change in FAULTS:
        rows = made.tables[table]
        values = rows[column].to_pylist()
        change(values)
        made = made.with_table(table, lambda rows, c=column, v=values: set_values(rows, c, v))  # type: ignore[misc]
    root = tmp_path_factory.mktemp("faulty")
    other = made.write(root / "release")
    return {name: claiming(other, name, full, root / name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_swapped_sounds_are_found(name: str, faulty: Mapping[str, list[str]]) -> None:
    if name == "csv":  # which has their names only
        assert "table samples (train): row sample_id s000000: audio is not the release's" in faulty[name]
        return
    for number in (0, 2):
        told = f"sample s00000{number} (train): audio is not the release's: sha256 "
        assert any(problem.startswith(told) for problem in faulty[name])


@pytest.mark.parametrize("name", WITH_FILES)
def test_swapped_pictures_are_found(name: str, faulty: Mapping[str, list[str]]) -> None:
    for number in (10, 11):
        told = f"sample s0000{number} (test): sheet is not the release's: sha256 "
        assert any(problem.startswith(told) for problem in faulty[name])


@pytest.mark.parametrize("name", ["csv", "musictm"])
def test_a_changed_picture_of_a_note_is_found(name: str, faulty: Mapping[str, list[str]]) -> None:
    told = "table note_sheets (valid): row note_sheet_id n11, split valid: image is not the release's"
    assert told in faulty[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_onset_is_found(name: str, faulty: Mapping[str, list[str]]) -> None:
    place = (
        "table alignment (train): row sample_id s000001, note_index 1"
        if name == "csv"
        else "sample s000001 (train): note 1"
    )
    assert f"{place}: onset_s is 0.0110000001, the release has 0.011" in faulty[name]


@pytest.mark.parametrize(
    ("sample_id", "split", "note", "column"), [(4, "valid", 0, "pitch"), (5, "valid", 3, "syllable")]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_changed_note_is_found(
    sample_id: int, split: str, note: int, column: str, name: str, faulty: Mapping[str, list[str]]
) -> None:
    place = f"sample s00000{sample_id} ({split}): note {note}"
    if name == "csv":
        place = f"table alignment ({split}): row sample_id s00000{sample_id}, note_index {note}"
    assert f"{place}: {column} is not the release's" in faulty[name]


@pytest.mark.parametrize("name", NAMES)
def test_changed_words_are_found(name: str, faulty: Mapping[str, list[str]]) -> None:
    assert "sample s000006 (train): lyrics is not the release's" in faulty[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_fact_is_found(name: str, faulty: Mapping[str, list[str]]) -> None:
    assert "sample s000007 (train): group_id is 'another', the release has 'group000001'" in faulty[name]


@pytest.mark.parametrize("name", NAMES)
def test_changed_rights_are_found(name: str, faulty: Mapping[str, list[str]]) -> None:
    if name in {"webdataset", "lhotse"}:
        assert "sample s000008 (train): rights is not the release's" in faulty[name]
    else:
        told = "row sample_id s000008, modality audio: rights is 'research_only', the release has 'cc'"
        assert any(problem.startswith("table rights") and problem.endswith(told) for problem in faulty[name])


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_quotes_no_work(name: str, faulty: Mapping[str, list[str]]) -> None:
    assert not any(word in problem for problem in faulty[name] for word in ("quite other", "99", "HYPERLINK", SECRET))


def without(rows: pa.Table) -> pa.Table:
    return rows.filter(pa.array([sample_id != "s000006" for sample_id in rows["sample_id"].to_pylist()]))


def with_another(rows: pa.Table) -> pa.Table:
    last = rows.filter(pa.array([sample_id == "s000011" for sample_id in rows["sample_id"].to_pylist()]))
    return pa.concat_tables([rows, set_values(last, "sample_id", ["s000012"] * len(last))]).combine_chunks()


def moved(rows: pa.Table) -> pa.Table:
    to = {"s000000": "test", "s000010": "train"}
    places = zip(strings(rows["sample_id"]), strings(rows["split"]), strict=True)
    return set_values(rows, "split", [to.get(sample_id, split) for sample_id, split in places])


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Release]:
    """Name of a fault → a release with it."""
    found = {}
    for change in (without, with_another, moved):
        made = songs()
        for table in PER_SAMPLE:
            made = made.with_table(table, change)
        found[change.__name__] = made
    shorter = songs().with_table("alignment", lambda rows: rows.filter(pa.array([n != 5 for n in range(len(rows))])))
    found["note"] = shorter
    return {name: made.write(tmp_path_factory.mktemp("other") / "release") for name, made in found.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_sample_is_found(name: str, full: Release, others: Mapping[str, Release], tmp_path: Path) -> None:
    found = claiming(others["without"], name, full, tmp_path / "out")
    assert "sample s000006 (train) is missing" in found
    assert "VIEW.json says it has other samples than the release" in found


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_too_many_is_found(name: str, full: Release, others: Mapping[str, Release], tmp_path: Path) -> None:
    assert "sample s000012 (test) is not in the release" in claiming(
        others["with_another"], name, full, tmp_path / "out"
    )


@pytest.mark.parametrize("name", NAMES)
def test_samples_in_each_others_splits_are_found(
    name: str, full: Release, others: Mapping[str, Release], tmp_path: Path
) -> None:
    found = claiming(others["moved"], name, full, tmp_path / "out")
    assert "sample s000000 is in test, the release has it in train" in found
    assert "sample s000010 is in train, the release has it in test" in found


@pytest.mark.parametrize("name", WITH_FILES)
def test_a_missing_note_is_found(name: str, full: Release, others: Mapping[str, Release], tmp_path: Path) -> None:
    found = claiming(others["note"], name, full, tmp_path / "out")
    if name == "musictm":  # whose triples count notes by their place
        assert any(problem.startswith("sample s000001 (train): note 1: pitch") for problem in found)
    else:
        assert found == ["sample s000001 (train): note 1 is missing"]


@pytest.mark.parametrize("name", NAMES)
def test_another_release_is_found(name: str, full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports[name], tmp_path / "out")
    vouch(folder, version="1.0.1")
    assert told(full, folder) == ["its version is 1.0.1, the release's is 1.0.0"]
    vouch(folder, version="1.0.0", content_root="0" * 64)
    assert told(full, folder) == [f"its content_root is {'0' * 64}, the release's is {full.record.content_root}"]


@pytest.mark.parametrize("name", NAMES)
def test_every_flipped_bit_truncation_and_lost_file_is_found(
    name: str, full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(exports[name], tmp_path / "out")
    chance = random.Random(name)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != EXPORT_RECORD]
    for path in chance.sample(paths, 2):
        data = path.read_bytes()
        place, where = chance.randrange(len(data)), path.relative_to(folder).as_posix()
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :])
        assert f"{where} is not what its record says: another sha256" in told(full, folder)
        path.write_bytes(data[:place])
        assert f"{where} has {place:,} bytes, its record says {len(data):,}" in told(full, folder)
        path.unlink()
        assert f"{where} is missing" in told(full, folder)
        path.write_bytes(data)
    assert told(full, folder) == []


def test_what_is_astray_is_found(full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports["files"], tmp_path / "out")
    (folder / "audio" / "more.flac").write_bytes(b"")
    (folder / "link").symlink_to(folder / "metadata.csv")
    assert told(full, folder) == [
        "link: is a link; only regular files belong here",
        "audio/more.flac is not in its record",
    ]


def test_a_link_in_the_place_of_a_file_is_found(full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports["files"], tmp_path / "out")
    (folder / "metadata.csv").rename(tmp_path / "metadata.csv")
    (folder / "metadata.csv").symlink_to(tmp_path / "metadata.csv")
    assert told(full, folder) == ["metadata.csv: is a link; only regular files belong here"]


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_a_folder_without_a_record_is_found(
    text: str | None, full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(exports["files"], tmp_path / "out")
    (folder / EXPORT_RECORD).unlink()
    if text is not None:
        (folder / EXPORT_RECORD).write_text(text, "utf-8")
    (problem,) = told(full, folder)
    assert "VIEW.json" in problem


def test_an_export_of_an_unknown_kind_is_found(full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports["files"], tmp_path / "out")
    vouch(folder, view="parquet")
    assert told(full, folder) == [
        "no export is called 'parquet'; there are csv, files, lhotse, mirdata, musictm, webdataset"
    ]


def tamper(root: Path, path: str, column: str, change: Callable[[list[Any]], object]) -> None:
    """Change values in a data file of a release, and make its record and sums say that this is right."""
    rows = pq.read_table(root / path)
    values = rows[column].to_pylist()
    change(values)
    pq.write_table(set_values(rows, column, values), root / path)
    record = layout.read_record(root)
    files = [file_facts(root, root / file.path) for file in record.files]
    record = record.model_copy(update={"files": files})
    (root / layout.RECORD).write_bytes(record.encode())
    (root / layout.SUMS).write_bytes(sums_of(root, record))


@pytest.mark.parametrize(
    ("view", "config", "column", "change", "problem"),
    [
        ("open", "samples", "audio", lambda v: swap(v, 0, 1), "row sample_id s000000: audio is not the release's"),
        ("open", "samples", "lyrics", lambda v: put(v, 0, "x"), "row sample_id s000000: lyrics is not the release's"),
        ("features", "samples", "n_samples", lambda v: put(v, 0, 1), "row sample_id s000000: n_samples is not"),
        ("ids", "alignment", "onset_s", lambda v: put(v, 1, 0.5), "note_index 1: onset_s is not the release's"),
        ("features", "features_audio", "vector", lambda v: put(v, 0, [0.5] * 128), "vector is not the release's"),
        ("open", "notes", "note_index", lambda v: put(v, 0, 9), "note_index 0: note_index is not the release's"),
        ("open", "rights", "licence", lambda v: put(v, 0, None), "licence is empty, but not in the release"),
    ],
)
def test_a_view_by_rights_with_other_values_is_found(
    view: str,
    config: str,
    column: str,
    change: Callable[[list[Any]], object],
    problem: str,
    full: Release,
    rights_views: Mapping[str, Release],
    tmp_path: Path,
) -> None:
    folder = shutil.copytree(rights_views[view].root, tmp_path / "view")
    tamper(folder, layout.data_file(config, "train", 0, 1), column, change)
    assert any(problem in found for found in told(full, folder))


def test_a_view_by_rights_with_other_files_is_found(
    full: Release, rights_views: Mapping[str, Release], tmp_path: Path
) -> None:
    folder = shutil.copytree(rights_views["ids"].root, tmp_path / "view")
    (folder / "more").write_bytes(b"")
    (folder / "README.md").write_bytes(b"other")
    (folder / layout.SUMS).write_bytes(b"")
    found = told(full, folder)
    assert any(problem.startswith("README.md: has 5 bytes") for problem in found)
    assert "more: is no file of the release: RELEASE.json does not list it" in found
    assert any(problem.startswith("SHA256SUMS: is wrong about") for problem in found)


def test_many_problems_are_counted(full: Release, tmp_path: Path) -> None:
    made = songs().with_table("alignment", lambda rows: set_values(rows, "offset_s", [9.0] * len(rows)))
    found = claiming(made.write(tmp_path / "release"), "files", full, tmp_path / "out")
    assert len(found) == 21
    assert found[-1] == "and 28 more problems of this kind"


def test_a_damaged_release_proves_nothing(full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    root = shutil.copytree(full.root, tmp_path / "release")
    path = root / layout.data_file("samples", "train", 0, 1)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IntegrityError):
        check_exports(type(full)(root, full.record), [exports["files"]])
