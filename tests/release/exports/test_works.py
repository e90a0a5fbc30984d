"""Works that no data set of ours has: a second picture, and a text that is a review."""

from __future__ import annotations

import gzip
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions.column import Column
from musicdata.definitions.contract import Contract
from musicdata.errors import ContractError, InputError, IntegrityError
from musicdata.release.exports import EXPORTS, export
from musicdata.release.exports.check import check_exports
from musicdata.release.exports.folder import Folder
from musicdata.release.reading import shape
from musicdata.release.reading.release import Release, open_release
from musicdata.release.removal.absence import prove_absence
from musicdata.release.sharing import redaction
from tests.release.exports.songs import songs
from tests.release.made import encoded

SHARED = (
    Column(name="sample_id", type="string", description="Sample."),
    Column(name="split", type="string", description="Part of the data set."),
)
COVERS = Contract(
    name="covers",
    description="The cover of each sample.",
    key=("sample_id",),
    columns=(*SHARED, Column(name="cover", type="image", ending=".png", content_of="sheet", description="Cover.")),
)
REVIEWS = Contract(
    name="reviews",
    description="What somebody wrote about each sample.",
    key=("sample_id",),
    columns=(*SHARED, Column(name="opinion", type="string", content_of="review", description="What was written.")),
)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release whose samples have a sound, a sheet, a cover of the same modality, words and a review."""
    made = songs()
    ids, n = made.tables["samples"].select(["sample_id", "split"]), len(made.tables["samples"])
    covers = ids.append_column("cover", encoded("image", np.arange(1000, 1000 + n)))
    reviews = ids.append_column(
        "opinion", pa.array([f"a review as long as number {number:03d}" for number in range(n)])
    )
    added = {"covers": covers.cast(COVERS.arrow_schema()), "reviews": reviews.cast(REVIEWS.arrow_schema())}
    made = replace(made, tables={**made.tables, **added}, contracts={"covers": COVERS, "reviews": REVIEWS})
    return made.write(tmp_path_factory.mktemp("reviewed") / "release")


def test_works_are_named_by_what_they_show(reviewed: Release) -> None:
    assert [(work.name, work.place, work.table) for work in shape.works(reviewed)] == [
        ("audio", "audio", "audio"),
        ("sheet", "cover", "covers"),
        ("image", "image", "sheets"),
        ("lyrics", "lyrics", "samples"),
        ("review", "opinion", "reviews"),
    ]


@pytest.mark.parametrize("name", EXPORTS.all())
def test_every_export_shows_them(name: str, reviewed: Release, tmp_path: Path) -> None:
    export(reviewed, name, tmp_path / "out")
    assert check_exports(reviewed, [tmp_path / "out"]) == []
    held = b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    )
    rows = list(reviewed.samples(["cover", "image", "opinion"]))
    assert all(row["opinion"].encode() in held for row in rows)
    if name != "csv":
        assert all(row[column]["bytes"] in held for row in rows for column in ("cover", "image"))


def test_the_second_of_one_ending_has_its_name_before_it(reviewed: Release, tmp_path: Path) -> None:
    export(reviewed, "webdataset", tmp_path / "out")
    with tarfile.open(tmp_path / "out" / "test-000000.tar") as archive:
        names = [name for name in archive.getnames() if name.startswith("s000010")]
    endings = [".flac", ".image.png", ".json", ".png", ".review.txt", ".txt"]
    assert names == [f"s000010{ending}" for ending in endings]


def test_an_index_has_a_field_for_each(reviewed: Release, tmp_path: Path) -> None:
    export(reviewed, "mirdata", tmp_path / "out")
    index = json.loads((tmp_path / "out" / "musicdata_made_index_1.0.0.json").read_bytes())
    paths = {field: entry[0] for field, entry in index["tracks"]["s000000"].items()}
    assert paths == {
        "audio": "audio/s000000.flac",
        "score": "covers/s000000.png",
        "lyrics": "lyrics/s000000.txt",
        "alignment": "alignment/s000000.csv",
        "image": "sheets/s000000.png",
        "review": "review/s000000.txt",
    }


def test_a_changed_work_is_found(reviewed: Release, tmp_path: Path) -> None:
    export(reviewed, "files", tmp_path / "out")
    folder = tmp_path / "out" / "covers"
    (folder / "s000000.png").write_bytes((folder / "s000001.png").read_bytes())
    found = check_exports(reviewed, [tmp_path / "out"])
    assert any("sample s000000 (train): sheet is not the release's: sha256" in line for line in found)


def test_a_view_without_them_counts_the_words_of_all_texts(reviewed: Release, tmp_path: Path) -> None:
    redaction.render(reviewed.root, "features", tmp_path / "features")
    words = open_release(tmp_path / "features").table("bag_of_words").column("word").to_pylist()
    assert {"review", "number"} <= set(words)


def test_a_review_that_is_left_is_found(reviewed: Release) -> None:
    left = prove_absence(reviewed.root, ["s000003"], reviewed.root)
    found = [finding for finding in left.findings if finding.what == "the words of s000003"]
    assert any(finding.place == "column opinion" for finding in found)


@pytest.mark.parametrize("name", ["mirdata", "webdataset"])
@pytest.mark.parametrize("modality", ["../../up", "/up", "a.b"])
def test_a_modality_never_leads_out_of_the_folder(name: str, modality: str, tmp_path: Path) -> None:
    """Contracts of a release are a stranger's: what they call a work becomes the name of a folder or a member."""
    made = songs(6)
    ids = made.tables["samples"].select(["sample_id", "split"])
    opinion = REVIEWS.columns[-1].model_copy(update={"content_of": modality})
    hostile = REVIEWS.model_copy(update={"columns": (*SHARED, opinion)})
    rows = ids.append_column("opinion", pa.array(["a review"] * len(ids))).cast(hostile.arrow_schema())
    made = replace(made, tables={**made.tables, "reviews": rows}, contracts={"reviews": hostile})
    release = made.write(tmp_path / "in" / "release")
    with pytest.raises((InputError, ContractError), match=r"cannot be the name of a file|should match pattern"):
        export(release, name, tmp_path / "in" / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["release"]


@pytest.mark.parametrize("path", ["../up", "a/../../up", "/up", ""])
def test_no_file_is_written_beside_an_export(path: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with pytest.raises(IntegrityError, match="no path inside"):
        folder.write(path, b"data")
    assert not list(tmp_path.iterdir())


def test_only_sounds_and_pictures_have_an_ending() -> None:
    with pytest.raises(ValueError, match="only sounds and pictures have an ending"):
        Column(name="text", type="string", description="Text.", ending=".txt")


def test_what_a_contract_says_beside_rows_does_not_change_its_digest() -> None:
    columns = [column.model_copy(update={"ending": "", "role": ""}) for column in COVERS.columns]
    plain = COVERS.model_copy(update={"columns": tuple(columns), "introduces": "sample_id", "system": True})
    assert plain.digest() == COVERS.digest()
