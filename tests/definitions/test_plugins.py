"""Plug-ins of a recipe: imported when it is run, known to the workers, part of what a stage's output depends on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import contract, plugins, recipe
from musicdata.definitions import stage as stages
from musicdata.errors import ContractError, RecipeError
from musicdata.system.files import read_json

STAGE = """
from musicdata.definitions.stage import Parameters, Shard, Stage

class Nothing(Parameters):
    pass

def run(parameters, task):
    task.sink.write("numbers", {"sample_id": ["a", "b"], "split": ["train", "test"], "group_id": ["a", "b"], "number": [NUMBER, 2]})

def cut(parameters, inputs):
    yield Shard("a", "b", 2, "same")

STAGE = Stage("numbers", 1, "counts", (), ("numbers",), Nothing, run, cut)
"""
CONTRACT = """
[table]
name = "numbers"
description = "One row per sample: a number."
key = ["sample_id"]
introduces = "sample_id"
"""
COLUMNS = {"sample_id": "string", "split": "string", "group_id": "string", "number": "int32"}
RECIPE = """
[dataset]
name = "numbers"
title = "Numbers"
modalities = ["number"]
[plugins]
modules = ["counting.py"]
[[stage]]
use = "numbers"
"""


@pytest.fixture(autouse=True)
def _no_plugins_afterwards() -> object:
    yield
    plugins.activate(plugins.Plugins())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipe with a stage and a contract of its own."""
    place = tmp_path / "numbers"
    (place / "manifests").mkdir(parents=True)
    (place / "counting.py").write_text(STAGE.replace("NUMBER", "1"))
    columns = "".join(
        f'[[column]]\nname = "{name}"\ntype = "{kind}"\ndescription = "{name}"\n' for name, kind in COLUMNS.items()
    )
    (place / "manifests" / "numbers.toml").write_text(CONTRACT + columns)
    (place / "numbers.toml").write_text(RECIPE)
    return place


def numbers(work: musicdata.Work) -> list[int]:
    return [row["number"] for row in work.rows("numbers")]


def test_a_recipe_runs_with_a_stage_and_a_contract_of_its_own(folder: Path, tmp_path: Path) -> None:
    work = musicdata.build(str(folder / "numbers.toml"), work=tmp_path / "work")
    assert numbers(work) == [1, 2]
    manifest = read_json(work.root / "state" / "numbers" / "manifest.json") or {}
    sha256 = plugins.load([folder / "counting.py"]).modules[0].sha256
    assert manifest["origin"]["facts"]["plugin"] == {"counting.py": sha256}


def test_a_change_of_the_module_makes_its_tables_stale_in_the_same_process_too(folder: Path, tmp_path: Path) -> None:
    name, work = str(folder / "numbers.toml"), tmp_path / "work"
    musicdata.build(name, work=work)
    assert [stage.built for stage in musicdata.build(name, work=work).stages] == [False]
    (folder / "counting.py").write_text(STAGE.replace("NUMBER", "7"))
    again = musicdata.build(name, work=work)
    assert numbers(again) == [7, 2]
    assert "plug-in counting.py changed" in again.stages[0].reasons


def test_a_workspace_is_read_without_its_plug_ins(folder: Path, tmp_path: Path) -> None:
    root = musicdata.build(str(folder / "numbers.toml"), work=tmp_path / "work").root
    shutil.rmtree(folder)
    plugins.activate(plugins.Plugins())
    assert numbers(musicdata.open_work(root)) == [1, 2]
    with pytest.raises(RecipeError, match=r"counting\.py is not there"):
        musicdata.open_work(root).recipe  # noqa: B018


def test_another_recipe_has_none_of_them(folder: Path) -> None:
    recipe.load(str(folder / "numbers.toml"))
    assert "numbers" in stages.STAGES.all()
    recipe.load("musictm")
    assert "numbers" not in stages.STAGES.all()
    with pytest.raises(ContractError, match="no table is called 'numbers'"):
        contract.load("numbers")


def test_somebody_elses_recipe_imports_nothing(folder: Path) -> None:
    (folder / "counting.py").write_text("raise SystemExit('imported')")
    with pytest.raises(RecipeError, match="no stage is called 'numbers'"):
        recipe.load(str(folder / "numbers.toml"), is_foreign=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", "counting.py, line 1: SyntaxError"),
        ("\n\n1 / 0", "counting.py, line 3: ZeroDivisionError"),
        ("import nothing_of_this_name", "counting.py, line 1: ModuleNotFoundError"),
    ],
)
def test_a_broken_module_says_where(folder: Path, text: str, message: str) -> None:
    (folder / "counting.py").write_text(text)
    with pytest.raises(RecipeError, match=message):
        recipe.load(str(folder / "numbers.toml"))


def test_names_that_clash_say_so(folder: Path) -> None:
    (folder / "counting.py").write_text(STAGE.replace('Stage("numbers"', 'Stage("window"'))
    with pytest.raises(RecipeError, match=r"two stages are called 'window': one in musicdata\.stages\.place\.window"):
        recipe.load(str(folder / "numbers.toml"))


def test_a_contract_of_ours_is_not_redefined(folder: Path) -> None:
    text = (folder / "manifests" / "numbers.toml").read_text()
    (folder / "manifests" / "samples.toml").write_text(text.replace('name = "numbers"', 'name = "samples"', 1))
    recipe.load(str(folder / "numbers.toml"))
    with pytest.raises(ContractError, match=r"table samples: .* says other things of it"):
        contract.load("samples")


def test_a_module_that_is_not_there_or_no_module(folder: Path) -> None:
    (folder / "counting.py").rename(folder / "counting.txt")
    with pytest.raises(RecipeError, match=r"counting\.py is not there"):
        recipe.load(str(folder / "numbers.toml"))
    (folder / "numbers.toml").write_text(RECIPE.replace("counting.py", "counting.txt"))
    with pytest.raises(RecipeError, match=r"counting.txt is no \.py file"):
        recipe.load(str(folder / "numbers.toml"))


def test_a_package_of_modules_imports_its_own(folder: Path, tmp_path: Path) -> None:
    package = folder / "counting"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("NUMBER = 5\n")
    (package / "stages.py").write_text("from .one import NUMBER\n" + STAGE)
    (folder / "numbers.toml").write_text(RECIPE.replace("counting.py", "counting"))
    work = musicdata.build(str(folder / "numbers.toml"), work=tmp_path / "work")
    assert numbers(work) == [5, 2]
    (package / "one.py").write_text("NUMBER = 6\n")
    assert numbers(musicdata.build(str(folder / "numbers.toml"), work=tmp_path / "work")) == [6, 2]
