"""How far a worker is in a shard that is not committed yet: a number beside its unfinished files.

It is there to be shown and for nothing else: nothing is computed from it, and it goes with the scratch folder.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from musicdata.workspace.folder import Workspace

_FILE = "items"
_EVERY_S = 1.0
_DIGITS = 20


@dataclass(slots=True)
class Underway:
    """Counts the items of a shard as their rows are written, and notes the count down once a second at most.

    Attributes:
        folder: scratch folder of the shard.
    """

    folder: Path
    n_items: int = 0
    _last: object = None
    _next_s: float = field(default_factory=lambda: time.monotonic() + _EVERY_S)

    def wrote(self, keys: pa.ChunkedArray[Any] | Sequence[object]) -> None:
        """Count the items of some rows of the stage's first table, by the first column of their key, in order."""
        if not len(keys):
            return
        if isinstance(keys, (pa.ChunkedArray, pa.Array)):
            first, last, n_keys = keys[0].as_py(), keys[-1].as_py(), pc.count_distinct(keys).as_py()
        else:
            first, last, n_keys = keys[0], keys[-1], len(set(keys))
        self._add(n_keys - (first == self._last))
        self._last = last

    def dropped(self, key: object) -> None:
        """Count an item that is dropped; several rejects of one item in a row are one."""
        self._add(int(key != self._last))
        self._last = key

    def _add(self, n_items: int) -> None:
        self.n_items += n_items
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + _EVERY_S
            with contextlib.suppress(OSError), paths.create(self.folder / _FILE) as file:
                file.write(str(self.n_items).encode())


def count(workspace: Workspace, stage: str) -> int:
    """Return how many items workers have done of shards of a stage that are not committed yet, as far as they said."""
    n_items = 0
    folder = workspace.scratch / stage
    for path in (*folder.glob(f"*/{_FILE}"), *folder.glob(f"*.pieces/*/{_FILE}")):
        with contextlib.suppress(OSError, ValueError):  # it is just being written, or gone
            n_items += int(paths.read_regular(path, _DIGITS))
    return n_items
