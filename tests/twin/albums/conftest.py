"""A small population, and a twin that serves it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from musicdata.system.http import Client, Limits
from musicdata.twin import AlbumPopulation, Population, Twin

SMALL = AlbumPopulation(60)
TRACKS = Population(40, n_moods=2, clip_s=2.0)


@pytest.fixture(scope="session")
def population() -> AlbumPopulation:
    return SMALL


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(TRACKS, albums=SMALL) as twin:
        yield twin


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(Limits(attempts=1, deadline_s=10, max_wait_s=0)) as client:
        yield client
