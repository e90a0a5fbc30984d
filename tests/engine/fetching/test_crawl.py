"""A crawl as a user makes it: the whole recipe against a twin of the services."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import musicdata
from musicdata.errors import UsageError
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from tests.engine.fetching.conftest import Crawled
from tests.faults import crawling, harness
from tests.trees import workspace_digests


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


@pytest.mark.long
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


def test_the_twin_and_the_world_are_not_mixed(crawled: Crawled) -> None:
    with pytest.raises(UsageError, match="was crawled from the world, not the twin"):
        musicdata.crawl("spotify-moods", work=crawled.work, twin=True)


def test_other_settings_of_a_crawl_are_told_and_refused(crawled: Crawled) -> None:
    before = workspace_digests(crawled.work), (crawled.work / "recipe.toml").read_bytes()
    done = harness.run([*crawling.command(crawled.work), "--set", "pair.per_mood=77"], crawled.twin.environment())
    assert done.returncode == 4
    assert "→ 77; rebuilt would be: pair, " in done.stderr
    assert f"--change; to go on as before: musicdata crawl --work {crawled.work}" in done.stderr
    assert (workspace_digests(crawled.work), (crawled.work / "recipe.toml").read_bytes()) == before


@pytest.mark.long
def test_a_mood_that_is_short_of_pairs_is_told_of_and_how_to_mend_it(crawled: Crawled, tmp_path: Path) -> None:
    work = musicdata.open_work(crawled.work)
    n_pairs = Counter(row["mood"] for row in work.rows("pairs", columns=["mood"]))
    wanted = min(n_pairs.values()) + 1
    short = {mood: n for mood, n in sorted(n_pairs.items()) if n < wanted}
    again = shutil.copytree(crawled.work, tmp_path / "work")
    command = [*crawling.command(again), "--set", f"pair.per_mood={wanted}", "--change"]
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
    part = max((work / "tables" / "audio").iterdir(), key=lambda path: path.stat().st_size)
    n_lost = pq.ParquetFile(part).metadata.num_rows
    part.unlink()  # what it held is fetched again
    crawling.ended([*crawling.retry_command(work), "--reason", "http_404"], crawled.twin.environment(), 0)
    assert crawling.made(work) == before
    assert len(crawled.twin.requests) >= n_asked + n_lost > n_asked


def test_every_missing_track_has_the_reason_of_its_stage(crawled: Crawled) -> None:
    work = musicdata.open_work(crawled.work)
    missing = list(work.rows("missing"))
    dropped = {(row["stage"], row["key"]): (row["reason"], row["detail"]) for row in work.rows("rejects")}
    assert len(missing) > 10
    assert len({row["reason"] for row in missing}) > 3
    for row in missing:
        assert dropped[row["stage"], row["sample_id"]] == (row["reason"], row["detail"])


def test_another_reject_rebuilds_the_pairs_and_nothing_that_does_not_change(crawled: Crawled, tmp_path: Path) -> None:
    work = Path(shutil.copytree(crawled.work, tmp_path / "work"))
    before = crawling.made(work)
    with Ledger(Workspace(work)) as ledger:
        failed = next(entry for entry in ledger.entries("fetch_lyrics") if entry.outcome == "gone")
        ledger.fail("fetch_lyrics", failed.key, "gone", failed.reason, "said otherwise")
    said = crawling.ended(crawling.command(work), crawled.twin.environment(), 0).splitlines()
    ended = [line.partition(" ")[2] for line in said]  # after the time stamp
    built = [line for line in ended if line.startswith("✓") and "up to date" not in line]
    assert [line.split(":")[0] for line in built] == ["✓ fetch_lyrics", "✓ pair"]
    assert "(rejects of fetch_lyrics changed)" in built[1]
    (told,) = (row for row in musicdata.open_work(work).rows("missing") if row["sample_id"] == failed.key)
    assert (told["reason"], told["detail"]) == (failed.reason, "said otherwise")
    now = crawling.made(work)
    changed = {name.rsplit("/", 1)[0] for name in now.keys() | before.keys() if now.get(name) != before.get(name)}
    assert changed == {"rejects/fetch_lyrics", "state/fetch_lyrics", "tables/missing", "state/pair"}
