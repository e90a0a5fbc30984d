"""Keys with a mark on them, every kind of failure, and a search for the mark in all that is left."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from musicdata.twin import Faults, Kind, Population, Twin
from musicdata.twin.faults import STAGES
from tests import examples
from tests.faults import crawling, harness

HURRIED = ("--set", "crawl.attempts=1", "--set", "crawl.deadline_s=2", "--set", "crawl.refused_wait_s=0.01")
SHARE = max(examples.share(), 0.4)  # of the tracks
OFTEN = 20 if SHARE == 1 else 3  # failures of each kind
OF_LISTS = {Kind.QUOTA, Kind.TOKEN_EXPIRED, Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT}
CRAWLS: dict[str, tuple[Population, list[Kind], dict[str, Any], int]] = {
    "lists": (
        Population(n_tracks=160, n_moods=16, clip_s=crawling.CLIP_S),
        [Kind.QUOTA, Kind.TOKEN_EXPIRED, Kind.ENDLESS_NEXT],
        {"share": 1.0, "stages": ["list_tracks"], "pausing": 0.15},
        1,
    ),
    "long lists": (  # each has more than a page
        Population(n_tracks=500, n_moods=2, clip_s=crawling.CLIP_S),
        [Kind.REPEATED_PAGE],
        {"share": 1.0, "stages": ["list_tracks"]},
        2,
    ),
    "tracks": (  # a kind that fewer requests can show is drawn more often
        Population(n_tracks=round(480 * SHARE), n_moods=1, clip_s=crawling.CLIP_S),
        [*(kind for kind in Kind if kind not in OF_LISTS), Kind.NULL, Kind.UNAVAILABLE_LATER],
        {"share": 0.9, "stages": list(STAGES[1:]), "pausing": 0.15},
        round(300 * SHARE),
    ),
}
"""Workspace → what there is, what goes wrong, where and how often, and how many tracks of a mood are wanted."""

KEYS = ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "MUSIXMATCH_API_KEY")


def found(folder: Path, said: str, keys: list[str]) -> list[str]:
    """Name the files that have a key in them, replies packed in a ledger too, and what was said if that has."""
    contents = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path in folder.rglob("ledger.sqlite"):
        with contextlib.closing(sqlite3.connect(path)) as db:
            for table in ("payloads", "replies"):
                for (data,) in db.execute(f"SELECT data FROM {table}"):
                    contents[f"{path} {table}"] = contents.get(f"{path} {table}", b"") + zlib.decompress(data)
    contents["what it said"] = said.encode()
    return [place for place, content in contents.items() if any(key.encode() in content for key in keys)]


@dataclass(frozen=True)
class Hurt:
    """Two crawls with failures of every kind: of lists, and of what is in them.

    Attributes:
        folder: of both workspaces.
        said: by both commands.
        keys: they were given.
        failures: kind → requests that failed so.
        codes: with which they ended.
    """

    folder: Path
    said: str
    keys: list[str]
    failures: Counter[str]
    codes: list[int]


@pytest.fixture(scope="module")
def hurt(tmp_path_factory: pytest.TempPathFactory) -> Hurt:
    folder, said, keys, failures, codes = tmp_path_factory.mktemp("hurt"), "", [], Counter[str](), []
    for name, (population, kinds, planted, limit) in CRAWLS.items():
        faults = Faults.planted(kinds=kinds, lasting=1.0, retry_after_s=0.0, stall_s=0.1, **planted)
        with Twin(population, faults=faults) as twin:
            environment = crawling.SHARDS | twin.environment()
            command = crawling.command(folder / name, "--limit", str(limit), *HURRIED)
            done = harness.run(command, environment, patience_s=4 * harness.PATIENCE_S)
            failures.update(request.fault for request in twin.requests if request.fault)
        said += done.stdout + done.stderr
        keys += [environment[each] for each in KEYS]
        codes.append(done.returncode)
    return Hurt(folder, said, keys, failures, codes)


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_fails_often(kind: Kind, hurt: Hurt) -> None:
    assert hurt.failures[kind] >= OFTEN


def test_no_failure_shows_a_key(hurt: Hurt) -> None:
    assert set(hurt.codes) <= {0, 1, 3}, hurt.said
    for name in CRAWLS:
        assert (hurt.folder / name / "state" / "ledger.sqlite").stat().st_size > 0
    assert found(hurt.folder, hurt.said, hurt.keys) == []


@pytest.mark.parametrize("wrong", KEYS)
def test_no_refused_key_is_shown(wrong: str, tmp_path: Path) -> None:
    canary = "canary/5b1d9e+77c0aa=="
    with Twin(Population(n_tracks=6, n_moods=1, clip_s=crawling.CLIP_S)) as twin:
        environment = {**crawling.SHARDS, **twin.environment(), wrong: canary}
        done = harness.run(crawling.command(tmp_path / "work", *HURRIED), environment)
    assert done.returncode == 4, done.stderr
    assert wrong in done.stderr  # which key it is, and not what
    keys = [canary, quote(canary, safe=""), quote(canary), *(environment[name] for name in KEYS)]
    assert found(tmp_path, done.stdout + done.stderr, keys) == []


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("key=canary-key-e91f42")
    assert found(tmp_path, "canary-key", ["canary-key"]) == [str(tmp_path / "log"), "what it said"]
