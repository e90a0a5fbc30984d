"""Publishing to the Hugging Face hub: huggingface_hub's own calls, against a stand-in on loopback."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from musicdata.errors import IntegrityError, MusicdataError, RefusedError, SetupError, TransferError, UsageError
from musicdata.release.publish.fetch import fetch
from musicdata.release.record import layout
from tests.release.publish.hub_twin import ATTRIBUTES, TOKEN, Twin
from tests.release.publish.hub_twin import hub as twin_of_hub
from tests.release.publish.made_up import send, tree, write_release

URL = "hf://datasets/me/songs"
# huggingface_hub hands files to its http library in a way that this library wants to give up
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)  # its servers have no stand-in
    monkeypatch.setattr("time.sleep", lambda _: None)  # the library waits a second before it tries again
    with twin_of_hub() as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield served
        huggingface_hub.close_session()


def at(twin: Twin, revision: str) -> dict[str, bytes]:
    """Return the files of a revision, but for the hub's own and the record of the publication."""
    others = (".gitattributes", layout.PUBLICATION)
    return {path: data for path, data in (twin.files(revision) or {}).items() if path not in others}


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_published_release_is_a_tag(twin: Twin, release: Path, records: Path) -> None:
    done = send(release, URL, records)
    assert (done["status"], done["url"]) == ("published", f"{URL}@v1.0.0")
    assert at(twin, "v1.0.0") == at(twin, "main") == tree(release)
    assert twin.commits[twin.branches["main"]][".gitattributes"] == ATTRIBUTES
    assert not twin.leaks


def test_a_claim_to_the_rights_is_published_too(twin: Twin, release: Path, records: Path) -> None:
    send(release, URL, records, claim="We wrote these songs.")
    assert twin.messages[twin.tags["v1.0.0"]] == "Release musictm@1.0.0: We wrote these songs."


def test_it_can_be_fetched(twin: Twin, release: Path, records: Path) -> None:
    send(release, URL, records)
    assert tree(fetch("musictm", records_in=records)) == tree(release)
    assert any(asked.startswith("GET /cdn/") for asked in twin.asked)
    assert not twin.leaks


def test_the_same_again_is_success_and_changes_nothing(twin: Twin, release: Path, records: Path) -> None:
    send(release, URL, records)
    twin.asked.clear()
    assert send(release, URL, records)["status"] == "already published"
    assert not [asked for asked in twin.asked if not asked.startswith("GET")]


def test_another_release_of_that_version_is_refused(twin: Twin, release: Path, tmp_path: Path, records: Path) -> None:
    send(release, URL, records)
    write_release(tmp_path / "other", seed=1)
    with pytest.raises(RefusedError, match="never overwritten"):
        send(tmp_path / "other", URL, tmp_path / "other records")
    assert at(twin, "main") == tree(release)


def test_a_tag_without_a_release_is_refused(twin: Twin, release: Path, tmp_path: Path, records: Path) -> None:
    twin.branches["main"] = twin.tags["v1.0.0"] = twin.commit({".gitattributes": ATTRIBUTES})
    with pytest.raises(RefusedError, match="never overwritten"):
        send(release, URL, records)


