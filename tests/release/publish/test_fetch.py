"""Fetching of published releases, from places that break off, lie, or are gone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

import musicdata.release.publish.fetch
from musicdata.errors import InputError, IntegrityError, StorageError, TransferError, UsageError
from musicdata.release.publish import publications as records
from musicdata.release.publish.fetch import fetch
from musicdata.release.publish.publications import Publication
from musicdata.release.publish.upload import pack
from musicdata.release.record import layout
from musicdata.release.record.files import sums_of
from tests.loopback import Asked, Behaviour, message, serving
from tests.release.publish.http_server import running
from tests.release.publish.made_up import SAMPLES, seal, send, tree, write_release

PLACES = ["file", "s3", "http"]


class Files(SimpleHTTPRequestHandler):
    """Serves a folder, without ranges."""

    wbufsize = 1 << 16

    def log_message(self, *args: Any) -> None:
        pass


def record_for(release: Path, url: str, folder: Path) -> Publication:
    """Write the record of a release that is at a URL without having been published there."""
    upload = pack(release)
    facts: dict[str, Any] = {key: getattr(upload.record, key) for key in ("name", "version", "view", "content_root")}
    made = Publication(
        **facts,
        release_json_sha256=upload.digest,
        files=len(upload.paths),
        bytes=upload.n_bytes,
        rows=SAMPLES,
        url=url,
        published="2026-01-02",
    )
    records.write(made, folder)
    return made


@pytest.fixture
def served(tmp_path: Path) -> Any:
    """An http server for the folder `there`; its address."""
    (tmp_path / "there").mkdir()
    with running(partial(Files, directory=str(tmp_path / "there"))) as url:
        yield url


@pytest.fixture
def published(request: pytest.FixtureRequest, release: Path, tmp_path: Path, records: Path) -> Callable[[str], Path]:
    """Publish the release at a kind of place; return its folder of records."""

    def publish(kind: str) -> Path:
        if kind == "s3":
            request.getfixturevalue("bucket")
            send(release, "s3://bucket/x", records)
        elif kind == "http":
            url = request.getfixturevalue("served")
            send(release, str(tmp_path / "there"), tmp_path / "unused")
            record_for(release, f"{url}/musictm/1.0.0/", records)
        else:
            send(release, str(tmp_path / "there"), records)
        return records

    return publish


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_fetched_is_the_release(
    kind: str, published: Callable[[str], Path], release: Path, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    root = fetch("musictm@1.0.0", records_in=published(kind), progress=lambda *each: told.append(each))
    digest = hashlib.sha256((release / layout.RECORD).read_bytes()).hexdigest()
    assert root == tmp_path / f"home/releases/musictm/1.0.0-{digest[:12]}"
    assert tree(root) == tree(release)
    assert sorted(path for path, _, _ in told) == sorted(tree(release).keys() - {layout.RECORD})
    assert sorted(path.name for path in root.parent.iterdir()) == [f".{root.name}.lock", root.name]


@pytest.mark.parametrize("kind", PLACES)
def test_what_was_fetched_is_used_without_the_place_and_without_the_network(
    kind: str, published: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = published(kind)
    root = fetch("musictm@1.0.0", records_in=folder)
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    (tmp_path / "there").exists() and (tmp_path / "there").rename(tmp_path / "gone")
    assert fetch("musictm", records_in=folder) == root


def test_offline_forbids_to_fetch(published: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = published("http")
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    with pytest.raises(UsageError, match="unset MUSICDATA_OFFLINE"):
        fetch("musictm@1.0.0", records_in=folder)


def test_offline_a_folder_can_be_read(
    published: Callable[[str], Path], release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = published("file")
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    assert tree(fetch("musictm@1.0.0", records_in=folder)) == tree(release)


# The check of bytes does not depend on the way by which they came.
PATHS = ["README.md", "data/samples/train-00000-of-00001.parquet", "SHA256SUMS", "RELEASE.json"]
DAMAGES = [
    *(("file", path, how) for path in PATHS for how in ("flip", "cut", "longer", "missing")),
    *((kind, *damage) for kind in ("s3", "http") for damage in ((PATHS[1], "flip"), (PATHS[0], "missing"))),
]


@pytest.mark.parametrize(("kind", "path", "how"), DAMAGES)
def test_every_difference_is_found_and_named(
    kind: str, path: str, how: str, published: Callable[[str], Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = published(kind)
    root = tmp_path / "there/musictm/1.0.0"
    bucket = request.getfixturevalue("bucket") if kind == "s3" else None
    key = f"x/musictm/1.0.0/{path}"
    data = bucket.get_object(Bucket="bucket", Key=key)["Body"].read() if bucket else (root / path).read_bytes()
    spoilt = {"flip": data[:-1] + bytes([data[-1] ^ 1]), "cut": data[:-1], "longer": data + b"!", "missing": None}[how]
    if bucket:
        bucket.delete_object(Bucket="bucket", Key=key)
        _ = spoilt is None or bucket.put_object(Bucket="bucket", Key=key, Body=spoilt)
    else:
        (root / path).unlink()
        _ = spoilt is None or (root / path).write_bytes(spoilt)
    with pytest.raises(IntegrityError, match=path):
        fetch("musictm@1.0.0", records_in=folder)
    assert not [each for each in (tmp_path / "home/releases/musictm").iterdir() if not each.name.startswith(".")]


def test_all_that_differ_are_named_at_once_and_the_rest_is_kept(
    published: Callable[[str], Path], tmp_path: Path, release: Path
) -> None:
    folder = published("file")
    there = tmp_path / "there/musictm/1.0.0"
    for name in ("README.md", "recipe.toml"):
        (there / name).write_text("spoilt")
    with pytest.raises(IntegrityError, match=r"README\.md \(it has other bytes\); recipe\.toml"):
        fetch("musictm@1.0.0", records_in=folder)
    for name in ("README.md", "recipe.toml"):
        (there / name).write_bytes((release / name).read_bytes())
    (there / "CITATION.cff").unlink()  # it has been fetched already
    assert tree(fetch("musictm@1.0.0", records_in=folder)) == tree(release)


def store_of(release: Path, breaks: dict[str, int]) -> dict[str, Behaviour]:
    """Serve the files of a release with ranges; some break off, as often as told."""

    def serve(path: str, connection: Any, asked: Asked, number: int) -> None:
        data = tree(release)[path]
        start = int(asked.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        span = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        answer = message(206 if start else 200, data[start:], ETag='"x"', **span)
        if breaks.get(path, 0) > 0:
            breaks[path] -= 1
            connection.sendall(answer[: len(answer) - len(data[start:]) // 2])
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer)

    return {f"/r/{path}": partial(serve, path) for path in tree(release)}


LARGE = "data/large.bin"


def test_a_download_that_breaks_off_goes_on(tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    write_release(tmp_path / "release", more={LARGE: bytes(range(256)) * 4000})
    with serving(store_of(tmp_path / "release", {LARGE: 5})) as server:
        record_for(tmp_path / "release", f"{server.url}/r", records)
        with pytest.raises(TransferError, match="Run the same command again"):
            fetch("musictm@1.0.0", records_in=records)
        once = [asked.target for asked in server.asked]
        assert tree(fetch("musictm@1.0.0", records_in=records)) == tree(tmp_path / "release")
        more = server.asked[len(once) :]
    assert once.count("/r/CITATION.cff") == 1
    assert "/r/CITATION.cff" not in [asked.target for asked in more]
    assert int(next(asked for asked in more if LARGE in asked.target).headers["range"][6:-1]) > 512_000


def test_what_another_left_in_the_unfinished_folder_does_not_stay(
    published: Callable[[str], Path], tmp_path: Path, release: Path
) -> None:
    folder = published("file")
    name = f"1.0.0-{hashlib.sha256((release / layout.RECORD).read_bytes()).hexdigest()[:12]}"
    partial_folder = tmp_path / f"home/releases/musictm/.{name}.partial"
    (partial_folder / "data/empty").mkdir(parents=True)
    (partial_folder / "evil.py").write_text("import os")
    outside = (release / "README.md").read_bytes()
    (tmp_path / "outside").write_bytes(outside)
    (partial_folder / "README.md").symlink_to(tmp_path / "outside")
    (partial_folder / "recipe.toml.part").write_text("half")
    (partial_folder / "CITATION.cff").write_bytes((release / "CITATION.cff").read_bytes())
    (partial_folder / "CITATION.cff.part").write_text("half")
    root = fetch("musictm@1.0.0", records_in=folder)
    assert tree(root) == tree(release)
    assert not any(path.is_symlink() for path in root.rglob("*"))
    assert not (root / "data/empty").exists()
    assert (tmp_path / "outside").read_bytes() == outside


def test_a_copy_that_was_changed_since_is_not_handed_out(published: Callable[[str], Path]) -> None:
    folder = published("file")
    root = fetch("musictm@1.0.0", records_in=folder)
    with (root / "README.md").open("ab") as file:
        file.write(b"!")
    with pytest.raises(IntegrityError, match=r"has been changed: README\.md\. Remove the folder"):
        fetch("musictm@1.0.0", records_in=folder)
    (root / "RELEASE.json").write_text("{}")
    with pytest.raises(IntegrityError, match=r"has been changed: RELEASE\.json"):
        fetch("musictm@1.0.0", records_in=folder)


def hostile(release: Path, change: Callable[[dict[str, Any]], None], records: Path) -> Path:
    """Change `RELEASE.json`, and vouch for the changed one in the record."""
    record = json.loads((release / layout.RECORD).read_text())
    upload = pack(release)
    change(record)
    (release / layout.RECORD).write_text(json.dumps(record))
    made = record_for_bytes(release, upload.n_bytes)
    records.mkdir(exist_ok=True)
    (records / "musictm").mkdir()
    (records / "musictm/1.0.0.json").write_text(json.dumps(made))
    return records


def record_for_bytes(release: Path, n_bytes: int) -> dict[str, Any]:
    data = (release / layout.RECORD).read_bytes()
    return {
        "name": "musictm",
        "version": "1.0.0",
        "view": "full",
        "content_root": "a" * 64,
        "release_json_sha256": hashlib.sha256(data).hexdigest(),
        "files": 9,
        "bytes": n_bytes,
        "rows": SAMPLES,
        "url": release.as_uri(),
        "published": "2026-01-02",
    }


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", "a/./b", "", "a\0b"])
def test_a_hostile_path_goes_nowhere(release: Path, records: Path, tmp_path: Path, path: str) -> None:
    def rename(record: dict[str, Any]) -> None:
        record["files"][0]["path"] = path

    with pytest.raises(InputError, match="is not the path of a file inside the release"):
        fetch("musictm@1.0.0", records_in=hostile(release, rename, records))
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("path", ["RELEASE.json", "SHA256SUMS", "readme.MD", "README.md", "README.md/x"])
def test_a_path_that_is_there_twice_is_refused(release: Path, records: Path, path: str) -> None:
    def rename(record: dict[str, Any]) -> None:
        record["files"].append({"path": path, "sha256": "0" * 64, "bytes": 0})

    with pytest.raises(IntegrityError, match=r"twice|other sizes"):
        fetch("musictm@1.0.0", records_in=hostile(release, rename, records))


@pytest.mark.parametrize("path", ["readme.MD", "README.md/x", "data"])
def test_clashing_paths(path: str) -> None:
    clashing = musicdata.release.publish.fetch._clashing
    assert clashing(["README.md", "data/a", path])
    assert not clashing(["README.md", "README.mdx", "data/a", "data/b", "database"])


def test_no_more_is_read_than_was_announced(release: Path, records: Path, tmp_path: Path) -> None:
    """A file that has become very long ends with its announced size."""
    record_for(release, release.as_uri(), records)
    os.truncate(release / "README.md", 300 << 30)
    with pytest.raises(IntegrityError, match=r"README\.md \(it has other bytes"):
        fetch("musictm@1.0.0", records_in=records)
    os.truncate(release / layout.RECORD, 300 << 30)
    for path in (tmp_path / "home").rglob("RELEASE.json"):
        path.unlink()
    with pytest.raises(IntegrityError, match=r"RELEASE\.json"):
        fetch("musictm@1.0.0", records_in=records)


@pytest.mark.parametrize("name", ["README.md", layout.RECORD])
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "theirs", "folder"])
def test_what_is_no_file_is_not_waited_for(name: str, kind: str, release: Path, records: Path, tmp_path: Path) -> None:
    record_for(release, release.as_uri(), records)
    (tmp_path / "theirs").write_text("theirs")
    path = release / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / kind)
    with pytest.raises(IntegrityError, match="is a"):
        fetch("musictm@1.0.0", records_in=records)


@pytest.mark.parametrize("name", ["", ".partial", ".lock"])
def test_a_link_among_what_was_fetched_is_not_followed(name: str, release: Path, records: Path, tmp_path: Path) -> None:
    record_for(release, release.as_uri(), records)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.tex").write_text("years of work")
    root = fetch("musictm@1.0.0", records_in=records)
    shutil.rmtree(root)
    planted = root.with_name(f".{root.name}{name}") if name else root
    planted.unlink(missing_ok=True)
    planted.symlink_to(theirs)
    with pytest.raises(IntegrityError, match="is a link"):
        fetch("musictm@1.0.0", records_in=records)
    assert (theirs / "thesis.tex").read_text() == "years of work"
    assert [path.name for path in theirs.iterdir()] == ["thesis.tex"]


def test_sizes_that_do_not_add_up_are_refused_before_anything_is_fetched(
    release: Path, records: Path, tmp_path: Path
) -> None:
    def grow(record: dict[str, Any]) -> None:
        record["files"][0]["bytes"] += 10**15

    with pytest.raises(IntegrityError, match="other sizes in all"):
        fetch("musictm@1.0.0", records_in=hostile(release, grow, records))
    assert {path.name for path in (tmp_path / "home").rglob("*") if path.is_file()} == {"RELEASE.json"} | {
        path.name for path in (tmp_path / "home").rglob("*.lock")
    }


def test_a_full_disk_is_told_before(release: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record_for(release, release.as_uri(), records)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000))
    with pytest.raises(StorageError, match="10,000 free"):
        fetch("musictm@1.0.0", records_in=records)


def test_processes_that_fetch_at_once(published: Callable[[str], Path], release: Path, tmp_path: Path) -> None:
    folder = published("http")
    code = (
        "import sys; from pathlib import Path; from musicdata.release.publish.fetch import fetch;"
        f"print(fetch('musictm@1.0.0', records_in=Path({str(folder)!r})))"
    )
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) for _ in range(3)]
    said = {process.communicate(timeout=60)[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert tree(Path(said.pop())) == tree(release)


def test_a_public_bucket_needs_no_credentials(
    bucket: Any, published: Callable[[str], Path], release: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = published("s3")
    for path in tree(release):
        bucket.put_object_acl(Bucket="bucket", Key=f"x/musictm/1.0.0/{path}", ACL="public-read")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert tree(fetch("musictm@1.0.0", records_in=folder)) == tree(release)


def test_the_sums_are_those_of_the_record(release: Path) -> None:
    record = layout.read_record(release)
    seal(release, record)
    assert (release / layout.SUMS).read_bytes() == sums_of(release, record)
