"""Records of published releases: where they are found, and that they are never changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicdata.definitions import shipped
from musicdata.errors import InputError, IntegrityError, RefusedError
from musicdata.release.publish import publications
from musicdata.release.publish.fetch import fetch
from musicdata.release.publish.publications import Publication


def made(version: str = "1.0.0", **changed: Any) -> Publication:
    facts: dict[str, Any] = {
        "name": "musictm",
        "version": version,
        "view": "full",
        "content_root": "a" * 64,
        "release_json_sha256": "b" * 64,
        "files": 3,
        "bytes": 100,
        "rows": {"train": 1},
        "url": "s3://bucket/musictm/1.0.0",
        "published": "2026-01-02",
    }
    return Publication(**(facts | changed))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def test_a_record_is_found_again(tmp_path: Path) -> None:
    path = publications.write(made(), tmp_path / "r")
    assert path == tmp_path / "r/musictm/1.0.0.json"
    assert publications.find("musictm", "1.0.0", tmp_path / "r") == made()
    assert [each.name for each in path.parent.iterdir()] == ["1.0.0.json"]


def test_the_highest_version_is_the_newest_by_number(tmp_path: Path) -> None:
    for version in ("1.2.0", "1.10.0", "1.9.9"):
        publications.write(made(version), tmp_path)
    assert publications.find("musictm", None, tmp_path).version == "1.10.0"
    assert [each.version for each in publications.all_of("musictm", tmp_path)] == ["1.2.0", "1.9.9", "1.10.0"]


def test_folders_are_looked_through_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    bundled = shipped.folder("manifests") / "releases"
    assert publications.folders() == [tmp_path / "home/records", bundled]
    Path("manifests").mkdir()
    assert publications.folders() == [tmp_path / "home/records", bundled]
    assert publications.written_to() == [Path.cwd() / "manifests/releases", tmp_path / "home/records"]
    Path("RELEASE.json").touch()  # a release has manifests of its own
    assert publications.written_to() == [tmp_path / "home/records"]
    monkeypatch.setenv("MUSICDATA_RECORDS", "manifests/releases")
    assert publications.folders() == [Path.cwd() / "manifests/releases", tmp_path / "home/records", bundled]
    assert publications.written_to() == [Path.cwd() / "manifests/releases"]
    assert publications.folders(tmp_path) == publications.written_to(tmp_path) == [tmp_path]


@pytest.mark.parametrize("slug", ["musictm@1.0.0", "musictm", "musictm@1.0.0+full"])
@pytest.mark.parametrize("url", ["http://169.254.169.254/r", "file:///etc", "https://evil.example/r", "s3://theirs/r"])
def test_a_record_of_the_current_folder_is_named_and_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slug: str, url: str
) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    planted = Path.cwd() / "manifests/releases"
    publications.write(made(url=url), planted)
    with pytest.raises(RefusedError) as caught:
        fetch(slug)
    assert url in str(caught.value)
    assert f"export MUSICDATA_RECORDS={planted}" in str(caught.value)
    assert publications.all_of("musictm") == []
    monkeypatch.setenv("MUSICDATA_RECORDS", str(planted))
    assert publications.find(*publications.split_slug(slug)).url == url


def test_a_record_of_the_current_folder_says_nothing_against_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    publications.write(made(), tmp_path / "home/records")
    for version in ("1.0.0", "9.0.0"):
        planted = made(version, release_json_sha256="c" * 64, url="http://evil.example/")
        publications.write(planted, Path("manifests/releases"))
    assert publications.find("musictm") == publications.find("musictm", "1.0.0") == made()


def test_records_of_all_folders_are_seen_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MUSICDATA_RECORDS", "manifests/releases")
    publications.write(made("1.0.0"), Path("manifests/releases"))
    publications.write(made("2.0.0"), tmp_path / "home/records")
    publications.write(made("1.0.0", url="file:///a/mirror"), tmp_path / "home/records")
    assert publications.find("musictm", None).version == "2.0.0"
    assert publications.find("musictm", "1.0.0").url == made().url


def test_records_that_contradict_each_other_are_not_chosen_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MUSICDATA_RECORDS", "manifests/releases")
    publications.write(made(), Path("manifests/releases"))
    publications.write(made(release_json_sha256="c" * 64), tmp_path / "home/records")
    with pytest.raises(IntegrityError, match=r"home/records/musictm/1\.0\.0\.json contradict"):
        publications.find("musictm", "1.0.0")
    assert publications.find("musictm", "1.0.0", tmp_path / "home/records").release_json_sha256 == "c" * 64


def test_a_missing_one_is_told_with_what_there_is(tmp_path: Path) -> None:
    publications.write(made("1.0.0"), tmp_path)
    publications.write(made("1.1.0"), tmp_path)
    with pytest.raises(InputError, match=r"no record of musictm@9\.0\.0; there is: 1\.0\.0\+full, 1\.1\.0\+full"):
        publications.find("musictm", "9.0.0", tmp_path)
    with pytest.raises(InputError, match=r"no record of lyrics; there is: musictm"):
        publications.find("lyrics", None, tmp_path)
    with pytest.raises(InputError, match="none of any data set"):
        publications.find("lyrics", None, tmp_path / "nothing")


@pytest.mark.parametrize("name", ["../etc", "a/b", "", "Musictm", ".", "..", "a\0b", "a" * 101])
def test_names_that_are_paths_or_worse(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="not the name of a data set"):
        publications.find(name, "1.0.0", tmp_path)


def test_a_record_is_never_changed(tmp_path: Path) -> None:
    path = publications.write(made(), tmp_path)
    before = path.read_bytes()
    assert publications.write(made(url="file:///mirror", published="2027-01-01"), tmp_path) == path
    with pytest.raises(RefusedError, match="published already, with other content"):
        publications.write(made(release_json_sha256="c" * 64), tmp_path)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["1.0.0.json"]


def test_another_view_of_a_version_has_a_record_of_its_own(tmp_path: Path) -> None:
    ids = made(view="ids", release_json_sha256="c" * 64, url="hf://datasets/me/ids@v1.0.0")
    publications.write(made(), tmp_path)
    path = publications.write(ids, tmp_path)
    assert path.name == "1.0.0+ids.json"
    assert publications.write(ids, tmp_path) == path
    assert publications.find("musictm", "1.0.0", tmp_path) == publications.find("musictm", None, tmp_path) == made()
    assert publications.find("musictm", "1.0.0+ids", tmp_path) == ids
    assert publications.find("musictm", "1.0.0+full", tmp_path) == made()
    with pytest.raises(RefusedError):
        publications.write(made(view="ids", release_json_sha256="d" * 64), tmp_path)
    with pytest.raises(RefusedError):
        publications.write(made(view="features", release_json_sha256="d" * 64, content_root="e" * 64), tmp_path)


@pytest.mark.parametrize("url", ["https://me:pass@host/a", "https://host/a?token=x", "/no/scheme"])
def test_a_record_holds_no_key(url: str) -> None:
    with pytest.raises(ValueError, match="neither a user, a password nor a query"):
        made(url=url)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", "Field required"),
        ("not json", "Invalid JSON"),
        (made("2.0.0").model_dump_json(), "its file has another name"),
    ],
)
def test_a_file_that_is_no_record(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "musictm").mkdir()
    (tmp_path / "musictm/1.0.0.json").write_text(text)
    with pytest.raises(InputError, match=says):
        publications.find("musictm", "1.0.0", tmp_path)
