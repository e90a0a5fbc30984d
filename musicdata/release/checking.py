"""Checks a release from its files to the ink in its boxes: `musicdata check RELEASE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata import checks
from musicdata.release import layout
from musicdata.release.reader import ReleaseReader
from musicdata.release.verify import verify

if TYPE_CHECKING:
    from musicdata.release.release import Release


def check(release: Release) -> checks.CheckReport:
    """Check that every file is whole, and that the rows, sounds and pictures are what they say.

    The rows of a view that leaves something out cannot be compared with each other: of these, only the files and what
    its record says of them are checked.
    """
    report = checks.CheckReport()
    report.add("every file is whole and as the record says", ((p.file, p.message) for p in verify(release.root)))
    if report.ok and release.record.view == "full":
        readers = [ReleaseReader(release.root, release.record, split) for split in layout.SPLITS]
        checks.examine(readers, ReleaseReader(release.root, release.record), report)
    return report
