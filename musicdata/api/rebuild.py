"""Building a release again from its own recipe, by somebody who has the songs and not the workspace."""

from __future__ import annotations

import dataclasses
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.api.asking import Asked, Kept
from musicdata.api.build import run_recipe
from musicdata.api.loading import load
from musicdata.api.release import proving
from musicdata.definitions import plugins
from musicdata.definitions import recipe as recipes
from musicdata.definitions.options import Given, is_scheme
from musicdata.engine.build import accept
from musicdata.errors import InputError, IntegrityError, RecipeError, UsageError
from musicdata.release.making import freeze
from musicdata.release.record import layout
from musicdata.release.verify import rebuilt
from musicdata.workspace.folder import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from musicdata.api.terminal import Shown
    from musicdata.definitions.recipe import Recipe
    from musicdata.release.reading.release import Release
    from musicdata.release.verify.rebuilt import Difference


@dataclasses.dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of building a release again.

    Attributes:
        release: name and version.
        content_root: of the release.
        again: content root of what was built.
        first: what differs first; None where everything came out again.
        tools: programs and libraries with other versions than those the release was made with.
    """

    release: str
    content_root: str
    again: str
    first: Difference | None
    tools: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Say whether every column of every table came out again."""
        return self.content_root == self.again


def rebuild(
    release: str | PathLike[str],
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    audio: str | Path | None = None,
    work: str | PathLike[str] | None = None,
    out: str | Path | None = None,
    overrides: Sequence[str] = (),
    workers: int | None = None,
    progress: Shown = None,
) -> Rebuilt:
    """Build a release again from its own recipe and say whether its content root comes out again.

    The release is verified first. No path in its recipe is followed and none of its plug-ins is imported: where input
    lies, and plug-ins (`musicdata.plug_in`), is for the caller to say. What the release took down is left out.

    Args:
        release: its folder, or ``musictm@1.0.0``; of a view of it as well.
        input: file or folder with what it was made from.
        audio: folder of the sound that it was made with, if any was.
        work: workspace to build in, new or of an earlier call; it is kept. A temporary one when None.
        out: folder for the release that came out, to be compared with `musicdata release diff`; none when None.
        overrides: ``stage.key=value`` texts of other places where input lies; no other parameter may be set.
        workers: worker processes; one a processor when None.
        progress: who is shown how it goes on, as for `musicdata.build`.

    Raises:
        IntegrityError: the release is not what it says it is.
        InputError: the input cannot be read, or `out` is there already.
        UsageError: it was fetched from services, or a parameter is set otherwise than in the release.
        RecipeError: a stage of it is not here, or a plug-in was not given.
        MusicdataError: see `musicdata.build`; with `work`, the same call goes on from there.
    """
    opened = load(release)
    if out is not None and Path(out).exists():
        raise InputError(f"{out} is there already; give another folder with --out")
    if problems := proving.verify(opened.root):
        raise IntegrityError(
            f"{opened.root} is not what it says it is, so nothing can be said of its making: {problems[0]} "
            f"({len(problems)} problems; see musicdata release verify)"
        )
    resolved = _recipe(opened, Given(input=input, audio=audio), overrides)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="musicdata-rebuild-")))
        workspace = Workspace(Path(work) if work is not None else scratch / "work")
        asked = _asked(opened.record, resolved, workspace)
        sources = accept(resolved)
        command = "musicdata release rebuild"
        with workspace.hold(command):
            asked.require_unchanged()
            run_recipe(
                resolved,
                workspace,
                command,
                text=asked.text(),
                sources=sources,
                workers=workers,
                progress=progress,
            )
        folder = Path(out) if out is not None else scratch / "release"
        again = freeze.remake(resolved, workspace, folder, opened.record)
        return _compared(opened.record, again, resolved, workspace)


