"""Crawls that are killed; `python -m tests.faults.crawling --kills N` kills more of them."""

from __future__ import annotations

from pathlib import Path

from musicdata.twin import Population, Twin
from tests.faults import crawling

SMALL = Population(n_tracks=40, n_moods=2, clip_s=crawling.CLIP_S)


def test_killed_crawls_end_with_the_same_bytes_and_repeat_nothing(tmp_path: Path) -> None:
    with Twin(SMALL) as twin:
        trials = crawling.kill_trials(twin, tmp_path, range(1, 2))  # early: this one comes in time
    assert [fault for trial in trials for fault in trial.faults] == []
    assert sum(trial.landed for trial in trials) == 1
