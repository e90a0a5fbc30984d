"""Publishing to an S3 server, and to a store that fsspec keeps in memory."""

from __future__ import annotations

import logging
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from musicdata.errors import (
    InputError,
    IntegrityError,
    MusicdataError,
    RefusedError,
    SetupError,
    TransferError,
    UsageError,
)
from musicdata.release.publish import store
from musicdata.release.record import layout
from tests.release.publish.conftest import CANARY
from tests.release.publish.made_up import send, tree, write_release

URL = "s3://bucket/data sets"
PLACE = "data sets/musictm/1.0.0/"
INTENT = "data sets/musictm/.1.0.0.publishing"


def objects(bucket: Any) -> dict[str, bytes]:
    """Return key → bytes of everything in the bucket, but for records of publications."""
    keys = [each["Key"] for each in bucket.list_objects_v2(Bucket="bucket").get("Contents", [])]
    keys = [key for key in keys if not key.endswith(layout.PUBLICATION)]
    return {key: bucket.get_object(Bucket="bucket", Key=key)["Body"].read() for key in keys}


def under(place: str, release: Path) -> dict[str, bytes]:
    return {f"{place}{path}": data for path, data in tree(release).items()}


def test_a_published_release_is_the_release(bucket: Any, release: Path, records: Path) -> None:
    done = send(release, URL, records)
    assert (done["status"], done["url"]) == ("published", "s3://bucket/data sets/musictm/1.0.0")
    assert objects(bucket) == under(PLACE, release)
    facts = bucket.head_object(Bucket="bucket", Key=f"{PLACE}README.md")
    assert facts["Metadata"]["sha256"] == {f.path: f.sha256 for f in layout.read_record(release).files}["README.md"]


def test_the_same_again_is_success_and_sends_nothing(bucket: Any, release: Path, records: Path) -> None:
    send(release, URL, records)
    before = bucket.list_objects_v2(Bucket="bucket")["Contents"]
    assert send(release, URL, records)["status"] == "already published"
    assert bucket.list_objects_v2(Bucket="bucket")["Contents"] == before


