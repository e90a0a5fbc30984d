"""A workspace with enough songs to validate; built once."""

from __future__ import annotations

from pathlib import Path

import pytest

import musicdata
from tests.shared import MakeOnce, shards_of
from tests.songs import write_songs

N_SONGS = 90


@pytest.fixture(scope="session")
def many(made_once: MakeOnce) -> Path:
    """A finished musictm workspace of 90 made-up songs, two samples each; read it, never change it."""

    def make(folder: Path) -> None:
        songs = write_songs(folder / "songs", N_SONGS, first_seed=1000)
        with shards_of(30):
            musicdata.build("musictm", input=songs, work=folder / "work")

    return made_once("many", make) / "work"
