"""What the commands do, as functions: the command's options are their arguments."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from musicdata import __version__, checks, contract, planning, recipe, rejects
from musicdata.engine import Build, StageReport
from musicdata.errors import ContractError, InputError, StorageError, UsageError
from musicdata.executor.local import LocalExecutor
from musicdata.progress import SilentProgress
from musicdata.render import sandbox
from musicdata.tables import TableReader
from musicdata.workspace import Workspace, read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from musicdata.checks import CheckReport
    from musicdata.engine import Progress
    from musicdata.planning import Plan
    from musicdata.recipe import Recipe

DEFAULT_WORK = "musicdata-work"
_EMPTY: dict[str, Any] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """A workspace to read from.

    Attributes:
        root: its folder.
        stages: what the build that returned it did; empty when it was only opened.
    """

    root: Path
    stages: Sequence[StageReport] = ()

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        return TableReader(Workspace(self.root)).tables

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Return a table in order of its key; media columns only when `columns` names them.

        Raises:
            ContractError: there is no such table or column.
        """
        _require_columns(name, columns)
        return TableReader(Workspace(self.root)).read(name, columns)

    def rows(self, name: str, key: str | None = None, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield rows one by one, those of one `key` if given; `rejects` is a table too."""
        workspace = Workspace(self.root)
        if name == "rejects":
            yield from (row for row in rejects.iterate_rejects(workspace) if key in (None, row["key"], row["stage"]))
            return
        _require_columns(name, columns)
        for part in TableReader(workspace).iterate(name, columns, key, key):
            yield from part.to_pylist()

    @property
    def recipe(self) -> Recipe:
        """Return the recipe it was built from, with every parameter written out."""
        return recipe.load(str(self.root / "recipe.toml"))

    def digest(self, name: str) -> str:
        """Return the content hash of a table."""
        return TableReader(Workspace(self.root)).digest(name)

    def vectors(self, name: str, column: str, *, split: str | None = None) -> Iterator[tuple[list[str], NDArray[Any]]]:
        """Yield the sample ids of one part after the other, and their vectors.

        Tables with a row a note give arrays of shape (samples, notes, *shape of the column), tables with a row a sample
        (samples, *shape). The element type is the table's. Memory does not grow with the number of parts.

        Args:
            name: table.
            column: a vector column of it.
            split: only samples of this split.

        Raises:
            ContractError: there is no such column, it holds no vectors, or two samples have different numbers of notes.
        """
        _require_columns(name, [column])
        shape = next(c for c in contract.load(name).columns if c.name == column).shape
        if not shape:
            raise ContractError(f"column {column} of table {name} holds no vectors")
        for part in TableReader(Workspace(self.root)).iterate(name, ["sample_id", "split", column]):
            rows = part if split is None else part.filter(pc.equal(part.column("split"), split))
            if len(rows):
                yield _stacked(name, rows, column, shape)

    def media(self, name: str, key: str) -> dict[str, bytes]:
        """Return file name → bytes of the sounds or pictures of one key of table `name`.

        Raises:
            UsageError: the table holds no media.
        """
        column = next((c.name for c in contract.load(name).columns if c.is_media), None)
        if column is None:
            raise UsageError(f"table {name} holds no sounds or pictures; audio, sheets and note_sheets do")
        return {row[column]["path"]: row[column]["bytes"] for row in self.rows(name, key, [column])}


def _stacked(table: str, rows: pa.Table, column: str, shape: Sequence[int]) -> tuple[list[str], NDArray[Any]]:
    """Return sample ids and one array for the rows of each; the rows are in order of sample_id."""
    runs = pc.run_end_encode(rows.column("sample_id").combine_chunks())
    sample_ids, n_rows = runs.values.to_pylist(), set(np.diff(runs.run_ends.to_numpy(), prepend=0).tolist())
    if len(n_rows) > 1:
        raise ContractError(f"table {table}: samples have {sorted(n_rows)} rows; only equal numbers stack")
    values = rows.column(column).combine_chunks().flatten().to_numpy(zero_copy_only=False)
    a_row_a_sample = contract.load(table).key == ("sample_id",)
    return sample_ids, values.reshape(len(sample_ids), *(() if a_row_a_sample else n_rows), *shape)


def _require_columns(table: str, columns: list[str] | None) -> None:
    known = [column.name for column in contract.load(table).columns]
    if unknown := sorted(set(columns or ()) - set(known)):
        raise ContractError(f"table {table} has no column {', '.join(unknown)}; it has {', '.join(known)}")


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
        options.append(f"ingest.songs.input={_toml_text(location)}")
    if limit is not None:
        options.append(f"ingest.songs.limit={limit}")
    if seed is not None:
        options.append(f"window.split.seed={seed}")
    return recipe.load(name, options)


def _toml_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML string


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
    workspace = Workspace(Path(work) if work is not None else Path(DEFAULT_WORK, resolved.dataset.name))
    n_workers = workers or processors()
    with workspace.hold(f"musicdata build {name}"):
        _require_same_dataset(workspace, resolved)
        record = _Record(workspace, resolved, n_workers)
        workspace.write_text(workspace.root / "recipe.toml", resolved.toml())
        with record, LocalExecutor(n_workers) as executor:
            stages = Build(resolved, workspace, executor, n_workers, progress or SilentProgress()).run()
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
            "isolation": sandbox.isolation(),
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


def check(path: str | Path | None = None) -> CheckReport:
    """Prove that a workspace's tables are what they say.

    Raises:
        InputError: there is no workspace there.
    """
    return checks.check(open_work(path).root)


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