def test_another_release_of_that_version_is_refused(bucket: Any, release: Path, tmp_path: Path, records: Path) -> None:
    send(release, URL, records)
    write_release(tmp_path / "other", seed=1)
    with pytest.raises(RefusedError, match="never overwritten"):
        send(tmp_path / "other", URL, tmp_path / "other records")
    assert objects(bucket) == under(PLACE, release)


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_upload_goes_on_and_brings_nothing_twice(bucket: Any, release: Path, records: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        send(release, URL, records, progress=stop)
    assert sorted(objects(bucket)) == [INTENT, f"{PLACE}CITATION.cff"]
    before = bucket.head_object(Bucket="bucket", Key=f"{PLACE}CITATION.cff")["LastModified"]
    assert send(release, URL, records)["status"] == "published"
    assert bucket.head_object(Bucket="bucket", Key=f"{PLACE}CITATION.cff")["LastModified"] == before
    assert objects(bucket) == under(PLACE, release)


def test_what_an_interrupted_upload_left_otherwise_is_sent_anew(bucket: Any, release: Path, records: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        send(release, URL, records, progress=stop)
    size = (release / "CITATION.cff").stat().st_size
    bucket.put_object(Bucket="bucket", Key=f"{PLACE}CITATION.cff", Body=b"!" * size)
    assert send(release, URL, records)["status"] == "published"
    assert objects(bucket) == under(PLACE, release)


def test_a_version_that_is_published_just_before_is_not_touched(
    bucket: Any, release: Path, tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_release(tmp_path / "other", seed=1)
    begin = store.Store.begin

    def overtaken(self: store.Store) -> None:
        monkeypatch.setattr(store.Store, "begin", begin)
        send(tmp_path / "other", URL, tmp_path / "other records")
        begin(self)

    monkeypatch.setattr(store.Store, "begin", overtaken)
    with pytest.raises(RefusedError, match="published with other content"):
        send(release, URL, records)
    assert objects(bucket) == under(PLACE, tmp_path / "other")


def test_an_unfinished_upload_is_bound_to_its_release(
    bucket: Any, release: Path, tmp_path: Path, records: Path
) -> None:
    write_release(tmp_path / "other", seed=1)
    with pytest.raises(KeyboardInterrupt):
        send(release, URL, records, progress=stop)
    before = objects(bucket)
    with pytest.raises(RefusedError, match="unfinished upload of another musictm@1"):
        send(tmp_path / "other", URL, records)
    assert objects(bucket) == before


def test_somebody_elses_objects_are_left_alone(bucket: Any, release: Path, records: Path) -> None:
    bucket.put_object(Bucket="bucket", Key=f"{PLACE}letters/mine.txt", Body=b"mine")
    with pytest.raises(RefusedError, match=r"letters/mine\.txt"):
        send(release, URL, records)
    assert objects(bucket) == {f"{PLACE}letters/mine.txt": b"mine"}


def test_what_is_broken_there_is_found_and_sent_anew(bucket: Any, release: Path, records: Path) -> None:
    """Even an object whose metadata vouch for it."""

    def spoil(path: str, *_: int) -> None:
        if path == "recipe.toml":
            good = bucket.head_object(Bucket="bucket", Key=f"{PLACE}README.md")
            size = good["ContentLength"]
            bucket.put_object(Bucket="bucket", Key=f"{PLACE}README.md", Body=b"!" * size, Metadata=good["Metadata"])

    with pytest.raises(IntegrityError, match=r"not published: README\.md"):
        send(release, URL, records, progress=spoil)
    assert f"{PLACE}RELEASE.json" not in objects(bucket)
    assert send(release, URL, records)["status"] == "published"
    assert objects(bucket) == under(PLACE, release)


def test_two_at_once(bucket: Any, tmp_path: Path) -> None:
    """Of two different releases with one version, exactly one is published, whole, and the other is told."""
    outcomes: dict[int, str] = {}
    together = threading.Barrier(2)

    def run(seed: int) -> None:
        write_release(tmp_path / str(seed), seed=seed)
        together.wait()
        try:
            outcomes[seed] = send(tmp_path / str(seed), URL, tmp_path / f"records{seed}")["status"]
        except MusicdataError as error:
            outcomes[seed] = type(error).__name__

    threads = [threading.Thread(target=run, args=[seed]) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.values()) == ["RefusedError", "published"]
    winner = next(seed for seed, outcome in outcomes.items() if outcome == "published")
    assert objects(bucket) == under(PLACE, tmp_path / str(winner))


def test_of_two_that_end_at_once_one_wins(bucket: Any, release: Path, tmp_path: Path, records: Path) -> None:
    write_release(tmp_path / "other", seed=1)

    def overtaken(path: str, *_: int) -> None:
        if path == "recipe.toml":
            other = (tmp_path / "other" / layout.RECORD).read_bytes()
            bucket.put_object(Bucket="bucket", Key=f"{PLACE}RELEASE.json", Body=other)

    with pytest.raises(RefusedError, match="published with other content"):
        send(release, URL, records, progress=overtaken)
    assert objects(bucket)[f"{PLACE}RELEASE.json"] == (tmp_path / "other" / layout.RECORD).read_bytes()
    assert not records.exists()


def test_large_files_go_in_parts_and_none_is_left_behind(
    bucket: Any, tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.Store, "part_bytes", 5 << 20)
    large = bytes(range(256)) * (11 << 12)
    write_release(tmp_path / "release", more={"data/large.bin": large})
    kept = f"{PLACE}data/large.bin"
    bucket.create_multipart_upload(Bucket="bucket", Key=kept)  # of an upload that was killed
    others = bucket.create_multipart_upload(Bucket="bucket", Key="somebody else's")["UploadId"]
    send(tmp_path / "release", URL, records)
    assert objects(bucket) == under(PLACE, tmp_path / "release")
    assert "-" in bucket.head_object(Bucket="bucket", Key=kept)["ETag"], "it went in parts"
    assert [each["UploadId"] for each in bucket.list_multipart_uploads(Bucket="bucket")["Uploads"]] == [others]


def test_a_bucket_that_is_not_there(bucket: Any, release: Path, records: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        send(release, "s3://no-such-bucket/x", records)


def test_no_credentials(
    bucket: Any, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(SetupError, match="credentials"):
        send(release, URL, records)


def test_offline(bucket: Any, release: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    with pytest.raises(UsageError, match="unset MUSICDATA_OFFLINE"):
        send(release, URL, records)


def test_keys_are_nowhere(
    bucket: Any,
    release: Path,
    records: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In no log at any level, no error, no record, and no object."""
    caplog.set_level(logging.DEBUG)
    told = str(send(release, URL, records))
    write_release(tmp_path / "other", seed=1)
    attempts = [(tmp_path / "other", URL), (release, "s3://no-such-bucket/x")]
    for root, url in attempts:
        with pytest.raises(MusicdataError) as caught:
            send(root, url, tmp_path / "more records")
        told += "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert any("botocore" in record.name for record in caplog.records), "the library logs what it sends"
    told += caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    told += str(objects(bucket)) + str(tree(tmp_path))
    assert CANARY not in told
    assert "x-amz-security-token" in told.lower(), "the headers are logged, but for what is secret in them"


def test_a_store_that_cannot_be_reached(
    release: Path, records: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    with pytest.raises(TransferError, match="Run the same command again") as caught:
        send(release, URL, records)
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_any_store_of_fsspec(release: Path, records: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    try:
        with pytest.raises(KeyboardInterrupt):
            send(release, "memory://x", records, progress=stop)
        assert send(release, "memory://x", records)["status"] == "published"
        assert send(release, "memory://x", records)["status"] == "already published"
        found = {path.removeprefix("/x/musictm/1.0.0/"): memory.cat(path) for path in memory.find("/x")}
        assert found.pop(layout.PUBLICATION) == (records / "musictm/1.0.0.json").read_bytes()
        assert found == tree(release)
    finally:
        memory.rm("/x", recursive=True)


def test_the_record_lies_beside_the_release(bucket: Any, release: Path, records: Path) -> None:
    done = send(release, URL, records)
    key = f"{PLACE}{layout.PUBLICATION}"
    assert done["beside"] == f"s3://bucket/{key}"
    assert bucket.get_object(Bucket="bucket", Key=key)["Body"].read() == (records / "musictm/1.0.0.json").read_bytes()
    bucket.delete_object(Bucket="bucket", Key=key)  # as of a version published before there were any
    assert send(release, URL, records)["status"] == "already published"
    assert bucket.get_object(Bucket="bucket", Key=key)["Body"].read() == (records / "musictm/1.0.0.json").read_bytes()
