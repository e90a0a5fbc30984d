"""The rights of what was fetched from services."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

import musicdata
from musicdata.stages.rights.services import RightsServices
from musicdata.workspace.folder import Workspace
from tests import crawled as crawl


def test_nothing_fetched_may_be_handed_on_and_the_terms_say_why(crawled: Path) -> None:
    work = musicdata.open_work(crawled)
    rows, source_of = list(work.rows("rights")), {r["sample_id"]: r["source"] for r in work.rows("lyrics")}
    pairs = work.table("pairs", ["sample_id"]).column(0).to_pylist()
    assert [(r["sample_id"], r["modality"]) for r in rows] == [(i, m) for i in pairs for m in ("audio", "lyrics")]
    assert not any(row["may_redistribute"] for row in rows)
    for row in rows:
        service = "youtube" if row["modality"] == "audio" else source_of[row["sample_id"]]
        assert row["rights"] == ("unknown" if service == "lrclib" else "research_only")
        assert service in row["evidence"].lower()


def test_a_service_that_nobody_speaks_of_is_unknown(copied_crawl: Path, tmp_path: Path) -> None:
    terms = {"youtube": {"rights": "research_only", "evidence": "asked them"}}
    step = crawl.step(crawl.recipe(tmp_path), "rights.services")
    with Workspace(copied_crawl).hold("tests"):
        crawl.compute(Workspace(copied_crawl), type(step)(step.stage, RightsServices.model_validate({"terms": terms})))
    rows = list(musicdata.open_work(copied_crawl).rows("rights"))
    assert {row["rights"] for row in rows if row["modality"] == "lyrics"} == {"unknown"}
    assert {row["evidence"] for row in rows if row["modality"] == "lyrics"} == {
        "musixmatch: no statement", "lrclib: no statement",
    }  # fmt: skip


def test_terms_make_no_work_free_and_must_speak_of_the_clips() -> None:
    said = {"rights": "public_domain", "evidence": "x"}
    with pytest.raises(ValidationError, match="research_only"):
        RightsServices.model_validate({"terms": {"youtube": said}})
    with pytest.raises(ValidationError, match="nothing of youtube"):
        RightsServices.model_validate({"terms": {}})
