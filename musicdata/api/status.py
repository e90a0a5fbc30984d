"""What stands in a workspace: its stages, what was fetched, what is short."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.api.standing import standing
from musicdata.api.work import open_work
from musicdata.definitions import recipe
from musicdata.definitions import recipe as recipes
from musicdata.engine.fetching.rate_limits import opens_at, state_of
from musicdata.engine.state import stage_states
from musicdata.errors import IntegrityError
from musicdata.release.record.layout import RECORD
from musicdata.workspace import ledger as ledgers
from musicdata.workspace import records
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from os import PathLike

    from musicdata.api.standing import Standing
    from musicdata.definitions.recipe import Recipe


def status(path: str | PathLike[str] | None = None) -> dict[str, Any]:
    """Say what is in a workspace: how the last run stands, each stage's rows, rejects and whether it is up to date.

    Args:
        path: workspace; the only one in ``musicdata-work`` when None.

    Returns:
        JSON values: `work`, `dataset`, `last_run`, `run`, `go_on`, the command that goes on, `written_by`, "" for
        nobody, and `stages`, of each its rows, bytes, rejects by reason, and the reasons why it has to run again.

    Raises:
        InputError: there is no workspace.
    """
    work = open_work(path)
    workspace = Workspace(work.root)
    resolved = recipe.load_kept(work.root)
    states = stage_states(resolved, workspace)
    return {
        "work": str(work.root),
        "dataset": resolved.dataset.name,
        "last_run": _last_run(work.root),
        "run": run_facts(standing(workspace)),
        "go_on": f"musicdata {'crawl' if resolved.is_crawled else 'build'} --work {work.root}",
        "written_by": workspace.writer(),
        "stages": [dataclasses.asdict(state) for state in states],
    }


def is_workspace(place: str) -> bool:
    """Say whether a place is the folder of a workspace; a release has a recipe too."""
    folder = Path(place)
    return (folder / "recipe.toml").is_file() and not (folder / RECORD).is_file()


def run_facts(run: Standing) -> dict[str, Any]:
    """Return how a run stands as JSON values, with rate and time left where it runs."""
    rates = {"per_s": run.now.per_s, "left_s": run.now.left_s} if run.now else {}
    facts = {name: value for name, value in dataclasses.asdict(run).items() if value not in ("", None)}
    return facts | ({"now": facts["now"] | rates} if run.now else {})


def live(path: str | PathLike[str] | None = None) -> Standing:
    """Say how the last run in a workspace stands, and nothing else: that is quick, however large it is."""
    return standing(Workspace(open_work(path).root))


def _last_run(root: Path) -> dict[str, Any]:
    try:
        return records.read(root / "run.json") or {}
    except IntegrityError:  # nothing depends on it, and the next build writes another
        return {"outcome": "unknown (run.json is damaged)"}


def ledger_facts(path: str | PathLike[str] | None = None) -> dict[str, Any]:
    """Say what stands in the ledger of a workspace: items by outcome and reason a stage, and the services' waits.

    Empty for a workspace that was not crawled.
    """
    workspace = Workspace(open_work(path).root)
    if not ledgers.exists(workspace):
        return {}
    resolved = recipes.load_kept(workspace.root)
    with Ledger(workspace, read_only=True) as ledger:
        stages = {
            step.stage.name: [
                {"outcome": outcome or "open", "reason": reason, "items": n}
                for (outcome, reason), n in ledger.counts(step.stage.name).items()
            ]
            for step in resolved.steps
            if step.stage.network is not None
        }
        services = {name: dataclasses.asdict(state_of(ledger, name)) for name in ledger.services()}
        return {"stages": stages, "services": services, "come_back_at": _come_back_at(workspace, resolved, ledger)}


def _come_back_at(workspace: Workspace, resolved: Recipe, ledger: Ledger) -> dict[str, str]:
    """Return service → when it may be asked again, of those that are to be left alone now."""
    from musicdata.api.asking import Kept
    from musicdata.api.crawl import in_force
    from musicdata.api.running import moment

    with contextlib.suppress(IntegrityError):  # nobody knows any more whether the twin was asked
        resolved = in_force(workspace, resolved, Kept.of(workspace).settings)
    now, budgets = time.time(), resolved.crawl.budgets if resolved.crawl else {}
    opens = {name: opens_at(ledger, name, budgets.get(name), now) for name in ledger.services()}
    return {name: moment(at) for name, at in opens.items() if at}


def remarks(path: str | PathLike[str] | None = None) -> dict[str, dict[str, Any]]:
    """Return stage → what it has to tell of its tables, of those that have something to tell and are sealed.

    Each has ``facts``, JSON values, and ``text``, which is empty where all is as it should be.
    """
    work = open_work(path)
    sealed = set(work.tables)
    stage_remarks = {
        step.stage.name: step.stage.remark(step.parameters, work.reader)
        for step in work.recipe.steps
        if step.stage.remark is not None and {*step.stage.inputs, *step.stage.outputs} <= sealed
    }
    return {
        stage: {"text": remark.text, "facts": dict(remark.facts)} for stage, remark in stage_remarks.items() if remark
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Sights:
    """What is worth looking at in a workspace.

    Attributes:
        complete: table of the complete samples, or else the last table there is; "" where there is none.
        dropped: tables that tell of what did not come through.
        media: tables that hold sounds or pictures.
        has_rejects: some stage dropped items.
    """

    complete: str
    dropped: list[str]
    media: list[str]
    has_rejects: bool


def sights(path: str | PathLike[str] | None = None) -> Sights:
    """Say what is worth looking at in a workspace, as its recipe and its contracts tell."""
    work = open_work(path)
    resolved, sealed = work.recipe, set(work.tables)
    contracts = [work.contract(table) for table in resolved.tables() if table in sealed]
    complete = resolved.release.complete if resolved.release else ""
    if complete not in sealed:
        complete = contracts[-1].name if contracts else ""
    return Sights(
        complete=complete,
        dropped=[contract.name for contract in contracts if contract.of_dropped],
        media=[contract.name for contract in contracts if any(column.is_media for column in contract.columns)],
        has_rejects=next(work.reader.rejects(), None) is not None,
    )
