"""What other settings would change of a workspace, told before anything of it changes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.engine.staleness import differing, flat
from musicdata.errors import InputError, IntegrityError
from musicdata.workspace import ledger as ledgers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from musicdata.definitions.recipe import Recipe, Step
    from musicdata.engine.state import Source
    from musicdata.workspace.folder import Workspace

    Parameters = Mapping[str, Mapping[str, Any]]
    """Stage → its parameters, as JSON values."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a workspace was asked for otherwise before.

    Attributes:
        stage: that it is a parameter of.
        text: what changes, ``window.notes 20 → 16``.
    """

    stage: str
    text: str


def of_recipe(recipe: Recipe) -> dict[str, Mapping[str, Any]]:
    """Return the parameters of a recipe's stages."""
    return {step.stage.name: step.parameters.model_dump(mode="json") for step in recipe.steps}


def of_document(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the parameters of a recipe's stages as they are written, whether or not there are such stages here."""
    entries = [entry for entry in document.get("stage", ()) if isinstance(entry, dict)]
    return {str(entry.get("use")): {k: v for k, v in entry.items() if k != "use"} for entry in entries}


def of_records(recipe: Recipe, workspace: Workspace) -> dict[str, Mapping[str, Any]]:
    """Return the parameters that stages of a recipe have made their tables with; those that made none are as asked."""
    made = {step.stage.name: _manifest(workspace, step.stage.name) for step in recipe.steps}
    records = {name: manifest["origin"]["facts"]["parameters"] for name, manifest in made.items() if manifest}
    return of_recipe(recipe) | records


def changes(held: Parameters, recipe: Recipe, workspace: Workspace, sources: Mapping[str, Source]) -> list[Change]:
    """List in what a recipe differs from what a workspace was asked for, as far as its tables depend on it.

    A key that only one of the two has came or went with a version of the stage: nobody asked for that. Where input lies
    is no difference if it is the input that the tables were made from.

    Args:
        held: what the workspace was asked for.
        recipe: what is asked for now.
        workspace: the folder.
        sources: stage → what it would read beside tables.
    """
    changed = []
    for step in recipe.steps:
        name = step.stage.name
        if name not in held:
            changed.append(Change(name, f"{name} is added"))
            continue
        then, now = flat(held[name]), flat(step.parameters.model_dump(mode="json"))
        places = set(step.stage.location_parameters)
        differ = [key for key in differing(then, now) if key in then and key in now]
        if places & {*differ, *(now.keys() - then.keys())} and not _is_of(step, workspace, sources):
            told = places & set(differ)
            changed += [] if told else [Change(name, f"{name} reads other input than its tables were made from")]
        else:
            differ = [key for key in differ if key not in places]
        changed += [Change(name, f"{name}.{key} {_told(then[key])} → {_told(now[key])}") for key in differ]
    here = {step.stage.name for step in recipe.steps}
    return changed + [Change(name, f"{name} is left out") for name in held if name not in here]


def _told(value: object) -> str:
    return str(value) if value != "" else "none"


def _is_of(step: Step, workspace: Workspace, sources: Mapping[str, Source]) -> bool:
    """Say whether a stage's tables were made from just this source, as those of a stage that reads none always are."""
    manifest = _manifest(workspace, step.stage.name)
    if step.stage.source_digest is None:
        return True
    if manifest is None or step.stage.network is not None:
        return False
    try:
        digest: str = sources[step.stage.name].digest
    except InputError:
        return False
    return bool(manifest["origin"]["source"] == digest)


def _manifest(workspace: Workspace, stage: str) -> dict[str, Any] | None:
    """Return what a sealed stage made; a damaged record says nothing, and the stage will be built anew."""
    with contextlib.suppress(IntegrityError):
        return workspace.manifest(stage)
    return None


def is_begun(workspace: Workspace) -> bool:
    """Say whether a workspace holds anything that was computed or fetched."""
    return bool(workspace.sealed_stages()) or ledgers.exists(workspace) or any(workspace.root.glob("state/*/shards/*"))


def rebuilt(recipe: Recipe, workspace: Workspace, changed: Iterable[Change]) -> list[str]:
    """List the stages with tables that changes would make stale: those changed, and all that read of them."""
    return [name for name in _after(recipe, {change.stage for change in changed}) if _manifest(workspace, name)]


def _after(recipe: Recipe, changed: set[str]) -> Iterator[str]:
    tables: set[str] = set()
    stages: set[str] = set()
    for step in recipe.steps:
        stage = step.stage
        if stage.name in changed or tables & set(stage.inputs) or stages & set(stage.reads_rejects):
            stages.add(stage.name)
            tables |= set(stage.outputs)
            yield stage.name
