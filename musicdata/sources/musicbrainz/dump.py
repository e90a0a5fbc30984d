"""Releases out of MusicBrainz's JSON dump: those that are wanted, in one pass over ``release.tar.xz``.

A line is a release with all that the web service could say of it, some tens of kilobytes; ids are looked for in its
bytes, and only a line that has a wanted one is read as JSON. The dump of recordings is of no use here, for it has only
those that are on no release; nor is that of release groups, which lists no releases.

Read in the code that writes the dumps: members, one document a line, the same shape as an answer. Not there: which ids
were merged into others, so that a release that was merged since a data set was made is not found by its old id.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.sources.musicbrainz import archive, documents
from musicdata.sources.musicbrainz.documents import Release
from musicdata.system import walking
from musicdata.system.http import HttpError

if TYPE_CHECKING:
    from collections.abc import Set

ENTITY = "release"
FILE = "release.tar.xz"

_ID = re.compile(rb'"id"\s*:\s*"([0-9a-f-]{36})"')
_MOST_FAULTS = 1_000
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be read, although it has a wanted id or is too long to be looked at.

    Attributes:
        line: its number, from 1.
        reason: short code; `detail` the same for people.
    """

    line: int
    reason: str
    detail: str


@dataclass(slots=True)
class DumpLibrary:
    """The releases of a dump that were wanted; packed, for they are hundreds of thousands.

    Attributes:
        faults: lines that could not be read.
        n_lines: documents of the dump.
    """

    faults: list[Fault] = field(default_factory=list)
    n_lines: int = 0
    _releases: dict[str, bytes] = field(default_factory=dict)
    _of_groups: dict[str, list[bytes]] = field(default_factory=dict)

    def release(self, release_id: str) -> Release | None:
        """Return a release by its id; None where the dump has none."""
        packed = self._releases.get(release_id)
        return None if packed is None else _unpacked(packed)

    def releases_of(self, group_id: str, *, official: bool) -> list[Release]:
        """Return the releases of a group, the official ones or all, in the dump's order."""
        releases = map(_unpacked, self._of_groups.get(group_id, ()))
        return [release for release in releases if release.is_official or not official]

    def add(self, release: Release, release_ids: Set[str], group_ids: Set[str]) -> None:
        """Keep a release if it is wanted; of two of one id the first."""
        packed = zlib.compress(release.packed(), 1)
        if release.release_id in release_ids:
            self._releases.setdefault(release.release_id, packed)
        if release.group_id in group_ids:
            self._of_groups.setdefault(release.group_id, []).append(packed)


def _unpacked(packed: bytes) -> Release:
    return Release.model_validate_json(zlib.decompress(packed))


def read(path: Path, release_ids: Set[str], group_ids: Set[str]) -> DumpLibrary:
    """Return what a dump has of these releases and of the releases of these groups.

    Raises:
        InputError: it is no dump of releases, not whole, not to be trusted, or hardly any line of it can be read.
        OSError: it cannot be read.
    """
    library = DumpLibrary()
    sought = frozenset(id_.encode() for id_ in (*release_ids, *group_ids))
    for number, line in archive.lines(path, ENTITY):
        library.n_lines += 1
        if line is None:
            detail = f"line {number}: more than {archive.LONGEST_LINE:,} bytes; what stands in it is not known"
            library.faults.append(Fault(number, "line_too_long", detail))
        elif not sought.isdisjoint(_ID.findall(line)):
            try:
                release = documents.read_release(line, f"line {number}")
            except HttpError as error:
                library.faults.append(Fault(number, error.reason, error.detail))
            else:
                library.add(release, release_ids, group_ids)
        if len(library.faults) > _MOST_FAULTS:
            raise InputError(
                f"dump {path}: more than {_MOST_FAULTS:,} lines that were needed cannot be read; the first are "
                + "; ".join(fault.detail for fault in library.faults[:_SHOWN])
            )
    return library


def find(place: str) -> Path | None:
    """Return the dump that somebody names; None where there is none.

    Args:
        place: the archive, or a folder with it; several stages may be told the same place. "" for none.

    Raises:
        InputError: there is nothing, or a folder has two.
    """
    path = Path(place)
    if not place or (path.suffix.lower() == ".zip" and path.is_file()):  # which is the list of albums itself
        return None
    if not path.is_dir():
        if path.is_file():
            return path
        raise InputError(
            f"dump {path} is not there: take {FILE} of https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/, "
            "and name it or the folder with it"
        )
    there = [entry for entry in walking.below(path, lambda name: name == FILE) if not entry.fault]
    if len(there) > 1:
        names = ", ".join(entry.name for entry in there)
        raise InputError(f"dump {path} has several {FILE}: {names}. Name the one to read")
    return there[0].path if there else None
