"""A workspace with enough songs to validate; built once."""

from __future__ import annotations

from pathlib import Path

import pytest

import musicdata
from tests.songs import write_songs

N_SONGS = 90


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished musictm workspace of 90 made-up songs, two samples each; read it, never change it."""
    songs = write_songs(tmp_path_factory.mktemp("many-songs"), N_SONGS, first_seed=1000)
    return musicdata.build("musictm", input=songs, work=tmp_path_factory.mktemp("many") / "work").root
