"""Names in `RELEASE.json` that would lead somewhere, were they used as paths: no record has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from musicdata.errors import InputError, IntegrityError
from musicdata.release.record import layout
from tests.release.made import small

PATHS = ["../x", "../../etc/x", "/tmp/x", "a/b", "..", ".", ".x", "a\\b", "C:x", "a\nb", "a\0b", "\x1b[31m", "\u202ex"]
NAMES = [*PATHS, "", " a", "a" * 101]

Change = Callable[[dict[str, Any]], None]


def config(name: str, document: dict[str, Any]) -> None:
    document["tables"]["audio"]["config"] = name


def table(name: str, document: dict[str, Any]) -> None:
    document["tables"][name] = document["tables"].pop("audio")


def added(name: str, document: dict[str, Any]) -> None:
    document["added"] = {name: document["tables"]["audio"]}


def column(name: str, document: dict[str, Any]) -> None:
    document["tables"]["audio"]["columns"][name] = "audio"


def place(name: str, document: dict[str, Any]) -> None:
    document["tables"]["audio"]["columns"]["audio"] = name


def split_of_rows(name: str, document: dict[str, Any]) -> None:
    document["tables"]["audio"]["rows"][name] = 1


def split_of_digests(name: str, document: dict[str, Any]) -> None:
    document["tables"]["audio"]["digests"]["audio"][name] = "0" * 64


def redacted(name: str, document: dict[str, Any]) -> None:
    document["redacted"] = {name: {}}


def file_path(name: str, document: dict[str, Any]) -> None:
    document["files"][0]["path"] = name


def data_set(name: str, document: dict[str, Any]) -> None:
    document["name"] = name


def version(name: str, document: dict[str, Any]) -> None:
    document["version"] = name


def previous(name: str, document: dict[str, Any]) -> None:
    document["previous"] = {"version": name, "content_root": "0" * 64}


def tombstone(name: str, document: dict[str, Any]) -> None:
    document["tombstones"] = [{"table": name, "id": "x", "version": "1.0.1", "reason": "asked"}]


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a record that is right."""
    root = tmp_path_factory.mktemp("release")
    small().write(root)
    return layout.read_encoded(root)


EVERYWHERE = [config, table, added, column, place, split_of_rows, split_of_digests, redacted, data_set, version]


@pytest.mark.parametrize("put", [*EVERYWHERE, previous, tombstone], ids=lambda put: put.__name__)
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_identifier_is_a_path(name: str, put: Callable[[str, dict[str, Any]], None], encoded: bytes) -> None:
    refused(partial(put, name), encoded)


@pytest.mark.parametrize(
    "name", ["../x", "/x", "..", ".", "", "a//b", "./a", "a/../b", "a\\b", "a\0", "a\n", "\x9b", "a" * 501]
)
def test_the_path_of_a_file_goes_down(name: str, encoded: bytes) -> None:
    refused(partial(file_path, name), encoded)


@pytest.mark.parametrize("name", ["dev", "Train", "train2", "validation"])
def test_splits_are_those_that_there_are(name: str, encoded: bytes) -> None:
    refused(partial(split_of_rows, name), encoded)


def refused(change: Change, encoded: bytes) -> None:
    document = json.loads(encoded)
    change(document)
    with pytest.raises(InputError, match="is not a release record"):
        layout.decode(json.dumps(document).encode(), "RELEASE.json")


def test_a_record_that_is_no_file_or_too_large_is_not_read(tmp_path: Path) -> None:

    with (tmp_path / layout.RECORD).open("wb") as file:
        file.truncate(40 << 30)
    with pytest.raises(IntegrityError, match="has 42,949,672,960 bytes"):
        layout.read_record(tmp_path)
