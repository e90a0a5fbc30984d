"""Setting a key of a recipe before it is read: ``stage.key`` or ``crawl.key``, as ``--set`` and `[options]` name it."""

from __future__ import annotations

import tomllib
from typing import Any

from musicdata.errors import RecipeError


def override(text: str, entries: list[dict[str, Any]], document: dict[str, Any]) -> str:
    """Set what a ``stage.key=value`` text says; the value is TOML, and what is not TOML is taken as text.

    Args:
        text: what follows ``--set``.
        entries: tables of the stages.
        document: the whole recipe.

    Returns:
        The key.

    Raises:
        RecipeError: it has no value, or names no stage of the recipe.
    """
    key, equals, value = text.partition("=")
    if not equals or not put(key, _value(value), entries, document):
        used = ", ".join(sorted(str(entry.get("use")) for entry in entries))
        raise RecipeError(f"--set {text}: expected STAGE.KEY=VALUE with a stage of {used}")
    return key


def put(key: str, value: Any, entries: list[dict[str, Any]], document: dict[str, Any]) -> bool:
    """Set a key, in the table of its stage or in `[crawl]`; return False where there is no such table."""
    target, path = _table_of(key, entries, document)
    if target is None:
        return False
    *inner, last = path.split(".")
    for name in inner:
        target[name] = dict(target.get(name) or {})
        target = target[name]
    target[last] = value
    return True


def _table_of(key: str, entries: list[dict[str, Any]], document: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Return the table that a key belongs to, None where there is none, and the rest of the key."""
    if key.startswith("crawl.") and "crawl" in document:
        return document["crawl"], key.removeprefix("crawl.")
    fitting = [entry for entry in entries if key.startswith(f"{entry.get('use')}.")]
    if not fitting:
        return None, key
    entry = max(fitting, key=lambda entry: len(str(entry["use"])))
    return entry, key.removeprefix(f"{entry['use']}.")


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
