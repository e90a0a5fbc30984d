"""What the commands do, as functions: the command's options are their arguments."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata import __version__
from musicdata.checks import examination
from musicdata.cli.progress import SilentProgress
from musicdata.definitions import recipe
from musicdata.definitions.table_source import Readable
from musicdata.engine import planning
from musicdata.engine.build import Build, StageReport
from musicdata.engine.executor.local import LocalExecutor
from musicdata.errors import InputError, StorageError, UsageError
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record.layout import RECORD
from musicdata.system import processes
from musicdata.workspace.folder import Workspace, read_json
from musicdata.workspace.parts import TableReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.checks.examination import CheckReport
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.build import Progress
    from musicdata.engine.planning import Plan
    from musicdata.settings.services import Services

DEFAULT_WORK = "musicdata-work"
_EMPTY: dict[str, Any] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Work(Readable):
    """A workspace to read from.

    Attributes:
        root: its folder.
        stages: what the build that returned it did; empty when it was only opened.
    """

    root: Path
    stages: Sequence[StageReport] = ()

    @property
    def reader(self) -> TableReader:
        """Return what reads the sealed tables."""
        return TableReader(Workspace(self.root))

    def rows(self, name: str, key: str | None = None, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield rows one by one, those of one `key` if given; `rejects` is a table too."""
        if name == "rejects":
            yield from (row for row in self.reader.rejects() if key in (None, row["key"], row["stage"]))
            return
        yield from Readable.rows(self, name, key, columns)

    @property
    def recipe(self) -> Recipe:
        """Return the recipe it was built from, with every parameter written out."""
        return recipe.load(str(self.root / "recipe.toml"))


def resolve(
    name: str,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    limit: int | None = None,
    seed: int | None = None,
    overrides: Sequence[str] = (),
) -> Recipe:
    """Return a recipe with the short options put where they belong; `overrides` are `stage.key=value`.

    Raises:
        RecipeError: no such recipe, stage or key.
    """
    options = list(overrides)
    if input is not None:
        location = str(input) if str(input).startswith("corpus:") else str(Path(input).absolute())
        options.append(f"ingest.songs.input={recipe.toml_text(location)}")
    if limit is not None:
        options.append(f"ingest.songs.limit={limit}")
    if seed is not None:
        options.append(f"window.split.seed={seed}")
    return recipe.load(name, options)


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
        name: a recipe's name ("musictm", "musictm-lmd") or the path of a `.toml` file.
        input: folder or file with songs; the recipe's own input when None.
        work: workspace folder; ``musicdata-work/<data set>`` when None.
        limit: read at most so many files, and so many songs of each.
        seed: key of the hash that places groups in splits.
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
    with record, LocalExecutor(n_workers) as executor:
        build = Build(resolved, workspace, executor, n_workers, progress or SilentProgress(), services)
        stages = build.run()
    return Work(workspace.root, stages)


def _require_same_dataset(workspace: Workspace, resolved: Recipe) -> None:
    """Refuse to mix the tables of two data sets in one workspace."""
    path = workspace.root / "recipe.toml"
    held = recipe.read_dataset(str(path)).name if path.is_file() else resolved.dataset.name
    if held != resolved.dataset.name:
        raise UsageError(f"{workspace.root} holds {held}, not {resolved.dataset.name}; give another folder with --work")


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
        manifests = [self._workspace.manifest(stage) or _EMPTY for stage in self._workspace.sealed_stages()]
        tools = {tool: v for manifest in manifests for tool, v in manifest.get("tools", _EMPTY).items()}
        # On a full disk, the error that ended the build says more than that it could not be noted down.
        with contextlib.suppress(StorageError) if error else contextlib.nullcontext():
            self._write(ended=_now(), outcome=outcome, tools=tools)

    def _write(self, **facts: object) -> None:
        self._facts |= facts
        self._workspace.write_json(self._path, self._facts)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def open_work(path: str | Path | None = None) -> Work:
    """Open a workspace to read; None takes the only one in ``musicdata-work``.

    Raises:
        InputError: there is none, or there are several to choose from.
    """
    if path is None:
        found = sorted(p.parent for p in Path(DEFAULT_WORK).glob("*/recipe.toml"))
        if len(found) != 1:
            there = f"there are {', '.join(map(str, found))}" if found else f"there is none in {DEFAULT_WORK}/"
            raise InputError(f"which workspace? {there}; name one with --work")
        return Work(found[0])
    root = Path(path)
    if not (root / "recipe.toml").is_file():
        raise InputError(
            f"{root} is no workspace: it has no recipe.toml. Build one with: musicdata build NAME --work {root}"
        )
    return Work(root)


def open_data(path: str | Path | None = None) -> Work | Release:
    """Open a workspace or a release to read; None takes the only workspace in ``musicdata-work``.

    Raises:
        InputError: there is neither.
    """
    if path is not None and (Path(path) / RECORD).is_file():
        return open_release(path)
    return open_work(path)


def load(name: str | Path, *, split: str | None = None) -> Release:
    """Open a release by name, fetched and checked when it is not here yet, or by its folder.

    Args:
        name: ``musictm@1.0.0``; ``musictm`` for the newest version on record; or the folder of a release.
        split: only this split: ``train``, ``valid`` or ``test``.

    Raises:
        InputError: there is no such release or split.
        IntegrityError: what was fetched is not what its record says.
        TransferError: the download broke off; the same call goes on from there.
    """
    from musicdata.release.publish.fetch import fetch

    if (Path(name) / RECORD).is_file():
        return open_release(name, split)
    return open_release(fetch(str(name)), split)


def check(path: str | Path | None = None) -> CheckReport:
    """Prove that the tables of a workspace or a release are what they say.

    Raises:
        InputError: there is neither.
    """
    opened = open_data(path)
    if isinstance(opened, Release):
        from musicdata.release.verify import check

        return check.check(opened)
    return examination.check(opened.root)


def plan(
    name: str,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    work: str | Path | None = None,
    limit: int | None = None,
    workers: int | None = None,
    overrides: Sequence[str] = (),
) -> Plan:
    """Say what a build would do, without doing it: stages to run and why, items, bytes, hours."""
    resolved = resolve(name, input=input, limit=limit, overrides=overrides)
    workspace = Workspace(Path(work) if work is not None else Path(DEFAULT_WORK, resolved.dataset.name))
    return planning.plan(resolved, workspace, workers or processors())


def status(path: str | Path | None = None) -> dict[str, Any]:
    """Say what is in a workspace: each stage's rows, rejects and whether it is up to date."""
    work = open_work(path)
    workspace = Workspace(work.root)
    resolved = recipe.load(str(work.root / "recipe.toml"))
    states = planning.stage_states(resolved, workspace)
    return {
        "work": str(work.root),
        "dataset": resolved.dataset.name,
        "last_run": read_json(work.root / "run.json") or {},
        "stages": [dataclasses.asdict(state) for state in states],
    }
