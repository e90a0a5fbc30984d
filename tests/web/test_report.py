"""The report: one file that opens from a disk, holds what may be passed on, and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

import musicdata
from musicdata.api.view import report
from musicdata.errors import UsageError
from tests.web.browsing import Watched


@pytest.fixture(scope="module")
def made(validated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "report.html"
    report(validated, out, samples=9, suspects=2, claim="made up for a test")
    return out


def island_of(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="island">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_what_it_holds(made: Path, validated: Path) -> None:
    html = made.read_text("utf-8")
    island = island_of(html)
    assert len(island["samples"]) == 9
    browsed = island["tables"]["samples"]
    assert {row[browsed["columns"].index("split")] for row in browsed["rows"]} == {"train", "valid", "test"}
    assert browsed["of"] == 30
    assert island["tables"]["rejects"]["of"] == 0
    doubted = island["suspects"]["suspects"]
    assert len(doubted) == 2
    assert doubted[0]["doubt"] >= doubted[1]["doubt"] > 0
    assert {one[key] for one in (*doubted, *(one["better"] for one in doubted)) for key in ("sample_id",)} <= set(
        island["samples"]
    )
    work = musicdata.open_work(validated)
    for sample_id, facts in island["samples"].items():
        notes = next(table for table in facts["tables"] if table["table"] == "alignment")
        stated = [row["syllable"] for row in work.rows("alignment", sample_id)]
        assert [row[notes["columns"].index("syllable")] for row in notes["rows"]] == stated
        sound = next(one for one in facts["media"] if one["kind"] == "sound")
        kept = island["media"][sound["name"]]
        assert kept["kind"] == "audio/ogg"
        samples, rate = soundfile.read(io.BytesIO(base64.b64decode(kept["data"])))
        original, original_rate = soundfile.read(io.BytesIO(next(iter(work.media("audio", sample_id).values()))))
        assert len(samples) / rate == pytest.approx(len(original) / original_rate, abs=0.05)
        picture = next(one for one in facts["media"] if one["kind"] == "picture")
        assert base64.b64decode(island["media"][picture["name"]]["data"]) == next(
            iter(work.media("sheets", sample_id).values())
        )


def test_only_its_own_script_may_run(made: Path) -> None:
    html = made.read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    script = re.search(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    assert policy
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"sha256-{digest}" in policy[1].replace("&#x27;", "'")
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "http:" not in html.replace("http://www.w3.org/2000/svg", "")


def test_what_may_not_be_passed_on_is_left_out(validated: Path, tmp_path: Path) -> None:
    told = report(validated, tmp_path / "report.html", samples=6)
    assert told.withheld  # nobody stated a licence of made-up songs
    assert told.n_media == 0
    island = island_of((tmp_path / "report.html").read_text("utf-8"))
    words = {row["syllable"] for row in musicdata.open_work(validated).rows("alignment") if len(row["syllable"]) > 3}
    text = json.dumps([island["samples"], island["tables"], island["suspects"]])
    assert not [word for word in words if json.dumps(word) in text]
    assert all(facts["withheld"] for facts in island["samples"].values())


def test_rejects_stand_in_it_by_reason(crawled: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    for claim, has_detail in (("made up for a test", True), ("", False)):
        told = report(crawled, out, samples=3, suspects=0, claim=claim)
        assert (told.n_suspects, told.no_suspects) == (0, "")
        island = island_of(out.read_text("utf-8"))
        dropped = island["tables"]["rejects"]
        stated = {(row["stage"], row["reason"]) for row in musicdata.open_work(crawled).reader.rejects()}
        places = [dropped["columns"].index(name) for name in ("stage", "reason")]
        assert {tuple(row[place] for place in places) for row in dropped["rows"]} == stated
        assert ("detail" in dropped["columns"]) is has_detail
        assert island["about"]["can"] == {"suspects": False, "hear": True}


def test_odd_wishes_are_refused(validated: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        report(validated, tmp_path / "report.html", samples=0)
    with pytest.raises(UsageError, match="no such sample: nobody"):
        report(validated, tmp_path / "report.html", samples=1, also=["nobody"])
    with pytest.raises(UsageError, match="expected 0 or more"):
        report(validated, tmp_path / "report.html", suspects=-1)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="is a folder; give a file"):
        report(validated, tmp_path)
    (tmp_path / "songs.csv").write_text("mine")
    with pytest.raises(UsageError, match=r"songs\.csv is there already and is no report"):
        report(validated, tmp_path / "songs.csv")
    assert (tmp_path / "songs.csv").read_text() == "mine"
    for _ in range(2):  # a report is written over
        report(validated, tmp_path / "again.html", samples=1, suspects=0)


@pytest.fixture
def opened(made: Path, chromium: Any) -> Iterator[Watched]:
    watched = Watched(chromium, made.as_uri().removesuffix("/report.html"))
    watched.base = made.as_uri()
    watched.tab.goto(made.as_uri())
    watched.tab.wait_for_selector("body[data-ready]")
    yield watched
    assert watched.faults == []
    assert watched.foreign == []
    watched.context.close()


def test_it_plays_from_a_disk(opened: Watched) -> None:
    tab = opened.tab
    tab.goto(f"{opened.base}#/browse")
    tab.locator("tbody td a").first.click()
    tab.wait_for_selector("body[data-ready=sample]")
    tab.locator(".word[data-note='5']").click()
    assert tab.locator(".over rect.lit").count() == 2
    tab.locator("#play").click()
    tab.wait_for_timeout(700)
    assert tab.evaluate("document.getElementById('sound').currentTime") > 0


def test_suspects_and_rejects_can_be_looked_at(opened: Watched) -> None:
    tab = opened.tab
    tab.goto(f"{opened.base}#/suspects")
    tab.locator("main", has_text="The 2 pairs that fit worst, of 30 samples").wait_for()
    one, other = tab.locator(".hear").first.locator("button").all()
    one.click()
    tab.wait_for_timeout(700)
    other.click()
    tab.wait_for_timeout(300)
    heard = tab.evaluate(
        "[...document.querySelectorAll('.hear audio')].map((one) => [one.paused, one.currentTime > 0])"
    )
    assert heard == [[False, True]]
    tab.goto(f"{opened.base}#/rejects")
    tab.locator(".count", has_text="0 rows").wait_for()
    assert [link.text_content() for link in tab.locator("nav a").all()] == [
        "Overview", "Browse", "Rejects", "Sample", "Suspects"
    ]  # fmt: skip
