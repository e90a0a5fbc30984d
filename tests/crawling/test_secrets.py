"""Keys with a mark on them, every kind of failure, and a search for the mark in all that is left."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from musicdata.twin import Faults, Population, Twin
from musicdata.twin.faults import STAGES
from tests.faults import crawling, harness

HURRIED = ("--set", "crawl.attempts=1", "--set", "crawl.deadline_s=1", "--set", "crawl.longest_wait_s=5")
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


def test_no_failure_of_any_kind_shows_a_key(tmp_path: Path) -> None:
    faults = Faults.planted(1.0, lasting=1.0, pausing=0.15, stall_s=0.3)
    with Twin(Population(n_tracks=40, n_moods=1, clip_s=crawling.CLIP_S), faults=faults) as twin:
        environment = twin.environment()
        for seed in range(2):  # lists fail too, so a second workspace sees to it that there is something to go on with
            stages = STAGES if seed else STAGES[1:]
            twin.plant(Faults.planted(1.0, seed, lasting=1.0, pausing=0.15, stall_s=0.3, stages=stages))
            work = tmp_path / str(seed)
            done = harness.run(crawling.command(work, *HURRIED), environment)
            (tmp_path / f"said{seed}").write_text(done.stdout + done.stderr)
            assert done.returncode in {1, 3}, done.stderr
            assert (work / "state" / "ledger.sqlite").stat().st_size > 0
        failures = [request for request in twin.requests if request.fault]
    assert len(failures) >= 20
    assert len({request.fault for request in failures}) >= 12
    assert found(tmp_path, "", [environment[name] for name in KEYS]) == []


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
