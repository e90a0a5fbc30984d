"""How a run is shown."""

from __future__ import annotations

import io

import pytest

from musicdata.api.terminal import LineWatcher, LiveWatcher, Watchers, bar_line, sentence
from musicdata.definitions.stage import STAGES
from musicdata.engine.progress import RunState

LARGE = RunState("", 12, 14, "fetches", 1_000_000, 123_456, 1000, 7, elapsed_s=86_400.0)


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize(("doing", "wait_s"), [("computes", 0.0), ("waits for musicbrainz.web_service", 3599.0)])
def test_count_rate_and_time_left_are_always_seen(doing: str, wait_s: float, columns: int) -> None:
    for name in STAGES.all():
        state = RunState(name, 12, 14, doing, 1_000_000, 123_456, 1000, 7, elapsed_s=86_400.0, wait_s=wait_s)
        line = bar_line(state, columns)
        assert len(line) <= columns
        assert line.endswith(" 123,456/1,000,000 1.4/s 7d 3:47"), line
        assert name[:7] in line
        assert line.startswith(("stage 12 of 14 ", "12/14 "))


def test_on_sixty_columns_a_usual_stage_says_its_number() -> None:
    for name in ("fetch_lyrics", "features_acousticbrainz"):
        state = RunState(name, 4, 11, "fetches", 9840, 1200, 0, elapsed_s=600.0)
        assert bar_line(state, 60).startswith("stage 4 of 11 ")


def test_before_the_first_stage_nothing_is_drawn() -> None:
    assert bar_line(RunState(), 60) == ""
    assert sentence(RunState()) == "looks at what is there already"


def test_a_very_narrow_terminal_is_no_fault() -> None:
    assert all(len(bar_line(LARGE, columns)) <= columns for columns in range(1, 60))


def test_a_line_each_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    monkeypatch.setattr("musicdata.api.terminal.time.monotonic", lambda: now_s[0])
    said: list[str] = []
    watcher = LineWatcher(said.append)
    for second in range(100):
        now_s[0] = float(second)
        watcher.state(RunState("group", 1, 2, "computes", 1000, 10 * second, elapsed_s=float(second)))
    assert [line.partition("Z ")[2] for line in said] == [
        "stage 1 of 2, group: 300 of 1,000 items, 10/s, 0:01:10 left",
        "stage 1 of 2, group: 600 of 1,000 items, 10/s, 0:00:40 left",
        "stage 1 of 2, group: 900 of 1,000 items, 10/s, 0:00:10 left",
    ]


def test_details_are_for_those_who_ask() -> None:
    brief, long = list[str](), list[str]()
    both = Watchers([LineWatcher(brief.append), LineWatcher(long.append, details=True)])
    both.line("stage")
    both.line("shard", is_detail=True)
    assert (len(brief), len(long)) == (1, 2)


def test_lines_stand_above_the_one_that_moves_and_nothing_of_it_stays() -> None:
    stream = io.StringIO()
    watcher = LiveWatcher(stream, lambda: 60)
    watcher.state(RunState("group", 1, 2, "computes", 100, 10, elapsed_s=1.0))
    watcher.line("✓ done\x1b[2J")
    watcher.state(RunState("group", 1, 2, "computes", 100, 20, elapsed_s=1.0))
    watcher.close()
    assert seen(stream.getvalue()) == ["✓ done\\u001b[2J", ""]


def seen(text: str) -> list[str]:
    """Return the lines that a terminal shows after a text with carriage returns."""
    lines = []
    for line in text.split("\n"):
        shown: list[str] = []
        for drawn in line.split("\r"):
            shown[: len(drawn)] = drawn
        lines.append("".join(shown).rstrip())
    return lines


def test_what_a_stream_cannot_say_is_replaced() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii")
    LiveWatcher(stream, lambda: 60).line("✓ Größe")
    assert raw.getvalue() == b"? Gr??e\n"


def test_whoever_closed_the_stream_misses_the_line_that_moves() -> None:
    stream = io.StringIO()
    watcher = LiveWatcher(stream, lambda: 60)
    stream.close()
    watcher.state(LARGE)
    watcher.close()
    with pytest.raises(ValueError, match="closed"):
        watcher.line("a stage")
