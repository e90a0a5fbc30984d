"""Comparing folders of files by content."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digests(root: Path, *folders: str) -> dict[str, str]:
    """Return path below `root` → sha256 of every file in `folders`."""
    files = [path for folder in folders for path in sorted((root / folder).rglob("*")) if path.is_file()]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def workspace_digests(root: Path) -> dict[str, str]:
    """Return the digests of all that a build is a function of its input in: tables, rejects, manifests."""
    found = digests(root, "tables", "rejects", "state")
    found.pop("state/lock", None)  # holds a process number
    return found
