"""Measures what a crawl costs beyond its services: an item fetched, going on where a run ended, memory.

The service is a function of this module that answers at once from memory; ledger, gate, calls and fetching are the real ones, with
4 threads and a budget without distances. The reference is a loop over the same function with a row of SQLite an answer. Each figure is
taken in a process of its own. Run as ``python -m tests.benchmarks.crawl_cost [ITEMS ...]``; 1,000 and 10,000 items without arguments.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.definitions.head import Budget
from musicdata.definitions.recipe import Step
from musicdata.definitions.stage import Network, Parameters, Stage
from musicdata.engine import fetched
from musicdata.engine.fetching.rate_limits import RateLimiter, RetryPolicy
from musicdata.engine.fetching.threads import Fetching
from musicdata.engine.progress import Progress
from musicdata.settings.services import Services
from musicdata.workspace import recovery
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import FILE, Ledger
from musicdata.workspace.reader import TableReader
from tests.benchmarks.costs import Command, measure
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.definitions.stage import Caller, Item

SIZES = (1_000, 10_000)
RUNS = 3  # of the sizes up to 10,000 items
THREADS = 4
ENDED, DUE = 1_000_000, 10
GOAL_MS, GOAL_RESUME_MS = 1.0, 1000
_SERVICE = "made_up"
_WORDS = [f"{a}{b}{c}" for a in "bdklmnrst" for b in "aeiou" for c in "lnrst"]


def answer(key: str) -> bytes:
    """Answer as a service of lyrics would, in about 1.5 kB."""
    words = random.Random(key).choices(_WORDS, k=12)
    return json.dumps({"key": key, "text": "\n".join(" ".join(words[n:] + words[:n]) for n in range(30))}).encode()


class Immediate:
    """Fetches an item with one call, which answers at once."""

    def fetch(self, item: Item, caller: Caller) -> bytes | Path:
        """Return the answer as it came."""
        return caller.call(_SERVICE, {"key": item.key}, lambda: answer(item.key))

    def close(self) -> None:
        """Do nothing: nothing is open."""


STAGE: Stage[Parameters] = Stage(
    name="made_up",
    version=1,
    verb="fetches",
    inputs=(),
    outputs=("lyrics",),
    parameters=Parameters,
    run=lambda _parameters, _task: None,
    network=Network((_SERVICE,), lambda _parameters, _inputs: iter(()), lambda _parameters, _services: Immediate()),
)


def keys(n_items: int) -> Iterator[str]:
    """Yield as many keys as stages of tracks have them, in order."""
    return (f"{n * (2**64 // n_items):016x}" for n in range(n_items))


def want(root: Path, n_items: int) -> None:
    """Write a ledger in which so many items are wanted."""
    requests = ((key, {"isrc": f"QM{key[-10:]}", "title": "", "artist": ""}) for key in keys(n_items))
    with Ledger(Workspace(root)) as ledger:
        ledger.want(STAGE.name, "plan", requests)


def end_all(root: Path, n_due: int) -> None:
    """End all items of a ledger but a few, spread over all, in one go; what was fetched is kept with them."""
    with sqlite3.connect(root / "state" / FILE) as db:
        (n_items,) = db.execute("SELECT count(*) FROM items").fetchone()
        db.create_function("digest", 1, lambda key: hashlib.sha256(key.encode()).hexdigest())
        db.execute(
            "UPDATE items SET outcome = 'ok', digest = digest(key), attempts = 1, next_try = NULL, ended = 1.7e9"
            " WHERE key NOT IN (SELECT value FROM json_each(?))",
            [json.dumps(list(keys(n_items))[:: n_items // n_due][:n_due])],
        )
        db.execute(
            "INSERT INTO payloads SELECT stage, key, zeroblob(400) FROM items WHERE outcome = 'ok' ORDER BY stage, key"
        )
    db.close()


def fetch(root: Path) -> dict[str, Any]:
    """Fetch all that is due."""
    workspace = Workspace(root)
    with Ledger(workspace) as ledger:
        gate = RateLimiter(ledger, {_SERVICE: Budget(threads=THREADS)}, RetryPolicy(), Progress())
        fetching = Fetching(Step(STAGE, Parameters()), ledger, gate, Services(), workspace.scratch, Progress())
        cost = _cost_of(lambda: fetching.run(n_threads=THREADS))
        assert ledger.n_due(STAGE.name, time.time()) == 0, "all is fetched"
    return cost


def fetch_bare(root: Path) -> dict[str, Any]:
    """Call the same service in a loop and append each answer to a table of SQLite, each in a transaction of its own."""
    with Ledger(Workspace(root), read_only=True) as ledger:
        n_items = ledger.n_wanted(STAGE.name)
    db = sqlite3.connect(root / "bare.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE answers (key TEXT PRIMARY KEY, data BLOB)")

    def loop() -> None:
        for key in keys(n_items):
            db.execute("INSERT INTO answers VALUES (?, ?)", [key, answer(key)])

    return _cost_of(loop)


def cut(root: Path) -> dict[str, Any]:
    """Cut the items of the ledger into shards."""
    workspace = Workspace(root)
    with Ledger(workspace, read_only=True) as ledger:
        return _cost_of(lambda: deque(fetched.cut(ledger, STAGE, TableReader(workspace, [])), maxlen=0))


def resume(root: Path) -> dict[str, Any]:
    """Do what the next run does before its first call, with a connection of its own; then take the digest, twice."""
    path = root / "state" / FILE
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # the file is not in memory either
    times_s: dict[str, float] = {}
    begin_s = time.perf_counter()
    with Ledger(Workspace(root)) as ledger:
        steps: dict[str, Callable[[], object]] = {
            "connection": lambda: None,
            "plan": lambda: ledger.plan(STAGE.name),
            "reopen_lost": lambda: recovery.reopen_lost(ledger, STAGE.name),
            "n_due": lambda: ledger.n_due(STAGE.name, time.time()),
            "first due item": lambda: next(ledger.due(STAGE.name, time.time(), 256)),
            "digest, gathered": lambda: ledger.digest(STAGE.name),
            "digest, kept": lambda: ledger.digest(STAGE.name),
        }
        for name, act in steps.items():
            act()
            times_s[name] = time.perf_counter() - begin_s
            begin_s = time.perf_counter()
        assert ledger.n_due(STAGE.name, time.time()) == DUE
    return times_s


def _cost_of(act: Callable[[], object]) -> dict[str, Any]:
    before_mb, cpu_s, wall_s = _peak_mb(), time.process_time(), time.perf_counter()
    act()
    return {
        "cpu_s": time.process_time() - cpu_s,
        "wall_s": time.perf_counter() - wall_s,
        "peak_mb": _peak_mb(),
        "grown_mb": _peak_mb() - before_mb,
    }


def _peak_mb() -> float:
    """Return the kernel's high-water mark of this process's resident memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))


