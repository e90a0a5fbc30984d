"""A crawl as a user makes it: the whole recipe against a twin of the services."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

import musicdata
from musicdata.api.options import resolve
from musicdata.errors import PausedError, RefusedError, UsageError
from musicdata.twin import Faults, Kind, Population, Twin
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from tests.engine.fetching.conftest import Crawled
from tests.faults import crawling, harness

SMALL = Population(n_tracks=40, n_moods=2, clip_s=crawling.CLIP_S)


def test_every_table_is_made_and_holds(crawled: Crawled) -> None:
    work = musicdata.open_work(crawled.work)
    report = musicdata.check(crawled.work)
    assert [finding.message for finding in report.findings] == []
    pairs = work.table("pairs").to_pylist()
    assert len(pairs) > 60
    assert len({row["mood"] for row in pairs}) == 3
    assert {
        "pairs",
        "missing",
        "splits",
        "features_mfcc",
        "features_logmel",
        "features_track",
        "features_doc2vec",
    } <= set(work.tables)
    assert len(pairs) + work.table("missing").num_rows == work.table("tracks").num_rows


def test_pairs_are_of_the_songs_that_the_population_has(crawled: Crawled) -> None:
    known = {track.sample_id: track for track in crawled.twin.population.tracks}
    for row in musicdata.open_work(crawled.work).table("pairs").to_pylist():
        track = known[row["sample_id"]]
        assert (row["title"], row["artist"]) == (track.title, track.artists[0]), row["sample_id"]


def test_a_second_run_asks_for_nothing_and_changes_nothing(crawled: Crawled) -> None:
    before, n_asked = crawling.made(crawled.work), len(crawled.twin.requests)
    said = crawling.ended(crawling.command(crawled.work), crawled.twin.environment(), 0)
    assert "up to date" in said
    assert "items wanted" not in said
    assert len(crawled.twin.requests) == n_asked
    assert crawling.made(crawled.work) == before


def test_no_call_is_made_twice(crawled: Crawled) -> None:
    often = [call for call, n in crawling.asked(crawled.requests).items() if n > 1 and call[0] != "spotify"]
    # yt-dlp looks at a file before it fetches it
    assert [call for call in often if not call[2].startswith("/media/")] == []


def test_the_ledger_is_told_by_status(crawled: Crawled) -> None:
    done = subprocess.run(
        [*harness.COMMAND, "status", str(crawled.work), "--json"], capture_output=True, text=True, check=True
    )
    ledger = json.loads(done.stdout)["ledger"]
    items = {stage: Counter({i["outcome"]: i["items"] for i in found}) for stage, found in ledger["stages"].items()}
    assert items["fetch_clips"]["ok"] == musicdata.open_work(crawled.work).table("clips").num_rows
    assert set(ledger["services"]) >= {"spotify", "musixmatch", "lrclib", "youtube.media", "youtube.search"}


def test_one_more_failure_healed_gives_the_bytes_of_a_crawl_without(crawled: Crawled, tmp_path: Path) -> None:
    """An item of each stage is made to fail in the ledger; the tables follow, and a retry brings them back."""
    work = tmp_path / "work"
    shutil.copytree(crawled.work, work)
    before = crawling.made(work)
    with Ledger(Workspace(work)) as ledger:
        for stage in ("fetch_lyrics", "fetch_clips"):
            key = next(entry.key for entry in ledger.entries(stage) if entry.outcome == "ok")
            ledger.fail(stage, key, "gone", "http_404", "…")
    environment, n_asked = crawled.twin.environment(), len(crawled.twin.requests)
    crawling.ended(crawling.command(work), environment, 0)
    assert crawling.made(work) != before
    crawling.ended([*crawling.retry_command(work), "--reason", "http_404"], environment, 0)
    assert crawling.made(work) == before
    assert len(crawled.twin.requests) - n_asked < 20  # of two items, not of all


def test_faults_end_in_their_classes_and_heal(tmp_path: Path) -> None:
    population = Population(n_tracks=60, n_moods=2, clip_s=crawling.CLIP_S)
    trial = crawling.spoiled_trial(population, 0.25, tmp_path, stall_s=0.5)
    assert trial.wrong == []
    assert trial.faults == []
    assert {"ok", "gone", "transient", "invalid"} <= set(trial.expected)


def test_lists_that_break_off_are_no_shorter_lists(tmp_path: Path) -> None:
    population = Population(n_tracks=240, n_moods=1, clip_s=crawling.CLIP_S)
    recipe, kinds = crawling.without_features(tmp_path), [Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT]
    few = ["--limit", "3"]
    trial = crawling.spoiled_trial(population, 0.5, tmp_path, recipe=recipe, more=few, kinds=kinds)
    assert trial.wrong == []
    assert trial.faults == []
    assert trial.expected["invalid"] > 0


def test_killed_crawls_end_with_the_same_bytes_and_repeat_nothing(tmp_path: Path) -> None:
    with Twin(SMALL) as twin:
        trials = crawling.kill_trials(twin, tmp_path, range(3))
    assert [fault for trial in trials for fault in trial.faults] == []
    assert sum(trial.landed for trial in trials) > 0


@pytest.mark.parametrize("service", ["musixmatch", "videos"])
def test_a_quota_ends_the_run_with_the_time_to_come_back(service: str, tmp_path: Path) -> None:
    with Twin(SMALL, faults=Faults.quota(service, after=10)) as twin:
        environment = twin.environment()
        said = crawling.ended(crawling.command(tmp_path / "work"), environment, 3)
        assert "asks us to wait: come back after" in said
        assert "waits for" in said  # stages that need what is not there yet are named
        n_asked = len(twin.requests)
        again = crawling.ended(crawling.command(tmp_path / "work"), environment, 3)
        assert "come back after" in again
        assert len(twin.requests) == n_asked  # it is not asked before its time
        told = json.loads(
            subprocess.run(
                [*harness.COMMAND, "status", str(tmp_path / "work"), "--json"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        name = {"videos": "youtube"}.get(service, service)
        assert any(
            n.startswith(name) and s["not_before"] > time.time() + 600 for n, s in told["ledger"]["services"].items()
        )


def test_the_world_is_not_asked_before_its_terms_are_accepted(tmp_path: Path) -> None:
    lines: list[str] = []
    with pytest.raises(RefusedError, match="give --accept-terms") as told:
        musicdata.crawl("spotify-moods", work=tmp_path / "work", tell=lines.append)
    assert told.value.exit_code == 4
    shown = "\n".join(lines)
    assert all(name in shown for name in ("Spotify", "Musixmatch", "LRCLIB", "YouTube", "no legal advice"))


def test_terms_are_accepted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    for accept in (True, False):
        with pytest.raises(UsageError, match="MUSICDATA_OFFLINE=1 forbids it"):  # so it has got past the terms
            musicdata.crawl("spotify-moods", work=tmp_path / "work", accept_terms=accept)


def test_a_missing_key_says_which(tmp_path: Path) -> None:
    done = harness.run(
        [*harness.COMMAND, "crawl", "spotify-moods", "--work", str(tmp_path / "work"), "--accept-terms"],
        {"SPOTIFY_CLIENT_ID": "", "SPOTIFY_CLIENT_SECRET": "", "SPOTIFY_URL": "http://127.0.0.1:9/v1/"},
    )
    assert done.returncode == 4
    assert "export SPOTIFY_CLIENT_ID=" in done.stderr


def test_the_twin_and_the_world_are_not_mixed(crawled: Crawled) -> None:
    with pytest.raises(UsageError, match="was crawled from the world, not the twin"):
        musicdata.crawl("spotify-moods", work=crawled.work, twin=True)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda path: musicdata.build("spotify-moods", work=path), "use: musicdata crawl spotify-moods"),
        (lambda path: musicdata.crawl("musictm", work=path), "calls no service; use: musicdata build musictm"),
        (
            lambda path: musicdata.retry(path, outcomes=["nonsense"]),
            "no failure is of the class nonsense; there are gone",
        ),
        (lambda path: resolve("spotify-moods", overrides=["crawl.budgets={}"]), "says nothing of"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # any of four
    with pytest.raises(UsageError, match=says):
        call(tmp_path / "work")


def test_a_paused_run_is_partial() -> None:
    assert PausedError("x", time.time() + 60, "x asks us to wait").exit_code == 3


def test_a_plan_tells_calls_days_and_bytes_before_anything_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [*harness.COMMAND, "plan", "spotify-moods", "--work", str(tmp_path / "w")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "pairs: at most 10,000" in done.stdout
    assert "musixmatch: about 23,400 calls, one every 0.2 s, 2,000 a day: 12 days of quota" in done.stdout
    assert not (tmp_path / "w").exists()


def test_a_mood_that_is_short_of_pairs_is_told_of_and_how_to_mend_it(crawled: Crawled, tmp_path: Path) -> None:
    work = musicdata.open_work(crawled.work)
    n_pairs = Counter(row["mood"] for row in work.rows("pairs", columns=["mood"]))
    wanted = min(n_pairs.values()) + 1
    short = {mood: n for mood, n in sorted(n_pairs.items()) if n < wanted}
    again = shutil.copytree(crawled.work, tmp_path / "work")
    command = [*crawling.command(again), "--set", f"pair.per_mood={wanted}"]
    crawling.ended(command, crawled.twin.environment(), 0)
    status = [*harness.COMMAND, "status", str(again)]
    told, as_json = (
        subprocess.run([*status, *more], capture_output=True, text=True, check=True).stdout for more in ([], ["--json"])
    )
    named = ", ".join(f"{mood} {n}" for mood, n in short.items())
    assert f"{len(short)} of 3 moods have fewer than {wanted} pairs: {named}. " in told
    remark = json.loads(as_json)["remarks"]["pair"]
    assert remark["facts"] == {"per_mood": wanted, "moods": 3, "short": short}
    assert remark["text"] in told


def test_a_plan_of_a_finished_crawl_has_nothing_left(crawled: Crawled) -> None:
    done = subprocess.run(
        [*harness.COMMAND, "plan", str(crawled.work / "recipe.toml"), "--work", str(crawled.work), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {service: found["calls"] for service, found in json.loads(done.stdout)["services"].items()} == dict.fromkeys(
        ("lrclib", "musixmatch", "spotify", "youtube.media", "youtube.search"), 0
    )


def test_files_beside_the_ledger_go_when_their_table_is_sealed_and_are_not_missed(
    crawled: Crawled, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    shutil.copytree(crawled.work, work)
    assert [path for path in (work / "state" / "fetched").rglob("*") if path.is_file()] == []
    before, n_asked = crawling.made(work), len(crawled.twin.requests)
    with Ledger(Workspace(work)) as ledger:  # one clip less: its shard is made anew, from the sealed table
        key = next(entry.key for entry in ledger.entries("fetch_clips") if entry.outcome == "ok")
        ledger.fail("fetch_clips", key, "gone", "http_404", "…")
    crawling.ended(crawling.command(work), crawled.twin.environment(), 0)
    assert (
        musicdata.open_work(work).table("clips").num_rows
        == musicdata.open_work(crawled.work).table("clips").num_rows - 1
    )
    assert len(crawled.twin.requests) == n_asked
    part = next((work / "tables" / "audio").iterdir())
    part.unlink()  # what it held is fetched again
    crawling.ended([*crawling.retry_command(work), "--reason", "http_404"], crawled.twin.environment(), 0)
    assert crawling.made(work) == before
    assert len(crawled.twin.requests) > n_asked + 50
