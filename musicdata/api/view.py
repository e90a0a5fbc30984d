"""A data set on a page of this machine's own browser."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.api.work import Work, open_data
from musicdata.definitions import contract as contracts
from musicdata.definitions import suite as suites
from musicdata.definitions.contract import SAMPLE_ID, completing, introduced_by
from musicdata.errors import ContractError, InputError, MusicdataError, UsageError
from musicdata.system import packages, paths, processes
from musicdata.system.files import write_whole
from musicdata.workspace.folder import Workspace
from musicdata.workspace.validation import current_validation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from musicdata.definitions.contract import HasTables
    from musicdata.definitions.joint_space import JointSpace
    from musicdata.definitions.suite import Suite
    from musicdata.definitions.table_source import TableSource
    from musicdata.release.reading.release import Release
    from musicdata.web.answers import Abilities, Page
    from musicdata.web.report import Report

_OWN = ("127.0.0.1", "localhost", "::1")
_DESCRIBE_S = 180
_REJECTS, _RIGHTS = "rejects", "rights"


def view(
    path: str | Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    is_open_to_others: bool = False,
    ready: Callable[[str], None] = print,
) -> None:
    """Serve a workspace or a release to the browser of this machine, until it is interrupted.

    Args:
        path: of the workspace or release; None for the only workspace in ``musicdata-work``.
        host: address that is listened on.
        port: 0 for a free one.
        is_open_to_others: permit a host that other machines can reach; what they see is not encrypted.
        ready: is told the address to open; it lets one browser in, once.

    Raises:
        InputError: there is no workspace or release.
        UsageError: other machines could reach the host, and nobody said that they may.
        SetupError: a package is missing, or the port is taken.
    """
    from musicdata.web.server import serve

    if host not in _OWN and not is_open_to_others:
        raise UsageError(
            f"other machines can reach {host}, and what they see is not encrypted; if that is meant, say --i-know"
        )
    packages.require(("duckdb", "starlette", "uvicorn"), "view", "view")
    page = make_page(path)

    def prepare() -> None:  # while the browser starts; what is wrong is told where it is asked for
        with contextlib.suppress(MusicdataError):
            page.can  # noqa: B018

    def listening(address: str) -> None:
        ready(address)
        threading.Thread(target=prepare, daemon=True).start()

    try:
        serve(page, host=host, port=port, names=() if host in _OWN else (host,), ready=listening)
    finally:
        page.library.close()


def make_page(path: str | Path | None = None) -> Page:
    """Return the page of a workspace or a release.

    Raises:
        InputError: there is neither.
        SetupError: a package is missing.
    """
    from musicdata.web.answers import Page

    data = open_data(path)
    if isinstance(data, Work):
        root = data.root
        return Page(data, lambda: _of_work(Work(root)), contracts.load(_REJECTS), lambda: _abilities(data))
    return Page(data, lambda: _of_release(data), None, lambda: _abilities(data))


def _abilities(data: Work | Release) -> Abilities:
    from musicdata.web.answers import Abilities

    suite = _suite_of(data)  # first: the plug-ins of the recipe, which it loads, have contracts too
    begin = _begin(data.reader if isinstance(data, Work) else data)
    finds_doubts = suite is not None and suite[0].finds_doubts
    return Abilities(begin, _join(data, suite), finds_doubts, _search(data, suite), _describe(data, suite))


def _begin(data: HasTables) -> str:
    """Return the table of complete samples, where it has a row a sample, or that of all; else the first there is."""
    complete = completing(data)
    if complete and data.contract(complete).key == (SAMPLE_ID,):
        return complete
    try:
        return introduced_by(data)
    except ContractError:
        return next(iter(data.tables), _REJECTS)


_Suite = tuple["Suite[Any]", Any] | None


def _suite_of(data: Work | Release) -> _Suite:
    """Return the suite that validates a data set, and its settings; None where it cannot be had."""
    wanted = data.head.validate
    try:
        return (suites.find(wanted.task), suites.settings_of(wanted.task, wanted.settings)) if wanted else None
    except MusicdataError:  # of a plug-in that is not here: tables can be looked at all the same
        return None


def _join(data: Work | Release, found: _Suite) -> Callable[[Callable[[str], None]], JointSpace] | None:
    join = found[0].join if found else None
    if found is None or join is None:
        return None
    settings = found[1]
    return lambda progress: join(data, settings.among(data), progress)


def _search(data: Work | Release, found: _Suite) -> Callable[[str, int, str], dict[str, Any]] | None:
    if found is None or found[0].search is None:
        return None
    lock = threading.Lock()

    def search(query: str, k: int, without: str) -> dict[str, Any]:
        with lock:  # the index is built by the first, and opened by all
            return dataclasses.asdict(data.search(query, k=k, without=without.split(",") if without else ()))

    return search


def _describe(data: Work | Release, found: _Suite) -> Callable[[bytes, str], dict[str, Any]] | None:
    """Return what looks at a file of the user's own: the command `describe`, in a process of its own that can be ended.

    What reads sound there is fenced in by itself.
    """
    if found is None or found[0].describe is None:
        return None

    def describe(content: bytes, ending: str) -> dict[str, Any]:
        with processes.private_folder(None, "musicdata-view-") as folder:
            (folder / f"given{ending}").write_bytes(content)
            command = [sys.executable, "-P", "-m", "musicdata.cli", "describe", f"given{ending}"]
            process = processes.start(
                [*command, "--against", str(data.root.resolve()), "--k", "10", "--device", "cpu", "--json"],
                env={"HOME": str(folder), "PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)},
                cwd=folder,
            )
            try:
                said, _ = process.communicate(timeout=_DESCRIBE_S)
            except processes.OutOfTimeError:
                raise InputError(f"the file was looked at for {_DESCRIBE_S} s, and no answer found") from None
            finally:
                process.kill()
        answer: dict[str, Any] = json.loads(said)
        if process.returncode:
            raise InputError(f"the file cannot be used: {answer['error']['message']}")
        return answer

    return describe


def _of_work(work: Work) -> dict[str, Any]:
    """Say what a workspace holds, as it is now."""
    from musicdata.api.status import status

    facts = status(work.root)
    head = work.head
    workspace = Workspace(work.root)
    validation = current_validation(workspace)
    return {
        "title": head.dataset.title,
        "description": head.release.description if head.release else "",
        "facts": [
            ["data set", head.dataset.name],
            ["workspace", work.root.name],
            ["modalities", ", ".join(head.dataset.modalities)],
            *([["being written by", facts["written_by"]]] if facts["written_by"] else []),
        ],
        "stages": [stage | {"n_items": _n_items(workspace, stage["stage"])} for stage in facts["stages"]],
        "gate": _gate(validation | {"holds": validation["gate_holds"]}) if validation else None,
        "rights": _rights(work),
    }


def _n_items(workspace: Workspace, stage: str) -> int | None:
    """Return how many items a stage was given; None where that is not known."""
    try:
        manifest = workspace.manifest(stage)
    except MusicdataError:  # status says what is wrong with it
        return None
    return sum(shard["n_items"] for shard in manifest["shards"]) if manifest else None


def _of_release(release: Release) -> dict[str, Any]:
    """Say what a release is, as its record has it."""
    record, head = release.record, release.head
    stages = [
        {
            "stage": stage["stage"],
            "rows": {},
            "rejects": record.rejects.get(stage["stage"], {}),
            "reasons": [],
            "n_items": None,
        }
        for stage in record.stages
    ]
    return {
        "title": record.title,
        "description": head.release.description if head.release else "",
        "facts": [
            ["release", f"{record.name} {record.version}"],
            ["view", record.view],
            ["samples", ", ".join(f"{split} {n:,}" for split, n in record.n_samples.items())],
            ["content root", record.content_root],
        ],
        "stages": stages,
        "gate": _gate(record.gate.model_dump(mode="json")) if record.gate else None,
        "rights": _rights(release),
    }


def _gate(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the gate said, and the figures of the card."""
    return {name: verdict[name] for name in ("holds", "reason", "rules")} | {"card": verdict.get("card") or []}