WAYS = {"fetch": fetch, "bare": fetch_bare, "cut": cut, "resume": resume}


def measured(way: str, root: Path) -> dict[str, Any]:
    """Return what one of the ways says in a process of its own."""
    argv = [sys.executable, "-m", "tests.benchmarks.crawl_cost", way, str(root)]
    found: dict[str, Any] = json.loads(measure(Command(argv)).stdout)
    return found


def report_fetching(sizes: list[int], folder: Path) -> None:
    """Print the tables of cost and memory."""
    costs, memory = [], []
    for n_items in sizes:
        found: dict[str, list[dict[str, Any]]] = {"bare": [], "fetch": [], "cut": []}
        for run in range(RUNS if n_items <= 10_000 else 1):  # in turn, so that a busy moment hits all alike
            root = folder / f"{n_items}-{run}"
            want(root, n_items)
            for way, runs in found.items():
                runs.append(measured(way, root))
        best = {way: {name: min(run[name] for run in runs) for name in runs[0]} for way, runs in found.items()}
        ms = {(way, clock): 1e3 * best[way][clock] / n_items for way in best for clock in ("cpu_s", "wall_s")}
        costs.append(
            [
                f"{n_items:,}",
                *(f"{ms[way, clock]:.3f}" for clock in ("cpu_s", "wall_s") for way in ("fetch", "bare")),
                *(f"{ms['fetch', clock] - ms['bare', clock]:.3f}" for clock in ("cpu_s", "wall_s")),
            ]
        )
        names = [(way, name) for way in ("fetch", "cut") for name in ("peak_mb", "grown_mb")]
        memory.append([f"{n_items:,}", *(f"{best[way][name]:.1f}" for way, name in names)])
    print_table(
        f"An item with one call, ms, least of {RUNS} runs, above 10,000 items of one (goal: less than {GOAL_MS:g} ms beyond the bare loop)",
        ["items", "CPU", "CPU, bare loop", "clock", "clock, bare loop", "CPU beyond", "clock beyond"],
        costs,
    )
    print_table(
        "Peak memory, MB (goal: flat)",
        ["items", "fetching", "of it grown meanwhile", "cutting into shards", "of it grown meanwhile"],
        memory,
    )


def report_resuming(root: Path) -> None:
    """Print the table of going on with a large ledger."""
    want(root, ENDED + DUE)
    end_all(root, DUE)
    times_s = measured("resume", root)
    decision_s = sum(s for name, s in times_s.items() if not name.startswith("digest"))
    size_mb = (root / "state" / FILE).stat().st_size / 1e6
    rows = [[name, f"{1e3 * s:,.1f}"] for name, s in times_s.items()]
    rows.insert(-2, ["all before the first call", f"{1e3 * decision_s:,.1f}"])
    print_table(
        f"Going on: {ENDED:,} items have ended, {DUE} are due, {size_mb:,.0f} MB (goal: less than "
        f"{GOAL_RESUME_MS:,} ms before the first call)",
        ["step", "ms"],
        rows,
    )


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="crawl-cost-") as name:
        report_fetching([int(size) for size in sys.argv[1:]] or list(SIZES), Path(name))
        report_resuming(Path(name) / "resumed")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        print(json.dumps(WAYS[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
