"""Measures searches of many made-up songs against rank-bm25: index, memory, queries, and a saved index.

Songs have 223 words on average, of a vocabulary with Zipf's frequencies, in lines and stanzas; 4 % are copies of another
and 4 % copies with a word in 25 changed. Section vectors are clustered noise of 384 numbers. Queries are two lines of a
song with one edit in a third of the words; their vectors are the section's with noise. Processor seconds of one thread,
each way in a process of its own. Hit rates say that the index works, nothing about search.

Run as ``python -m tests.benchmarks.text_search [SONGS ...]``; 40,000 and 290,000 without.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from musicdata_baselines.search import (
    Bm25Search,
    DenseSearch,
    HybridSearch,
    SectionTable,
    Songs,
    TfidfSearch,
    Vectors,
    open_index,
    save_index,
)
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

SIZES = (40_000, 290_000)
WORDS = 60_000
SECTIONS = 4.5
WIDTH = 384
N_QUERIES = 200
SLOW_QUERIES = 6
WAYS = ("bm25", "words", "characters", "sections", "hybrid", "rank-bm25")
GOAL_TIMES = 500
GOAL_MEMORY = 5
GOAL_HYBRID_MS = 100
GOAL_HYBRID_GB = 2.0
GOAL_START_S = 1.0
_SYLLABLES = [c + v + e for c in "bdfghklmnprstvw" for v in "aeiou" for e in ("", "n", "r", "s")]


def make_words() -> NDArray[Any]:
    """Return the vocabulary: frequent words are short."""
    rng = np.random.default_rng(1)
    words: dict[str, None] = {}
    while len(words) < WORDS:
        syllables = 1 + min(4, int(np.log10(len(words) + 1)) // 2 + int(rng.integers(0, 3)))
        words["".join(rng.choice(_SYLLABLES, syllables))] = None
    return np.array(list(words), dtype=object)


def make_texts(n: int) -> list[str]:
    """Return the words of n songs."""
    rng = np.random.default_rng(n)
    words = make_words()
    chances = np.cumsum(1 / np.arange(2, WORDS + 2))
    lengths = np.clip(rng.lognormal(np.log(200), 0.45, n), 20, 1500).astype(int)
    texts: list[str] = []
    for number, length in enumerate(lengths.tolist()):
        kind = rng.random() if number else 1.0
        if kind < 0.04:
            texts.append(texts[int(rng.integers(number))])
        elif kind < 0.08:
            texts.append(_edit(texts[int(rng.integers(number))], rng, words))
        else:
            drawn = words[np.searchsorted(chances, rng.random(length) * chances[-1])]
            lines = [" ".join(drawn[start : start + 7]) for start in range(0, length, 7)]
            texts.append("\n".join(line + "\n" * (i % 7 == 6) for i, line in enumerate(lines)))
    return texts


def _edit(text: str, rng: np.random.Generator, words: NDArray[Any]) -> str:
    lines = [line.split(" ") for line in text.split("\n")]
    for line in lines:
        for place in np.flatnonzero(rng.random(len(line)) < 0.04).tolist():
            line[place] = str(rng.choice(words)) if line[place] else ""
    return "\n".join(" ".join(line) for line in lines)


def make_vectors(n: int) -> tuple[Vectors, SectionTable]:
    """Return vectors of sections, in clusters, and where the sections lie."""
    rng = np.random.default_rng(2)
    sizes = rng.poisson(SECTIONS - 1, n) + 1
    song = np.repeat(np.arange(n, dtype=np.int32), sizes)
    index = (np.arange(len(song)) - np.repeat(np.cumsum(sizes) - sizes, sizes)).astype(np.int32)
    centres = rng.standard_normal((2000, WIDTH), np.float32) * np.linspace(2, 0.2, WIDTH, dtype=np.float32)
    table = np.empty((len(song), WIDTH), np.float16)
    for start in range(0, len(song), 1 << 15):
        part = slice(start, min(len(song), start + (1 << 15)))
        rows = centres[rng.integers(0, 2000, part.stop - start)]
        rows = rows + 0.7 * rng.standard_normal(rows.shape, np.float32)
        table[part] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    sections = SectionTable(song, index, (8 * index).astype(np.int32), np.full(len(song), 7, np.int32))
    return Vectors(song, index, table, "f" * 16), sections


@dataclass(frozen=True)
class Facts:
    """What a search asks of an encoder."""

    name: str = "noise"
    width: int = WIDTH
    weights_sha256: str = "f" * 16
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Made:
    """What an encoder returns."""

    vectors: NDArray[np.float32]


class NoiseEncoder:
    """Knows the vector of each query: that of a section of its song, with noise."""

    def __init__(self, rows: dict[str, NDArray[np.float32]]) -> None:
        self.facts = Facts()
        self.rows = rows

    @classmethod
    def of(cls, vectors: Vectors, queries: dict[str, int]) -> NoiseEncoder:
        """Return the encoder of some queries."""
        rows = vectors.vectors[np.searchsorted(vectors.song, list(queries.values()))].astype(np.float32)
        rows = rows + np.random.default_rng(3).standard_normal(rows.shape, np.float32) / np.float32(25)
        return cls(dict(zip(queries, rows / np.linalg.norm(rows, axis=1, keepdims=True), strict=True)))

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Made:
        """Return the vectors of queries."""
        return Made(np.stack([self.rows[text] for text in texts]).astype(np.float32))


def make_queries(texts: Sequence[str]) -> dict[str, int]:
    """Return queries with the number of their song: two lines, mistyped."""
    rng = np.random.default_rng(4)
    queries: dict[str, int] = {}
    for song in rng.choice(len(texts), N_QUERIES, replace=False).tolist():
        lines = [line for line in texts[song].split("\n") if line]
        first = int(rng.integers(0, max(1, len(lines) - 1)))
        words = " ".join(lines[first : first + 2]).split(" ")
        queries[" ".join(word[:1] + word[2:] if rng.random() < 1 / 3 else word for word in words)] = song
    return queries


def make_songs(n: int, *, vectors: bool) -> tuple[Songs, dict[str, int]]:
    """Return songs and queries."""
    texts = make_texts(n)
    queries = make_queries(texts)
    none = [None] * n
    years = np.zeros(n, np.int32)
    ids = [f"{number:07d}" for number in range(n)]
    if not vectors:
        return Songs(ids, texts, none, none, none, years, ["en"] * n), queries
    table, sections = make_vectors(n)
    return Songs(ids, texts, none, none, none, years, ["en"] * n, sections, {"noise": table}), queries


def searches(encoder: NoiseEncoder | None) -> dict[str, Callable[[], Any]]:
    """Return the ways that are measured."""
    ways: dict[str, Callable[[], Any]] = {
        "bm25": Bm25Search,
        "words": TfidfSearch,
        "characters": lambda: TfidfSearch("char_wb"),
    }
    if encoder is not None:
        ways["sections"] = lambda: DenseSearch(encoder)
        ways["hybrid"] = lambda: HybridSearch([Bm25Search(), TfidfSearch("char_wb"), DenseSearch(encoder)])
    return ways


def rss() -> int:
    """Return the bytes that this process holds."""
    gc.collect()
    return int(psutil.Process().memory_info().rss)


def mapped() -> int:
    """Return the bytes of files that this process has mapped and read: the system takes them back where it needs room."""
    return int(psutil.Process().memory_info().shared)


def in_turn(ask: Callable[[str], Any], queries: Sequence[str]) -> Iterator[tuple[float, Any]]:
    """Yield processor milliseconds and the answer of each query."""
    for query in queries:
        start = time.process_time()
        answer = ask(query)
        yield 1000 * (time.process_time() - start), answer


def measure(way: str, n: int, folder: Path) -> dict[str, float]:
    """Return the figures of one way, memory beside the songs themselves; the hybrid search is saved into the folder."""
    dense = way in ("sections", "hybrid")
    songs, queries = make_songs(n, vectors=dense)
    before, start = rss(), time.process_time()
    if way == "rank-bm25":
        return _measure_rank_bm25(songs, queries, before)
    encoder = NoiseEncoder.of(songs.vectors["noise"], queries) if dense else None
    search = searches(encoder)[way]()
    search.fit(songs)
    fitted = time.process_time() - start
    held = rss() - before
    search.search([next(iter(queries))], 10)
    timed = list(in_turn(lambda query: search.search([query], 10, spans=False), list(queries)))
    found = [song in hits.songs[0] for (_, hits), song in zip(timed, queries.values(), strict=True)]
    figures = _figures([ms for ms, _ in timed], fitted, held) | {"hit": float(np.mean(found))}
    lines = [ms for ms, _ in in_turn(lambda query: search.search([query], 10), list(queries))]
    figures["lines_ms"] = float(np.percentile(lines, 50))
    if way in ("characters", "sections"):
        figures["recall"] = _recall(search, list(queries)[:20])
    if encoder is not None and way == "hybrid":
        (folder / "queries.json").write_text(json.dumps(list(queries)))
        np.save(folder / "rows.npy", np.stack(list(encoder.rows.values())))
        start = time.process_time()
        save_index(search, folder / "index", "digest")
        figures["save_s"] = time.process_time() - start
        figures["disk_mb"] = sum(path.stat().st_size for path in (folder / "index").iterdir()) / 1e6
    return figures


def _recall(search: Any, queries: Sequence[str]) -> float:
    """Return the share of the ten best of all songs, scored exactly, that a search finds."""
    shares = []
    for query in queries:
        exact = search._score(search._read([query], [None]), None)[0]
        best = np.argsort(-exact, kind="stable")[:10]
        shares.append(np.isin(best, search.search([query], 10, spans=False).songs[0]).mean())
    return float(np.mean(shares))


def _measure_rank_bm25(songs: Songs, queries: dict[str, int], before: int) -> dict[str, float]:
    from rank_bm25 import BM25Okapi

    start = time.process_time()
    rival = BM25Okapi([text.split() for text in songs.texts])
    fitted, held = time.process_time() - start, rss() - before
    some = list(queries)[:SLOW_QUERIES]
    timed = [ms for ms, _ in in_turn(lambda query: np.argsort(-rival.get_scores(query.split()))[:10], some)]
    return _figures(timed, fitted, held)


def _figures(timed: Sequence[float], fitted: float, held: float) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    p50, p99 = (float(np.percentile(timed, q)) for q in (50, 99))
    return {"fit_s": fitted, "held_mb": held / 1e6, "peak_mb": peak, "p50_ms": p50, "p99_ms": p99}


def measure_saved(folder: Path) -> dict[str, float]:
    """Return the figures of a saved index in a process that makes nothing else; to the first answer is wall time."""
    queries = json.loads((folder / "queries.json").read_text())
    encoder = NoiseEncoder(dict(zip(queries, np.load(folder / "rows.npy"), strict=True)))
    before, of_files, start = rss(), mapped(), time.perf_counter()
    search = open_index(folder / "index", "digest", {"noise": encoder})
    search.search([queries[0]], 10)
    first = time.perf_counter() - start
    timed = list(in_turn(lambda query: search.search([query], 10), queries))
    held = rss() - before
    return _figures([ms for ms, _ in timed], first, held) | {"mapped_mb": (mapped() - of_files) / 1e6}


def _in_process(*arguments: object) -> dict[str, float]:
    """Return what a process of its own measured."""
    command = [sys.executable, "-m", "tests.benchmarks.text_search", *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.exit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure_size(n: int) -> None:
    """Print the tables of n songs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {way: _in_process(way, n, folder) for way in WAYS}
        found["hybrid, saved"] = _in_process("saved", n, folder)
    rows = [
        [
            way,
            f"{one['fit_s']:.1f}",
            f"{one['held_mb']:,.0f}",
            f"{one['peak_mb']:,.0f}",
            f"{one['p50_ms']:,.1f}",
            f"{one['p99_ms']:,.1f}",
            f"{one['lines_ms']:,.1f}" if "lines_ms" in one else "—",
            f"{one['hit']:.2f}" if "hit" in one else "—",
            f"{one['recall']:.3f}" if "recall" in one else "—",
        ]
        for way, one in found.items()
    ]
    header = [
        "search",
        "index CPU s",
        "held MB",
        "peak MB",
        "query p50 ms",
        "p99 ms",
        "with lines p50",
        "hit@10",
        "of exact ten",
    ]
    print_table(f"{n:,} songs", header, rows)
    ours, rival, saved = found["bm25"], found["rank-bm25"], found["hybrid, saved"]
    goals = [
        ["BM25: query of rank-bm25's", f"1/{rival['p50_ms'] / ours['p50_ms']:,.0f}", f"1/{GOAL_TIMES}"],
        ["BM25: memory of rank-bm25's", f"1/{rival['held_mb'] / ours['held_mb']:.1f}", f"1/{GOAL_MEMORY}"],
        ["hybrid: p99, ms", f"{saved['p99_ms']:.0f}", f"{GOAL_HYBRID_MS}"],
        [
            "hybrid: held by a saved index, GB; of it files, read where they lie",
            f"{saved['held_mb'] / 1e3:.2f}; {saved['mapped_mb'] / 1e3:.2f}",
            f"{GOAL_HYBRID_GB}",
        ],
        ["hybrid: saved index to first answer, s", f"{saved['fit_s']:.2f}", f"{GOAL_START_S}"],
        [
            "hybrid: on disk, GB; saving, CPU s",
            f"{found['hybrid']['disk_mb'] / 1e3:.2f}; {found['hybrid']['save_s']:.0f}",
            "—",
        ],
    ]
    print_table(f"{n:,} songs: goals", ["figure", "measured", "goal"], goals)


def main() -> None:
    """Print the tables, or the figures of one way for the process that prints them."""
    if sys.argv[1:] and not sys.argv[1].isdigit():
        way, n, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
        print(json.dumps(measure_saved(folder) if way == "saved" else measure(way, n, folder)))
        return
    for n in [int(size) for size in sys.argv[1:]] or SIZES:
        measure_size(n)


if __name__ == "__main__":
    main()
