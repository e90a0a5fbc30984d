"""What two releases say of how they were made, and where that differs: why their rows do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.engine.staleness import differing, flat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.release.record.layout import Record

_HASH_CHARACTERS = 12
_MOST_CHARACTERS = 80


def causes(a: Record, b: Record) -> list[str]:
    """List what differs in how two releases were made: inputs, stages and their parameters, then tools.

    Args:
        a: what the first says of itself; `b` what the second does.
        b: see `a`.

    Returns:
        Lines such as ``render_sheet.dpi 100 → 150``; none where nothing that is recorded differs.
    """
    return [*_of_inputs(a, b), *_of_stages(a, b), *_of_tools(a, b)]


def _of_inputs(a: Record, b: Record) -> Iterator[str]:
    then, now = a.sources, b.sources
    if then.get("sha256") != now.get("sha256"):
        yield f"source files {_files(then)} → {_files(now)}"
    if then.get("services") != now.get("services"):
        yield f"services {_value(then.get('services'))} → {_value(now.get('services'))}"


def _files(sources: Mapping[str, Any]) -> str:
    if "sha256" not in sources:
        return "none"
    return f"{sources.get('files', 0):,} (sha256 {str(sources['sha256'])[:_HASH_CHARACTERS]}…)"


def _of_stages(a: Record, b: Record) -> Iterator[str]:
    then, now = _by_name(a), _by_name(b)
    for name in dict.fromkeys([*then, *now]):
        if name not in then or name not in now:
            yield f"stage {name} {'added' if name in now else 'removed'}"
            continue
        old, new = then[name], now[name]
        if old.get("version") != new.get("version"):
            yield f"stage {name} version {old.get('version')} → {new.get('version')}"
        plugins = differing(_table(old, "plugin"), _table(new, "plugin"))
        yield from (f"plug-in {module} of stage {name} changed" for module in plugins)
        before, after = (flat(_table(facts, "parameters")) for facts in (old, new))
        yield from (
            f"{name}.{key} {_value(before.get(key))} → {_value(after.get(key))}" for key in differing(before, after)
        )


def _table(facts: Mapping[str, Any], name: str) -> dict[str, Any]:
    values = facts.get(name)
    return values if isinstance(values, dict) else {}


def _by_name(record: Record) -> dict[str, Mapping[str, Any]]:
    return {str(facts.get("stage")): facts for facts in record.stages}


def _of_tools(a: Record, b: Record) -> Iterator[str]:
    for tool in differing(a.tools, b.tools):
        yield f"{tool} {_version(a.tools.get(tool))} → {_version(b.tools.get(tool))}"


def _version(text: str | None) -> str:
    if text is None:
        return "none"
    is_hash = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return f"{text[:_HASH_CHARACTERS]}…" if is_hash else text


def _value(value: object) -> str:
    """Return a parameter as a line can hold it."""
    shown = "none" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    shown = " ".join(shown.split()) or '""'
    return shown if len(shown) <= _MOST_CHARACTERS else f"{shown[:_MOST_CHARACTERS]}…"
