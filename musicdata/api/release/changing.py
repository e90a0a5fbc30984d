"""What changes from a release to the next: differences, and items taken out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.api.loading import load
from musicdata.api.release import silent
from musicdata.api.release.making import day
from musicdata.release.diff import diff as difference
from musicdata.release.diff import report
from musicdata.release.removal import takedown as takedowns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from musicdata.release.diff import Diff
    from musicdata.release.record.layout import Record


def diff(
    first: str | PathLike[str],
    second: str | PathLike[str],
    *,
    pins: tuple[str | None, str | None] = (None, None),
    progress: Callable[[str], None] = silent,
) -> Diff:
    """Verify two releases, and say what differs between them.

    Args:
        first: release.
        second: that comes after it.
        pins: of the first and of the second; see `musicdata.load`.
        progress: is told what is done next.

    Raises:
        InputError: one is no release.
        IntegrityError: one is not what it says it is.
        UsageError: they are not of one data set, or show different views.
    """
    one, other = (load(release, pin=pin, progress=progress) for release, pin in zip((first, second), pins, strict=True))
    return difference(one, other, progress=progress)


@dataclass(frozen=True, slots=True)
class DiffReport:
    """A difference, told.

    Attributes:
        facts: as JSON values.
        lines: for people.
    """

    facts: dict[str, Any]
    lines: tuple[str, ...]


def diff_report(
    first: str | PathLike[str],
    second: str | PathLike[str],
    *,
    pins: tuple[str | None, str | None] = (None, None),
    progress: Callable[[str], None] = silent,
) -> DiffReport:
    """Say what differs between two releases, as JSON values and as lines of text; raises as `diff` does."""
    differences = diff(first, second, pins=pins, progress=progress)
    return DiffReport(report.as_json(differences), tuple(report.lines(differences)))


def takedown(
    release: str | PathLike[str],
    ids: Sequence[str],
    *,
    reason: str,
    out: str | Path,
    date: str = "",
    progress: Callable[[str], None] = silent,
) -> Record:
    """Take items out of a release: a patch version without them, with the proof that they are gone.

    Args:
        release: in the view `full`.
        ids: of samples, songs or groups.
        reason: why; it stands in the new release.
        out: folder to make.
        date: the day of the new release; when empty, that of SOURCE_DATE_EPOCH, else today in UTC.
        progress: is told what is done next.

    Raises:
        InputError: an id is not in the release, or `out` is there already.
        IntegrityError: something of an item is still there.
    """
    opened = load(release, progress=progress)
    progress(f"{opened.record.slug} without {', '.join(ids)}")
    return takedowns.takedown(opened.root, ids, reason=reason, out=Path(out), date=day(date) or settings.release_day())


def foresee_takedown(release: str | PathLike[str], ids: Sequence[str], *, reason: str) -> dict[str, Any]:
    """Say what `takedown` would take, without writing: version, samples taken down, samples left.

    Raises:
        InputError: an id is not in the release.
    """
    return takedowns.foresee(load(release).root, ids, reason=reason)
