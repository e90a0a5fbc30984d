"""What a run records of itself: `run.json`, its log, and who is shown how it goes on."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import musicdata
from musicdata.api import logs
from musicdata.api.logs import LogFile
from musicdata.engine.progress import RunState
from musicdata.errors import IntegrityError, UsageError
from musicdata.workspace.folder import Workspace
from tests.recipes import write_recipe
from tests.songs import write_songs

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .+")


def build(tmp_path: Path, **options: object) -> Workspace:
    songs = write_songs(tmp_path / "songs", 6)
    made = write_recipe(tmp_path, "ingest.songs")
    return Workspace(musicdata.build(made, input=songs, work=tmp_path / "work", workers=1, **options).root)  # type: ignore[arg-type]


def test_a_run_keeps_a_log_and_tells_a_function_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MUSIXMATCH_API_KEY", "part")  # what the data set is called too
    states: list[RunState] = []
    work = build(tmp_path, progress=states.append)
    assert {(s.stage, s.number, s.of, s.n_items) for s in states if s.stage} == {("ingest.songs", 1, 1, 6)}
    assert capsys.readouterr() == ("", "")
    (log,) = (work.root / "logs").iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}Z-build\.log", log.name)
    lines = log.read_text().splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert "musicdata build" in lines[0]
    assert any("stage 1 of 1, ingest.songs: reads songs, 6 items (not built yet)" in line for line in lines)
    assert sum(" done, " in line for line in lines) >= 1
    assert lines[-1].endswith("ended: finished")


def test_a_run_is_shown_as_lines_where_there_is_no_terminal_if_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(tmp_path, progress=True)
    said = capsys.readouterr()
    assert said.out == ""
    assert all(LINE.fullmatch(line) for line in said.err.splitlines())
    assert "✓ ingest.songs: songs 6" in said.err
    assert "shard" not in said.err


def test_what_cannot_be_shown_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it takes True, False, a function of a RunState"):
        build(tmp_path, progress="yes")
    assert not (tmp_path / "work" / "run.json").exists()


def test_a_refused_run_leaves_no_log(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    with pytest.raises(UsageError):
        musicdata.build(write_recipe(tmp_path, "ingest.songs"), input=tmp_path / "nowhere", work=tmp_path / "work")
    assert not (tmp_path / "work").exists()


def test_the_last_twenty_logs_are_kept_and_nothing_of_others(tmp_path: Path) -> None:
    work = Workspace(tmp_path)
    (tmp_path / "logs").mkdir()
    for number in range(30):
        (tmp_path / "logs" / f"202601{number + 1:02d}T000000Z-crawl.log").write_text("old\n")
    (tmp_path / "logs" / "mine.txt").write_text("mine")
    log = logs.begin(work, "musicdata release rebuild")
    log.end()
    kept = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert len(kept) == logs.KEPT + 1
    assert kept[0] == "20260112T000000Z-crawl.log"
    assert log.path.name in kept
    assert log.path.name.endswith("-rebuild.log")
    assert "mine.txt" in kept


def test_a_log_has_no_key_and_no_line_of_somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSIXMATCH_API_KEY", "canary-7d1f09")
    log = LogFile(tmp_path / "below" / "log")
    log.line("item\n2026-01-01T00:00:00Z ended: finished\x1b[2J canary-7d1f09", is_detail=True)
    try:
        raise ValueError("https://x?key=canary-7d1f09\nhttps://me:hidden@x")
    except ValueError as error:
        log.failed(error)
    log.end()
    log.say("too late, and no fault")
    text = log.path.read_text()
    assert "canary" not in text
    assert "hidden" not in text
    assert "\x1b" not in text
    assert not any(line.startswith("2026-01-01") for line in text.splitlines())
    assert "in test_a_log_has_no_key" in text


def test_a_log_is_added_to_and_never_written_through_a_link(tmp_path: Path) -> None:
    for text in ("one", "two"):
        log = LogFile(tmp_path / "log")
        log.say(text)
        log.end()
    assert [line.rpartition(" ")[2] for line in (tmp_path / "log").read_text().splitlines()] == ["one", "two"]
    (tmp_path / "link").symlink_to(tmp_path / "log")
    with pytest.raises(IntegrityError, match="link"):
        LogFile(tmp_path / "link")


def test_in_a_notebook_a_line_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    build(tmp_path)
    said = capsys.readouterr().out
    assert "\rstage 1 of 1 ingest.songs" in said
    assert "✓ ingest.songs: songs 6" in said
    assert said.endswith("\r")
