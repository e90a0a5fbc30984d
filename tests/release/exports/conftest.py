"""A release, and every export of it, made once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from musicdata.release.exports import EXPORTS, export
from musicdata.release.reading.release import Release, open_release
from musicdata.release.sharing import redaction
from tests.release.exports.songs import songs


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A small made-up release; read it, never change it."""
    return songs().write(tmp_path_factory.mktemp("songs") / "release")


@pytest.fixture(scope="session")
def rights_views(full: Release, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Release]:
    """Rights view → the release in it; read them, never change them."""
    root = tmp_path_factory.mktemp("rights")
    for view in ("open", "features", "ids"):
        redaction.render(full.root, view, root / view)
    return {view: open_release(root / view) for view in ("open", "features", "ids")}


@pytest.fixture(scope="session")
def exports(full: Release, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Name → folder of every export of it; read them, never change them."""
    root = tmp_path_factory.mktemp("exports")
    for name in EXPORTS.all():
        export(full, name, root / name)
    return {name: root / name for name in EXPORTS.all()}
