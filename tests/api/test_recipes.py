"""Recipes are listed, and copied to be changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import musicdata
from musicdata.api.recipes import copy_recipe, recipe_names
from musicdata.definitions import recipe
from musicdata.errors import InputError, RecipeError


def test_every_recipe_is_listed_with_the_command_that_runs_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "musicdata.cli", "recipes"], check=True, capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:-2]] == recipe.names()
    assert any(line.startswith("spotify-moods") and "musicdata crawl spotify-moods" in line for line in lines)
    told = json.loads(
        subprocess.run(
            [sys.executable, "-m", "musicdata.cli", "recipes", "--json"], check=True, capture_output=True, text=True
        ).stdout
    )
    assert [one["name"] for one in told["recipes"]] == [one.name for one in recipe_names()]


@pytest.mark.parametrize("name", recipe.names())
def test_a_copy_is_the_recipe_under_a_name_of_its_own(name: str, tmp_path: Path) -> None:
    path = copy_recipe(name, tmp_path / "below" / "My Own.toml")
    copied, shipped = recipe.load(str(path)), recipe.load(name)
    assert copied.dataset.name == "my-own"
    assert (copied.steps, copied.options, copied.validate) == (shipped.steps, shipped.options, shipped.validate)
    changed = [
        b for a, b in zip(recipe.text_of(name).splitlines(), path.read_text().splitlines(), strict=True) if a != b
    ]
    assert changed == ['name = "my-own"']


def test_a_copy_builds_by_its_path(songs: Path, tmp_path: Path) -> None:
    path = copy_recipe("musictm", tmp_path / "mine.toml")
    planned = musicdata.plan(str(path), input=songs, limit=1)
    assert planned.dataset == "mine"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        copy_recipe("musictm", tmp_path / "mine.toml")
    with pytest.raises(InputError, match=r"a recipe is a \.toml file"):
        copy_recipe("musictm", tmp_path / "mine")
    with pytest.raises(
        RecipeError,
        match=r"no recipe is called 'mussictm' \(did you mean 'musictm'\?\); there are interpretations, lyrics, mard, mard-api, musictm",
    ):
        copy_recipe("mussictm", tmp_path / "other.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
