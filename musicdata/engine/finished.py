"""Whether a workspace is what its recipe says, before anything is said or made of it as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.engine.state import read_states
from musicdata.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.recipe import Recipe
    from musicdata.workspace.folder import Workspace


def require_finished(recipe: Recipe, workspace: Workspace, purpose: str) -> None:
    """Refuse a workspace of which a stage is unfinished, or was made otherwise than the recipe says.

    A stage's own record says what made it; the recipe of a workspace says what it was last asked for. A build that was
    interrupted leaves the two apart. Input that is not there any more is no fault: the records agree all the same.

    Args:
        recipe: of the workspace.
        workspace: the folder.
        purpose: what may not be done, for the message: ``released``.

    Raises:
        RefusedError: naming the stages, what of them is stale, and the command that finishes them.
    """
    stale = disagreements(recipe, workspace)
    if not stale:
        return
    causes = {stage: why for stage, why in stale.items() if not why.startswith("waits for ")}
    told = "; ".join(f"{stage} ({why})" for stage, why in causes.items())
    waiting = [stage for stage in stale if stage not in causes]
    after = f", and what waits for them: {', '.join(waiting)}" if waiting else ""
    command = f"musicdata {'crawl' if recipe.is_crawled else 'build'} --work {workspace.root}"
    raise RefusedError(
        f"{workspace.root} may not be {purpose}: it is not what its recipe says. Stale or unfinished: {told}{after}. "
        f"Finish it with: {command}"
    )


def disagreements(recipe: Recipe, workspace: Workspace) -> dict[str, str]:
    """Return stage → in what its tables are not what the recipe says, of those of which there is something to say."""
    stale: dict[str, str] = {}
    manifests: dict[str, dict[str, Any]] = {}
    for state in read_states(recipe, workspace, lambda state: state.disagreements):
        stage = state.step.stage.name
        if state.disagreements:
            stale[stage] = "; ".join(state.disagreements)
        if state.manifest is not None:
            manifests[stage] = state.manifest
    for stage, why in _other_tools(manifests):
        stale.setdefault(stage, why)
    return stale


def _other_tools(manifests: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield stages that used another version of a program than a stage before them: no record could name both."""
    first: dict[str, tuple[str, str]] = {}
    for stage, manifest in manifests.items():
        for tool, version in manifest.get("tools", {}).items():
            maker, known = first.setdefault(tool, (stage, version))
            if version != known:
                yield stage, f"made with {tool} {version}, {maker} with {known}"
