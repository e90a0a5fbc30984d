"""Counting what a run does."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from musicdata.definitions import recipe
from musicdata.definitions.recipe import Step
from musicdata.engine import tally as tallies
from musicdata.engine.progress import RunState, Watcher
from musicdata.engine.tally import Tally
from tests.recipes import write_recipe


class Kept(Watcher):
    """Keeps all it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.details: list[str] = []
        self.states: list[RunState] = []
        self.is_closed = False

    def line(self, text: str, *, is_detail: bool = False) -> None:
        (self.details if is_detail else self.lines).append(text)

    def state(self, state: RunState) -> None:
        self.states.append(state)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def steps(tmp_path: Path) -> tuple[Step, ...]:
    return recipe.load(write_recipe(tmp_path, "ingest.songs", "group")).steps


def test_items_are_counted_from_many_threads(steps: tuple[Step, ...]) -> None:
    kept = Kept()
    tally = Tally([kept])
    tally.run_started(steps)
    tally.fetching_started(steps[1], 4010, 10)
    threads = [threading.Thread(target=fetch_many, args=[tally]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = tally.now
    assert (now.stage, now.number, now.of, now.doing) == ("group", 2, 2, "fetches")
    assert (now.n_done, now.n_kept, now.n_rejects) == (4010, 10, 400)
    assert len(kept.details) == 400
    assert kept.details[0] == "group: song 0 gone (http_404)"


def fetch_many(tally: Tally) -> None:
    for number in range(1000):
        if number % 10:
            tally.fetched("ok", f"song {number}")
        else:
            tally.fetched("gone", f"song {number}", "http_404")


def test_items_of_shards_that_are_computed_count_but_never_as_all(steps: tuple[Step, ...]) -> None:
    n_underway = 7
    tally = Tally([], lambda stage: n_underway if stage == "group" else 0)
    tally.run_started(steps)
    tally.stage_started(steps[1], [], 20, 5)
    assert (tally.now.n_done, tally.now.n_kept) == (12, 5)
    tally.advanced(6, 1, {"odd": 1})
    assert (tally.now.n_done, tally.now.n_rejects) == (18, 1)
    n_underway = 90
    assert tally.now.n_done == 19
    tally.advanced(9, 0)
    assert tally.now.n_done == 20


def test_rate_and_time_left_are_of_this_run(steps: tuple[Step, ...]) -> None:
    state = RunState("x", 1, 1, "computes", n_items=1000, n_done=600, n_kept=500, elapsed_s=50.0)
    assert (state.per_s, state.left_s) == (2.0, 200.0)
    assert (RunState(n_items=9, n_done=5, n_kept=5, elapsed_s=1.0).left_s, RunState().left_s) == (None, None)


def test_a_wait_is_said_once_and_passes(steps: tuple[Step, ...]) -> None:
    kept = Kept()
    tally = Tally([kept])
    tally.run_started(steps)
    tally.fetching_started(steps[0], 3, 0)
    for _ in range(5):
        tally.waits("x", 0.05)
    assert [line for line in kept.lines if "waits" in line] == ["ingest.songs: waits 0 s for x"]
    assert (tally.now.doing, 0 < tally.now.wait_s <= 0.05) == ("waits for x", True)
    time.sleep(0.06)
    assert (tally.now.doing, tally.now.wait_s) == ("fetches", 0.0)


def test_the_state_is_told_between_the_items_and_cleared_away_at_the_end(
    steps: tuple[Step, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "TICK_S", 0.01)
    kept = Kept()
    tally = Tally([kept])
    with pytest.raises(KeyboardInterrupt), tally.ticking():
        tally.run_started(steps)
        tally.stage_started(steps[0], ["not built yet"], 20, 0)
        tally.advanced(6, 2, {"odd": 2})
        deadline_s = time.monotonic() + 60
        while kept.states[-1].n_done < 6:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        raise KeyboardInterrupt
    assert kept.is_closed
    assert kept.details == ["ingest.songs: shard 1 done, 6 items, dropped: odd 2"]
    assert threading.active_count() == 1 or "progress" not in {thread.name for thread in threading.enumerate()}
