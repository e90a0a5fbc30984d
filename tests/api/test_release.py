"""The way from a workspace to a published release that others load, by the commands alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import musicdata
from musicdata.release.record import layout
from tests.cli.test_cli import run


@pytest.fixture(scope="module")
def place(validated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace, from which the first release is made."""
    folder = tmp_path_factory.mktemp("commands")
    shutil.copytree(validated, folder / "work")
    shutil.rmtree(folder / "work" / "validation")
    return folder


def test_the_way_of_a_release(place: Path) -> None:
    home = {"MUSICDATA_HOME": str(place / "home")}

    def command(*arguments: object, code: int = 0) -> str:
        done = run(*arguments, cwd=place, **home)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    # The gate refuses thirty samples; the command validates them first.
    refused = command("release", "build", "work", "--version", "1.0.0", "--out", "first", "--no-deep", code=4)
    assert "work may not be released: real pairs" in refused or "audio–sheet" in refused
    assert (place / "work" / "validation" / "validation.json").exists()
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
    told = json.loads(command("release", "diff", "first", "second", "--json"))
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


@pytest.mark.parametrize("view", ["open", "csv"])
def test_an_export_is_verified_against_its_release(view: str, released: Path, tmp_path: Path) -> None:
    assert "musictm@1.0.0" in run("export", released, "--view", view, "--out", tmp_path / "out").stdout
    done = run("release", "verify", released, "--views", tmp_path / "out")
    assert done.returncode == 0, done.stdout
    assert "and 1 views agree" in done.stdout
    spoiled = max(
        (path for path in (tmp_path / "out").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    spoiled.write_bytes(spoiled.read_bytes()[:-1])
    done = run("release", "verify", released, "--views", tmp_path / "out")
    assert done.returncode == 1
    assert spoiled.name in done.stdout


def test_a_release_is_looked_at_like_a_workspace(released: Path) -> None:
    done = run("show", "alignment", "--work", released, "--limit", "1", "--json")
    assert json.loads(done.stdout)["note_index"] == 0
    assert run("check", released).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["release", "verify", "nowhere"], 2, "nowhere"),
        (["release", "build", "nowhere", "--out", "out"], 2, "no workspace"),
        (["release", "diff", "nowhere", "nowhere"], 2, "nowhere"),
        (["export", "{released}", "--view", "open", "--out", "{released}"], 2, "out"),
        (["export", "{released}", "--view", "mp3", "--out", "out"], 2, "mp3"),
        (["export", "{released}", "--view", "full", "--out", "out"], 2, "the view full is the release itself"),
        (["release", "takedown", "{released}", "nobody", "--reason", "asked", "--out", "out"], 2, "nobody"),
        (["release", "publish", "{released}", "--to", "gopher://x"], 2, "gopher"),
        (["release", "publish", "{released}", "--to", "site", "--view", "half"], 2, "half"),
        (["release", "build", "{work}", "--version", "1.0", "--out", "out", "--allow-failed-gate"], 2, "1.0"),
    ],
)
def test_wrong_input_is_told(
    arguments: list[str], code: int, message: str, released: Path, validated: Path, tmp_path: Path
) -> None:
    done = run(*(a.format(released=released, work=validated) for a in arguments), cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_records_and_layout_agree_on_what_a_release_is_called(released: Path) -> None:
    assert layout.read_record(released).slug == "musictm@1.0.0"
