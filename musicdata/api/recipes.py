"""Recipes as users find them: which there are, and a copy of one to change."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.definitions import overrides as keys
from musicdata.definitions import recipe as recipes
from musicdata.definitions import shipped
from musicdata.definitions.head import Crawl, Dataset, Releases
from musicdata.definitions.parameters import Parameter, parameters
from musicdata.errors import InputError
from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Listed:
    """A recipe that is known by name.

    Attributes:
        name: as commands take it.
        title: of its data set.
        modalities: that a sample has.
        is_crawled: whether it is fetched from services, by `musicdata crawl`.
        file: where it stands.
    """

    name: str
    title: str
    modalities: tuple[str, ...]
    is_crawled: bool
    file: str


def recipe_names() -> list[Listed]:
    """List the recipes that ship with musicdata and with installed packages.

    Raises:
        RecipeError: one of an installed package is wrong.
    """
    files = shipped.files("pipelines")
    known = {name: recipes.load(name) for name in recipes.names()}
    return [
        Listed(name, one.dataset.title, one.dataset.modalities, one.is_crawled, str(files[name]))
        for name, one in known.items()
    ]


@dataclass(frozen=True, slots=True)
class Section:
    """What of a recipe can be set in one place.

    Attributes:
        name: of the stage, or ``crawl``, ``dataset``, ``release``.
        does: what it does, for people.
        makes: tables it writes.
        parameters: what `--set` takes, key by key.
    """

    name: str
    does: str
    makes: tuple[str, ...]
    parameters: tuple[Parameter, ...]


def recipe_parameters(name: str, overrides: Sequence[str] = ()) -> list[Section]:
    """List every parameter of a recipe, those too that it does not write out: what `--set` takes.

    Args:
        name: of a recipe, or the path of one, or of the `recipe.toml` of a workspace.
        overrides: ``stage.key=value`` texts.

    Raises:
        RecipeError: there is no such recipe, stage or key.
    """
    known = recipes.load(name, overrides)
    sections = [
        Section(
            step.stage.name,
            step.stage.verb,
            step.stage.outputs,
            tuple(parameters(step.stage.name, step.stage.parameters, step.parameters)),
        )
        for step in known.steps
    ]
    tables: tuple[tuple[str, str, type[BaseModel], BaseModel | None], ...] = (
        ("crawl", "says how services are called", Crawl, known.crawl),
        ("dataset", "says what the data set is called", Dataset, known.dataset),
        ("release", "says what a release states of it", Releases, known.release),
    )
    for table, does, model, values in tables:
        settable = keys.SETTABLE.get(table, tuple(model.model_fields))
        found = parameters(table, model, values) if values is not None else ()
        listed = tuple(one for one in found if one.key.split(".")[1] in settable)
        if listed:
            sections.append(Section(table, does, (), listed))
    return sections


def copy_recipe(name: str, out: str | Path) -> Path:
    """Write a copy of a recipe, to be changed and built by its path; its data set is called after the file.

    Args:
        name: of a recipe, or the path of one.
        out: file to write; it must not exist.

    Raises:
        RecipeError: there is no such recipe.
        InputError: `out` is there already, or is no `.toml` file.
    """
    path = Path(out)
    if path.suffix != ".toml":
        raise InputError(f"{path}: a recipe is a .toml file; call it {path}.toml")
    if os.path.lexists(path):
        raise InputError(f"{path} is there already; give the copy another name")
    head = recipes.read_dataset(name)
    text = recipes.text_of(name)
    stem = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._") or head.name
    text = re.sub(r'(?m)^name = "[^"\n]*"', f'name = "{stem}"', text, count=1)
    with storage_faults(path, len(text)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with paths.create(path) as file:
            file.write(text.encode())
    return path
