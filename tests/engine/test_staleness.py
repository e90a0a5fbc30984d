"""What makes a stage stale, and what does not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader, read_rejects
from tests import crawled as crawl


def stale(work: Path, folder: Path) -> dict[str, list[str]]:
    """Return stage → why it is stale, of those that compute."""
    known = crawl.known(Workspace(work))
    computed = [step for step in crawl.recipe(folder).steps if step.stage.network is None]
    reasons = {step.stage.name: list(known.state_of(step).reasons) for step in computed}
    return {stage: why for stage, why in reasons.items() if why}


def reject_otherwise(work: Path, folder: Path, stage: str) -> None:
    """Seal a stage again, with the tables it has and another detail in each of its rejects."""
    workspace, reader = Workspace(work), TableReader(Workspace(work))
    step = crawl.step(crawl.recipe(folder), stage)
    every = {table: reader.contract(table) for table in step.stage.outputs}
    tables = {table: reader.read(table, [c.name for c in contract.columns]) for table, contract in every.items()}
    rejects = [replace(reject, detail=f"{reject.detail}, again") for reject in read_rejects(workspace, stage)]
    assert rejects
    with workspace.hold("tests"):
        crawl.seal_rows(workspace, step, tables, rejects)


def test_a_changed_reject_is_seen_by_the_stage_that_reads_it_and_by_no_other(
    copied_crawl: Path, tmp_path: Path
) -> None:
    assert stale(copied_crawl, tmp_path) == {}
    reject_otherwise(copied_crawl, tmp_path, "fetch_lyrics")
    reject_otherwise(copied_crawl, tmp_path, "find_videos")
    assert stale(copied_crawl, tmp_path) == {
        "pair": ["rejects of fetch_lyrics changed", "rejects of find_videos changed"]
    }


def test_rejects_left_over_from_another_recipe_are_not_read(copied_crawl: Path, tmp_path: Path) -> None:
    workspace, made = Workspace(copied_crawl), crawl.recipe(tmp_path)
    pair, known = crawl.step(made, "pair"), crawl.known(workspace)
    assert list(known.state_of(pair).rejects_read) == ["fetch_lyrics", "find_videos", "fetch_clips"]
    known.made["videos"] = "made by another stage"
    assert list(known.state_of(pair).rejects_read) == ["fetch_lyrics", "fetch_clips"]
    shutil.rmtree(workspace.state_folder("fetch_clips"))
    assert list(crawl.known(workspace).state_of(pair).rejects_read) == ["fetch_lyrics", "find_videos"]


def test_only_a_stage_that_reads_rejects_has_them_in_its_origin(crawled: Path) -> None:
    of_stage = {
        p.parent.name: json.loads(p.read_text("utf-8"))["origin"] for p in crawled.glob("state/*/manifest.json")
    }
    assert [stage for stage, origin in of_stage.items() if "rejects" in origin] == ["pair"]
    assert {tuple(origin) for stage, origin in of_stage.items() if stage != "pair"} == {
        ("contracts", "facts", "inputs", "source")
    }
