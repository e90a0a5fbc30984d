"""What a release's record says, as sentences: the card, the datasheet and Croissant say the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from musicdata.release.record.layout import Record

VIEWS = {
    "full": "everything there is",
    "open": "sound, pictures, words and notes only of items whose rights allow handing them on; the rest is empty",
    "features": "no sound, pictures, words or notes, but what was computed from them",
    "ids": "ids, times, hashes and counts; nothing that shows the works, and nothing that was computed from them",
}
RIGHTS = {
    "public_domain": "public domain",
    "cc": "Creative Commons",
    "research_only": "for research only",
    "unknown": "unknown",
}


def counted(number: int, noun: str) -> str:
    """Return a number and its noun.

    >>> counted(1, "file"), counted(1200, "file")
    ('1 file', '1,200 files')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def sources(record: Record) -> list[str]:
    """Say where the items come from."""
    files, digest = record.sources.get("files"), record.sources.get("sha256")
    lines = [f"Read from {counted(files, 'source file')}."] if isinstance(files, int) else []
    services = record.sources.get("services")
    if isinstance(services, list) and services:
        lines.append(f"Fetched from {', '.join(map(str, services))}.")
    return lines + ([f"The hashes of all source files have the sha256 {digest}."] if isinstance(digest, str) else [])


class StageLine(NamedTuple):
    """What one stage was: its name, its version, and its parameters as JSON."""

    name: str
    version: str
    parameters: str

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})" + (f", {self.parameters}" if self.parameters else "")


def stages(record: Record) -> list[StageLine]:
    """Say what was done, a line a stage."""
    return [
        StageLine(
            str(stage.get("stage")),
            str(stage.get("version")),
            json.dumps(parameters, sort_keys=True, ensure_ascii=False)
            if (parameters := stage.get("parameters"))
            else "",
        )
        for stage in record.stages
    ]


def tools(record: Record) -> list[str]:
    """Say what was used, a line a program or library."""
    return [f"{name} {version}" for name, version in sorted(record.tools.items())]


def rejects(record: Record) -> list[str]:
    """Say what was dropped and why, a line a stage and reason."""
    return [
        f"{stage}: {counted(number, 'item')} dropped, {reason}"
        for stage, reasons in sorted(record.rejects.items())
        for reason, number in sorted(reasons.items())
    ]


def rights(record: Record) -> list[str]:
    """Say how many items have which rights, a line a modality."""
    return [
        f"{modality}: "
        + ", ".join(f"{number:,} {RIGHTS.get(value, value)}" for value, number in sorted(values.items()))
        for modality, values in sorted(record.rights.items())
    ]


def has_foreign_rights(record: Record) -> bool:
    """Say whether works under terms of their own may be shown: anything but the public domain."""
    shows_works = record.view in ("full", "open")
    return shows_works and (not record.rights or any(set(v) - {"public_domain"} for v in record.rights.values()))


def unproved(record: Record) -> list[str]:
    """Say what the gate could not prove."""
    return list(record.gate.notes) if record.gate else []


def failed_rules(record: Record) -> list[str]:
    """List the rules of the gate that do not hold.

    What was found against them stays in `RELEASE.json`: it may name items, which a card must not.
    """
    return [str(rule.get("name")) for rule in record.gate.rules if not rule.get("holds")] if record.gate else []


def verdict(record: Record) -> str:
    """Say whether the gate holds."""
    gate = record.gate
    if gate is None:
        return "The recipe names nothing to validate, so no gate was asked; every check of the tables passed."
    if gate.holds:
        return f"The gate holds: {counted(len(gate.rules), 'rule')}, no finding."
    against = [f"rules broken: {', '.join(failed)}"] if (failed := failed_rules(record)) else []
    if gate.check_findings:
        against.append(f"musicdata check: {counted(len(gate.check_findings), 'finding')}")
    return f"The gate does not hold ({'; '.join(against) or 'no reason recorded'}). It was released all the same."


def view(record: Record) -> str:
    """Say what this view shows."""
    added = f" Instead there is {', '.join(sorted(record.added))}." if record.added else ""
    return f"View {record.view}: {VIEWS[record.view]}.{added}"


def lacking(record: Record, contracts: list[str]) -> list[str]:
    """Say what the full release has and this view has not: tables, columns, and columns with emptied cells.

    Args:
        record: of the view.
        contracts: the tables that have a contract in it.
    """
    lacking = [f"{name}: the whole table" for name in sorted(record.tables) if name not in contracts]
    for table, columns in sorted(record.redacted.items()):
        if table not in contracts:
            continue
        removed = sorted(name for name, digests in columns.items() if not digests)
        emptied = sorted(name for name, digests in columns.items() if digests)
        lacking += [f"{table}: without {', '.join(removed)}"] if removed else []
        lacking += [f"{table}: partly empty, {', '.join(emptied)}"] if emptied else []
    return lacking


def takedowns(record: Record) -> list[str]:
    """Say how many items were taken down, a line a version and table; neither which nor on whose wish."""
    counts: dict[tuple[tuple[int, ...], str], int] = {}
    for tombstone in record.tombstones:
        place = tuple(map(int, tombstone.version.split("."))), tombstone.table
        counts[place] = counts.get(place, 0) + 1
    return [
        f"version {'.'.join(map(str, version))}: {counted(number, 'item')} of {table}"
        for (version, table), number in sorted(counts.items())
    ]
