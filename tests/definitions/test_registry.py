"""Registries: ours are found by walking, those of installed packages by entry points."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from musicdata.definitions.registry import Registry
from musicdata.definitions.stage import STAGES, Stage
from musicdata.errors import RecipeError, UsageError

STAGE = """
from musicdata.definitions.stage import Parameters, Shard, Stage
STAGES = [Stage(name, 1, "does nothing", (), ("samples",), Parameters, print, None) for name in ("theirs.one", "theirs.two")]
"""
RECIPE = '[dataset]\nname = "theirs"\ntitle = "Somebody\'s"\nmodalities = []\n[[stage]]\nuse = "theirs.one"\n'
LOOK = """
import json
from musicdata.definitions import recipe
from musicdata.definitions.stage import STAGES, find
print(json.dumps({"stages": [n for n in STAGES.all() if n.startswith("theirs")], "recipes": recipe.names(),
    "steps": [s.stage.name for s in recipe.load("theirs").steps], "plugin": dict(find("theirs.one").plugin)}))
"""


def install(folder: Path, module: str) -> dict[str, str]:
    """Lay a package where Python looks, as pip would; return the environment that looks there."""
    package = folder / "theirs"
    (package / "pipelines").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "stages.py").write_text(module)
    (package / "pipelines" / "theirs.toml").write_text(RECIPE)
    facts = folder / "theirs-2.5.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 2.5\n")
    (facts / "entry_points.txt").write_text(
        "[musicdata.stages]\ntheirs = theirs.stages\n[musicdata.recipes]\ntheirs = theirs\n"
    )
    paths = [str(folder), *(path for path in sys.path if path)]
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(paths)}


def look(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LOOK], check=False, env=environment, capture_output=True, text=True)


def test_an_installed_package_adds_stages_and_recipes(tmp_path: Path) -> None:
    done = look(install(tmp_path, STAGE))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["stages"] == ["theirs.one", "theirs.two"]
    assert {"musictm", "theirs"} <= set(seen["recipes"])
    assert seen["steps"] == ["theirs.one"]
    assert list(seen["plugin"]) == ["theirs 2.5"]


def test_a_broken_package_is_named(tmp_path: Path) -> None:
    done = look(install(tmp_path, "1 / 0"))
    assert "RecipeError: package theirs 2.5: its entry point theirs (theirs.stages) cannot be imported" in done.stderr


def test_a_name_that_ours_has_is_refused(tmp_path: Path) -> None:
    done = look(install(tmp_path, STAGE.replace("theirs.two", "window")))
    assert "two stages are called 'window'" in done.stderr


def test_what_is_not_there_lists_what_is() -> None:
    stages: Registry[Stage[Any]] = Registry("stage", "musicdata.stages", "STAGE", Stage)
    with pytest.raises(
        UsageError, match=r"'widow' \(did you mean 'window'\?\); there are acousticbrainz\.api, .*window"
    ):
        stages.find("widow")
    with pytest.raises(RecipeError):
        STAGES.find("widow")
    assert stages.entry("window").where == "musicdata.stages.place.window"


@pytest.mark.parametrize("name", STAGES.all())
def test_a_stage_is_found_by_the_module_that_names_it(name: str) -> None:
    assert [entry.item for entry in STAGES._ours_named(name)] == [STAGES.all()[name]]


def test_what_is_asked_for_by_name_does_not_load_the_others() -> None:
    code = """if True:
        import sys
        from musicdata.definitions.stage import find
        find("window")
        print([m for m in sys.modules if m.startswith("musicdata.stages.fetch.")])
    """
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_nobody_writes_out_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "put_together"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text(STAGE.replace('"theirs.one", "theirs.two"', '*(f"made.{n}" for n in (1, 2)),'))
    monkeypatch.syspath_prepend(tmp_path)
    stages: Registry[Stage[Any]] = Registry("stage", "put_together", "STAGE", Stage)
    assert stages.find("made.2").name == "made.2"