def _recipe(opened: Release, given: Given, overrides: Sequence[str]) -> Recipe:
    """Return the release's recipe, with the input and the plug-ins that the user gave, and nobody else's."""
    path = opened.root / layout.RECIPE
    added = _plugins(opened)
    plugins.activate(added)
    try:
        resolved = recipes.load(str(path), overrides, given=given, is_foreign=True)
    except RecipeError as error:
        named = ", ".join(tool for tool in opened.record.tools if tool.startswith("plug-in "))
        made_with = f"musicdata {opened.record.tools.get('musicdata', 'of another version')}"
        hint = f"{named}: read what it does, then give it by musicdata --plugin FILE release rebuild …"
        raise RecipeError(f"{error}. {opened.record.slug} was made with {hint if named else made_with}") from error
    if resolved.is_crawled:
        raise UsageError(
            f"{opened.record.slug} was fetched from services, which may answer otherwise today: it cannot be rebuilt"
        )
    _require_its_parameters(opened.record, resolved)
    steps = tuple(dataclasses.replace(step, parameters=_without_paths(step, resolved)) for step in resolved.steps)
    return dataclasses.replace(resolved, steps=steps, plugins=added)


def _plugins(opened: Release) -> plugins.Plugins:
    """Return those of the user's plug-ins that the release was made with, by name, and the contracts beside them."""
    own = tuple(p for p in plugins.active().modules if f"plug-in {p.name}" in opened.record.tools)
    manifests = [p.path.parent / "manifests" for p in own if (p.path.parent / "manifests").is_dir()]
    return plugins.Plugins(own, manifests[0] if manifests else None)


def _require_its_parameters(record: layout.Record, resolved: Recipe) -> None:
    """Refuse other parameters than those the release was made with."""
    recorded = {str(facts.get("stage")): facts.get("parameters") or {} for facts in record.stages}
    for step in resolved.steps:
        name, now = step.stage.name, step.stage.facts(step.parameters)["parameters"]
        for key in (key for key in now if any(k.startswith(f"{name}.{key}") for k in resolved.settings)):
            if key in recorded.get(name, {}) and recorded[name][key] != now[key]:
                raise UsageError(
                    f"{record.slug} was made with {name}.{key} = {recorded[name][key]}, not {now[key]}: "
                    "of a rebuild only --input, and keys that say where input lies, can be set"
                )


def _without_paths(step: recipes.Step, resolved: Recipe) -> Any:
    """Return a stage's parameters without the places that the release itself names: none of them is followed."""
    its_own = [n for n in step.stage.location_parameters if f"{step.stage.name}.{n}" not in resolved.settings]
    foreign = [name for name in its_own if not is_scheme(str(getattr(step.parameters, name)))]
    return step.parameters.model_copy(update=dict.fromkeys(foreign, ""))


def _asked(record: layout.Record, resolved: Recipe, workspace: Workspace) -> Asked:
    """Return what the workspace is asked for; it has to be a new one, or that of an earlier rebuild of this release."""
    name, kept = f"release {record.slug} {record.content_root}", Kept.of(workspace)
    if kept.text is not None and kept.recipe != name:
        raise UsageError(f"{workspace.root} is another workspace; a rebuild begins with nothing: give a new --work")
    return Asked(workspace, resolved, name, resolved.settings, kept, None)


def _compared(made: layout.Record, again: layout.Record, resolved: Recipe, workspace: Workspace) -> Rebuilt:
    stages = [_made(workspace, step) for step in resolved.steps]
    return Rebuilt(
        release=made.slug,
        content_root=made.content_root,
        again=again.content_root,
        first=rebuilt.first_difference(made, again, stages),
        tools=tuple(rebuilt.other_tools(made, again)),
    )


def _made(workspace: Workspace, step: recipes.Step) -> rebuilt.Made:
    manifest: Mapping[str, Any] = workspace.manifest(step.stage.name) or {"tools": {}}
    stage = step.stage
    unset = [f"{stage.name}.{key}" for key in stage.location_parameters if not getattr(step.parameters, key)]
    return rebuilt.Made(stage.name, stage.outputs, sorted(manifest["tools"]), stage.keeps, unset)
