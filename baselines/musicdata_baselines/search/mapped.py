"""Arrays that lie in files: how much of them a process holds."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def let_go(array: NDArray[Any]) -> None:
    """Let the system take back the pages of the file that an array lies in; those that are read again are mapped again.

    The system maps a lot around each place that is read, so what reads a little here and there of a large file ends up
    holding all of it. An array that lies in memory is left alone.
    """
    base: Any = array
    while base is not None and not isinstance(base, mmap.mmap):
        base = getattr(base, "base", None)
    if base is not None and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)
