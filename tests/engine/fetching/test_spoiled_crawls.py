"""Crawls of services that fail: every item ends in its class, and a retry brings the bytes of a crawl without failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.twin import Kind, Population
from tests.faults import crawling


@pytest.mark.long
def test_faults_end_in_their_classes_and_heal(tmp_path: Path) -> None:
    population = Population(n_tracks=60, n_moods=2, clip_s=crawling.CLIP_S)
    trial = crawling.spoiled_trial(population, 0.25, tmp_path, stall_s=0.5)
    assert trial.wrong == []
    assert trial.faults == []
    assert {"ok", "gone", "transient", "invalid"} <= set(trial.expected)


@pytest.mark.long
def test_lists_that_break_off_are_no_shorter_lists(tmp_path: Path) -> None:
    population = Population(n_tracks=240, n_moods=1, clip_s=crawling.CLIP_S)
    recipe, kinds = crawling.without_features(tmp_path), [Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT]
    few = ["--limit", "3"]
    trial = crawling.spoiled_trial(population, 0.5, tmp_path, recipe=recipe, more=few, kinds=kinds)
    assert trial.wrong == []
    assert trial.faults == []
    assert trial.expected["invalid"] > 0
