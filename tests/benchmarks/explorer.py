"""Measures the page: a million rows filtered, sorted, paged and counted; nearest of 100,000; the light beside the sound.

The rows are made up: ids, splits, languages, numbers, words of lyrics. Pages are asked for in this process, as the server
does it; what HTTP adds is measured beside. Reading Parquet anew for each page, by the same engine, is the reference.
The browser's part needs Chromium and a workspace of a data set with sounds and notes, whose first samples are played.
What Python takes to import the packages of others that the page needs is the reference of its start.

Run as ``python -m tests.benchmarks.explorer [WORKSPACE [RELEASE]]``.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from musicdata.definitions.contract import Contract
from musicdata.definitions.joint_space import JointSpace, unit_rows
from musicdata.web import counting
from musicdata.web.asking import Condition
from musicdata.web.library import Library
from musicdata.web.neighbours import Neighbours
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

N = 1_000_000
ASKED = 200
STARTS = 9
GOALS = {"p50": 20, "p99": 100, "deep p99": 150, "words p99": 200, "memory MB": 400, "near ms": 60}

CONTRACT = Contract.of(
    {
        "table": {"name": "made_up", "description": "One row per sample.", "key": ["sample_id"], "introduces": "sample_id"},
        "column": [
            {"name": "sample_id", "type": "string", "description": "Sample."},
            {"name": "split", "type": "string", "values": ["train", "valid", "test"], "description": "Part."},
            {"name": "language", "type": "string", "description": "ISO 639-1 code."},
            {"name": "source", "type": "string", "description": "Where it is from."},
            {"name": "reason", "type": "string", "nullable": True, "description": "Why it was dropped."},
            {"name": "score", "type": "float32", "description": "A number."},
            {"name": "n_notes", "type": "int32", "description": "Notes."},
            {"name": "lyrics", "type": "string", "description": "Words."},
        ],
    }
)  # fmt: skip


def make_rows(n: int) -> pa.Table:
    """Return n rows."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{number:04d}" for number in range(3000)])
    lyrics = [" ".join(one) for one in words[rng.integers(0, 3000, (n, 8))]]

    def one_of(values: list[Any]) -> list[Any]:
        return [values[place] for place in rng.integers(0, len(values), n).tolist()]

    columns: dict[str, Any] = {
        "sample_id": [f"sample_{number:07d}" for number in range(n)],
        "split": one_of(["train"] * 8 + ["valid", "test"]),
        "language": one_of(["en", "de", "fr", "es", "it", "pt", "nl", "sv"]),
        "source": one_of([f"source {number}" for number in range(30)]),
        "reason": one_of([None] * 9 + ["too_short"]),
        "score": rng.random(n, np.float32),
        "n_notes": rng.integers(10, 40, n).astype(np.int32),
        "lyrics": lyrics,
    }
    return pa.table(columns, CONTRACT.arrow_schema())


class Rows:
    """As much of a data set as the library needs."""

    tables = ("made_up",)
    root = Path()

    def __init__(self, file: Path) -> None:
        self.file = file

    def contract(self, _table: str) -> Contract:
        """Return the contract of the one table."""
        return CONTRACT

    def iterate(self, _table: str, columns: list[str]) -> Iterator[pa.Table]:
        """Yield the rows piece by piece."""
        for batch in pq.ParquetFile(self.file).iter_batches(1 << 16, columns=columns):
            yield pa.Table.from_batches([batch])


def asked(rng: np.random.Generator) -> tuple[list[Condition], str]:
    """Return what rows are to be like, and their order."""
    low = float(rng.random() / 2)
    choices = [
        [Condition("language", "in", (str(rng.choice(["en", "de", "fr"])),))],
        [Condition("split", "in", ("test",)), Condition("score", "range", (low, low + 0.4))],
        [Condition("source", "in", (f"source {rng.integers(30)}", f"source {rng.integers(30)}"))],
        [Condition("reason", "empty", ()), Condition("n_notes", "range", (12, None))],
    ]
    return choices[int(rng.integers(4))], str(rng.choice(["", "score", "n_notes", "language"]))


def timed(work: Callable[..., object], *arguments: object, **options: object) -> float:
    """Return milliseconds."""
    start = time.perf_counter()
    work(*arguments, **options)
    return 1000 * (time.perf_counter() - start)


def spread(times: list[float]) -> str:
    """Return median and 99th percentile."""
    return f"{np.percentile(times, 50):.1f} / {np.percentile(times, 99):.1f}"


