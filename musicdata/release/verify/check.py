"""Checks a release from its files to the ink in its boxes: `musicdata check RELEASE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.checks import examination
from musicdata.release.reading.reader import ReleaseReader
from musicdata.release.record import layout
from musicdata.release.verify.files import verify

if TYPE_CHECKING:
    from musicdata.release.reading.release import Release


def check(release: Release) -> examination.CheckReport:
    """Check that every file is whole, and that the rows, sounds and pictures are what they say.

    The rows of a view that leaves something out cannot be compared with each other: of these, only the files and what
    its record says of them are checked.
    """
    report = examination.CheckReport()
    report.add("every file is whole and as the record says", ((p.file, p.message) for p in verify(release.root)))
    if report.ok and release.record.view == "full":
        readers = [ReleaseReader(release.root, release.record, split) for split in layout.SPLITS]
        examination.examine(readers, ReleaseReader(release.root, release.record), report)
    return report
