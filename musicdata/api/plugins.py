"""Modules of a user's own, beside those that a recipe names."""

from __future__ import annotations

from pathlib import Path

from musicdata.definitions import plugins


def plug_in(*modules: str | Path) -> None:
    """Let this process know exports, checks and suites of your own, whatever data set they are used on.

    Args:
        modules: files that end in ``.py``, or folders with an ``__init__.py``. Stages belong into a recipe instead.

    Raises:
        RecipeError: there is no such module, or it cannot be imported.
    """
    plugins.add(plugins.load([Path(module).absolute() for module in modules]))
