"""Keys with a mark on them, every kind of failure, and a search for the mark in all that is left."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from musicdata.twin import Faults, Kind, Population, Twin
from musicdata.twin.faults import OUTCOME_OF, STAGES
from tests.faults import crawling, harness

HURRIED = ("--set", "crawl.attempts=1", "--set", "crawl.deadline_s=2", "--set", "crawl.refused_wait_s=0.01")
OF_LISTS = {Kind.QUOTA, Kind.TOKEN_EXPIRED, Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT}
LISTS = Population(n_tracks=100, n_moods=10, clip_s=crawling.CLIP_S)
LONG_LISTS = Population(n_tracks=500, n_moods=2, clip_s=crawling.CLIP_S)  # each has more than a page
TRACKS = Population(n_tracks=40, n_moods=1, clip_s=crawling.CLIP_S)
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


@pytest.mark.parametrize("kind", Kind)
def test_twenty_failures_of_a_kind_show_no_key(kind: Kind, tmp_path: Path) -> None:
    limit = 5 if OUTCOME_OF[kind] == "rate_limited" else 20  # each of those is refused five times
    population, stages, share = TRACKS, list(STAGES[1:]), 0.7
    if kind in OF_LISTS:
        population, stages, share, limit = LISTS, ["list_tracks"], 1.0, 2
    if kind is Kind.REPEATED_PAGE:
        population = LONG_LISTS
    faults = Faults.planted(share, kinds=[kind], stages=stages, lasting=1.0, retry_after_s=0.0, stall_s=0.1)
    with Twin(population, faults=faults) as twin:
        environment = twin.environment()
        command = crawling.command(tmp_path / "work", "--limit", str(limit), *HURRIED)
        done = harness.run(command, environment)
        n_failures = sum(request.fault == kind for request in twin.requests)
    assert n_failures >= 20
    assert done.returncode in (0, 1, 3), done.stderr
    assert (tmp_path / "work" / "state" / "ledger.sqlite").stat().st_size > 0
    assert found(tmp_path, done.stdout + done.stderr, [environment[name] for name in KEYS]) == []


@pytest.mark.parametrize("wrong", KEYS)
def test_no_refused_key_is_shown(wrong: str, tmp_path: Path) -> None:
    canary = "canary/5b1d9e+77c0aa=="
    with Twin(Population(n_tracks=6, n_moods=1, clip_s=crawling.CLIP_S)) as twin:
        environment = {**twin.environment(), wrong: canary}
        done = harness.run(crawling.command(tmp_path / "work", *HURRIED), environment)
    assert done.returncode == 4, done.stderr
    assert wrong in done.stderr  # which key it is, and not what
    keys = [canary, quote(canary, safe=""), quote(canary), *(environment[name] for name in KEYS)]
    assert found(tmp_path, done.stdout + done.stderr, keys) == []


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("key=canary-key-e91f42")
    assert found(tmp_path, "canary-key", ["canary-key"]) == [str(tmp_path / "log"), "what it said"]
