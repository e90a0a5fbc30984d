"""Why a track is missing: as the stage says that rejected it, followed through a crawl."""

from __future__ import annotations

import shutil
from pathlib import Path

import musicdata
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from tests.engine.fetching.conftest import Crawled
from tests.faults import crawling


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
    built = [line for line in said if line.startswith("✓") and "up to date" not in line]
    assert [line.split(":")[0] for line in built] == ["✓ fetch_lyrics", "✓ pair"]
    assert "(rejects of fetch_lyrics changed)" in built[1]
    (told,) = (row for row in musicdata.open_work(work).rows("missing") if row["sample_id"] == failed.key)
    assert (told["reason"], told["detail"]) == (failed.reason, "said otherwise")
    now = crawling.made(work)
    changed = {name.rsplit("/", 1)[0] for name in now.keys() | before.keys() if now.get(name) != before.get(name)}
    assert changed == {"rejects/fetch_lyrics", "state/fetch_lyrics", "tables/missing", "state/pair"}
