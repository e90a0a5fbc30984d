"""Whether the parts of a workspace's tables are the bytes that were written.

Every part is hashed once a run: file times say nothing of a disk that rots or of a copy that went wrong, and a hash
costs a second a gigabyte, much less than what would be made of wrong bytes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.system.digests import sha256_of_file
from musicdata.system.processors import processors

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    Record = dict[str, Any]

_AT_ONCE = 4
MISSING, DAMAGED = "missing or cut short", "damaged"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a workspace that one run has looked at.

    Attributes:
        faults: path → what is wrong with the part, "" for nothing.
    """

    faults: dict[Path, str] = field(default_factory=dict)

    def look(self, parts: Iterable[tuple[Path, Record]]) -> None:
        """Hash those parts that were not looked at yet, several at a time."""
        new = [(path, part) for path, part in parts if path not in self.faults]
        if new:
            with ThreadPoolExecutor(min(_AT_ONCE, processors())) as pool:
                self.faults.update(
                    zip([path for path, _ in new], pool.map(lambda known: fault(*known), new), strict=True)
                )

    def fault(self, path: Path, part: Record) -> str:
        """Return what is wrong with a part, "" for nothing."""
        self.look([(path, part)])
        return self.faults[path]


def fault(path: Path, part: Record) -> str:
    """Return in what a part's file differs from its record: it is missing, cut short or damaged; "" for a whole one."""
    try:
        if not path.is_file() or path.stat().st_size != part["bytes"]:
            return MISSING
        return "" if sha256_of_file(path) == part["sha256"] else DAMAGED
    except OSError as error:
        return f"{DAMAGED}: {error.strerror}"
