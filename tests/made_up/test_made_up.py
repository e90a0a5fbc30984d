"""A data set nobody needs, in a folder outside the package, goes all the way, and no file of the package knows it."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import musicdata
from musicdata.api import releases
from musicdata.api.release import sharing
from musicdata.definitions import plugins
from musicdata.errors import IntegrityError, RecipeError, UsageError
from musicdata.release.exports import EXPORTS

WORDS = [
    "sea",
    "salt",
    "wind",
    "morning",
    "gull",
    "ship",
    "rope",
    "sail",
    "harbour",
    "light",
    "anchor",
    "storm",
    "quiet",
    "deep",
    "blue",
    "stone",
]
POEMS = Path(__file__).with_name("poems")
FITTING = ["csv", "files", "mirdata", "webdataset"]
"""Exports of ours that make sense of poems; the others say why not."""


def write_poems(path: Path, n: int) -> Path:
    """Write `n` poems, whose words gain an e at their end as the years go by, and a line that is none."""
    draw = random.Random(1)
    lines = []
    for number in range(n):
        words = [draw.choice(WORDS) + "e" * (number * 6 // n) for _ in range(12)]
        poem = "\n".join(" ".join(words[place : place + 4]) for place in (0, 4, 8))
        lines.append(json.dumps({"title": f"Poem {number}", "poem": poem, "year": 1700 + number * 300 // n}))
    path.write_text("\n".join([*lines, '{"title": "no poem"}']) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data set's folder, somewhere outside, and its input."""
    place = shutil.copytree(POEMS, tmp_path_factory.mktemp("outside") / "poems")
    write_poems(place / "poems.jsonl", 300)
    return place


@pytest.fixture(autouse=True)
def _no_plugins_afterwards() -> Iterator[None]:
    yield
    plugins.activate(plugins.Plugins())


