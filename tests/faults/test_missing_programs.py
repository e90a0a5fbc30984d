"""Renderers that are missing or lie: never a wrong row; with the right program back the same command ends right."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicdata.definitions import recipe
from tests.faults import harness
from tests.faults.trials import Reference
from tests.recipes import TO_WINDOWS, write_recipe

TIMIDITY = shutil.which("timidity")
# What each fake does with clips; asked for its version, it says what the right one says.
LIES = {
    "prints garbage": ("head -c 100000 /dev/urandom", "timidity_error"),
    "fills stderr": ("head -c 30000000 /dev/zero | tr '\\0' x >&2", "timidity_error"),
    "writes files of 44 bytes": (
        'right "$@"; for f in *.wav; do head -c 44 "$f" >half; mv half "$f"; done',
        "no_audio",
    ),
    "stops halfway": (
        'right "$@"; for f in *.wav; do head -c 99998 "$f" >half; mv half "$f"; done',
        "wrong_length",
    ),
    "stops within a sample": (
        'right "$@"; for f in *.wav; do head -c 99999 "$f" >half; mv half "$f"; done',
        "no_audio",
    ),
    "plays silence": ('right -A0 $(echo "$*" | sed "s/-A450//")', "silent"),
    "crashes": ("kill -SEGV $$", "timidity_error"),
    "is killed": ("kill -KILL $$", "timidity_error"),
    "fails": ("echo 'cannot open soundfont' >&2; exit 1", "timidity_error"),
}


def fake(folder: Path, does: str) -> dict[str, str]:
    """Write a TiMidity++ that does what it should not; return the environment that puts it first."""
    script = folder / "bin" / "timidity"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\nright() {{ {TIMIDITY} "$@"; }}\n[ "$1" = --version ] && {{ right --version; exit; }}\n{does}\n'
    )
    script.chmod(0o755)
    return {"PATH": f"{script.parent}:{os.environ['PATH']}"}


def audio_only(source: Path, folder: Path) -> list[str]:
    recipe = write_recipe(folder, *TO_WINDOWS, "render_audio", name="audio-only", window="notes = 10")
    return harness.build_command(source, folder / "work", recipe=recipe)


def rejects(work: Path, stage: str) -> list[dict[str, str]]:
    done = harness.run([*harness.COMMAND, "show", "rejects", stage, "--work", str(work), "--jsonl", "--limit", "999"])
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module", autouse=True)
def hanging(
    reference: Reference, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A build of one sample whose renderer never ends; it waits for its deadline while the other tests run."""
    folder = tmp_path_factory.mktemp("hanging")
    (folder / "songs").mkdir()
    shutil.copy(reference.source / "song000.csv", folder / "songs")
    with harness.start(audio_only(folder / "songs", folder), fake(folder, "sleep 3600")) as process:
        yield folder / "work", process
        process.kill()


@pytest.fixture(scope="module")
def sound(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the right TiMidity++ makes, without the recipe, which names the folder."""
    folder = tmp_path_factory.mktemp("sound")
    harness.finish(audio_only(reference.source, folder))
    return {name: digest for name, digest in harness.tree(folder / "work").items() if name != "recipe.toml"}


SOON = {"stops halfway"}
"""The others are tried in a long run; `tests/music/render/test_timidity.py` has a sound for each reason."""


@pytest.mark.parametrize("lie", [lie if lie in SOON else pytest.param(lie, marks=pytest.mark.long) for lie in LIES])
def test_a_timidity_that_lies(lie: str, reference: Reference, sound: dict[str, str], tmp_path: Path) -> None:
    does, reason = LIES[lie]
    command, work = audio_only(reference.source, tmp_path), tmp_path / "work"
    done = harness.run(command, fake(tmp_path, does))
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"musicdata: stage render_audio left no audio: {reason} (3)")
    assert not (work / "tables" / "audio").exists()
    rejected = rejects(work, "render_audio")
    assert {row["reason"] for row in rejected} == {reason}
    assert len({row["key"] for row in rejected}) == 3
    assert all(0 < len(row["detail"]) < 1000 for row in rejected)
    assert "left no audio the last time" in harness.finish(command)
    assert [name for name in harness.differences(work, sound) if name != "recipe.toml"] == []


def without(program: str, folder: Path) -> dict[str, str]:
    """Return an environment in which a program is not installed."""
    if program == "timidity":
        return {"PATH": str(folder)}
    hide = "import sys\nsys.modules['lilypond'] = None\n"
    (folder / "sitecustomize.py").write_text(hide)
    return {"PYTHONPATH": str(folder)}


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("timidity", "TiMidity++ is missing: apt-get install timidity"),
        pytest.param("lilypond", "LilyPond is missing", marks=pytest.mark.long),
    ],
)
def test_a_missing_program(program: str, message: str, reference: Reference, tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    env, work = without(program, tmp_path / "hidden"), tmp_path / "work"
    command = harness.build_command(reference.source, work)
    done = harness.run(command, env)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith(f"musicdata: {message}")
    assert "✓" not in done.stderr  # it is told before anything is made
    assert list(work.glob("state/*/manifest.json")) == []
    harness.finish(command)
    assert harness.differences(work, reference.tree) == []
    again = harness.finish(command, env)  # what is finished needs no renderer
    assert again.count("up to date") == len(recipe.load("musictm").steps)
    assert harness.differences(work, reference.tree) == []


def test_a_renderer_that_hangs_is_stopped_at_its_deadline(hanging: tuple[Path, subprocess.Popen[str]]) -> None:
    work, process = hanging
    _, said = process.communicate(timeout=2 * harness.PATIENCE_S)
    assert process.returncode == 1, said
    assert [row["reason"] for row in rejects(work, "render_audio")] == ["timed_out"]
    assert "was stopped at the deadline" in rejects(work, "render_audio")[0]["detail"]
    assert harness.leftovers(work)[0] == []
