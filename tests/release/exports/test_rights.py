"""Exports of a release in which works are withheld."""

from __future__ import annotations

import csv
import gzip
import importlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest

from musicdata.errors import UsageError
from musicdata.release.exports import EXPORTS, export, read_export_record
from musicdata.release.exports.check import check_exports
from musicdata.release.reading.release import Release
from tests.release.exports.songs import SECRET, is_open

POSSIBLE = {
    "open": ["csv", "files", "lhotse", "mirdata", "musictm", "webdataset"],
    "features": ["csv", "files", "mirdata"],
    "ids": ["csv", "files", "mirdata"],
}
IMPOSSIBLE = [(view, name) for view, names in POSSIBLE.items() for name in sorted(set(POSSIBLE["open"]) - set(names))]


@pytest.fixture(scope="module")
def withheld(
    rights_views: Mapping[str, Release], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Path]:
    """(Rights view, export) → its folder."""
    root = tmp_path_factory.mktemp("withheld")
    found = {(view, name): root / f"{view}-{name}" for view, names in POSSIBLE.items() for name in names}
    for (view, name), out in found.items():
        export(rights_views[view], name, out)
    return found


@pytest.mark.parametrize("view", POSSIBLE)
def test_the_views_and_their_exports_are_proved_with_the_full_release(
    view: str, full: Release, rights_views: Mapping[str, Release], withheld: Mapping[tuple[str, str], Path]
) -> None:
    folders = [rights_views[view].root, *(withheld[view, name] for name in POSSIBLE[view])]
    assert check_exports(full, folders) == []


@pytest.mark.parametrize("view", POSSIBLE)
def test_exports_are_proved_with_the_view_they_were_made_from(
    view: str, rights_views: Mapping[str, Release], withheld: Mapping[tuple[str, str], Path]
) -> None:
    assert check_exports(rights_views[view], [withheld[view, name] for name in POSSIBLE[view]]) == []


def test_what_is_fuller_than_the_release_cannot_be_proved(
    rights_views: Mapping[str, Release], exports: Mapping[str, Path]
) -> None:
    (problem,) = check_exports(rights_views["open"], [exports["csv"]])
    assert "check it with the full release" in problem


def test_all_have_the_same_samples(exports: Mapping[str, Path], withheld: Mapping[tuple[str, str], Path]) -> None:
    records = [read_export_record(folder) for folder in (*exports.values(), *withheld.values())]
    assert len({(record.ids.n, record.ids.sha256, record.version, record.content_root) for record in records}) == 1
    assert {record.release_view for record in records} == {"full", "open", "features", "ids"}


def test_withheld_words_are_nowhere(exports: Mapping[str, Path], withheld: Mapping[tuple[str, str], Path]) -> None:
    def told(folder: Path) -> bool:
        files = [path for path in folder.rglob("*") if path.is_file()]
        data = (gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in files)
        return any(SECRET.encode() in some or any(SECRET in p.name for p in files) for some in data)

    assert all(told(folder) for folder in exports.values())
    assert not any(told(folder) for folder in withheld.values())


@pytest.mark.parametrize("name", ["files", "mirdata", "musictm", "lhotse"])
def test_withheld_sounds_and_pictures_have_no_files(
    name: str, full: Release, withheld: Mapping[tuple[str, str], Path]
) -> None:
    stems = {path.stem for path in withheld["open", name].rglob("*.flac")}
    assert stems == {row["sample_id"] for row in full.samples(["sample_id"]) if is_open(row["sample_id"])}
    pictures = {path.stem for path in withheld["open", name].rglob("sheets/*.png")}
    assert pictures == stems


def test_withheld_members_are_left_out_of_archives(full: Release, withheld: Mapping[tuple[str, str], Path]) -> None:
    found = EXPORTS.find("webdataset").read
    for sample_id, _, payload in found(withheld["open", "webdataset"], full):
        assert (set(payload["media"]) == {"audio", "sheet"}) == is_open(sample_id)
        assert (set(payload["texts"]) == {"lyrics"}) == is_open(sample_id)
        assert payload["rights"]["audio"]["may_redistribute"] == is_open(sample_id)


def test_withheld_cells_are_empty(withheld: Mapping[tuple[str, str], Path]) -> None:
    with (withheld["open", "csv"] / "samples" / "train.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert bool(row["lyrics"]) == bool(row["audio"]) == is_open(row["sample_id"])


def test_lhotse_takes_what_is_left(withheld: Mapping[tuple[str, str], Path]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lhotse = importlib.import_module("lhotse")
    folder = withheld["open", "lhotse"]
    supervisions = lhotse.load_manifest(folder / "supervisions_train.jsonl.gz").to_eager()
    cuts = lhotse.load_manifest(folder / "cuts_train.jsonl.gz").with_recording_path_prefix(folder).to_eager()
    lhotse.validate(supervisions)
    lhotse.validate(cuts, read_data=True)
    assert {cut.id for cut in cuts} == {s.id for s in supervisions if is_open(s.id)} < {s.id for s in supervisions}
    assert all(("syllable" in s.alignment) == is_open(s.id) for s in supervisions)


def test_mirdata_takes_what_is_left(withheld: Mapping[tuple[str, str], Path]) -> None:
    for view in POSSIBLE:
        index = json.loads((withheld[view, "mirdata"] / "musicdata_made_index_1.0.0.json").read_bytes())
        for sample_id, fields in index["tracks"].items():
            assert (fields["audio"] != [None, None]) == (view == "open" and is_open(sample_id))


@pytest.mark.parametrize(("view", "name"), IMPOSSIBLE)
def test_what_makes_no_sense_is_refused(
    view: str, name: str, rights_views: Mapping[str, Release], tmp_path: Path
) -> None:
    with pytest.raises(
        UsageError, match=rf"made@1\.0\.0 in the view '{view}' has no .* the export '{name}' makes no sense"
    ):
        export(rights_views[view], name, tmp_path / "out")
    assert not list(tmp_path.iterdir())
