"""Workspaces that several tests look at; they are built once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import musicdata
from tests.songs import write_songs


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ten made-up songs, 45 notes each."""
    return write_songs(tmp_path_factory.mktemp("songs"), 10)


@pytest.fixture(scope="session")
def built(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished musictm workspace; read it, never change it."""
    return musicdata.build("musictm", input=songs, work=tmp_path_factory.mktemp("built") / "work").root


@pytest.fixture
def copied(built: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace, to spoil."""
    return shutil.copytree(built, tmp_path / "work")
