"""The files of a population: the layout of the real ones, the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from musicdata.twin import AlbumPopulation
from musicdata.twin.albums.dumps import DATE, faulty_documents, write_files

POPULATION = AlbumPopulation(12, n_reissues=5)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_files(POPULATION, tmp_path_factory.mktemp("files"))


def members(path: Path) -> dict[str, bytes]:
    """Return the files of an archive in order; it has nothing else."""
    data = pa.input_stream(path, compression="zstd").read() if path.suffix == ".zst" else path.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert all(member.isreg() for member in archive)
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_population_writes_the_same_bytes(written: dict[str, Path], tmp_path: Path) -> None:
    write_files(AlbumPopulation(12, n_reissues=5), tmp_path)
    assert digests(tmp_path) == digests(written["mard"].parent)
    assert len(digests(tmp_path)) == 6


@pytest.mark.parametrize("kind", ["lowlevel", "highlevel"])
def test_archives_hold_every_document_once_and_a_few_broken_ones(written: dict[str, Path], kind: str) -> None:
    folder = f"acousticbrainz-{kind}-json-{DATE}"
    parts = [members(written[kind] / f"{folder}-{number}.tar.zst") for number in (0, 1)]
    assert all(list(part)[-1] == f"{folder}/COPYING" for part in parts)
    documents = {
        name.rpartition("/")[2].removesuffix(".json"): data
        for part in parts
        for name, data in part.items()
        if name.endswith(".json")
    }
    for part in parts:
        for name in part:
            if name.endswith(".json"):
                identity = name.rpartition("/")[2]
                assert name == f"{folder}/{kind}/{identity[:2]}/{identity[2]}/{identity}"
    broken = dict(faulty_documents(POPULATION))
    right = {f"{one.recording_id}-{one.offset}": one for one in POPULATION.submissions}
    assert set(documents) == set(right) | set(broken)
    assert len(broken) == 4
    assert not set(broken) & set(right)
    for name, one in list(right.items())[::9]:
        document = json.loads(documents[name])
        if kind == "highlevel":
            assert document == POPULATION.highlevel(one)
        else:
            assert document["metadata"] == POPULATION.metadata(one)
            assert documents[name].decode() == POPULATION.lowlevel([one])[0]


def test_the_release_dump_has_a_line_for_every_release(written: dict[str, Path]) -> None:
    found = members(written["release"])
    assert list(found)[-1] == "mbdump/release"
    assert {"TIMESTAMP", "COPYING", "REPLICATION_SEQUENCE", "JSON_DUMPS_SCHEMA_NUMBER"} < set(found)
    assert not found["mbdump/release"].endswith(b"\n")
    lines = [json.loads(line) for line in found["mbdump/release"].splitlines()]
    releases = POPULATION.discography.releases
    assert [line["id"] for line in lines] == [release.release_id for release in releases]
    for line, release in zip(lines, releases, strict=True):
        assert POPULATION.by_group_id[line["release-group"]["id"]].releases
        n_told = sum(
            len(medium["tracks"]) + len(medium.get("data-tracks", [])) + ("pregap" in medium)
            for medium in line["media"]
        )
        assert n_told == len(release.tracks)


def test_mards_archive_has_its_two_files(written: dict[str, Path]) -> None:
    with zipfile.ZipFile(written["mard"]) as archive:
        assert archive.namelist() == ["mard/mard_metadata.json", "mard/mard_reviews.json"]
        lines = archive.read("mard/mard_reviews.json").decode().splitlines()
    assert len(lines) > len(POPULATION.reviews)
