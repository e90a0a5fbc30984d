"""Setting a key of a recipe before it is read: ``stage.key`` or ``crawl.key``, as ``--set`` and `[options]` name it.

What a data set is called and who is cited can be set too: ``dataset.title``, ``release.authors``. No table depends on
that.
"""

from __future__ import annotations

import tomllib
from typing import Any

from musicdata.errors import RecipeError
from musicdata.wording import listed, meant

SETTABLE = {
    "dataset": ("name", "title"),
    "release": ("description", "authors", "licence", "papers", "answers", "views"),
}
"""Section of a recipe → its keys that can be set beside those of stages."""
_CALLED = {"dataset.description": "release.description"}


def override(text: str, entries: list[dict[str, Any]], document: dict[str, Any]) -> str:
    """Set what a ``stage.key=value`` text says; the value is TOML, and what is not TOML is taken as text.

    Args:
        text: what follows ``--set``.
        entries: tables of the stages.
        document: the whole recipe.

    Returns:
        The key.

    Raises:
        RecipeError: it has no value, or names neither a stage of the recipe nor a key of `SETTABLE`.
    """
    given, equals, value = text.partition("=")
    key = _CALLED.get(given, given)
    if not equals or not put(key, _value(value), entries, document):
        used = sorted(str(entry.get("use")) for entry in entries)
        others = [f"{section}.{name}" for section in SETTABLE if section in document for name in SETTABLE[section]]
        may_be = meant(given, others) or meant(given.rpartition(".")[0] or given, used)
        raise RecipeError(
            f"--set {text}{may_be}: expected STAGE.KEY=VALUE with a stage of {listed(used)}; or {listed(others)}"
        )
    return key


def put(key: str, value: Any, entries: list[dict[str, Any]], document: dict[str, Any]) -> bool:
    """Set a key, in the table of its stage, `[crawl]`, `[dataset]` or `[release]`; return False where it has none."""
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
    section, _, rest = key.partition(".")
    if section in document and rest.partition(".")[0] in SETTABLE.get(section, ()):
        return document[section], rest
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
