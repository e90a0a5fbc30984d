"""What the commands do, as functions: the command's options are their arguments."""

from __future__ import annotations

import contextlib
import platform
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.api.asking import ask
from musicdata.api.options import given
from musicdata.api.work import Work
from musicdata.engine import executor as executors
from musicdata.engine.build import Build, accept
from musicdata.engine.progress import Progress
from musicdata.errors import IntegrityError, RefusedError, SetupError, StorageError, UsageError
from musicdata.sources.videos import process
from musicdata.system import paths, processes
from musicdata.system.processors import processors
from musicdata.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from musicdata.api.asking import Asked, Overrides
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.state import Source
    from musicdata.settings.services import Services
    from musicdata.workspace.folder import Workspace

_EXECUTOR = "local"
_EMPTY: dict[str, Any] = {}


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
    progress: Progress | None = None,
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
        progress: is told how it goes on.

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
    with asked.workspace.hold(f"musicdata build {name or _work(asked)}"):
        asked.require_unchanged()
        return run_recipe(
            asked.recipe, asked.workspace, text=asked.text(), sources=sources, workers=workers, progress=progress
        )


def _work(asked: Asked) -> str:
    return f"--work {asked.workspace.root}"


def run_recipe(
    resolved: Recipe,
    workspace: Workspace,
    *,
    text: str = "",
    sources: Mapping[str, Source] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    services: Services | None = None,
) -> Work:
    """Run a recipe in a workspace that is held.

    Args:
        resolved: the recipe, whose input was accepted.
        workspace: the folder.
        text: what the workspace keeps as its `recipe.toml`; when empty, just the recipe.
        sources: what was hashed when the input was accepted.
        workers: worker processes; one a processor when None.
        progress: is told how it goes on.
        services: those that network stages call.

    Raises:
        MusicdataError: see `musicdata.errors`.
    """
    n_workers = workers or processors()
    record = _Record(workspace, resolved, n_workers)
    with (
        _taken_over(workspace, text or resolved.toml()),
        record,
        executors.open(_EXECUTOR, n_workers) as executor,
    ):
        build = Build(resolved, workspace, executor, n_workers, progress or Progress(), services, sources)
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
    """Return the files that tell workers what to do."""
    return {path for name in ("job", "hashes", "plan") for path in workspace.root.glob(f"state/*/{name}.json")}


def _made(workspace: Workspace) -> dict[str, int]:
    """Return what in a workspace was made and fetched: path → time of its last change, in nanoseconds."""
    patterns = ("state/*/manifest.json", "state/*/shards/*", "state/*.sqlite*")
    paths = [path for pattern in patterns for path in workspace.root.glob(pattern)]
    return {str(path): path.stat().st_mtime_ns for path in paths}


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
            "sandbox": str(settings.sandbox()),
            **_fetched_with(resolved),
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


def _fetched_with(resolved: Recipe) -> dict[str, str]:
    """Return the version of yt-dlp, by its own word, for a recipe that fetches; what it yields changes with it."""
    if resolved.crawl is None:
        return {}
    with contextlib.suppress(SetupError):
        return {"yt-dlp": process.ytdlp_version()}
    return {"yt-dlp": "not installed"}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
