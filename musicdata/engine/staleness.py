"""What a stage's output is a function of, and in what that differs from what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Origin:
    """What a stage's output is a function of; two equal origins mean equal tables.

    Attributes:
        facts: the stage, its version, its parameters.
        contracts: table it makes → digest of its contract.
        inputs: table it reads → content hash.
        source: content hash of what it reads beside tables: files, or what was fetched.
        rejects: stage whose rejects it reads → content hash of these.
    """

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


def changes(manifest: Mapping[str, Any], origin: Origin, source: str) -> list[str]:
    """Say in what a stage's origin differs from the one in its manifest, for people; `source` is what its source is."""
    then, now = manifest["origin"], origin.as_json()
    return [
        *_changed_parameters(then["facts"], now["facts"]),
        *(f"plug-in {p} changed" for p in differing(then["facts"].get("plugin", {}), now["facts"].get("plugin", {}))),
        *([f"{source} changed"] if then["source"] != now["source"] else []),
        *(f"table {t} changed" for t, d in now["inputs"].items() if then["inputs"].get(t) != d),
        *(f"rejects of {stage} changed" for stage in differing(then.get("rejects", {}), origin.rejects)),
        *(f"contract of {t} changed" for t, d in now["contracts"].items() if then["contracts"].get(t) != d),
    ]


def changed_tools(manifest: Mapping[str, Any], tools: Mapping[str, str]) -> list[str]:
    """Say in what the programs that a stage depends on differ from those it was made with, for people."""
    then = manifest["tools"]
    return [f"{tool} {then.get(tool)} → {tools.get(tool)}" for tool in differing(then, tools)]


def differing(then: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Return the keys whose values differ, in order; a key that is missing has the value None."""
    return [key for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)]


def _changed_parameters(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if then["version"] != now["version"]:
        return [f"stage version {then['version']} → {now['version']}"]
    old, new = flat(then["parameters"]), flat(now["parameters"])
    return [f"{key} {old.get(key)} → {new.get(key)}" for key in differing(old, new)]


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the values of a table and of the tables in it, each under its key with dots."""
    values_of: dict[str, Any] = {}
    for key, value in values.items():
        values_of |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return values_of
