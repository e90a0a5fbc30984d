"""What the commands do, as functions: the command's options are their arguments."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from musicdata.api.asking import ask
from musicdata.api.options import given
from musicdata.api.running import running
from musicdata.api.work import Work
from musicdata.engine import executor as executors
from musicdata.engine.build import Build, accept
from musicdata.errors import RefusedError, SetupError, StorageError, UsageError
from musicdata.system import paths
from musicdata.system.processors import processors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from musicdata.api.asking import Asked, Overrides
    from musicdata.api.terminal import Shown
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.state import Source
    from musicdata.settings.services import Services
    from musicdata.workspace.folder import Workspace

_EXECUTOR = "local"


def build(  # noqa: PLR0913 - each is an option of the command
    name: str | Path | None = None,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    audio: str | Path | None = None,
    work: str | Path | None = None,
    limit: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    twin: bool = False,
    overrides: Overrides = (),
    change: bool = False,
    progress: Shown = None,
) -> Work:
    """Build a data set, or bring a workspace up to date; stages that are up to date are not run.

    A workspace keeps its recipe, its input and all that was set: the next call goes on with them.

    Args:
        name: a recipe's name or the path of a `.toml` file; the workspace's own recipe when None.
        input: file or folder to read; the workspace's, or else the recipe's own input when None.
        audio: folder of sound that belongs to the input; as before, or as the recipe says, when None.
        work: workspace folder; ``musicdata-work/<data set>`` when None.
        limit: how much is made at most; of what, the recipe's `[options]` say.
        seed: of what is random, as the recipe's `[options]` say.
        workers: worker processes; one a processor when None.
        twin: read made-up files, which are kept in ``$MUSICDATA_HOME/twin``.
        overrides: ``stage.key=value`` texts, or key → value, as after ``--set``.
        change: the workspace may be made another one: other input, other settings, another recipe.
        progress: who is shown how it goes on: True for this terminal or notebook, False for nobody, None for True where
            somebody looks; or a function of a `RunState`.

    Raises:
        RefusedError: without `change`, something else is asked for than before; the message says what it would change.
        MusicdataError: see `musicdata.errors`; what is finished is kept, and the same call goes on from there. After
            one of exit code 2, 4 or 5 that came before anything was made, the workspace is as it was.
    """
    asked = ask(name, work, given(input, limit, seed, audio=audio, twin=twin), overrides)
    if asked.recipe.is_crawled:
        again = f"{name or _work(asked)}{' --twin' if twin else ''}"
        raise UsageError(f"{asked.dataset} is fetched from services; use: musicdata crawl {again}")
    sources = accept(asked.recipe)
    asked.require_agreed(sources, change=change)
    command = f"musicdata build {name or _work(asked)}"
    with asked.workspace.hold(command):
        asked.require_unchanged()
        return run_recipe(
            asked.recipe,
            asked.workspace,
            command,
            text=asked.text(),
            sources=sources,
            workers=workers,
            progress=progress,
        )


def _work(asked: Asked) -> str:
    return f"--work {asked.workspace.root}"


def run_recipe(
    resolved: Recipe,
    workspace: Workspace,
    command: str,
    *,
    text: str = "",
    sources: Mapping[str, Source] | None = None,
    workers: int | None = None,
    progress: Shown = None,
    services: Services | None = None,
) -> Work:
    """Run a recipe in a workspace that is held.

    Args:
        resolved: the recipe, whose input was accepted.
        workspace: the folder.
        command: that runs it, for people.
        text: what the workspace keeps as its `recipe.toml`; when empty, just the recipe.
        sources: what was hashed when the input was accepted.
        workers: worker processes; one a processor when None.
        progress: who is shown how it goes on.
        services: those that network stages call.

    Raises:
        MusicdataError: see `musicdata.errors`.
    """
    n_workers = workers or processors()
    with (
        _taken_over(workspace, text or resolved.toml()),
        running(workspace, resolved, command, n_workers, progress) as tally,
        executors.open(_EXECUTOR, n_workers) as executor,
    ):
        build = Build(resolved, workspace, executor, n_workers, tally, services, sources)
        stages = build.run()
    return Work(workspace.root, stages)


@contextlib.contextmanager
def _taken_over(workspace: Workspace, text: str) -> Iterator[None]:
    """Keep what is asked for from now on; what turns out to make no sense before anything is made leaves no trace."""
    documents = [workspace.place(name) for name in ("recipe.toml", "run.json")]
    before = [paths.read_regular(path) if path.is_file() else None for path in documents]
    made, is_new, told = _made(workspace), workspace.is_empty(), _told(workspace)
    workspace.write_text(documents[0], text)
    try:
        yield
    except (UsageError, RefusedError, SetupError) as error:
        if isinstance(error, StorageError):
            raise
        if is_new and not _made(workspace):
            shutil.rmtree(workspace.root, ignore_errors=True)
        elif _made(workspace) == made:
            for path, data in zip(documents, before, strict=True):
                path.unlink(missing_ok=True) if data is None else workspace.write_bytes(path, data)
            for path in _told(workspace) - told:
                path.unlink(missing_ok=True)
        raise


def _told(workspace: Workspace) -> set[Path]:
    """Return the files that tell workers what to do, and logs."""
    patterns = ("state/*/job.json", "state/*/hashes.json", "state/*/plan.json", "logs/*.log")
    return {path for pattern in patterns for path in workspace.root.glob(pattern)}


def _made(workspace: Workspace) -> dict[str, int]:
    """Return what in a workspace was made and fetched: path → time of its last change, in nanoseconds."""
    patterns = ("state/*/manifest.json", "state/*/shards/*", "state/*.sqlite*")
    paths = [path for pattern in patterns for path in workspace.root.glob(pattern)]
    return {str(path): path.stat().st_mtime_ns for path in paths}
