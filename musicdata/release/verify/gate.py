"""The gate that a release passes before anything is said of it: published, exported, compared, taken from.

It is `verify`, every byte and every digest of a column. A release that passed is not looked at again by this process as
long as every file of it is the same file with the same size and times of change.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from musicdata.errors import IntegrityError
from musicdata.release.record.tree import Tree
from musicdata.release.record.whole import is_settled
from musicdata.release.verify.files import verify

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 5

_passed: dict[Path, dict[str, tuple[int, ...]]] = {}


def require_whole(root: Path, otherwise: str) -> None:
    """Make sure that the release at `root` is what it says it is.

    Args:
        root: folder of the release.
        otherwise: what was not done because of it, for the message: ``nothing was exported``.

    Raises:
        InputError: there is no release.
        IntegrityError: it is not; the message names the files and columns.
    """
    place, before, now_ns = root.resolve(), Tree.of(root), time.time_ns()
    if not before.oddities and _passed.get(place) == before.stamps:
        return
    if problems := verify(root):
        shown = "; ".join(map(str, problems[:_SHOWN]))
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise IntegrityError(
            f"{root} is not whole, {otherwise}: {shown}{more}. Look closer with: musicdata release verify {root}"
        )
    if all(is_settled(stamps, now_ns) for stamps in before.stamps.values()):
        _passed[place] = before.stamps
