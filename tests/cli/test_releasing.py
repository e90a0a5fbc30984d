"""The way from a workspace to a published release that others load, by the commands alone."""

from __future__ import annotations

import functools
import json
import shutil
from pathlib import Path

import pytest

import musicdata
from tests.cli.test_cli import command_in


@pytest.fixture(scope="module")
def place(validated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a validated workspace, from which the first release is made."""
    folder = tmp_path_factory.mktemp("commands")
    shutil.copytree(validated, folder / "work")
    return folder


def test_the_way_of_a_release(place: Path) -> None:
    command = functools.partial(command_in, place)

    # The gate refuses thirty samples.
    refused = command("release", "build", "work", "--version", "1.0.0", "--out", "first", "--no-deep", code=4)
    assert "work may not be released: real pairs" in refused or "audio–sheet" in refused
    assert not (place / "first").exists()
    wanted = ("release", "build", "work", "--version", "1.0.0", "--out", "first", "--allow-failed-gate")
    assert "'train': 440" in command(*wanted, "--dry-run")
    assert not (place / "first").exists()
    said = command(*wanted)
    assert "first is musictm@1.0.0: train 22, valid 3, test 5 samples" in said
    assert "the gate was overruled" in said
    assert "✓ first is whole" in command("release", "verify", "first")
    assert "✓" in command("release", "card", "first", "--check")
    assert command("release", "card", "first").startswith("---\n")

    # Who took part wants one song out.
    song = next(musicdata.load(place / "first").samples(["song_id"]))["song_id"]
    asked = ("release", "takedown", "first", song, "--reason", "asked by the singer", "--out", "second")
    assert "samples_taken_down: 1\nsamples_left: 29" in command(*asked, "--dry-run")
    assert not (place / "second").exists()
    command(*asked)
    told, _ = json.JSONDecoder().raw_decode(
        command("release", "diff", "first", "second", "--json")
    )  # what is done follows
    assert told["tables"]["samples"]["taken_down"]["rows"] == 1
    assert "patch" in command("release", "diff", "first", "second")

    # Rights are unknown: the whole may not be published, what shows nothing may.
    refused = command("release", "publish", "second", "--to", "site", code=4)
    assert "whose rights forbid it" in refused
    assert "--view open" in refused
    assert not (place / "site").exists()
    assert "published" in command("release", "publish", "second", "--to", "site", "--view", "ids")
    assert "already published" in command("release", "publish", "second", "--to", "site", "--view", "ids")
    got = json.loads(command("release", "verify", "musictm@1.0.1", "--json"))
    assert got == {"ok": True, "problems": []}

    # A damaged copy is found by name.
    spoiled = next((place / "second" / "data" / "samples").glob("train-*"))
    data = bytearray(spoiled.read_bytes())
    data[len(data) // 2] ^= 4
    spoiled.write_bytes(data)
    assert f"✗ data/samples/{spoiled.name}" in command("release", "verify", "second", code=1)
    assert "every file is whole" in command("check", "second", code=1)
