from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.release.publish.made_up import write_release

CANARY = "c4nary-0f-the-mine"


@pytest.fixture(autouse=True)
def no_keys_but_these(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own environment is used, and nothing is kept outside the test's folder."""
    for name in ("HF_TOKEN", "ZENODO_TOKEN", "HF_ENDPOINT", "ZENODO_ENDPOINT", "MUSICDATA_OFFLINE", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release folder."""
    write_release(tmp_path / "release")
    return tmp_path / "release"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A folder for records."""
    return tmp_path / "records"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """A real S3 server; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket, and the keys for it in the environment; a boto3 client to look into it with."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"{CANARY}-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", f"{CANARY}-session")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    requests.post(f"{s3_server}/moto-api/reset", timeout=30).raise_for_status()  # one memory serves a process
    client = importlib.import_module("boto3").client("s3")
    client.create_bucket(Bucket="bucket")
    yield client
    found = client.list_objects_v2(Bucket="bucket").get("Contents", [])
    for each in found:
        client.delete_object(Bucket="bucket", Key=each["Key"])
    for each in client.list_multipart_uploads(Bucket="bucket").get("Uploads", []):
        client.abort_multipart_upload(Bucket="bucket", Key=each["Key"], UploadId=each["UploadId"])
    client.delete_bucket(Bucket="bucket")
    client.close()