def test_an_interrupted_upload_goes_on_and_brings_nothing_twice(twin: Twin, release: Path, records: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        send(release, URL, records, progress=stop)
    assert at(twin, "main") == {}
    assert send(release, URL, records)["status"] == "published"
    sent = [asked for asked in twin.asked if asked.startswith("PUT")]
    assert len(sent) == len(set(sent)) == 2
    assert at(twin, "v1.0.0") == tree(release)


def test_a_commit_without_its_tag_is_taken_up(twin: Twin, release: Path, records: Path) -> None:
    twin.faults.append(("POST /api/datasets/me/songs/tag", 500))
    with pytest.raises(TransferError, match="Run the same command again"):
        send(release, URL, records)
    assert (list(twin.tags), at(twin, "main")) == ([], tree(release))
    n_commits = len(twin.commits)
    assert send(release, URL, records)["status"] == "published"
    assert len(twin.commits) == n_commits
    assert at(twin, "v1.0.0") == tree(release)


def test_a_later_version_takes_the_place_of_the_last(twin: Twin, tmp_path: Path, records: Path) -> None:
    write_release(tmp_path / "first", more={"data/more.bin": b"more"})
    write_release(tmp_path / "next", version="2.0.0", seed=1)
    send(tmp_path / "first", URL, records)
    send(tmp_path / "next", URL, records)
    assert at(twin, "v1.0.0") == tree(tmp_path / "first")
    assert at(twin, "v2.0.0") == at(twin, "main") == tree(tmp_path / "next")


def test_a_lower_version_leaves_main_alone(twin: Twin, tmp_path: Path, records: Path) -> None:
    write_release(tmp_path / "two", version="2.0.0")
    write_release(tmp_path / "one", version="1.0.1", seed=1)
    send(tmp_path / "two", URL, records)
    send(tmp_path / "one", URL, records)
    assert at(twin, "main") == tree(tmp_path / "two")
    assert at(twin, "v1.0.1") == at(twin, "v1.0.1-files") == tree(tmp_path / "one")


def test_somebody_elses_repository_is_left_alone(twin: Twin, release: Path, records: Path) -> None:
    theirs = {".gitattributes": ATTRIBUTES, "model.bin": b"theirs"}
    twin.branches["main"] = twin.commit(theirs)
    with pytest.raises(RefusedError, match=r"model\.bin"):
        send(release, URL, records)
    record = layout.read_record(release).model_copy(update={"name": "another"})
    twin.branches["main"] = twin.commit(theirs | {"RELEASE.json": record.encode()})
    with pytest.raises(RefusedError, match="the data set another"):
        send(release, URL, records)
    assert twin.files("main") == theirs | {"RELEASE.json": record.encode()}


def test_nobodys_commit_is_lost(twin: Twin, release: Path, records: Path) -> None:
    def somebody_commits(path: str, *_: int) -> None:
        if path == "recipe.toml":
            twin.branches["main"] = twin.commit({".gitattributes": ATTRIBUTES, "README.md": b"theirs"})

    with pytest.raises(TransferError, match="A commit has happened since"):
        send(release, URL, records, progress=somebody_commits)
    assert at(twin, "main") == {"README.md": b"theirs"}
    assert not twin.tags


def test_of_two_at_once_one_wins(twin: Twin, release: Path, tmp_path: Path, records: Path) -> None:
    """Whoever finds the tag when it comes to make it has lost, and says so."""
    write_release(tmp_path / "other", seed=1)

    def overtaken(path: str, *_: int) -> None:
        if path == "recipe.toml":
            twin.tags["v1.0.0"] = twin.commit(tree(tmp_path / "other"))

    with pytest.raises(RefusedError, match="published with other content"):
        send(release, URL, records, progress=overtaken)
    assert at(twin, "v1.0.0") == tree(tmp_path / "other")
    assert not records.exists()


@pytest.mark.parametrize("path", ["README.md", "data/samples/train-00000-of-00001.parquet"])
def test_what_is_broken_there_is_found_before_it_counts(
    twin: Twin, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    commit = Twin.commit

    def spoilt(self: Twin, files: dict[str, bytes]) -> str:
        return commit(self, {name: data[:-1] + b"!" if name == path else data for name, data in files.items()})

    monkeypatch.setattr(Twin, "commit", spoilt)
    with pytest.raises(IntegrityError, match=f"not published: {path}"):
        send(release, URL, records)
    assert not twin.tags


def test_a_commit_that_lacks_a_file_is_found(
    twin: Twin, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Twin.commit
    monkeypatch.setattr(
        Twin, "commit", lambda self, files: commit(self, {n: data for n, data in files.items() if n != "README.md"})
    )
    with pytest.raises(IntegrityError, match=r"does not hold what was sent: README\.md"):
        send(release, URL, records)
    assert not twin.tags


@pytest.mark.parametrize("fault", [("PUT /api/large", 500), ("GET /datasets", 503), ("POST /datasets", 502)])
def test_a_passing_fault_is_not_noticed(twin: Twin, release: Path, records: Path, fault: tuple[str, int]) -> None:
    twin.faults.append(fault)
    assert send(release, URL, records)["status"] == "published"
    assert not twin.faults


def test_a_missing_or_wrong_key(twin: Twin, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(SetupError, match="Credentials come from the environment"):
        send(release, URL, records)
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(SetupError, match="HF_TOKEN is not set"):
        send(release, URL, records)


@pytest.mark.parametrize(
    "url", ["hf://me/songs", "hf://datasets/songs", "hf://datasets/me/songs/more", "hf://models/me/x"]
)
def test_urls_that_name_no_repository(release: Path, records: Path, url: str) -> None:
    with pytest.raises(UsageError, match="hf://datasets/USER/NAME"):
        send(release, url, records)


def test_offline(twin: Twin, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    with pytest.raises(UsageError, match="unset MUSICDATA_OFFLINE"):
        send(release, URL, records)
    assert not twin.asked


def test_the_library_is_left_as_it_was(twin: Twin, release: Path, records: Path) -> None:
    library: Any = huggingface_hub
    before = library.get_session().timeout, library.utils.are_progress_bars_disabled()
    send(release, URL, records)
    assert (library.get_session().timeout, library.utils.are_progress_bars_disabled()) == before


def test_the_key_is_nowhere(
    twin: Twin, release: Path, tmp_path: Path, records: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("huggingface_hub").propagate = True
    library: Any = huggingface_hub
    library.logging.set_verbosity_debug()
    try:
        told = str(send(release, URL, records))
        write_release(tmp_path / "other", version="3.0.0", seed=1)
        for status in (401, 403, 404, 400):
            twin.faults = [("", status)] * 9
            with pytest.raises(MusicdataError) as caught:
                send(tmp_path / "other", URL, records)
            told += "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    finally:
        library.logging.set_verbosity_warning()
        logging.getLogger("huggingface_hub").propagate = False
    assert "huggingface_hub" in {record.name.partition(".")[0] for record in caplog.records}
    told += caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    told += str(tree(tmp_path)) + str(twin.commits) + str(twin.asked)
    assert TOKEN not in told


def test_the_record_goes_with_the_commit(twin: Twin, release: Path, records: Path) -> None:
    done = send(release, URL, records)
    beside = (twin.files("v1.0.0") or {})[layout.PUBLICATION]
    assert beside == (records / "musictm/1.0.0.json").read_bytes()
    assert done["beside"] == f"{URL}@v1.0.0/{layout.PUBLICATION}"
    del twin.commits[twin.tags["v1.0.0"]][layout.PUBLICATION]
    assert send(release, URL, records)["beside"].startswith("none: the version was published without it")
