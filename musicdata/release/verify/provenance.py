"""Proves that a release's recipe, the records of its stages and its tables tell of the same making.

The record of a stage is what it ran with; the recipe is what readers take the release for, and what it is rebuilt from.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from musicdata.checks import parameters
from musicdata.definitions import stage as stages
from musicdata.engine.staleness import differing, flat
from musicdata.errors import RecipeError
from musicdata.release.reading.reader import ReleaseReader
from musicdata.release.record import layout
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from musicdata.release.record.layout import Record


def recipe_problems(root: Path, record: Record) -> list[str]:
    """List what the recipe of a release says otherwise than its record; the recipe is one that can be read."""
    document = tomllib.loads(paths.read_inside(root, layout.RECIPE).decode("utf-8"))
    return [*_head(document, record), *_stages(document, record)]


def _head(document: Mapping[str, Any], record: Record) -> Iterator[str]:
    if (title := document["dataset"].get("title")) != record.title:
        yield f"is the recipe of {title!r}, {layout.RECORD} has the title {record.title!r}"
    task = document.get("validate", {}).get("task")
    if record.gate is not None and task is not None and task != record.gate.task:
        yield f"[validate] names the suite {task}, the gate was asked by {record.gate.task}"
    plugins = document.get("plugins")
    modules = plugins.get("modules") if isinstance(plugins, dict) else None
    for module in modules if isinstance(modules, list) else ():
        if f"plug-in {module}" not in record.tools:
            yield f"[plugins] names {module}, a plug-in that {layout.RECORD} does not tell of"


def _stages(document: Mapping[str, Any], record: Record) -> Iterator[str]:
    entries = [entry for entry in document.get("stage", ()) if isinstance(entry, dict)]
    named, ran = [str(e.get("use")) for e in entries], [str(facts.get("stage")) for facts in record.stages]
    if named != ran:
        odd = next((name for name in (*named, *ran) if named.count(name) != ran.count(name)), "their order")
        yield f"has other stages than those that ran, {', '.join(ran)}: the first that differs is {odd}"
        return
    for entry, facts in zip(entries, record.stages, strict=True):
        yield from _parameters(entry, facts)


def _parameters(entry: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[str]:
    name = str(facts.get("stage"))
    said = flat({key: value for key, value in entry.items() if key != "use"})
    recorded = facts.get("parameters")
    ran_with = flat(recorded if isinstance(recorded, dict) else {})
    for key in differing(said, ran_with):
        if key not in said:
            yield f"says nothing of {name}.{key}, the stage ran with {ran_with[key]}"
        elif key in ran_with:
            yield f"says {name}.{key} = {said[key]}, the stage ran with {ran_with[key]}"
        elif not _is_location(name, key, said[key]):
            yield f"says {name}.{key} = {said[key]}, of which {layout.RECORD} says nothing"


def _is_location(stage: str, key: str, value: object) -> bool:
    """Say whether a key only says where input lies, which no record of a stage tells."""
    try:
        return key in stages.find(stage).location_parameters
    except RecipeError:  # a stage of somebody's plug-in, or of another version
        return isinstance(value, str)


def row_problems(root: Path, record: Record) -> list[tuple[str, str]]:
    """List (table, message) of what rows of a full release say otherwise of their making than its record."""
    return list(parameters.check_parameters(ReleaseReader(root, record)))
