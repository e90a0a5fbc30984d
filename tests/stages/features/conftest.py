"""A workspace with the deep features too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import musicdata
from tests.shared import MakeOnce


@pytest.fixture(scope="session")
def deep(built: Path, songs: Path, made_once: MakeOnce) -> Path:
    """The finished workspace, brought up to date with musictm-deep; read it, never change it."""

    def make(folder: Path) -> None:
        musicdata.build("musictm-deep", input=songs, work=shutil.copytree(built, folder / "work"), change=True)

    return made_once("deep", make) / "work"