def measure_rows() -> None:
    """Print what pages of a million rows cost."""
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made_up.parquet"
        pq.write_table(make_rows(N), file, compression="zstd")
        measured = _in_process("rows", file)
        import duckdb

        engine = duckdb.connect()
        engine.execute("SET threads=2")
        straight = []
        for _ in range(20):
            offset = int(rng.integers(0, 50_000))
            text = (
                f"SELECT * FROM read_parquet('{file}') WHERE language = 'de' ORDER BY score LIMIT 100 OFFSET {offset}"
            )
            straight.append(timed(lambda: engine.execute(text).fetchall()))  # noqa: B023  # called at once
    rows = [
        [
            "filter + sort + page + count, p50 / p99, ms",
            measured["page"],
            f"{GOALS['p50']} / {GOALS['p99']}",
            spread(straight),
        ],
        ["the same, 500,000 rows down", measured["deep"], f"– / {GOALS['deep p99']}", "–"],
        ["words in any text", measured["words"], f"– / {GOALS['words p99']}", "–"],
        ["all facets at once", measured["facets"], "–", "–"],
        ["read into memory, s", measured["load"], "1.5", "–"],
        ["memory of the process, MB", measured["memory"], f"{GOALS['memory MB']}", "–"],
    ]
    print_table(f"{N:,} rows", ["figure", "measured", "goal", "from Parquet each time"], rows)


def _of_rows(file: Path) -> dict[str, str]:
    library = Library(Rows(file))  # type: ignore[arg-type]
    load = timed(library.held, "made_up")
    rng = np.random.default_rng(2)
    pages, deep, words, facets = [], [], [], []
    for number in range(ASKED):
        conditions, sort = asked(rng)
        offset = int(rng.integers(0, 2000))
        pages.append(timed(library.rows, "made_up", conditions, "", sort, offset, 100, down=False))
        if number % 5 == 0:
            deep.append(timed(library.rows, "made_up", [], "", sort, 500_000, 100, down=False))
            word = Condition("lyrics", "has", (f"w{rng.integers(3000):04d}",))
            words.append(timed(library.rows, "made_up", [word], "", "", 0, 100, down=False))
            facets.append(timed(counting.facets, library, "made_up", conditions, ""))
    memory = psutil.Process().memory_info().rss / 1e6
    return {
        "page": spread(pages),
        "deep": spread(deep),
        "words": spread(words),
        "facets": spread(facets),
        "load": f"{load / 1000:.2f}",
        "memory": f"{memory:.0f}",
    }


def _made(space: JointSpace, _tell: Callable[[str], None]) -> JointSpace:
    return space


def measure_near() -> None:
    """Print what the nearest of many samples cost."""
    rows = []
    for n, width in ((14_000, 64), (100_000, 128)):
        rng = np.random.default_rng(3)
        views = {name: unit_rows(rng.standard_normal((n, width), np.float32)) for name in ("audio", "sheet")}
        ids = np.array([f"s{number}" for number in range(n)])
        space = JointSpace(ids, views, "made up", np.array(["train"] * n))
        near = Neighbours(functools.partial(_made, space))
        while "busy" in near.near("s0", "audio", "sheet", 10):
            time.sleep(0.01)
        times = [timed(near.near, f"s{k}", "audio", "sheet", 20) for k in range(50)]
        rows.append([f"{n:,} × {width}", spread(times), "20" if n < 20_000 else str(GOALS["near ms"])])
    print_table("nearest by another modality", ["samples", "p50 / p99, ms", "goal"], rows)


def measure_start(paths: list[Path]) -> None:
    """Print how long it takes from the command to its address, to the first answer and to the overview."""
    from tests.web.served import serving

    imports = "import pyarrow, pyarrow.compute, pyarrow.parquet, pydantic, starlette.applications, typer, uvicorn"
    rows = []
    for path in paths:
        times = []
        for _ in range(STARTS):
            start = time.perf_counter()
            with serving(path) as served:
                address = time.perf_counter() - start
                served.enter()
                assert served.get("/")[0] == 200
                answer = time.perf_counter() - start
                assert served.get("/api/about")[0] == 200
                times.append((address, answer, time.perf_counter() - start))
        rows.append([path.name, *(f"{middle:.2f}" for middle in np.median(times, axis=0))])
    others = [timed(subprocess.run, [sys.executable, "-c", imports], check=True) / 1000 for _ in range(STARTS)]
    rows.append(["imports of others' packages alone", "–", f"{np.median(others):.2f}", "–"])
    print_table("start, s (goal: first answer 0.6)", ["of", "address", "first answer", "overview"], rows)


