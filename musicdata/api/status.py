"""What stands in a workspace: its stages, what was fetched, what is short."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any

from musicdata.api.work import open_work
from musicdata.definitions import recipe
from musicdata.definitions import recipe as recipes
from musicdata.engine.fetching.rate_limits import state_of
from musicdata.engine.state import stage_states
from musicdata.system.files import read_json
from musicdata.workspace import ledger as ledgers
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path


def status(path: str | Path | None = None) -> dict[str, Any]:
    """Say what is in a workspace: each stage's rows, rejects and whether it is up to date."""
    work = open_work(path)
    workspace = Workspace(work.root)
    resolved = recipe.load(str(work.root / "recipe.toml"))
    states = stage_states(resolved, workspace)
    return {
        "work": str(work.root),
        "dataset": resolved.dataset.name,
        "last_run": read_json(work.root / "run.json") or {},
        "stages": [dataclasses.asdict(state) for state in states],
    }


def ledger_facts(path: str | Path | None = None) -> dict[str, Any]:
    """Say what stands in the ledger of a workspace: items by outcome and reason a stage, and the services' waits.

    Empty for a workspace that was not crawled.
    """
    workspace = Workspace(open_work(path).root)
    if not ledgers.exists(workspace):
        return {}
    resolved = recipes.load(str(workspace.root / "recipe.toml"))
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
    return {"stages": stages, "services": services}


def pair_facts(path: str | Path | None = None) -> dict[str, Any]:
    """Say how many pairs each mood has, beside how many are wanted; empty where there are no pairs yet.

    Returns:
        ``per_mood`` wanted, ``moods`` that there are, and ``short``: mood → pairs, of those that have fewer.
    """
    work = open_work(path)
    if not {"tracks", "pairs"} <= set(work.tables):
        return {}
    per_mood = next(step.parameters.model_dump()["per_mood"] for step in work.recipe.steps if step.stage.name == "pair")
    n_pairs = Counter(work.table("pairs", ["mood"]).column(0).to_pylist())
    moods = sorted(set(work.table("tracks", ["mood"]).column(0).to_pylist()))
    return {
        "per_mood": per_mood,
        "moods": len(moods),
        "short": {mood: n_pairs[mood] for mood in moods if n_pairs[mood] < per_mood},
    }
