"""Describes a file of the user's own by the texts of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.api.work import open_data
from musicdata.definitions import suite as suites
from musicdata.errors import InputError, RecipeError, UsageError

if TYPE_CHECKING:
    from musicdata.definitions.suite import Description


def describe(
    file: str | Path, against: str | Path | None = None, *, nearest: int = 5, device: str = "auto"
) -> Description:
    """Return the texts of a release or a workspace that lie nearest to a recording of the user's own.

    A model is fitted to the data set's train split first; nothing is kept of it, and the file stays where it is.

    Args:
        file: a recording, or a document of its features, as the data set's suite reads them.
        against: release or workspace; the only workspace in ``musicdata-work`` when None.
        nearest: how many texts.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        UsageError: `nearest` is below 1, or nothing in the data set leads from a file to texts.
        InputError: there is no such file or data set, or the file cannot be read.
        RecipeError: the suite of the data set is unknown, or its settings are wrong.
        SetupError: what reads such a file is not installed.
    """
    if nearest < 1:
        raise UsageError(f"{nearest} nearest texts were asked for, expected at least 1")
    file = Path(file)
    if not file.is_file():
        raise InputError(f"{file} is no file; give a recording of yours, or a document of its features")
    data = open_data(against)
    wanted = data.head.validate
    if wanted is None:
        raise UsageError(
            f"the recipe of {data.root} has no [validate]: it does not say which texts belong to what sound"
        )
    try:
        settings = suites.settings_of(wanted.task, wanted.settings)
    except RecipeError as error:
        raise RecipeError(f"the recipe of {data.root}: [validate] {error}") from error
    suite = suites.find(wanted.task)
    if suite.describe is None:
        raise UsageError(f"{data.root} is validated by suite {suite.name}, which leads from no file to texts")
    suite.require_packages()
    return suite.describe(data, settings, file, nearest, device)
