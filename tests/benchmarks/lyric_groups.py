"""Groups songs with planted copies of their words, and measures time, memory, recall and precision.

Run as ``python -m tests.benchmarks.lyric_groups [SONGS ...]``; without sizes 40,000 and 290,000, ten minutes, of which
half is the reference's. Words are drawn by Zipf's law; 4 % of the songs have the words of another exactly, 3.9 % with 4 %
of the words and 3 % of the lines changed, 5 % share a chorus with a song that is another. The reference is MinHash as one
writes it first: each song's set of word trigrams, 128 permutations in 32 bands, buckets in dictionaries, every candidate
verified; `rensa` is measured beside it where it is installed. Every method runs in a process of its own.
"""

from __future__ import annotations

import importlib
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.definitions import trial
from musicdata.definitions.arrow import strings
from musicdata.definitions.stage import Task
from musicdata.stages.place.group_lyrics import STAGE, GroupLyrics
from tests.benchmarks.costs import Command, measure
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Shingles = NDArray[np.uint32]

SIZES = (40_000, 290_000)
EXACT, EDITED, SHARED_CHORUS = 0.04, 0.039, 0.05
N_WORDS, WORDS_CHANGED, LINES_LOST = 30_000, 0.04, 0.03
_AT_ONCE = 4096
_PERMUTATIONS, _BANDS, _MIN_JACCARD = 128, 32, 0.45
_PRIME = (1 << 61) - 1


def main() -> None:
    """Print a table for each size."""
    if sys.argv[1:2] == ["--method"]:
        print(json.dumps(_METHODS[sys.argv[2]](Path(sys.argv[3]))))
        return
    for size in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        with tempfile.TemporaryDirectory(prefix="lyric-groups-") as name:
            _write(Path(name), size)
            _report(Path(name), size)


def _report(folder: Path, size: int) -> None:
    rows, reference_s = [], 0.0
    for method in _METHODS:
        cost = measure(Command([sys.executable, "-m", __spec__.name, "--method", method, str(folder)]))
        made = json.loads(cost.stdout.splitlines()[-1])
        if not made:
            rows.append([method, *["not installed"] * 6])
            continue
        reference_s = reference_s or made["cpu_s"]
        rows.append(
            [method, f"{made['cpu_s']:.1f}", f"{reference_s / made['cpu_s']:.1f}", f"{made['mb']:,.0f}",
             *(f"{made[name]:.4f}" for name in ("exact", "edited", "precision"))]
        )  # fmt: skip
    header = ["method", "CPU s", "reference ÷", "peak MB", "recall, exact", "recall, edited", "precision"]
    print_table(f"{size:,} songs", header, rows)


