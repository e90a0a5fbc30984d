"""A stage's job, as the engine writes it down for the workers, and the plan that one of them makes of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.errors import PartialError
from musicdata.workspace import records

if TYPE_CHECKING:
    from musicdata.system.digests import FileHashes
    from musicdata.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know beside the stage's name, as JSON values.

    Attributes:
        parameters: of the stage.
        made_by: stages whose tables it reads.
        plugins: where the recipe's plug-ins are.
        keeps: the stage is handed its earlier output.
        rejects: stage whose rejects it reads → content hash of these.
        tools: programs that the output depends on, and their versions.
        has_hashes: those of its source files were written down too, in this run.
        wants: of a network stage, digest of what its list of items is made from.
    """

    parameters: dict[str, Any]
    made_by: list[str]
    plugins: dict[str, Any]
    keeps: bool = False
    rejects: dict[str, str] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    has_hashes: bool = False
    wants: str = ""


def write(workspace: Workspace, stage: str, job: Job) -> None:
    """Write a stage's job down."""
    workspace.write_json(workspace.state_folder(stage) / "job.json", asdict(job))


def read(workspace: Workspace, stage: str) -> Job:
    """Return a stage's job.

    Raises:
        PartialError: there is none.
    """
    job = records.read(workspace.state_folder(stage) / "job.json")
    if job is None:
        raise PartialError(f"stage {stage} has no job in {workspace.root}; run the build again")
    return Job(**job)


def write_hashes(workspace: Workspace, stage: str, hashes: FileHashes) -> None:
    """Write the hashes of a stage's source files down, for the one worker that cuts its work into shards."""
    workspace.write_json(workspace.state_folder(stage) / "hashes.json", hashes)


def read_hashes(workspace: Workspace, stage: str) -> FileHashes:
    """Return the hashes of a stage's source files that are known."""
    return records.read(workspace.state_folder(stage) / "hashes.json") or {}


def write_plan(workspace: Workspace, stage: str, shards: list[dict[str, Any]]) -> None:
    """Write a stage's plan down: its shards in order, each with the key under which it is committed."""
    workspace.write_json(workspace.state_folder(stage) / "plan.json", {"shards": shards})


def read_plan(workspace: Workspace, stage: str) -> list[dict[str, Any]]:
    """Return the shards of a stage's plan.

    Raises:
        PartialError: there is none.
    """
    plan = records.read(workspace.state_folder(stage) / "plan.json")
    if plan is None:
        raise PartialError(f"stage {stage} has no plan in {workspace.root}; run the build again")
    shards: list[dict[str, Any]] = plan["shards"]
    return shards
