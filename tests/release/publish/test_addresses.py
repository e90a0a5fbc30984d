"""Releases loaded by their address, on a machine that knows nothing of them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

import musicdata
from musicdata.errors import InputError, IntegrityError, SetupError, StorageError, TransferError, UnprovedWarning
from musicdata.release.publish import publications, remote
from musicdata.release.publish.places import parse
from musicdata.release.publish.upload import pack
from musicdata.release.record import layout
from tests.loopback import message, says, serving
from tests.release.publish import hub_twin, zenodo_twin
from tests.release.publish.http_server import running
from tests.release.publish.made_up import send, tree, write_release
from tests.release.publish.test_fetch import Files, store_of

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of huggingface_hub


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """An http server of the folder `there`; its address."""
    (tmp_path / "there").mkdir(exist_ok=True)
    with running(partial(Files, directory=str(tmp_path / "there"))) as url:
        yield url


@pytest.fixture
def address(
    request: pytest.FixtureRequest, release: Path, tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], str]]:
    """Publish the release at a kind of place; return its address there."""
    servers: list[Any] = []

    def publish(kind: str) -> str:
        if kind == "s3":
            request.getfixturevalue("bucket")
            return str(send(release, "s3://bucket/data sets", records)["url"])
        if kind == "http":
            send(release, str(tmp_path / "there"), records)
            return f"{request.getfixturevalue('served')}/musictm/1.0.0"
        if kind == "file":
            return str(send(release, str(tmp_path / "there"), records)["url"])
        twin = hub_twin.hub() if kind == "hf" else zenodo_twin.zenodo()
        servers.append(twin)
        url = twin.__enter__().url
        if kind == "hf":
            monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
            monkeypatch.setenv("HF_ENDPOINT", url)
            monkeypatch.setenv("HF_TOKEN", hub_twin.TOKEN)
            return str(send(release, "hf://datasets/me/songs", records)["url"])
        monkeypatch.setenv("ZENODO_ENDPOINT", url)
        monkeypatch.setenv("ZENODO_TOKEN", zenodo_twin.TOKEN)
        done = send(release, "zenodo://", records, is_final=True)
        monkeypatch.delenv("ZENODO_TOKEN")  # who reads has none
        return str(done["url"])

    yield publish
    huggingface_hub.close_session()
    for server in servers:
        server.__exit__(None, None, None)


@pytest.mark.parametrize("kind", ["s3", "http", "hf", "zenodo"])
def test_a_stranger_loads_it_and_is_told_what_is_not_proved(
    kind: str, address: Callable[[str], str], release: Path, tmp_path: Path
) -> None:
    url, digest = address(kind), pack(release).digest
    with pytest.warns(UnprovedWarning, match=f"is whole.* is not proved.*{digest[:16]}"):
        loaded = musicdata.load(url)
    assert loaded.root == tmp_path / f"home/releases/musictm/1.0.0-{digest[:12]}"
    assert tree(loaded.root) == tree(release)
    assert loaded.published_at == url
    assert not (loaded.root / layout.PUBLICATION).exists()
    assert musicdata.load(url, pin=digest).root == loaded.root
    assert musicdata.load(url, pin=f"sha256:{digest[:12]}", split="train").split == "train"


@pytest.mark.parametrize("kind", ["s3", "http", "file"])
def test_where_it_was_published_into_and_its_name_are_an_address_too(
    kind: str, address: Callable[[str], str], release: Path
) -> None:
    base, digest = address(kind).removesuffix("/musictm/1.0.0"), pack(release).digest
    assert tree(musicdata.load(f"{base}/musictm@1.0.0", pin=digest).root) == tree(release)
    assert tree(musicdata.load(f"{base}/musictm@1.0.0+full", pin=digest).root) == tree(release)
    with pytest.raises(InputError, match=r"is musictm@1\.0\.0, view full; .*musictm@1\.0\.0\+ids was asked for"):
        musicdata.load(f"{base}/musictm@1.0.0+ids")
    with pytest.raises(InputError, match=r"no release|is no release"):
        musicdata.load(f"{base}/musictm@1.0.1")


def test_a_folder_is_read_where_it_is(address: Callable[[str], str], tmp_path: Path) -> None:
    url = address("file")
    assert musicdata.load(url).root == tmp_path / "there/musictm/1.0.0"
    assert musicdata.load(tmp_path / "there/musictm/1.0.0").root == tmp_path / "there/musictm/1.0.0"
    assert not (tmp_path / "home/releases").exists()


def test_the_hub_serves_a_repository_by_its_head(address: Callable[[str], str], release: Path) -> None:
    url = address("hf").partition("@")[0]
    assert tree(musicdata.load(url, pin=pack(release).digest).root) == tree(release)


def test_a_public_bucket_needs_no_credentials(
    bucket: Any, address: Callable[[str], str], release: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = address("s3")
    for path in [*tree(release), layout.PUBLICATION]:
        bucket.put_object_acl(Bucket="bucket", Key=f"data sets/musictm/1.0.0/{path}", ACL="public-read")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert tree(musicdata.load(url, pin=pack(release).digest).root) == tree(release)


def optional(release: Path) -> dict[str, Any]:
    """Serve a release that lies there without a record and without a signature."""
    missing = (name for name in (layout.PUBLICATION, layout.SIGNATURE) if not (release / name).exists())
    return {f"/r/{name}": says(message(404, b"<html>no such file</html>")) for name in missing}


def test_a_wrong_pin_is_told_before_anything_else_is_fetched(release: Path, tmp_path: Path) -> None:
    with serving(store_of(release, {}) | optional(release)) as server:
        with pytest.raises(
            IntegrityError, match=r"is not the release that is pinned: the pin is 0{12}, .*nothing of it"
        ):
            musicdata.load(f"{server.url}/r", pin="0" * 12)
        asked = {asked.target for asked in server.asked}
    assert asked == {f"/r/{name}" for name in (layout.RECORD, layout.PUBLICATION, layout.SIGNATURE)}
    assert not (tmp_path / "home/releases").exists()


LARGE = "data/large.bin"


def test_a_download_that_breaks_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    write_release(tmp_path / "release", more={LARGE: bytes(range(256)) * 4000})
    pin = pack(tmp_path / "release").digest
    with serving(store_of(tmp_path / "release", {LARGE: 5}) | optional(tmp_path / "release")) as server:
        with pytest.raises(TransferError, match="Run the same command again"):
            musicdata.load(f"{server.url}/r", pin=pin)
        n_asked = len(server.asked)
        assert tree(musicdata.load(f"{server.url}/r", pin=pin).root) == tree(tmp_path / "release")
        more = server.asked[n_asked:]
    assert "/r/CITATION.cff" not in {asked.target for asked in more}
    assert int(next(asked for asked in more if LARGE in asked.target).headers["range"][6:-1]) > 512_000


def test_a_signature_comes_along_also_without_a_record(release: Path) -> None:
    (release / layout.SIGNATURE).write_bytes(b"untrusted comment: x\n")
    with serving(store_of(release, {}) | optional(release)) as server:
        assert tree(musicdata.load(f"{server.url}/r", pin=pack(release).digest).root) == tree(release)


def test_a_file_that_differs_is_named(address: Callable[[str], str], tmp_path: Path) -> None:
    url, there = address("http"), tmp_path / "there/musictm/1.0.0"
    (there / "README.md").write_bytes(b"spoilt")
    (there / "CITATION.cff").unlink()
    with pytest.raises(IntegrityError, match=r"is not what its RELEASE\.json says: CITATION\.cff .*; README\.md"):
        musicdata.load(url)
    (there / layout.RECORD).unlink()
    with pytest.raises(InputError, match=r"no release at http.*: no RELEASE\.json is there"):
        musicdata.load(url)


def test_the_record_of_this_machine_is_believed_more(
    address: Callable[[str], str], release: Path, records: Path, tmp_path: Path
) -> None:
    url = address("http")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing is left to prove
        assert tree(musicdata.load(url, records=records).root) == tree(release)
    write_release(tmp_path / "other", seed=1)
    known = pack(tmp_path / "other").publication("s3://bucket/musictm/1.0.0")
    publications.write(known, tmp_path / "home/records")
    with pytest.raises(IntegrityError, match=r"is not the musictm@1\.0\.0 that is on record here"):
        musicdata.load(url, pin=pack(release).digest)


def test_a_record_beside_another_release_is_told(address: Callable[[str], str], tmp_path: Path) -> None:
    url, there = address("http"), tmp_path / "there/musictm/1.0.0"
    write_release(there, seed=1)
    with pytest.raises(
        IntegrityError, match=r"PUBLICATION\.json and the RELEASE\.json beside it contradict each other"
    ):
        musicdata.load(url)
    (there / layout.PUBLICATION).write_text("{}")
    with pytest.raises(InputError, match=r"PUBLICATION\.json is not the record of a release"):
        musicdata.load(url)


def grown(record: dict[str, Any]) -> None:
    record["files"][0]["bytes"] = 10**15


def climbing(record: dict[str, Any]) -> None:
    record["files"][0]["path"] = "../../evil"


def doubled(record: dict[str, Any]) -> None:
    record["files"].append(record["files"][0])


@pytest.mark.parametrize(
    ("change", "error", "says_"),
    [
        (grown, StorageError, "needs 1,000,000,000,0.* bytes more"),
        (climbing, InputError, "is not the path of a file inside the release"),
        (doubled, IntegrityError, "twice"),
    ],
)
def test_a_hostile_record_goes_nowhere(
    change: Callable[[dict[str, Any]], None], error: type[Exception], says_: str, release: Path, tmp_path: Path
) -> None:
    record = json.loads((release / layout.RECORD).read_text("utf-8"))
    change(record)
    (release / layout.RECORD).write_text(json.dumps(record), "utf-8")
    with serving(store_of(release, {}) | optional(release)) as server, pytest.raises(error, match=says_):
        musicdata.load(f"{server.url}/r")
    assert not list(tmp_path.rglob("evil*"))
    assert not list((tmp_path / "home").rglob("*.parquet*"))


def test_a_record_without_end_is_not_read_to_its_end(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MAX_RECORD_BYTES", 5000)
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * 100_000
    with serving({f"/r/{layout.RECORD}": says(endless)}) as server, pytest.raises(IntegrityError, match="5,000 bytes"):
        musicdata.load(f"{server.url}/r")


def test_what_is_no_release_is_told(served: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no release at http"):
        musicdata.load(f"{served}/nothing")
    (tmp_path / "there" / layout.RECORD).write_text("<html>Sign in</html>")
    with pytest.raises(InputError, match=r"RELEASE\.json is not a release record"):
        musicdata.load(served)


def test_what_a_key_is_needed_for_is_told(release: Path) -> None:
    with (
        serving({f"/r/{layout.RECORD}": says(message(403, b"no"))}) as server,
        pytest.raises(SetupError, match="Check the key"),
    ):
        musicdata.load(f"{server.url}/r")


def test_stores_that_forbid_what_is_missing_are_read_all_the_same(release: Path) -> None:
    forbidden = {path: says(message(403, b"no")) for path in optional(release)}
    with serving(store_of(release, {}) | forbidden) as server:
        assert tree(musicdata.load(f"{server.url}/r", pin=pack(release).digest).root) == tree(release)


def test_a_redirect_to_another_host_brings_what_is_there(release: Path) -> None:
    """As hubs serve their large files."""
    with serving(store_of(release, {}) | optional(release)) as other:
        leading = {
            path: says(message(302, Location=f"{other.url.replace('127.0.0.1', 'localhost')}{path}"))
            for path in store_of(release, {}) | optional(release)
        }
        with serving(leading) as server:
            assert tree(musicdata.load(f"{server.url}/r", pin=pack(release).digest).root) == tree(release)


def test_the_bytes_that_it_will_take_are_known(release: Path) -> None:
    from musicdata.release.publish.source import reading

    upload = pack(release)
    with reading(release.as_uri()) as source:
        there = remote.look(parse(release.as_uri()).__class__("here", url=release.as_uri()), source)
        assert (there.n_bytes, there.digest) == (upload.n_bytes, upload.digest)
        assert remote.document(there, source, layout.RECIPE) == (release / layout.RECIPE).read_bytes()
        (release / layout.RECIPE).write_bytes(b"#" * (release / layout.RECIPE).stat().st_size)
        with pytest.raises(IntegrityError, match=r"recipe\.toml is not what RELEASE\.json says"):
            remote.document(there, source, layout.RECIPE)
