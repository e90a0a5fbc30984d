"""The data that ships with the code: table contracts and recipes.

A wheel carries them as `musicdata/_manifests` and `musicdata/_pipelines`; a checkout has them beside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def folder(name: str) -> Path:
    """Return the folder `name` ("manifests" or "pipelines"): the bundled one, else the checkout's."""
    bundled = _PACKAGE / f"_{name}"
    return bundled if bundled.is_dir() else _PACKAGE.parent / name
