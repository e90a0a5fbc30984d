"""Whether a stage's tables are up to date, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.errors import SetupError
from musicdata.system.digests import digest_of
from musicdata.workspace import ledger as ledgers
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.recipe import Step
    from musicdata.workspace.folder import Workspace

NOT_BUILT = "not built yet"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a stage's output is a function of; two equal origins mean equal tables."""

    facts: dict[str, Any]
    contracts: dict[str, str]
    inputs: dict[str, str]
    source: str
    rejects: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as it stands in a manifest."""
        return {
            "facts": self.facts,
            "contracts": self.contracts,
            "inputs": self.inputs,
            "source": self.source,
        } | ({"rejects": self.rejects} if self.rejects else {})


def stale_reasons(workspace: Workspace, step: Step, table_digests: Mapping[str, str]) -> list[str]:
    """Say why a stage has to run; an empty list says that its tables are up to date.

    Args:
        workspace: where its tables are.
        step: the stage with its parameters.
        table_digests: content hash of each table made so far.

    Raises:
        InputError: the source cannot be read.
    """
    manifest = workspace.manifest(step.stage.name)
    if manifest is None:
        return [NOT_BUILT]
    if open_items := _open_items(workspace, step):
        return [f"{open_items:,} items are to be fetched"]
    if left_nothing(step, manifest):
        return [f"it left no {step.stage.outputs[0]} the last time"]
    now, then = origin_of(workspace, step, table_digests).as_json(), manifest["origin"]
    reasons = _changed_parameters(then["facts"], now["facts"]) + _changed_plugins(then["facts"], now["facts"])
    source = "what was fetched changed" if step.stage.network else "the source files changed"
    reasons += [source] if then["source"] != now["source"] else []
    reasons += [f"table {t} changed" for t, d in now["inputs"].items() if then["inputs"].get(t) != d]
    reasons += _changed_rejects(then.get("rejects", {}), now.get("rejects", {}))
    reasons += [f"contract of {t} changed" for t, d in now["contracts"].items() if then["contracts"].get(t) != d]
    return reasons + _changed_tools(step, manifest["tools"]) + _missing_parts(workspace, step, manifest)


def _open_items(workspace: Workspace, step: Step) -> int:
    if step.stage.network is None or not ledgers.exists(workspace):
        return 0
    with Ledger(workspace, read_only=True) as ledger:
        return ledger.n_open(step.stage.name)


def left_nothing(step: Step, manifest: dict[str, Any]) -> bool:
    """Say whether a stage rejected every item: then the fault may have been this machine's, since mended."""
    rows: int = manifest["tables"][step.stage.outputs[0]]["rows"]
    return rows == 0


def _changed_parameters(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    if then["version"] != now["version"]:
        return [f"stage version {then['version']} → {now['version']}"]
    old, new = _flat(then["parameters"]), _flat(now["parameters"])
    return [f"{key} {old.get(key)} → {new.get(key)}" for key in sorted(old | new) if old.get(key) != new.get(key)]


def _changed_plugins(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    old, new = then.get("plugin", {}), now.get("plugin", {})
    return [f"plug-in {name} changed" for name in sorted(old | new) if old.get(name) != new.get(name)]


def _changed_rejects(then: dict[str, str], now: dict[str, str]) -> list[str]:
    return [f"rejects of {stage} changed" for stage in sorted(then | now) if then.get(stage) != now.get(stage)]


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _changed_tools(step: Step, then: dict[str, str]) -> list[str]:
    try:
        now = dict(step.stage.tools(step.parameters))
    except SetupError:  # a finished table needs no renderer
        return []
    return [
        f"{tool} {then.get(tool)} → {now.get(tool)}" for tool in sorted(then | now) if then.get(tool) != now.get(tool)
    ]


def _missing_parts(workspace: Workspace, step: Step, manifest: dict[str, Any]) -> list[str]:
    missing = [f"{t}/{p['file']}" for t, p in parts_of(manifest) if part_bytes(workspace, step, t, p) != p["bytes"]]
    return [f"part {missing[0]} is missing or cut short"] if missing else []


def parts_of(manifest: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List (table, part) of every part a manifest names; the table of rejects is ""."""
    parts = [(table, part) for shard in manifest["shards"] for table, part in shard["parts"].items()]
    return parts + [("", shard["rejects"]) for shard in manifest["shards"] if shard["rejects"]]


def part_bytes(workspace: Workspace, step: Step, table: str, part: dict[str, Any]) -> int:
    """Return the size of a part on disk, −1 when there is none."""
    folder = workspace.table_folder(table) if table else workspace.rejects_folder(step.stage.name)
    path = folder / part["file"]
    return path.stat().st_size if path.is_file() else -1


def origin_of(workspace: Workspace, step: Step, table_digests: Mapping[str, str]) -> Origin:
    """Return what the step's output would be a function of, if it ran now."""
    stage = step.stage
    source = stage.source_digest(step.parameters) if stage.source_digest else ""
    if stage.network is not None and ledgers.exists(workspace):
        with Ledger(workspace, read_only=True) as ledger:
            source = ledger.digest(stage.name)  # what was asked for, by key and parameters, is in it
    return Origin(
        facts=stage.facts(step.parameters),
        contracts={table: contracts.load(table).digest() for table in stage.outputs},
        inputs={table: table_digests[table] for table in stage.inputs},
        source=source,
        rejects=_rejects_read(workspace, step, table_digests),
    )


def _rejects_read(workspace: Workspace, step: Step, table_digests: Mapping[str, str]) -> dict[str, str]:
    """Return stage → content hash of its rejects, of those stages that the step reads and the recipe has.

    A stage whose tables are not those made so far is left over from another recipe.
    """
    found: dict[str, str] = {}
    for name in step.stage.reads_rejects:
        manifest = workspace.manifest(name)
        if manifest and all(table_digests.get(t) == facts["digest"] for t, facts in manifest["tables"].items()):
            found[name] = digest_of([shard["rejects"]["sha256"] for shard in manifest["shards"] if shard["rejects"]])
    return found
