"""A release, and every export of it, made once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from musicdata.release.exports import EXPORTS, export
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.sharing import redaction
from tests.release.exports.songs import songs
from tests.shared import MakeOnce

VIEWS: tuple[layout.View, ...] = ("open", "features", "ids")


@pytest.fixture(scope="session")
def full(made_once: MakeOnce) -> Release:
    """A small made-up release; read it, never change it."""
    return open_release(made_once("exports-full", lambda folder: songs().write(folder / "release")) / "release")


@pytest.fixture(scope="session")
def rights_views(full: Release, made_once: MakeOnce) -> Mapping[str, Release]:
    """Rights view → the release in it; read them, never change them."""

    def make(root: Path) -> None:
        for view in VIEWS:
            redaction.render(full.root, view, root / view)

    root = made_once("exports-rights", make)
    return {view: open_release(root / view) for view in VIEWS}


@pytest.fixture(scope="session")
def exports(full: Release, made_once: MakeOnce) -> Mapping[str, Path]:
    """Name → folder of every export of it; read them, never change them."""

    def make(root: Path) -> None:
        for name in EXPORTS.all():
            export(full, name, root / name)

    root = made_once("exports", make)
    return {name: root / name for name in EXPORTS.all()}
