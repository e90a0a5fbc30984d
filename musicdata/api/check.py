"""Checks a workspace or a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.api.work import open_data
from musicdata.engine import checking
from musicdata.release.reading.release import Release

if TYPE_CHECKING:
    from os import PathLike

    from musicdata.checks.examination import CheckReport


def check(path: str | PathLike[str] | None = None, *, pin: str | None = None) -> CheckReport:
    """Prove that the tables of a workspace or a release are what they say.

    Args:
        path: a workspace, or a release by folder, address or name; the only workspace in ``musicdata-work`` when None.
        pin: that a release has to fit; see `musicdata.load`.

    Raises:
        InputError: there is neither.
        MusicdataError: a release cannot be had; see `musicdata.load`.
    """
    opened = open_data(path, pin=pin)
    if isinstance(opened, Release):
        from musicdata.release.verify import check

        return check.check(opened)
    return checking.check(opened.root)
