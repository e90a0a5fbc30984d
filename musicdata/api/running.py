"""A run while it goes on: `run.json`, its log, and where it stands for those who look from outside (`standing`).

WORK/run.json                what ran, where and when, and how it ended
WORK/state/scratch/now.json  where the run stands, written every second; gone when a run ends by itself
WORK/logs/                   what the last runs said
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.api import logs
from musicdata.api.terminal import watcher_of
from musicdata.engine import underway
from musicdata.engine.progress import Watcher
from musicdata.engine.tally import Tally
from musicdata.errors import IntegrityError, MusicdataError, PartialError, PausedError, SetupError, StorageError
from musicdata.system import processes
from musicdata.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.api.terminal import Shown
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.progress import RunState
    from musicdata.workspace.folder import Workspace

_EMPTY: dict[str, Any] = {}
NOW, RUN = "now.json", "run.json"


@contextlib.contextmanager
def running(workspace: Workspace, resolved: Recipe, command: str, n_workers: int, shown: Shown) -> Iterator[Tally]:
    """Record a run: what and when in `run.json`, what it says in a log, where it stands in a file that goes with it.

    Args:
        workspace: is held.
        resolved: the recipe that runs.
        command: that runs it, for people.
        n_workers: worker processes.
        shown: who is to see it beside.

    Raises:
        StorageError: the workspace cannot be written.
    """
    watcher = watcher_of(shown)
    record = _Record(workspace, resolved, command, n_workers)
    log = logs.begin(workspace, command)
    tally = Tally([watcher, log, _Now(workspace)], lambda stage: underway.count(workspace, stage))
    try:
        log.say(f"{command}: musicdata {__version__}, process {os.getpid()}, {n_workers} workers, in {workspace.root}")
        with record, tally.ticking():
            yield tally
    except BaseException as error:
        log.failed(error)
        raise
    else:
        log.say("ended: finished")
    finally:
        log.end()


class _Now(Watcher):
    """Writes where the run stands, for `musicdata status`; a disk that takes it no longer is told of elsewhere."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def state(self, state: RunState) -> None:
        """Write it."""
        facts = {"pid": os.getpid(), "at": _now()} | dataclasses.asdict(state)
        with contextlib.suppress(OSError, MusicdataError):
            self._workspace.write_passing(self._workspace.scratch / NOW, facts)


class _Record:
    """Writes `run.json`: with what, where and when the last build ran, and how it ended. No table depends on it."""

    def __init__(self, workspace: Workspace, resolved: Recipe, command: str, workers: int) -> None:
        self._path = workspace.root / RUN
        self._workspace = workspace
        self._facts: dict[str, Any] = {
            "musicdata": __version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "dataset": resolved.dataset.name,
            "command": settings.redact(command),
            "pid": os.getpid(),
            "workers": workers,
            "isolation": processes.isolation(),
            "sandbox": str(settings.sandbox()),
            **_fetched_with(resolved),
        }

    def __enter__(self) -> None:
        self._write(started=_now(), outcome="running")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        manifests = [self._manifest(stage) for stage in self._workspace.sealed_stages()]
        tools = {tool: v for manifest in manifests for tool, v in manifest.get("tools", _EMPTY).items()}
        # On a full disk, the error that ended the build says more than that it could not be noted down.
        with contextlib.suppress(StorageError) if error else contextlib.nullcontext():
            self._write(ended=_now(), tools=tools, **_ending(error))

    def _manifest(self, stage: str) -> dict[str, Any]:
        with contextlib.suppress(IntegrityError):  # it is a stage's that this run did not get to, or not this recipe's
            return self._workspace.manifest(stage) or _EMPTY
        return _EMPTY

    def _write(self, **facts: object) -> None:
        self._facts |= facts
        self._workspace.write_json(self._path, self._facts)


def _ending(error: BaseException | None) -> dict[str, Any]:
    """Return how a run ended, as `run.json` has it."""
    if error is None:
        return {"outcome": "finished"}
    facts = {"message": logs.words_of(error), "error": type(error).__name__}
    if isinstance(error, PausedError):
        return {"outcome": "paused"} | paused_facts(error) | facts
    if isinstance(error, KeyboardInterrupt):
        return {"outcome": "interrupted"} | facts
    return {"outcome": "partial" if isinstance(error, PartialError) else "failed"} | facts


def paused_facts(error: BaseException) -> dict[str, str]:
    """Return which service asked for a pause, and when it may be asked again; nothing of other errors."""
    if not isinstance(error, PausedError):
        return {}
    return {"service": error.service, "come_back_at": moment(error.until)}


def _fetched_with(resolved: Recipe) -> dict[str, str]:
    """Return the version of yt-dlp, by its own word, for a recipe that fetches; what it yields changes with it."""
    if resolved.crawl is None:
        return {}
    from musicdata.sources.videos import process

    with contextlib.suppress(SetupError):
        return {"yt-dlp": process.ytdlp_version()}
    return {"yt-dlp": "not installed"}


def moment(time_s: float) -> str:
    """Return a wall-clock time as records have it: ISO 8601, in UTC."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="seconds")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
