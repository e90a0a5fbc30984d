"""Records of publications, taken in from where the releases are, or from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import musicdata
from musicdata.api import releases
from musicdata.errors import InputError, IntegrityError, RefusedError, UsageError
from musicdata.release.publish.upload import pack
from musicdata.release.record import layout
from tests.loopback import message, says, serving
from tests.release.publish.http_server import running
from tests.release.publish.made_up import send, tree, write_release
from tests.release.publish.test_fetch import Files


@pytest.fixture
def there(tmp_path: Path, release: Path) -> Path:
    """What the release was published into, as a folder."""
    send(release, str(tmp_path / "there"), tmp_path / "the publisher's")
    return tmp_path / "there"


@pytest.fixture
def served(there: Path) -> Iterator[str]:
    with running(partial(Files, directory=str(there))) as url:
        yield url


def test_a_name_leads_to_the_release_from_then_on(served: str, there: Path, release: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no record of musictm@1"):
        musicdata.load("musictm@1.0.0")
    seen = releases.add_record(f"{served}/musictm@1.0.0", dry_run=True)
    assert seen["status"] == "not taken in yet"
    assert not (tmp_path / "home").exists()
    taken = releases.add_record(f"{served}/musictm@1.0.0")
    assert taken == seen | {"status": "taken in"}
    assert taken["url"] == f"{served}/musictm/1.0.0"  # not where it was published before it was moved there
    assert taken["found_at"] == f"{served}/musictm/1.0.0/PUBLICATION.json"
    said = json.loads((there / "musictm/1.0.0/PUBLICATION.json").read_text("utf-8"))
    assert said["url"] == (there / "musictm/1.0.0").as_uri()
    assert json.loads((tmp_path / "home/records/musictm/1.0.0.json").read_text("utf-8")) == said | {"url": taken["url"]}
    assert tree(musicdata.load("musictm@1.0.0").root) == tree(release)
    assert releases.add_record(f"{served}/musictm/1.0.0")["status"] == "there already"


@pytest.mark.parametrize("kind", ["folder", "base and name", "file", "record elsewhere"])
def test_it_is_taken_from_a_folder_and_from_a_file(kind: str, there: Path, release: Path, tmp_path: Path) -> None:
    place = {"folder": "musictm/1.0.0", "base and name": "musictm@1.0.0", "file": "musictm/1.0.0/PUBLICATION.json"}
    given = there / place.get(kind, "")
    if kind == "record elsewhere":
        given = (there / "musictm/1.0.0/PUBLICATION.json").rename(tmp_path / "musictm-1.0.0.json")
    assert releases.add_record(given)["url"] == (there / "musictm/1.0.0").as_uri()
    assert tree(musicdata.load("musictm@1.0.0").root) == tree(release)


def test_a_pin_decides(served: str, release: Path, tmp_path: Path) -> None:
    upload = pack(release)
    with pytest.raises(IntegrityError, match=f"the pin is {'0' * 12}, it names .*{upload.digest}"):
        releases.add_record(served + "/musictm@1.0.0", pin="0" * 12)
    assert not (tmp_path / "home").exists()
    assert releases.add_record(served + "/musictm@1.0.0", pin=upload.record.content_root)["status"] == "taken in"


def test_a_version_that_is_on_record_otherwise_is_refused(served: str, there: Path, tmp_path: Path) -> None:
    releases.add_record(f"{served}/musictm@1.0.0")
    write_release(tmp_path / "other", seed=1)
    send(tmp_path / "other", str(tmp_path / "else"), tmp_path / "records of else")
    with pytest.raises(RefusedError, match="published already, with other content"):
        releases.add_record(tmp_path / "else/musictm@1.0.0")


def test_a_record_and_a_release_that_contradict_each_other(served: str, there: Path) -> None:
    write_release(there / "musictm/1.0.0", seed=1)
    for place in (f"{served}/musictm/1.0.0", str(there / "musictm@1.0.0")):
        with pytest.raises(IntegrityError, match="contradict each other"):
            releases.add_record(place)


def record_of(release: Path, url: str) -> dict[str, Any]:
    return pack(release).publication("s3://b/x").facts | {"url": url}


@pytest.mark.parametrize("url", ["file:///etc", "http://169.254.169.254/r", "http://127.0.0.1:1/r", "http://[::1]/r"])
def test_a_record_from_elsewhere_leads_to_no_place_inside(
    release: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = json.dumps(record_of(release, url)).encode()
    answers = {"/a/x.json": says(message(200, data)), "/b/PUBLICATION.json": says(message(200, data))}
    with serving(answers | {"/b/RELEASE.json": says(message(404))}) as server:
        for path in ("a/x.json", "b"):
            with pytest.raises(RefusedError, match=r"says that musictm@1\.0\.0 is at .*, inside this machine"):
                releases.add_record(f"{server.url}/{path}")
        assert not (tmp_path / "home").exists()
        (tmp_path / "x.json").write_bytes(data)  # a person looked at it
        assert releases.add_record(tmp_path / "x.json")["url"] == url


def test_a_record_by_itself_leads_to_where_it_says(release: Path) -> None:
    data = json.dumps(record_of(release, "hf://datasets/me/songs@v1.0.0")).encode()
    with serving({"/a/x.json": says(message(200, data))}) as server:
        assert releases.add_record(f"{server.url}/a/x.json")["url"] == "hf://datasets/me/songs@v1.0.0"


def test_what_has_no_record_is_told(served: str, there: Path, tmp_path: Path) -> None:
    (there / "musictm/1.0.0/PUBLICATION.json").unlink()
    for place in (f"{served}/musictm/1.0.0", str(there / "musictm/1.0.0")):
        with pytest.raises(InputError, match=r"PUBLICATION\.json is missing\. A release without one is loaded by its"):
            releases.add_record(place)
    with pytest.raises(InputError, match="nowhere"):
        releases.add_record(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is a name, which only a record leads to"):
        releases.add_record("musictm@1.0.0")
    with pytest.raises(InputError, match=r"RELEASE\.json is not the record of a release"):
        releases.add_record(there / "musictm/1.0.0/RELEASE.json")
    with pytest.raises(UsageError, match="holds no user"):
        releases.add_record("https://me:pw@host/a.json")


def test_a_record_that_is_too_long(tmp_path: Path) -> None:
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * (3 * layout.MAX_PUBLICATION_BYTES)
    with serving({"/x.json": says(endless)}) as server, pytest.raises(IntegrityError, match="bytes"):
        releases.add_record(f"{server.url}/x.json")
    (tmp_path / "x.json").write_bytes(b" " * (layout.MAX_PUBLICATION_BYTES + 2))
    with pytest.raises(InputError, match="more than 1,048,576 bytes"):
        releases.add_record(tmp_path / "x.json")
