"""A finished crawl of a small twin, made by the command, and the twin it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from musicdata.twin import Population, Request, Twin
from tests.faults import crawling


@dataclass(frozen=True)
class Crawled:
    """A workspace that was crawled, and what was asked for it."""

    work: Path
    twin: Twin
    requests: list[Request]
    said: str


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    work = tmp_path_factory.mktemp("crawled") / "work"
    with Twin(Population(n_tracks=120, n_moods=3, clip_s=crawling.CLIP_S)) as twin:
        said = crawling.ended(crawling.command(work), twin.environment(), 0)
        yield Crawled(work, twin, twin.requests, said)
