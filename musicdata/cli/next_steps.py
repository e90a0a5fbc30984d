"""What to look at when a workspace is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def looking_lines(root: Path) -> Iterator[str]:
    """Yield a command a line: those that show what is in a workspace, and check it."""
    from musicdata.api.status import sights

    seen = sights(root)
    others = [*seen.dropped, *(["rejects"] if seen.has_rejects else [])]
    if seen.complete:
        yield f"  musicdata show {seen.complete} --work {root}{_and(others)}"
    if seen.media:
        yield f"  musicdata show {seen.media[0]} --work {root} --save FOLDER{_and(seen.media[1:])}"
    yield f"  musicdata check {root}"


def _and(others: list[str]) -> str:
    return f"     (and {', '.join(others)})" if others else ""
