"""Compares a release with one that was built again from its recipe: what differs first, in the order of the stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.engine.staleness import differing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.release.record.layout import Record, Table


@dataclass(frozen=True, slots=True)
class Difference:
    """The first table in which a release and its rebuild differ.

    Attributes:
        table: its name.
        stage: that makes it.
        text: in what the two differ.
        causes: what is known to be otherwise than when the release was made, of this stage and those before it.
    """

    table: str
    stage: str
    text: str
    causes: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as a sentence."""
        why = "; ".join(self.causes) or "nothing that is recorded of the stages up to it is otherwise"
        return f"table {self.table} of stage {self.stage} is the first that differs: {self.text}. {why}"


@dataclass(frozen=True, slots=True)
class Made:
    """A stage as it was run again.

    Attributes:
        name: of the stage.
        tables: that it makes.
        tools: programs that its output depends on.
        keeps: it is handed its earlier output, which a build from nothing does not have.
        unset: keys that say where input of it lies, and that were not given.
    """

    name: str
    tables: Sequence[str]
    tools: Sequence[str]
    keeps: bool = False
    unset: Sequence[str] = ()


def first_difference(made: Record, again: Record, stages: Sequence[Made]) -> Difference | None:
    """Return what differs first between a release and its rebuild; None where every column of every table is the same.

    Args:
        made: what the release says of itself.
        again: what its rebuild says of itself.
        stages: in the order in which they run.
    """
    for number, stage in enumerate(stages):
        for table in stage.tables:
            if text := _difference(made.tables.get(table), again.tables.get(table)):
                return Difference(table, stage.name, text, tuple(_causes(made, again, stages[: number + 1])))
    return None


def other_tools(made: Record, again: Record) -> list[str]:
    """List the programs and libraries whose versions differ from those the release was made with."""
    return [
        f"{tool} {made.tools.get(tool, 'none')} → {again.tools.get(tool, 'none')}"
        for tool in differing(made.tools, again.tools)
    ]


def _difference(made: Table | None, again: Table | None) -> str:
    if made is None or again is None:
        return "" if made is again else "it is not made any more" if again is None else "the release does not have it"
    if made.rows != again.rows:
        then, now = ({str(split): n for split, n in table.rows.items()} for table in (made, again))
        return ", ".join(f"{s} has {then.get(s, 0):,} rows → {now.get(s, 0):,}" for s in differing(then, now))
    columns = differing(made.digests, again.digests)
    return f"{len(columns)} of its columns, {', '.join(columns)}" if columns else ""


def _causes(made: Record, again: Record, stages: Sequence[Made]) -> Iterator[str]:
    then, now = _facts(made), _facts(again)
    if (before := made.sources.get("sha256")) != (after := again.sources.get("sha256")):
        yield (
            f"the files that were read are others: {made.sources.get('files', 0)} with sha256 {before} → "
            f"{again.sources.get('files', 0)} with {after}"
        )
    for stage in stages:
        old, new = then.get(stage.name, {}), now.get(stage.name, {})
        if old.get("version") != new.get("version"):
            yield f"stage {stage.name} version {old.get('version')} → {new.get('version')}"
        if old.get("plugin") != new.get("plugin"):
            yield f"the plug-in of stage {stage.name} is another: {_hash(old)} → {_hash(new)}"
    for key in stages[-1].unset:
        yield f"no {key} was given: if the release was made with one, give it by --set {key}=PATH"
    used = {tool for stage in stages for tool in stage.tools}
    yield from (text for text in other_tools(made, again) if any(text.startswith(f"{tool} ") for tool in used))
    if keeping := ", ".join(stage.name for stage in stages if stage.keeps):
        yield f"{keeping} keeps what earlier builds of a workspace placed, and a build from nothing may place otherwise"


def _hash(facts: Mapping[str, Any]) -> str:
    plugin = facts.get("plugin")
    return ", ".join(f"{name} {sha256}" for name, sha256 in plugin.items()) if isinstance(plugin, dict) else "none"


def _facts(record: Record) -> dict[str, Mapping[str, Any]]:
    return {str(facts.get("stage")): facts for facts in record.stages}
