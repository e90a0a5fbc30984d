"""Recipes: `pipelines/<data set>.toml` → a list of stages with resolved parameters."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError

from musicdata import resources
from musicdata import stage as stages
from musicdata.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Dataset(BaseModel):
    """Is the recipe's head: name, title and modalities of the data set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    modalities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a recipe with its parameters."""

    stage: stages.Stage[Any]
    parameters: stages.Parameters


@dataclass(frozen=True, slots=True)
class Recipe:
    """A data set's stages in the order they run."""

    dataset: Dataset
    steps: tuple[Step, ...]

    def toml(self) -> str:
        """Return the recipe with every parameter written out, readable as a recipe again."""
        head = self.dataset.model_dump(mode="json")
        body = [{"use": s.stage.name} | s.parameters.model_dump(mode="json") for s in self.steps]
        return tomli_w.dumps({"dataset": head, "stage": body})

    def tables(self) -> list[str]:
        """List the tables the recipe makes, in order."""
        return [table for step in self.steps for table in step.stage.outputs]


def names() -> list[str]:
    """List the recipes that ship with musicdata."""
    return sorted(path.stem for path in resources.folder("pipelines").glob("*.toml"))


def load(name_or_path: str, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe by name or by path and apply `stage.key=value` overrides.

    Values of overrides are TOML; what is not TOML is taken as text.

    Raises:
        RecipeError: no such recipe, not TOML, an unknown stage or key, or a value out of range.
    """
    document = _document(name_or_path)
    dataset = _dataset(name_or_path, document)
    try:
        entries = [dict(entry) for entry in document["stage"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RecipeError(f"recipe {name_or_path}: needs [[stage]] tables: {error}") from error
    for override in overrides:
        _apply(override, entries)
    steps = tuple(_step(entry) for entry in entries)
    _check_order(dataset.name, steps)
    return Recipe(dataset, steps)


def read_dataset(name_or_path: str) -> Dataset:
    """Read only the head of a recipe; its stages may be those of another version.

    Raises:
        RecipeError: no such recipe, not TOML, or without a head.
    """
    return _dataset(name_or_path, _document(name_or_path))


def _dataset(name_or_path: str, document: dict[str, Any]) -> Dataset:
    try:
        return Dataset(**document["dataset"])
    except (KeyError, TypeError, ValidationError) as error:
        raise RecipeError(
            f"recipe {name_or_path}: needs a [dataset] with name, title and modalities: {error}"
        ) from error


def _document(name_or_path: str) -> dict[str, Any]:
    path = resources.folder("pipelines") / f"{name_or_path}.toml"
    if name_or_path not in names():
        path = Path(name_or_path)
        if path.suffix != ".toml":
            raise RecipeError(
                f"no recipe is called {name_or_path!r}; there are {', '.join(names())}, "
                "or give the path of a .toml file"
            )
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"recipe {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"recipe {path} is not TOML: {error}") from error


def _apply(override: str, entries: list[dict[str, Any]]) -> None:
    path, equals, text = override.partition("=")
    used = sorted((str(entry.get("use")) for entry in entries), key=len, reverse=True)
    name = next((use for use in used if path.startswith(f"{use}.")), None)
    if not equals or name is None:
        raise RecipeError(f"--set {override}: expected STAGE.KEY=VALUE with a stage of {', '.join(sorted(used))}")
    target = next(entry for entry in entries if entry["use"] == name)
    *inner, last = path.removeprefix(f"{name}.").split(".")
    for key in inner:
        target[key] = dict(target.get(key) or {})
        target = target[key]
    target[last] = _value(text)


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _step(entry: dict[str, Any]) -> Step:
    name = entry.pop("use", None)
    stage = stages.find(str(name))
    try:
        return Step(stage, stage.parameters(**entry))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([stage.name, *map(str, first["loc"])])
        known = ", ".join(stage.parameters.model_fields)
        raise RecipeError(f"{where}: {first['msg']} (got {first['input']!r}); {stage.name} knows {known}") from error


def _check_order(name: str, steps: tuple[Step, ...]) -> None:
    made: set[str] = set()
    for step in steps:
        if missing := [table for table in step.stage.inputs if table not in made]:
            raise RecipeError(
                f"recipe {name}: stage {step.stage.name} needs {', '.join(missing)}, made by no stage before it"
            )
        made.update(step.stage.outputs)
