"""Makes queries from made-up songs, and reads queries: time, memory, and how often a line of a song is taken for a wish.

Run as ``python -m tests.benchmarks.lyric_queries [SONGS ...]``; without sizes 40,000 and 290,000, eight minutes. Songs
have 30 lines of 7 words drawn by Zipf's law; 8 % have the words of another, one song in ten has a work that three others
have in other languages, and one line in fifty is one that many songs sing. Lines and titles of real songs are read where
the shared songs lie beside the repository: what is read into one of them is wrong.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.definitions.stage import Task
from musicdata.music.queries import Known, understand
from musicdata.music.queries.lines import chosen, lines
from musicdata.stages.place.lyric_queries import STAGE, LyricQueries
from tests.benchmarks.costs import Command, measure
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs

SIZES = (40_000, 290_000)
N_WORDS, LINES, WORDS = 30_000, 30, 7
COPIED, OF_A_WORK, COMMON = 0.08, 0.1, 0.02
_AT_ONCE = 4096


def main() -> None:
    """Print the tables."""
    if sys.argv[1:2] == ["--made"]:
        print(json.dumps(_made(Path(sys.argv[2]))))
        return
    rows = []
    for size in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        with tempfile.TemporaryDirectory(prefix="lyric-queries-") as name:
            _write(Path(name), size)
            cost = measure(Command([sys.executable, "-m", __spec__.name, "--made", name]))
        made = json.loads(cost.stdout.splitlines()[-1])
        rows.append(
            [f"{size:,}", f"{made['prepare_s']:.1f}", f"{made['run_s']:.1f}", f"{made['mb']:,.0f}",
             f"{made['lyric_queries'] / size:.2f}", f"{made['lyric_qrels'] / size:.2f}", f"{made['bytes'] / size:,.0f}"]
        )  # fmt: skip
    header = ["songs", "CPU s, once", "CPU s, shards", "peak MB", "queries a song", "judgements a song", "bytes a song"]
    print_table("Queries made from songs", header, rows)
    _report_readings()


def _write(folder: Path, size: int) -> None:
    rng = np.random.default_rng(13)
    words = [np.base_repr(number * 7919 + 36, 36).lower() for number in range(N_WORDS)]
    steps = np.cumsum(1 / np.arange(1, N_WORDS + 1))
    common = _drawn(rng, words, steps, 200)
    texts: list[str] = []
    groups: list[int] = []
    for number in range(size):
        origin = int(rng.integers(number)) if number and rng.random() < COPIED else number
        groups.append(groups[origin] if origin < number else number)
        if origin < number:
            texts.append(texts[origin])
            continue
        drawn = _drawn(rng, words, steps, LINES)
        texts.append("\n".join(common[rng.integers(200)] if rng.random() < COMMON else line for line in drawn))
    _save(folder, texts, groups, rng)


def _drawn(rng: np.random.Generator, words: list[str], steps: np.ndarray[Any, Any], n_lines: int) -> list[str]:
    places = np.searchsorted(steps, rng.random(n_lines * WORDS) * steps[-1]).tolist()
    return [" ".join(words[place] for place in places[start : start + WORDS]) for start in range(0, len(places), WORDS)]


def _save(folder: Path, texts: list[str], groups: list[int], rng: np.random.Generator) -> None:
    schemas = {name: contracts.load(name).arrow_schema() for name in ("lyric_samples", "lyric_texts")}
    writers = {name: pq.ParquetWriter(folder / f"{name}.parquet", schema) for name, schema in schemas.items()}
    for start in range(0, len(texts), _AT_ONCE):
        some = range(start, min(len(texts), start + _AT_ONCE))
        n = len(some)
        works = [f"w{number // 40}" if number % 40 < 40 * OF_A_WORK else None for number in some]
        split = ["test" if groups[number] % 7 == 0 else "train" for number in some]
        facts: dict[str, list[Any]] = {
            "sample_id": [f"s{number:07d}" for number in some], "split": split, "artist_split": split,
            "random_split": split, "title": [texts[number][: 12 + number % 9] for number in some], "work_id": works,
            "language": [("en", "de", "fr", "es")[number % 4] for number in some], "n_lines": [LINES] * n,
            "text_group_id": [f"g{groups[number]}" for number in some], "n_words": [LINES * WORDS] * n,
            "group_id": ["g"] * n, "artist_group_id": ["a"] * n, "lines_lost": [False] * n,
            "is_held_out": [groups[number] % 70 == 0 for number in some], "text_sha256": ["0" * 64] * n,
            "source_text_sha256": ["0" * 64] * n, "text": [texts[number] for number in some],
        }  # fmt: skip
        for name, schema in schemas.items():
            rows = {field.name: facts.get(field.name, [None] * n) for field in schema}
            writers[name].write_table(pa.table(rows, schema=schema))
    for writer in writers.values():
        writer.close()


class _Files:
    """Tables in files, read a part at a time as a workspace's are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, table: str, columns: list[str], first: str | None = None, last: str | None = None) -> pa.Table:
        key = pc.field("sample_id")
        filters = None if first is None or last is None else (key >= first) & (key <= last)
        return pq.read_table(self._folder / f"{table}.parquet", columns=columns, filters=filters)

    def iterate(
        self, table: str, columns: list[str], first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        if first is not None:
            yield self.read(table, columns, first, last)
            return
        with pq.ParquetFile(self._folder / f"{table}.parquet") as file:
            for batch in file.iter_batches(_AT_ONCE, columns=columns):
                yield pa.Table.from_batches([batch])

    def digest(self, table: str) -> str:
        return table


class _Written:
    """Counts rows and writes them as a workspace does, so that their bytes are known."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.counts = {"lyric_queries": 0, "lyric_qrels": 0, "bytes": 0}

    def write(self, table: str, rows: dict[str, list[Any]]) -> None:
        path = self._folder / "part.parquet"
        made = contracts.load(table).table(rows)
        pq.write_table(made, path, compression="zstd")
        self.counts[table] += len(made)
        self.counts["bytes"] += path.stat().st_size

    def reject(self, key: str, reason: str, detail: str) -> None:
        """Leave it out."""


def _made(folder: Path) -> dict[str, float]:
    files: Any = _Files(folder)
    inputs: Inputs = files
    parameters, written = LyricQueries(), _Written(folder)
    prepared = folder / "prepared"
    prepared.mkdir()
    begin_s = time.process_time()
    assert STAGE.cut is not None
    assert STAGE.prepare is not None
    shards = list(STAGE.cut(parameters, inputs))
    STAGE.prepare(parameters, inputs, prepared)
    prepared_s = time.process_time()
    for shard in shards:
        STAGE.run(parameters, Task(shard, inputs, written, folder, prepared=prepared))  # type: ignore[arg-type]  # it is a sink for this stage
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {"prepare_s": prepared_s - begin_s, "run_s": time.process_time() - prepared_s, "mb": mb, **written.counts}


def _report_readings() -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / "lyrics" / "songs.csv"
    if not path.is_file():
        print(f"\nno readings: {path} is not there")
        return
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8", newline="") as file:
        songs = list(csv.DictReader(file))
    known = Known.of(
        languages=[song["Language"] for song in songs],
        genres=[song["Genre"] for song in songs],
        artists=[song["Artist"] for song in songs],
        years=[1600, 2000],
    )
    of_lines = [one.text for n, song in enumerate(songs) for one in chosen(str(n), lines(song["Lyrics"]), 1)]
    of_titles = [song["Song"] for song in songs if song["Song"].strip()]
    rows = []
    for name, texts in (("lines", of_lines), ("titles", of_titles)):
        times_ms, n_wrong = [], 0
        for text in texts:
            begin_s = time.process_time()
            understood = understand(text, known)
            times_ms.append(1000 * (time.process_time() - begin_s))
            n_wrong += any(part.kind != "filler" for part in understood.parts)
        p50, p99 = np.percentile(times_ms, [50, 99])
        rows.append([name, f"{len(texts):,}", f"{n_wrong} ({n_wrong / len(texts):.2%})", f"{p50:.1f}", f"{p99:.1f}"])
    print_table("Queries that are lines or titles of songs", ["of", "n", "read as a wish", "p50 ms", "p99 ms"], rows)


if __name__ == "__main__":
    main()
