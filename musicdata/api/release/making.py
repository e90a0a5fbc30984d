"""Freezes a workspace into a release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.api.loading import load
from musicdata.api.release import silent
from musicdata.api.work import open_work
from musicdata.definitions import identifiers, own_input
from musicdata.engine import finished
from musicdata.errors import InputError, UsageError
from musicdata.release.making import freeze
from musicdata.release.record import layout
from musicdata.release.record import version as versions
from musicdata.workspace.folder import Workspace
from musicdata.workspace.validation import current_validation

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from musicdata.release.record.layout import Record


def needs_validation(
    work: str | PathLike[str],
    out: str | Path,
    *,
    version: str = "",
    previous: str | PathLike[str] | None = None,
    date: str = "",
    url: str = "",
) -> bool:
    """Say whether a workspace has to be validated, as its tables are now, before it can be released by `build`.

    Raises:
        InputError: there is no workspace, or no release before, or `out` is something else than a release.
        UsageError: `version`, `date` or `url` is none.
        RefusedError: the workspace is stale or unfinished.
    """
    day(date)
    _page(url)
    opened = open_work(work)
    if version:
        versions.parse(version)
    if previous:
        load(previous)
    if Path(out).exists() and not (Path(out) / layout.RECORD).is_file():
        raise InputError(f"{out} is there already and is no release; give another folder with --out")
    finished.require_finished(opened.recipe, Workspace(opened.root), "released")
    return opened.recipe.validate is not None and current_validation(Workspace(opened.root)) is None


def unstated(work: str | Path) -> str:
    """Say which keys nobody has set of a data set that was built from other input than its recipe's; "" for none.

    Raises:
        InputError: there is no workspace.
    """
    opened = open_work(work)
    lacking = own_input.lacking(opened.recipe.dataset, opened.recipe.release)
    if not lacking:
        return ""
    examples = " ".join(f"--set '{key}=…'" for key in lacking)
    return (
        "the input is not the recipe's own, so title, authors and licence are released as not stated; "
        f"to state them (nothing is rebuilt): musicdata build --work {opened.root} {examples}"
    )


def build(
    work: str | PathLike[str],
    out: str | Path,
    *,
    version: str = "",
    previous: str | PathLike[str] | None = None,
    allow_failed_gate: bool = False,
    date: str = "",
    url: str = "",
    progress: Callable[[str], None] = silent,
) -> Record:
    """Freeze a validated workspace into a release.

    Args:
        work: workspace.
        out: folder to make.
        version: semantic version; when empty, what the difference to `previous` asks for, or 1.0.0.
        previous: the release before.
        allow_failed_gate: release although the check or the gate refuses; the card says so.
        date: the day of the release, ``2026-11-29``, which its citation states; when empty, that of SOURCE_DATE_EPOCH,
            else today in UTC. The content root does not depend on it.
        url: page or DOI at which it will be found, for its citation; when empty, that of the recipe's `[release]`.
        progress: is told what is done next.

    Raises:
        InputError: there is no workspace, it was not validated as it is now, or `out` is something else.
        UsageError: `version`, `date` or `url` is none.
        RefusedError: the workspace is stale or unfinished, the check or the gate refuses, or the version does not fit
            what changed.
    """
    date, url = day(date), _page(url)
    record = freeze.freeze(
        open_work(work).root,
        Path(out),
        version=version,
        previous=load(previous) if previous else None,
        allow_failed_gate=allow_failed_gate,
        date=date or settings.release_day(),
        url=url,
        progress=progress,
    )
    for name, asked, stated in (("date", date, record.date), ("url", url, record.url)):
        if asked and asked != stated:
            raise InputError(
                f"{out} is there already and states the {name} {stated or 'of nobody'}, not {asked}; remove it, or "
                "give another folder with --out"
            )
    return record


def foresee_build(
    work: str | PathLike[str],
    *,
    version: str = "",
    previous: str | PathLike[str] | None = None,
    allow_failed_gate: bool = False,
    progress: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Say what `build` would write, without writing: rows of each config and split, size, verdict of the gate.

    Raises:
        InputError: see `build`.
        RefusedError: the workspace is stale or unfinished, or the check or the gate refuses.
    """
    return freeze.foresee(
        open_work(work).root,
        version=version,
        previous=load(previous) if previous else None,
        allow_failed_gate=allow_failed_gate,
        progress=progress,
    )


def day(text: str) -> str:
    """Return a day as records have it; "" stays.

    Raises:
        UsageError: it is none.
    """
    try:
        return layout.a_day(text.strip())
    except ValueError as error:
        raise UsageError(f"the date of the release is {text!r}; write it like 2026-11-29") from error


def _page(text: str) -> str:
    try:
        return identifiers.web_address(text)
    except ValueError as error:
        raise UsageError(str(error)) from error
