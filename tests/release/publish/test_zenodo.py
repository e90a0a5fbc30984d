"""Publishing to Zenodo, against a stand-in on loopback."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicdata.errors import IntegrityError, MusicdataError, RefusedError, SetupError, TransferError, UsageError
from musicdata.release.publish import zenodo
from musicdata.release.publish.fetch import fetch
from musicdata.release.publish.upload import pack
from musicdata.release.record import layout
from tests.release.publish.made_up import send, tree, write_release
from tests.release.publish.zenodo_twin import TOKEN, Twin
from tests.release.publish.zenodo_twin import zenodo as twin_of_zenodo


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    with twin_of_zenodo() as served:
        monkeypatch.setenv("ZENODO_ENDPOINT", served.url)
        monkeypatch.setenv("ZENODO_TOKEN", TOKEN)
        yield served


def flat(release: Path) -> dict[str, bytes]:
    return {path.replace("/", "--"): data for path, data in tree(release).items()}


def sent_to(twin: Twin, number: int) -> dict[str, bytes]:
    """Return the files of a deposition, but for the record of the publication."""
    return {name: data for name, data in twin.contents[number].items() if name != layout.PUBLICATION}


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_draft_is_left_to_be_looked_at(twin: Twin, release: Path, records: Path) -> None:
    done = send(release, "zenodo://", records)
    assert (done["status"], done["record"], done["url"]) == ("draft", None, f"{twin.url}/deposit/1000")
    assert sent_to(twin, 1000) == flat(release)
    assert not twin.depositions[1000]["submitted"]
    assert not records.exists()


def test_what_zenodo_is_told(twin: Twin, release: Path, records: Path) -> None:
    send(release, "zenodo://", records)
    assert twin.depositions[1000]["metadata"] == {
        "title": "Made up",
        "version": "1.0.0",
        "upload_type": "dataset",
        "access_right": "open",
        "license": "cc-by-4.0",
        "creators": [{"name": "Ng, Ada", "orcid": "0000-0002-1825-0097"}],
        "description": "<p>Songs &lt;made up&gt; &amp; written down.</p><p>musictm@1.0.0, view full. Samples: 7 train, 2 valid, "
        f"1 test. Content root: {pack(release).record.content_root}. A slash in a path is -- in a file's name here.</p>",
        "keywords": ["music", "musictm", "audio", "sheet"],
        "references": ["A paper."],
        "notes": f"RELEASE.json sha256: {pack(release).digest}",
    }


def test_a_claim_to_the_rights_is_published_too(twin: Twin, release: Path, records: Path) -> None:
    send(release, "zenodo://", records, claim="We wrote these songs & <more>.")
    assert twin.depositions[1000]["metadata"]["description"].endswith("<p>We wrote these songs &amp; &lt;more&gt;.</p>")


def test_published_it_is_on_record_and_can_be_fetched(twin: Twin, release: Path, records: Path, tmp_path: Path) -> None:
    send(release, "zenodo://", records)
    done = send(release, "zenodo://sandbox", records, is_final=True)
    assert (done["status"], done["url"]) == ("published", f"{twin.url}/records/1000")
    assert list(twin.depositions) == [1000]
    assert json.loads((records / "musictm/1.0.0.json").read_text())["url"] == done["url"]
    assert tree(fetch("musictm@1.0.0", records_in=records)) == tree(release)


def test_one_that_a_person_published_is_found(twin: Twin, release: Path, records: Path) -> None:
    send(release, "zenodo://", records)
    twin.depositions[1000] |= {"submitted": True}
    assert send(release, "zenodo://", records)["status"] == "already published"
    assert (records / "musictm/1.0.0.json").exists()


def test_an_interrupted_upload_goes_on_and_brings_nothing_twice(twin: Twin, release: Path, records: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        send(release, "zenodo://", records, progress=stop)
    assert list(twin.contents[1000]) == ["CITATION.cff"]
    send(release, "zenodo://", records)
    assert sent_to(twin, 1000) == flat(release)
    assert list(twin.depositions) == [1000]
    sent = [asked for asked in twin.asked if asked.startswith("PUT /api/files")]
    assert len(sent) == len(set(sent)) == len(flat(release))
    assert sent[-1].endswith("/RELEASE.json")


@pytest.mark.parametrize("fault", [("PUT /api/files", 503), ("GET /api/deposit", 500), ("GET /api/drafts", 502)])
def test_a_passing_fault_is_not_noticed(twin: Twin, release: Path, records: Path, fault: tuple[str, int]) -> None:
    twin.faults.append(fault)
    assert send(release, "zenodo://", records)["status"] == "draft"
    assert not twin.faults


@pytest.mark.parametrize("status", [500, 503])
def test_a_deposition_is_never_made_twice(twin: Twin, release: Path, records: Path, status: int) -> None:
    """What makes one is not asked again blindly; the next run finds what was made."""
    twin.faults.append(("POST /api/deposit", status))
    with pytest.raises(TransferError, match=f"HTTP {status}"):
        send(release, "zenodo://", records)
    send(release, "zenodo://", records)
    assert list(twin.depositions) == [1000]


def test_a_later_version_is_a_new_version_of_the_record(
    twin: Twin, release: Path, tmp_path: Path, records: Path
) -> None:
    send(release, "zenodo://", records, is_final=True)
    write_release(tmp_path / "next", version="1.1.0", seed=1)
    with pytest.raises(KeyboardInterrupt):
        send(tmp_path / "next", "zenodo://", records, progress=stop)
    done = send(tmp_path / "next", "zenodo://", records, is_final=True)
    assert (done["status"], done["url"]) == ("published", f"{twin.url}/records/1001")
    assert list(twin.depositions) == [1000, 1001]
    assert sent_to(twin, 1000) == flat(release)
    assert sent_to(twin, 1001) == flat(tmp_path / "next")
    assert twin.depositions[1001]["metadata"]["version"] == "1.1.0"


def test_what_the_last_version_had_more_is_removed(twin: Twin, tmp_path: Path, records: Path) -> None:
    write_release(tmp_path / "first", more={"data/more.bin": b"more"})
    write_release(tmp_path / "next", version="2.0.0", seed=1)
    send(tmp_path / "first", "zenodo://", records, is_final=True)
    send(tmp_path / "next", "zenodo://", records, is_final=True)
    assert sent_to(twin, 1001) == flat(tmp_path / "next")


def test_a_draft_of_another_version_is_not_overwritten(
    twin: Twin, release: Path, tmp_path: Path, records: Path
) -> None:
    send(release, "zenodo://", records, is_final=True)
    for number, version in enumerate(("1.1.0", "1.2.0")):
        write_release(tmp_path / version, version=version, seed=number + 1)
    send(tmp_path / "1.1.0", "zenodo://", records)
    with pytest.raises(RefusedError, match="unfinished upload of another"):
        send(tmp_path / "1.2.0", "zenodo://", records)
    assert sent_to(twin, 1001) == flat(tmp_path / "1.1.0")


def test_another_release_of_that_version_is_refused(twin: Twin, release: Path, tmp_path: Path, records: Path) -> None:
    write_release(tmp_path / "other", seed=1)
    send(release, "zenodo://", records)
    with pytest.raises(RefusedError, match="unfinished upload of another"):
        send(tmp_path / "other", "zenodo://", tmp_path / "other records")
    send(release, "zenodo://", records, is_final=True)
    with pytest.raises(RefusedError, match="never overwritten"):
        send(tmp_path / "other", "zenodo://", tmp_path / "other records")
    assert (list(twin.contents), sent_to(twin, 1000)) == ([1000], flat(release))


def test_other_peoples_depositions_do_not_matter(twin: Twin, release: Path, records: Path) -> None:
    for number in range(230):  # more than a page of them
        twin.add({"title": f"Another {number}", "version": "1.0.0"})
    send(release, "zenodo://", records)
    send(release, "zenodo://", records)
    assert len(twin.depositions) == 231


def test_what_arrives_otherwise_is_found(twin: Twin, release: Path, records: Path) -> None:
    twin.garbles.add("README.md")
    with pytest.raises(IntegrityError, match=r"README\.md: Zenodo got something else"):
        send(release, "zenodo://", records)
    twin.garbles.clear()
    assert send(release, "zenodo://", records)["status"] == "draft"
    assert sent_to(twin, 1000) == flat(release)


def test_what_is_broken_there_is_found_before_it_counts(twin: Twin, release: Path, records: Path) -> None:
    def spoil(path: str, *_: int) -> None:
        if path == "RELEASE.json":
            twin.contents[1000]["README.md"] = b"spoilt"

    with pytest.raises(IntegrityError, match=r"not published: README\.md"):
        send(release, "zenodo://", records, progress=spoil, is_final=True)
    assert not twin.depositions[1000]["submitted"]
    assert send(release, "zenodo://", records, is_final=True)["status"] == "published"
    assert sent_to(twin, 1000) == flat(release)


def test_the_key_goes_to_no_other_host(
    twin: Twin, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Twin.shown

    def elsewhere(self: Twin, number: int) -> dict[str, object]:
        found = shown(self, number)
        return found | {"links": found["links"] | {"bucket": "http://127.0.0.2:9/bucket"}}

    monkeypatch.setattr(Twin, "shown", elsewhere)
    with pytest.raises(TransferError, match=r"names another host, 127\.0\.0\.2"):
        send(release, "zenodo://", records)


def test_what_does_not_fit(twin: Twin, tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_release(tmp_path / "many", more={f"data/{number}.bin": b"" for number in range(100)})
    with pytest.raises(RefusedError, match=r"109 files of .* holds 100 files"):
        send(tmp_path / "many", "zenodo://", records)
    write_release(tmp_path / "odd", more={"data/a--b.bin": b""})
    with pytest.raises(RefusedError, match=r"data/a--b\.bin has a double dash"):
        send(tmp_path / "odd", "zenodo://", records)
    monkeypatch.setattr(zenodo, "MAX_BYTES", 1000)
    write_release(tmp_path / "large")
    with pytest.raises(RefusedError, match="Deposit a smaller view"):
        send(tmp_path / "large", "zenodo://", records)
    assert not twin.asked


def test_a_missing_or_wrong_key(twin: Twin, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENODO_TOKEN", "wrong")
    with pytest.raises(SetupError, match="HTTP 401"):
        send(release, "zenodo://", records)
    monkeypatch.delenv("ZENODO_TOKEN")
    with pytest.raises(SetupError, match="ZENODO_TOKEN is not set"):
        send(release, "zenodo://", records)


def test_a_url_of_neither_site(twin: Twin, release: Path, records: Path) -> None:
    with pytest.raises(UsageError, match="neither zenodo:// nor zenodo://sandbox"):
        send(release, "zenodo://beach", records)


def test_the_key_is_nowhere(
    twin: Twin, release: Path, tmp_path: Path, records: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = str(send(release, "zenodo://", records, is_final=True))
    write_release(tmp_path / "other", version="3.0.0", seed=1)
    for status in (401, 403, 404, 400, 500):
        twin.faults = [("", status)] * 9
        with pytest.raises(MusicdataError) as caught:
            send(tmp_path / "other", "zenodo://", records)
        told += "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    told += caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    told += str(tree(tmp_path)) + str(twin.depositions) + str(twin.contents) + str(twin.asked)
    assert TOKEN not in told


def test_the_record_goes_with_what_is_published_at_once(twin: Twin, release: Path, records: Path) -> None:
    send(release, "zenodo://", records)
    assert layout.PUBLICATION not in twin.contents[1000]  # nobody knows the day yet
    done = send(release, "zenodo://", records, is_final=True)
    beside = json.loads(twin.contents[1000][layout.PUBLICATION])
    assert beside == json.loads((records / "musictm/1.0.0.json").read_text())
    assert done["beside"] == f"{twin.url}/records/1000/{layout.PUBLICATION}"


def test_a_record_of_a_publication_that_did_not_come_to_it_is_replaced(
    twin: Twin, release: Path, records: Path
) -> None:
    twin.faults.append(("POST /api/deposit/depositions/1000/actions/publish", 500))
    with pytest.raises(TransferError):
        send(release, "zenodo://", records, is_final=True)
    first = twin.contents[1000][layout.PUBLICATION]
    twin.contents[1000][layout.PUBLICATION] = b"of another day"
    assert send(release, "zenodo://", records, is_final=True)["status"] == "published"
    assert twin.contents[1000][layout.PUBLICATION] == first


def test_a_record_does_not_stay_with_a_draft(twin: Twin, release: Path, records: Path) -> None:
    twin.faults.append(("POST /api/deposit/depositions/1000/actions/publish", 500))
    with pytest.raises(TransferError):
        send(release, "zenodo://", records, is_final=True)
    assert send(release, "zenodo://", records)["status"] == "draft"
    assert twin.contents[1000] == flat(release)
