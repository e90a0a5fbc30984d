"""What is refused, or told, before a crawl asks anybody."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import recipe
from musicdata.errors import PausedError, RefusedError, UsageError
from tests.faults import harness


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


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda path: musicdata.build("spotify-moods", work=path), "use: musicdata crawl spotify-moods"),
        (lambda path: musicdata.crawl("musictm", work=path), "calls no service; use: musicdata build musictm"),
        (
            lambda path: musicdata.retry(path, outcomes=["nonsense"]),
            "no failure is of the class nonsense; there are gone",
        ),
        (lambda path: recipe.load("spotify-moods", ["crawl.budgets={}"]), "says nothing of"),
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