def command(*arguments: object, cwd: Path, code: int = 0) -> str:
    """Run the command as a user does, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "musicdata.cli", *map(str, arguments)],
        check=False, cwd=cwd, capture_output=True, text=True,
        env=dict(os.environ) | {"MUSICDATA_HOME": str(cwd / "home"), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_goes_all_the_way(folder: Path, tmp_path: Path) -> None:
    def run(*arguments: object, code: int = 0) -> str:
        return command(*arguments, cwd=tmp_path, code=code)

    recipe, poems = folder / "poems.toml", folder / "poems.jsonl"
    planned = run("plan", recipe, "--input", poems)
    assert "poems.read" in planned
    assert "unknown" in planned, "stages without figures say so"
    run("build", recipe, "--input", poems, "--work", "work")
    told = run("status", "work")
    assert "poems 300; rejected: no_poem 1" in told
    assert "• " not in told, "nothing is stale"
    assert "✓ poems have as many lines as their rows say" in run("check", "work")
    assert "letters tell the year" in run("validate", "work", "--no-deep")
    run("release", "build", "work", "--version", "1.0.0", "--out", "one")
    assert "Years told from letters" in (tmp_path / "one" / "README.md").read_text("utf-8")
    assert "is whole" in run("release", "verify", "one")

    # what made it is on record, and nothing of it is imported by whoever reads
    record = json.loads((tmp_path / "one" / "RELEASE.json").read_text("utf-8"))
    assert {name for stage in record["stages"] for name in stage["plugin"]} == {"poems"}
    assert len(record["tools"]["plug-in poems"]) == 64
    assert 'modules = [\n    "poems",\n]' in (tmp_path / "one" / "recipe.toml").read_text("utf-8")

    run("export", "one", "--view", "lhotse", "--out", "as-lhotse", code=2)  # there is no sound
    run("--plugin", folder / "poems", "export", "one", "--view", "json-lines", "--out", "as-json-lines")
    told = run("--plugin", folder / "poems", "release", "verify", "one", "--views", "as-json-lines")
    assert "1 view agrees with it" in told
    for name in EXPORTS.all():
        if name in FITTING:
            releases.export(tmp_path / "one", name, tmp_path / f"as-{name}")
            assert releases.verify(tmp_path / "one", views=[tmp_path / f"as-{name}"]) == []
        else:
            with pytest.raises(UsageError, match="makes no sense"):
                releases.export(tmp_path / "one", name, tmp_path / f"as-{name}")
    for view in sharing.RIGHTS_VIEWS:
        releases.export(tmp_path / "one", view, tmp_path / f"as-{view}")

    run("release", "publish", "one", "--to", tmp_path / "published", "--view", "open")
    assert len(list(musicdata.load(tmp_path / "one", split="test").rows("poems"))) > 10
    run("build", recipe, "--input", poems, "--work", "work", "--limit", "200", "--change")
    run("validate", "work", "--no-deep")
    run("release", "build", "work", "--previous", "one", "--out", "two")
    assert "poems: " in run("release", "diff", "one", "two")
    gone = next(musicdata.load(tmp_path / "two").rows("poems"))
    run("release", "takedown", "two", gone["sample_id"], "--reason", "asked", "--out", "three")
    assert gone["title"] not in [row["title"] for row in musicdata.load(tmp_path / "three").rows("poems")]


def stages_of(work: musicdata.Work) -> Sequence[str]:
    return [stage.stage for stage in work.stages if stage.built]


def test_the_same_in_python_and_only_what_changed_is_built_again(folder: Path, tmp_path: Path) -> None:
    recipe = str(folder / "poems.toml")
    work = musicdata.build(recipe, input=folder / "poems.jsonl", work=tmp_path / "work", limit=60)
    assert stages_of(work) == ["poems.read", "poems.rights", "poems.letters"]
    assert musicdata.check(work.root).ok
    more = musicdata.build(recipe, input=folder / "poems.jsonl", work=tmp_path / "work", limit=60, seed=3, change=True)
    assert "poems.read" in stages_of(more)
    assert (
        stages_of(musicdata.build(recipe, input=folder / "poems.jsonl", work=tmp_path / "work", limit=60, seed=3)) == []
    )


@pytest.mark.long
def test_a_stranger_reads_it_without_importing_anything(folder: Path, tmp_path: Path) -> None:
    root = musicdata.build(str(folder / "poems.toml"), input=folder / "poems.jsonl", work=tmp_path / "work").root
    command("release", "build", root, "--version", "1.0.0", "--out", tmp_path / "release", cwd=tmp_path)
    (tmp_path / "release" / "poems.py").write_text("raise SystemExit('imported')")
    (tmp_path / "release" / "poems").mkdir()
    (tmp_path / "release" / "poems" / "__init__.py").write_text("raise SystemExit('imported')")
    plugins.activate(plugins.Plugins())
    with pytest.raises(IntegrityError, match=r"poems\.py is no file of the release"):
        musicdata.load(tmp_path / "release")
    release = musicdata.load(tmp_path / "release", verify=False)
    assert next(release.rows("poems"))["n_lines"] == 3
    assert release.head.dataset.title == "Poems and the years they were written in"
    assert [problem.file for problem in releases.verify(release.root)] == ["poems.py", "poems/__init__.py"]
    with pytest.raises(IntegrityError, match="no file of the release"):
        musicdata.check(release.root)
    with pytest.raises(RecipeError, match=r"no stage is called 'poems\.read'"):
        release.recipe  # noqa: B018
    command("validate", tmp_path / "release", cwd=tmp_path, code=1)  # it is not whole


def test_a_spoilt_row_is_found_by_its_check(folder: Path, tmp_path: Path) -> None:
    spoilt = shutil.copytree(folder, tmp_path / "poems")
    stages = spoilt / "poems" / "stages.py"
    stages.write_text(stages.read_text().replace("len(poem.poem.splitlines())", "7"))
    work = musicdata.build(str(spoilt / "poems.toml"), input=folder / "poems.jsonl", work=tmp_path / "work", limit=9)
    findings = musicdata.check(work.root).findings
    assert {finding.check for finding in findings} == {"poems have as many lines as their rows say"}
    assert "has 3 lines, not 7" in findings[0].message