def measure_light(work: Path) -> None:
    """Print how far the light is from the sound, played in Chromium, at several speeds and on a slowed processor.

    A browser's single readings of where a stretched sound is are off by some milliseconds to and fro. So the sound is
    where the line through the readings of half a second says; by the single readings the figure stands beside.
    """
    from tests.web.browsing import Watched, browser
    from tests.web.served import serving

    rows = []
    with serving(work) as served, browser() as chromium:
        watched = Watched(chromium, served.base)
        watched.tab.goto(served.address)
        watched.tab.wait_for_selector("body[data-ready]")
        paint = watched.tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1")
        found = served_rows(watched)[:3]
        processor = watched.context.new_cdp_session(watched.tab)
        for rate, slowness, goal in ((1, 1, 10), (0.5, 1, 12), (1.5, 1, 12), (1, 4, 20)):
            errors, readings, n_notes = [], [], 0
            for sample_id in found:
                tab = watched.go("sample", "?id=" + urllib.parse.quote(sample_id))
                processor.send("Emulation.setCPUThrottlingRate", {"rate": slowness})
                onsets, seen, frames = tab.evaluate(LISTEN, rate)
                processor.send("Emulation.setCPUThrottlingRate", {"rate": 1})
                n_notes += len(onsets)
                errors += [1000 * (place_at(at, np.array(frames)) - onsets[number]) / rate for number, at, _ in seen]
                readings += [1000 * (read - onsets[number]) / rate for number, _, read in seen]
            away = np.abs(errors)
            lit = f"{len(errors)} of {n_notes}"
            spread_ = [f"{np.mean(errors):+.1f}", f"{np.percentile(away, 95):.1f}", f"{away.max():.1f}"]
            read = f"{np.percentile(np.abs(readings), 95):.1f}"
            rows.append([f"speed {rate}, processor 1/{slowness}", lit, *spread_, str(goal), read])
        clicks = watched.go("sample", "?id=" + urllib.parse.quote(found[0])).evaluate(CLICK)
        watched.context.close()
    heads = ["played", "lit", "light − onset: mean, ms", "p95", "greatest", "goal of p95", "p95 by single readings"]
    print_table("light and sound, in milliseconds of the clock", heads, rows)
    rows = [
        ["click on a note until the sound is there: p50, greatest, ms", f"{np.median(clicks):.1f}, {max(clicks):.1f}", "50"],
        ["first paint, ms", f"{paint:.0f}", "400"],
    ]  # fmt: skip
    print_table("the page", ["figure", "measured", "goal"], rows)


def place_at(moment: float, frames: np.ndarray[Any, Any]) -> float:
    """Return where the sound is, in seconds, from readings (n, 2) of a clock in milliseconds and of the sound."""
    near = frames[np.abs(frames[:, 0] - moment) < 250]
    return float(np.polyval(np.polyfit(near[:, 0] - moment, near[:, 1], 1), 0))


def measure_report(work: Path) -> None:
    """Print how large a report is, and how soon it is drawn from a disk."""
    from musicdata.api.view import report
    from tests.web.browsing import Watched, browser

    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        out = Path(folder) / "report.html"
        rows = []
        for suspects in (0, 6):
            took = timed(report, work, out, samples=60, suspects=suspects, claim="measured")
            watched = Watched(chromium, out.as_uri())
            watched.tab.goto(out.as_uri())
            watched.tab.wait_for_selector("body[data-ready]")
            paint = watched.tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1")
            watched.context.close()
            rows.append([str(suspects), f"{took / 1000:.1f}", f"{out.stat().st_size / 1e6:.1f}", f"{paint:.0f}"])
    print_table(
        "report of 60 samples (goals: 10 MB, 1,000 ms)", ["suspects", "made in, s", "MB", "first paint, ms"], rows
    )


CLICK = """async () => {
    const sound = document.getElementById('sound'), took = [];
    if (!sound.readyState) await new Promise((done) => sound.addEventListener('loadedmetadata', done));
    for (const note of document.querySelectorAll('.word')) {
        const start = performance.now();
        const sought = new Promise((done) => sound.addEventListener('seeked', done, { once: true }));
        note.click();
        await sought;
        took.push(performance.now() - start);
    }
    return took;
}"""
LISTEN = """async (rate) => {
    const sound = document.getElementById('sound');
    if (!sound.readyState) await new Promise((done) => sound.addEventListener('loadedmetadata', done));
    const id = new URLSearchParams(location.hash.split('?')[1]).get('id');
    const facts = await (await fetch('/api/sample?id=' + encodeURIComponent(id))).json();
    const table = facts.tables.find((one) => one.table === facts.timed), at = table.columns.indexOf('onset_s');
    const onsets = table.rows.map((row) => row[at]).sort((a, b) => a - b), seen = [];
    let last = null;
    new MutationObserver(() => {
        const lit = document.querySelector('.word.lit')?.dataset.note ?? null;
        if (lit !== null && lit !== last) seen.push([Number(lit), performance.now(), sound.currentTime]);
        last = lit;
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] });
    const speed = document.getElementById('rate');
    speed.value = String(rate);
    speed.dispatchEvent(new Event('change'));
    document.getElementById('play').click();
    const frames = [], watch = () => {
        if (!sound.paused) frames.push([performance.now(), sound.currentTime]);
        requestAnimationFrame(watch);
    };
    watch();
    await new Promise((done) => sound.addEventListener('ended', done));
    return [onsets, seen, frames];
}"""


def served_rows(watched: Any) -> list[str]:
    """Return the ids of the first samples, asked for by the page itself."""
    watched.go("browse")
    found = watched.tab.evaluate("fetch('/api/rows?limit=20').then((answer) => answer.json())")
    place = found["columns"].index("sample_id")
    return list(dict.fromkeys(row[place] for row in found["rows"]))


def _in_process(*arguments: object) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.benchmarks.explorer", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print the tables, or the figures of the rows for the process that prints them."""
    if sys.argv[1:2] == ["rows"]:
        print(json.dumps(_of_rows(Path(sys.argv[2]))))
        return
    measure_rows()
    measure_near()
    if sys.argv[1:]:
        measure_start([Path(path) for path in sys.argv[1:]])
        measure_light(Path(sys.argv[1]))
        measure_report(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
