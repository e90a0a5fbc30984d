"""Whenever publishing or fetching is killed, nothing torn is seen, and the same command ends with the same bytes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from musicdata.release.record import layout
from tests.faults import publishing
from tests.release.publish.made_up import tree

SEEDS = range(1, 2)
"""Of the one kill, which comes early; `python -m tests.faults` has more."""


def wrong(trials: list[publishing.Trial]) -> dict[int, list[str]]:
    return {trial.seed: trial.faults for trial in trials if trial.faults}


def test_kill_of_a_publication_to_a_folder(tmp_path: Path) -> None:
    places = {seed: tmp_path / f"there{seed}" for seed in (-2, -1, *SEEDS)}
    trials = list(
        publishing.trials(SEEDS, tmp_path, lambda seed: str(places[seed]), lambda seed: lambda: tree(places[seed]))
    )
    assert wrong(trials) == {}
    assert all(trial.landed for trial in trials)
    for seed in SEEDS:
        beside = places[seed] / "musictm/1.0.0" / layout.PUBLICATION
        assert beside.read_bytes() == (tmp_path / f"records{seed}/musictm/1.0.0.json").read_bytes()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket of a real S3 server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "made up", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in (keys | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}).items():
        monkeypatch.setenv(name, value)
    client = importlib.import_module("boto3").client("s3")
    client.create_bucket(Bucket="bucket")
    yield client
    client.close()
    server.stop()


@pytest.mark.long
def test_kill_of_a_publication_to_a_store(bucket: Any, tmp_path: Path) -> None:
    def look(prefix: str) -> dict[str, bytes]:
        found = bucket.list_objects_v2(Bucket="bucket", Prefix=prefix).get("Contents", [])
        keys = [each["Key"] for each in found if not each["Key"].endswith(layout.PUBLICATION)]
        return {key.removeprefix(prefix): bucket.get_object(Bucket="bucket", Key=key)["Body"].read() for key in keys}

    trials = list(
        publishing.trials(
            SEEDS,
            tmp_path,
            lambda seed: f"s3://bucket/{seed}",
            lambda seed: lambda: look(f"{seed}/"),
        )
    )
    assert wrong(trials) == {}
    assert all(trial.landed for trial in trials)


@pytest.mark.parametrize(
    ("kind", "step", "what"),
    [
        pytest.param("crash", 2, "publish", marks=pytest.mark.long),
        ("full", 5, "publish"),
        pytest.param("full-once", 5, "publish", marks=pytest.mark.long),
        ("crash", 2, "fetch"),
        pytest.param("full", 5, "fetch", marks=pytest.mark.long),
        ("full-once", 5, "fetch"),
    ],
)
def test_a_fault_at_any_call_that_changes_the_disk_does_no_harm(kind: str, step: int, what: str) -> None:
    points, n_calls = publishing.points(kind, what, step)
    assert n_calls > 40
    assert len(points) >= n_calls // step
    assert [point for point in points if point["faults"]] == []
