"""What is said on the way, and how a run is looked at from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from musicdata.api import status
from musicdata.cli.status import lines
from tests.recipes import write_recipe
from tests.songs import write_songs

STAMPED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .*\n)*")


def run(place: Path, *arguments: str) -> tuple[str, str]:
    """Run a command that goes well; return what it said on standard output and on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "musicdata.cli", *arguments], capture_output=True, text=True, cwd=place, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_how_much_is_said_is_up_to_options_before_or_after_the_command(tmp_path: Path) -> None:
    write_songs(tmp_path / "songs", 6)
    recipe = write_recipe(tmp_path, "ingest.songs")
    (tmp_path / "songs" / "bad.csv").write_text("song,pitch,duration,rest,syllable\nx,600,1,0,la\n")
    build = ("build", recipe, "--input", "songs", "--work", "work", "--workers", "1")
    out, err = run(tmp_path, "-v", *build, "--log-file", "below/mine.log")
    assert "work is built. Look at it:" in out
    assert STAMPED.fullmatch(err)
    assert re.search(r"Z ingest\.songs: shard 1 done, \d items, dropped: \w+ 1\n|Z ingest\.songs: shard 2 done", err)
    kept = (tmp_path / "below" / "mine.log").read_text()
    assert STAMPED.fullmatch(kept)
    assert "shard 1 done" in kept

    out, err = run(tmp_path, *build, "-q", "--log-file", "below/mine.log")
    assert ("work is built" in out, err) == (True, "")
    added = (tmp_path / "below" / "mine.log").read_text().removeprefix(kept)
    assert "✓ ingest.songs: up to date" in added

    out, err = run(tmp_path, "status", "work", "--watch", "--json")
    facts = json.loads(out)
    assert (facts["run"]["state"], facts["go_on"], err) == ("finished", "musicdata build --work work", "")
    assert re.fullmatch(r"finished 20\S+ \S+ UTC", facts["run"]["says"])


def test_a_run_that_goes_on_a_dead_one_and_a_paused_one_are_told_apart() -> None:
    now = {"stage": "align", "number": 8, "of": 11, "doing": "computes", "n_items": 400, "n_done": 120, "n_kept": 20}
    stage = {"stage": "align", "rows": {}, "rejects": {}, "reasons": ["not built yet"], "n_items": 400, "n_done": 120}
    summary = {
        "work": "w", "dataset": "part", "go_on": "musicdata build --work w", "last_run": {}, "stages": [stage],
        "run": {"state": "running", "says": "running: process 7, musicdata build", "now": now | {"elapsed_s": 50.0}},
    }  # fmt: skip
    assert list(lines(summary)) == [
        "w: part, running: process 7, musicdata build",
        "  stage 8 of 11, align: 120 of 400 items (20 kept from before), 2/s, 0:02:20 left",
        "  what follows may change at any moment",
        "• align: nothing yet (not built yet); 120 of 400 items done",
    ]
    dead = summary | {"run": {"state": "died", "says": "died at 2026-11-29 10:00:00 UTC"}}
    assert list(lines(dead))[:2] == ["w: part, died at 2026-11-29 10:00:00 UTC", "  to go on: musicdata build --work w"]


@pytest.mark.long
def test_the_script_of_the_page_goes_on_with_a_crawl_until_it_is_complete(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "scheduling.md").read_text("utf-8")
    (script,) = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", page, re.DOTALL)
    (tmp_path / "goes-on.sh").write_text(script)
    (tmp_path / "musicdata").write_text(f'#!/bin/sh\nexec {sys.executable} -m musicdata.cli "$@"\n')
    (tmp_path / "musicdata").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "MUSICDATA_HOME": str(tmp_path / "home")}
    environment["MUSIXMATCH_API_KEY"] = "canary-9e1b7a"

    def goes_on(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            ["sh", "goes-on.sh", *arguments], capture_output=True, text=True, cwd=tmp_path, env=environment,
            check=False, timeout=300,
        )  # fmt: skip
        return done.returncode, done.stdout

    crawl = ("crawl", "spotify-moods", "--twin", "--limit", "2", "--work", "moods")
    n_fetched = 0
    for per_day in (6, 12):
        code, said = goes_on(*crawl, "--set", f"crawl.budgets.spotify.per_day={per_day}")
        assert re.fullmatch(r"partial, go on after 20\d\d-\d\d-\d\dT00:00:00\+00:00\n", said), said
        assert code == 0
        facts, ledger = status.status(tmp_path / "moods")["run"], status.ledger_facts(tmp_path / "moods")
        assert (facts["state"], facts["service"]) == ("paused", "spotify")
        assert said == f"partial, go on after {facts['come_back_at']}\n"
        assert ledger["come_back_at"] == {"spotify": facts["come_back_at"]}
        fetched = [i["items"] for i in ledger["stages"]["find_playlists"] if i["outcome"] == "ok"]
        assert sum(fetched) > n_fetched
        n_fetched = sum(fetched)
    code, said = goes_on("crawl", "--work", "nowhere")
    assert (code, json.loads(said)["exit"]) == (2, 2)
    logs = [path.read_text() for path in (tmp_path / "moods" / "logs").iterdir()]
    assert logs
    assert not any("canary" in log for log in logs)
