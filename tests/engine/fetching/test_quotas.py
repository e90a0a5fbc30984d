"""Crawls of services that allow no more for today."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from musicdata.twin import Faults, Population, Twin
from tests.faults import crawling, harness

SMALL = Population(n_tracks=40, n_moods=2, clip_s=crawling.CLIP_S)


@pytest.mark.parametrize("service", [pytest.param("musixmatch", marks=pytest.mark.long), "videos"])
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