def _rights(data: Work | Release) -> list[dict[str, Any]]:
    """Count what may be handed on, by modality; nothing where no table says it."""
    if _RIGHTS not in data.tables:
        return []
    counts: Counter[str] = Counter()
    try:
        for part in data.iterate(_RIGHTS, ["modality", "rights", "may_redistribute"]):
            for row in part.to_pylist():
                counts[f"{row['modality']}: {row['rights']}, {'yes' if row['may_redistribute'] else 'no'}"] += 1
    except MusicdataError:  # check and status name what is wrong with it
        return []
    return [{"what": what, "n": n} for what, n in sorted(counts.items())]


def report(
    path: str | Path | None,
    out: str | Path,
    *,
    samples: int = 60,
    suspects: int = 6,
    also: Sequence[str] = (),
    claim: str = "",
    progress: Callable[[str], None] = lambda _text: None,
) -> Report:
    """Write chosen samples of a workspace or a release, with sounds and pictures, into one file that opens anywhere.

    Args:
        path: of the workspace or release; None for the only workspace in ``musicdata-work``.
        out: file to write.
        samples: about so many in all: those that fit worst and would fit better, the others evenly from each split.
        suspects: pairs of modalities that fit worst; their space is fitted for it, 0 leaves that out.
        also: ids of samples that come first.
        claim: statement that one holds the rights of what has no free licence; it stands in the file. Without it, what
            may not be passed on is left out.
        progress: is told how far it is.

    Raises:
        InputError: there is no workspace or release.
        UsageError: it has no samples, or not that one; or `out` is a folder, or a file that is no report.
        SetupError: a package is missing.
        StorageError: the file cannot be written.
    """
    from musicdata.web import report as reports
    from musicdata.web.asking import BadRequestError

    if samples < 1:
        raise UsageError(f"{samples} samples were asked for, expected at least 1")
    target = Path(out)
    _require_replaceable(target)
    packages.require(("duckdb", "soxr"), "a report", "view")
    if suspects < 0:
        raise UsageError(f"{suspects} suspects were asked for, expected 0 or more")
    page = make_page(path)
    try:
        allowed = None if claim else _allowed(page.source)
        if claim:
            told = page.overview
            page.overview = lambda: _claimed(told(), claim)
        made = reports.make(page, allowed, samples, also=also, n_suspects=suspects, progress=progress)
    except BadRequestError as error:
        raise UsageError(f"{error.what}: {', '.join(also)}; {error.remedy}") from error
    finally:
        page.library.close()
    write_whole(target, made.html.encode(), target.with_name(f".{target.name}.partial"))
    return made


def _require_replaceable(target: Path) -> None:
    """Refuse to write over what is no report, before anything is made."""
    from musicdata.web import report as reports

    if target.is_dir():
        raise UsageError(f"{target} is a folder; give a file to write, {target / 'report.html'}")
    try:
        with paths.open_regular(target, follow=True) as file:
            beginning = file.read(reports.BEGINNING_BYTES)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{target}: {error.strerror}; give another file with --out") from error
    if not reports.is_report(beginning):
        raise UsageError(f"{target} is there already and is no report; give another file with --out")


def _claimed(about: dict[str, Any], claim: str) -> dict[str, Any]:
    return about | {"facts": [*about["facts"], ["rights claimed", claim]]}


def _allowed(data: TableSource) -> dict[str, frozenset[str]]:
    """Return modality → samples of which it may be passed on; none of anything where no table says it."""
    allowed: dict[str, set[str]] = {}
    if _RIGHTS in data.tables:
        for part in data.iterate(_RIGHTS, ["sample_id", "modality", "may_redistribute"]):
            for row in part.to_pylist():
                if row["may_redistribute"]:
                    allowed.setdefault(row["modality"], set()).add(row["sample_id"])
    return {modality: frozenset(ids) for modality, ids in allowed.items()}
