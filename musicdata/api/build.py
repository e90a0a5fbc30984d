"""What the commands do, as functions: the command's options are their arguments."""

from __future__ import annotations

import contextlib
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.api.options import resolve
from musicdata.api.work import DEFAULT_WORK, Work
from musicdata.definitions import recipe
from musicdata.engine import executor as executors
from musicdata.engine.build import Build
from musicdata.engine.progress import Progress
from musicdata.errors import IntegrityError, RecipeError, StorageError, UsageError
from musicdata.system import processes
from musicdata.version import __version__
from musicdata.workspace import records
from musicdata.workspace.folder import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.recipe import Recipe
    from musicdata.settings.services import Services

_EXECUTOR = "local"
_EMPTY: dict[str, Any] = {}


def build(
    name: str,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    work: str | Path | None = None,
    limit: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    overrides: Sequence[str] = (),
    progress: Progress | None = None,
) -> Work:
    """Build a data set, or bring a workspace up to date; stages that are up to date are not run.

    Args:
        name: a recipe's name or the path of a `.toml` file.
        input: file or folder to read; the recipe's own input when None.
        work: workspace folder; ``musicdata-work/<data set>`` when None.
        limit: how much is made at most; of what, the recipe's `[options]` say.
        seed: of what is random, as the recipe's `[options]` say.
        workers: worker processes; one a processor when None.
        overrides: ``stage.key=value`` texts, as after ``--set``.
        progress: is told how it goes on.

    Raises:
        MusicdataError: see `musicdata.errors`; what is finished is kept, and the same call goes on from there.
    """
    resolved = resolve(name, input=input, limit=limit, seed=seed, overrides=overrides)
    if resolved.is_crawled:
        raise UsageError(f"{name} is fetched from services; use: musicdata crawl {name}")
    workspace = Workspace(Path(work) if work is not None else Path(DEFAULT_WORK, resolved.dataset.name))
    with workspace.hold(f"musicdata build {name}"):
        return run_recipe(resolved, workspace, workers=workers, progress=progress)


def run_recipe(
    resolved: Recipe,
    workspace: Workspace,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    services: Services | None = None,
) -> Work:
    """Run a recipe in a workspace that is held.

    Raises:
        UsageError: the workspace is another data set's.
        MusicdataError: see `musicdata.errors`.
    """
    n_workers = workers or processors()
    _require_same_dataset(workspace, resolved)
    record = _Record(workspace, resolved, n_workers)
    workspace.write_text(workspace.root / "recipe.toml", resolved.toml())
    with record, executors.open(_EXECUTOR, n_workers) as executor:
        build = Build(resolved, workspace, executor, n_workers, progress or Progress(), services)
        stages = build.run()
    return Work(workspace.root, stages)


def _require_same_dataset(workspace: Workspace, resolved: Recipe) -> None:
    """Refuse to mix the tables of two data sets in one workspace."""
    held = _dataset_of(workspace) or resolved.dataset.name
    if held != resolved.dataset.name:
        raise UsageError(f"{workspace.root} holds {held}, not {resolved.dataset.name}; give another folder with --work")


def _dataset_of(workspace: Workspace) -> str:
    """Return whose data a workspace holds, from its recipe or else from the record of its last run; "" for neither."""
    path = workspace.root / "recipe.toml"
    with contextlib.suppress(RecipeError):  # it is damaged, and will be written anew
        return recipe.read_dataset(str(path)).name if path.is_file() else ""
    with contextlib.suppress(IntegrityError):
        return str((records.read(workspace.root / "run.json") or {}).get("dataset", ""))
    return ""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


class _Record:
    """Writes `run.json`: with what, where and when the last build ran, and how it ended. No table depends on it."""

    def __init__(self, workspace: Workspace, resolved: Recipe, workers: int) -> None:
        self._path = workspace.root / "run.json"
        self._workspace = workspace
        self._facts: dict[str, Any] = {
            "musicdata": __version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "dataset": resolved.dataset.name,
            "workers": workers,
            "isolation": processes.isolation(),
        }

    def __enter__(self) -> None:
        self._write(started=_now(), outcome="running")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        outcome = "finished" if kind is None else kind.__name__
        manifests = [self._manifest(stage) for stage in self._workspace.sealed_stages()]
        tools = {tool: v for manifest in manifests for tool, v in manifest.get("tools", _EMPTY).items()}
        # On a full disk, the error that ended the build says more than that it could not be noted down.
        with contextlib.suppress(StorageError) if error else contextlib.nullcontext():
            self._write(ended=_now(), outcome=outcome, tools=tools)

    def _manifest(self, stage: str) -> dict[str, Any]:
        with contextlib.suppress(IntegrityError):  # it is a stage's that this run did not get to, or not this recipe's
            return self._workspace.manifest(stage) or _EMPTY
        return _EMPTY

    def _write(self, **facts: object) -> None:
        self._facts |= facts
        self._workspace.write_json(self._path, self._facts)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
