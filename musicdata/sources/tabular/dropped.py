"""What a source holds and no table gets: where it stood, and why it was dropped."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from musicdata.system import paths
from musicdata.system.digests import digest_of
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Dropped:
    """What is not kept: key, reason code, and the same for people."""

    key: str
    reason: str
    detail: str


def place(file: str, row: int) -> str:
    """Return the name of a row, or of a whole file: as keys of rejects have it.

    >>> place("songs.csv", 12), place("notes.txt", 0)
    ('songs.csv row 12', 'notes.txt')
    """
    return f"{file} row {row}" if row else file


def digest(dropped: Sequence[Dropped]) -> str:
    """Return the content hash of all that was dropped."""
    return digest_of([astuple(one) for one in dropped])


def write(path: Path, dropped: Sequence[Dropped]) -> None:
    """Write what was dropped into a file."""
    with storage_faults(path), paths.create(path) as file:
        file.writelines(json.dumps(astuple(one)).encode() + b"\n" for one in dropped)


def read(path: Path) -> Iterator[Dropped]:
    """Yield what was written into a file."""
    with paths.open_regular(path) as file:
        for line in file:
            yield Dropped(*json.loads(line))