def _write(folder: Path, size: int) -> None:
    """Write the tables of made-up songs, and which of them are copies of which."""
    draw, rng = random.Random("lyric groups"), np.random.default_rng(8)
    words = _vocabulary(draw)
    shares = 1 / np.arange(1, N_WORDS + 1)
    steps = np.cumsum(shares / shares.sum())
    texts: list[str] = []
    origins, kinds = np.arange(size), np.zeros(size, np.int8)
    choruses: list[list[str]] = []
    for number in range(size):
        point = draw.random()
        origin = int(origins[draw.randrange(number)]) if number else 0
        if number and point < EXACT + EDITED:
            kinds[number] = 1 if point < EXACT else 2
            origins[number] = origin
            texts.append(texts[origin] if point < EXACT else _edited(texts[origin], words, draw))
            continue
        length = int(np.clip(rng.lognormal(4.97, 0.5), 30, 1500))
        drawn = [words[place] for place in np.searchsorted(steps, rng.random(length)).tolist()]
        lines = [" ".join(drawn[start : start + 7]) for start in range(0, length, 7)]
        is_shared = choruses and draw.random() < SHARED_CHORUS
        chorus = draw.choice(choruses) if is_shared else lines[: max(2, len(lines) // 8)]
        choruses.append(chorus)
        third = len(lines) // 3 + 1
        verses = [lines[start : start + third] for start in range(0, len(lines), third)]
        texts.append("\n\n".join("\n".join(part) for verse in verses for part in (verse, chorus)))
    order = list(range(size))
    draw.shuffle(order)
    ids = [f"s{place:07d}" for place in order]
    _save(folder, ids, texts, draw)
    np.savez(folder / "truth.npz", place=np.array(order), origin=origins, kind=kinds)


def _vocabulary(draw: random.Random) -> list[str]:
    return [
        "".join(draw.choices("etaoinshrdlucmfwypvbgk", k=1 + min(9, n.bit_length() // 2 + n % 4)))
        for n in range(N_WORDS)
    ]


def _edited(text: str, words: Sequence[str], draw: random.Random) -> str:
    kept = [line for line in text.split("\n") if not line or draw.random() >= LINES_LOST]
    return "\n".join(
        " ".join(draw.choice(words) if draw.random() < WORDS_CHANGED else word for word in line.split())
        for line in kept
    )


def _save(folder: Path, ids: list[str], texts: list[str], draw: random.Random) -> None:
    places = sorted(range(len(ids)), key=ids.__getitem__)
    schemas = {name: contracts.load(name).arrow_schema() for name in ("song_texts", "clean_lyrics")}
    writers = {name: pq.ParquetWriter(folder / f"{name}.parquet", schema) for name, schema in schemas.items()}
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        facts: dict[str, list[Any]] = {
            "song_id": [ids[place] for place in some], "text": [texts[place] for place in some],
            "text_sha256": [f"{place:064x}" for place in some], "source": ["made up"] * len(some),
            "source_row": list(range(start + 1, start + 1 + len(some))), "n_lines": [1] * len(some),
            "n_words": [1] * len(some), "lines_lost": [False] * len(some), "n_removed": [0] * len(some),
            "artist": [f"artist {draw.randrange(len(ids) // 26 + 1)}" for _ in some],
        }  # fmt: skip
        for name, schema in schemas.items():
            rows = {field.name: facts.get(field.name, [None] * len(some)) for field in schema}
            writers[name].write_table(pa.table(rows, schema=schema))
    for writer in writers.values():
        writer.close()


class _Files:
    """Tables in files, read a part at a time as a workspace's are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, table: str, columns: list[str], first: str | None = None, last: str | None = None) -> pa.Table:
        assert first is last is None, "the stage reads whole tables"
        return pq.read_table(self._folder / f"{table}.parquet", columns=columns)

    def digest(self, table: str) -> str:
        return table

    def iterate(self, table: str, columns: list[str]) -> Iterator[pa.Table]:
        with pq.ParquetFile(self._folder / f"{table}.parquet") as file:
            for batch in file.iter_batches(_AT_ONCE, columns=columns):
                yield pa.Table.from_batches([batch])


def _ours(folder: Path) -> dict[str, float]:
    inputs: Any = _Files(folder)
    sink = trial._Sink(STAGE.outputs)
    before_s = time.process_time()
    assert STAGE.cut is not None
    for shard in STAGE.cut(GroupLyrics(), inputs):
        STAGE.run(GroupLyrics(), Task(shard, inputs, sink, folder))
    cpu_s = time.process_time() - before_s
    groups = sink.tables()["lyric_groups"].column("text_group_id").to_pylist()
    return _judged(folder, groups, cpu_s)


def _texts(folder: Path) -> Iterator[list[str]]:
    for part in _Files(folder).iterate("clean_lyrics", ["text"]):
        yield strings(part.column("text"))


def _reference(folder: Path) -> dict[str, float]:
    before_s = time.process_time()
    rng = np.random.default_rng(0)
    factor, offset = rng.integers(1, _PRIME, (2, _PERMUTATIONS), dtype=np.uint64)
    buckets: list[dict[bytes, list[int]]] = [{} for _ in range(_BANDS)]
    sets: list[Shingles] = []
    width = _PERMUTATIONS // _BANDS
    joined = _Joined()
    for texts in _texts(folder):
        for text in texts:
            shingles = _trigrams(text)
            signature = ((shingles.astype(np.uint64)[:, None] * factor + offset) % np.uint64(_PRIME)).min(axis=0)
            candidates = set()
            for band, bucket in enumerate(buckets):
                others = bucket.setdefault(signature[band * width : (band + 1) * width].tobytes(), [])
                candidates.update(others)
                others.append(len(sets))
            sets.append(shingles)
            joined.add(len(sets) - 1, sets, candidates)
    return _judged(folder, joined.groups(), time.process_time() - before_s)


def _rensa(folder: Path) -> dict[str, float]:
    try:
        rensa: Any = importlib.import_module("rensa")
    except ImportError:
        return {}
    before_s = time.process_time()
    index = rensa.RMinHashLSH(threshold=_MIN_JACCARD, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    sets: list[Shingles] = []
    joined = _Joined()
    for texts in _texts(folder):
        for text in texts:
            words = text.split()
            made = rensa.RMinHash(num_perm=_PERMUTATIONS, seed=42)
            made.update([" ".join(words[n : n + 3]) for n in range(len(words) - 2)])
            candidates = set(index.query(made))
            index.insert(len(sets), made)
            sets.append(_trigrams(text))
            joined.add(len(sets) - 1, sets, candidates)
    return _judged(folder, joined.groups(), time.process_time() - before_s)


def _trigrams(text: str) -> Shingles:
    words = text.split()
    hashes = {hash(tuple(words[n : n + 3])) & 0xFFFFFFFF for n in range(max(1, len(words) - 2))}
    return np.fromiter(hashes, np.uint32, len(hashes))


class _Joined:
    """Songs joined to the first they are copies of."""

    def __init__(self) -> None:
        self._parent: list[int] = []

    def add(self, number: int, sets: list[Shingles], candidates: set[int]) -> None:
        """Take the next song in, and join it with the candidates that it is like."""
        self._parent.append(number)
        for other in sorted(candidates):
            shared = len(np.intersect1d(sets[number], sets[other], assume_unique=True))
            if shared >= _MIN_JACCARD * (len(sets[number]) + len(sets[other]) - shared):
                one, two = sorted((self._root(number), self._root(other)))
                self._parent[two] = one

    def groups(self) -> list[int]:
        return [self._root(number) for number in range(len(self._parent))]

    def _root(self, number: int) -> int:
        while self._parent[number] != number:
            number = self._parent[number]
        return number


def _judged(folder: Path, groups: Sequence[Any], cpu_s: float) -> dict[str, float]:
    """Return time, memory, the share of each kind of copies that is in its origin's group, and of pairs that are right."""
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    with np.load(folder / "truth.npz") as truth:
        place, origin, kind = (truth[name] for name in ("place", "origin", "kind"))
    rank = np.argsort(np.argsort(place))  # of each song in the table
    group_of = [groups[row] for row in rank.tolist()]
    found = np.array([group_of[number] == group_of[one] for number, one in enumerate(origin.tolist())])
    pairs = Counter(group_of)
    right = Counter(zip(group_of, origin.tolist(), strict=True))
    n_pairs, n_right = (sum(n * (n - 1) // 2 for n in counts.values()) for counts in (pairs, right))
    return {
        "cpu_s": cpu_s, "mb": mb, "exact": float(found[kind == 1].mean()), "edited": float(found[kind == 2].mean()),
        "precision": n_right / max(1, n_pairs),
    }  # fmt: skip


_METHODS = {"reference": _reference, "rensa 0.5": _rensa, "group_lyrics": _ours}

if __name__ == "__main__":
    main()
