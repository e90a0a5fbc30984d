"""Releases as a user makes, looks at and checks them: each command by itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from musicdata.release.record import layout
from tests.cli.test_cli import command_in, run


def test_a_workspace_is_validated_before_its_first_release(validated: Path, tmp_path: Path) -> None:
    work = shutil.copytree(validated, tmp_path / "work")
    shutil.rmtree(work / "validation")
    refused = command_in(tmp_path, "release", "build", "work", "--out", "first", "--no-deep", code=4)
    assert "work may not be released: real pairs" in refused or "audio–sheet" in refused
    assert (work / "validation" / "validation.json").exists()
    assert not (tmp_path / "first").exists()


def test_an_export_is_verified_against_its_release(released: Path, tmp_path: Path) -> None:
    assert "musictm@1.0.0" in run("export", released, "--view", "csv", "--out", tmp_path / "out").stdout
    done = run("release", "verify", released, "--views", tmp_path / "out")
    assert done.returncode == 0, done.stdout
    assert "and 1 view agrees" in done.stdout
    spoiled = max(
        (path for path in (tmp_path / "out").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    spoiled.write_bytes(spoiled.read_bytes()[:-1])
    done = run("release", "verify", released, "--views", tmp_path / "out")
    assert done.returncode == 1
    assert spoiled.name in done.stdout


def test_a_release_is_looked_at_like_a_workspace(released: Path) -> None:
    done = run("show", "alignment", "--work", released, "--limit", "1", "--json")
    assert json.loads(done.stdout)["rows"][0]["note_index"] == 0
    assert run("check", released).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["release", "verify", "nowhere"], 2, "nowhere"),
        pytest.param(["release", "build", "nowhere", "--out", "out"], 2, "no workspace", marks=pytest.mark.long),
        pytest.param(["release", "diff", "nowhere", "nowhere"], 2, "nowhere", marks=pytest.mark.long),
        (["export", "{released}", "--view", "open", "--out", "{released}"], 2, "out"),
        pytest.param(["export", "{released}", "--view", "mp3", "--out", "out"], 2, "mp3", marks=pytest.mark.long),
        (["export", "{released}", "--view", "full", "--out", "out"], 2, "the view full is the release itself"),
        (["release", "takedown", "{released}", "nobody", "--reason", "asked", "--out", "out"], 2, "nobody"),
        pytest.param(["release", "publish", "{released}", "--to", "gopher://x"], 2, "gopher", marks=pytest.mark.long),
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
