"""What the release commands do, as functions: the command's options are their arguments.

A release is given as `musicdata.load` takes it: by its folder, by its address, or as ``musictm@1.0.0``.
"""

from __future__ import annotations


def silent(_text: str) -> None:
    """Say nothing."""
