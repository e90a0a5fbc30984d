"""Releases: made, read, verified, compared, shared, exported, cleared of items, published.

This is where it is done; the functions to call are those of `musicdata.releases`.
"""

from __future__ import annotations

from typing import NoReturn

_VERBS = ("add_record", "build", "card", "diff", "export", "publish", "rebuild", "sign", "takedown", "verify")


def __getattr__(name: str) -> NoReturn:
    hint = f"; the function is musicdata.releases.{name}" if name in _VERBS else ""
    raise AttributeError(f"module musicdata.release has no attribute {name!r}{hint}")
