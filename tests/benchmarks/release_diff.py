"""Measures what a diff of two releases costs: time, rows a second, peak memory, against pandas; and what verifying costs.

A release of 50,000 samples with small sounds and pictures and 1,000,000 notes, against itself, against one in which 1 % of the
samples each are removed, added and moved to another split and 1 % of the notes changed, and against one whose sounds
and pictures are all encoded anew. Each diff runs in a process of its own. pandas reads the same tables whole, merges
them on the key (outer, with an indicator) and compares column by column; sounds and pictures whose bytes differ it
decodes one after the other. Processor seconds include the start of Python. Run as ``python -m tests.benchmarks.release_diff``; takes about five minutes.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import soundfile
from PIL import Image

from musicdata.definitions import contract as contracts
from musicdata.release.diff import compare as compare_releases
from musicdata.release.reading.release import open_release
from musicdata.release.verify.files import verify
from tests.benchmarks.costs import Command, measure
from tests.benchmarks.printing import print_table
from tests.release import made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.arrow import Array
    from tests.release.made import Made

SAMPLES = 50_000
NOTES = 20
SHARE = 0.01
PER_SAMPLE = ("samples", "audio", "sheets", "alignment")
GOAL_S = 30
GOAL_MB = 500


@dataclass(frozen=True, slots=True)
class Change:
    """Samples that are removed, doubled under a new id, and moved to another split; notes whose pitch changes."""

    removed: Array
    added: Array
    moved: Array
    notes: set[int]

    def samples(self, rows: pa.Table) -> pa.Table:
        """Return the rows of a table with one or several rows a sample as they are after the change."""
        ids = rows["sample_id"]
        is_test = pc.equal(rows["split"], pa.scalar("test"))
        split = pc.if_else(pc.is_in(ids, self.moved), pc.if_else(is_test, "train", "test"), rows["split"])
        changed = rows.set_column(rows.column_names.index("split"), rows.schema.field("split"), split)
        kept = changed.filter(pc.invert(pc.is_in(ids, self.removed)))
        doubled = rows.filter(pc.is_in(ids, self.added))
        parts: list[Any] = [doubled["sample_id"], "x", ""]
        new = pc.binary_join_element_wise(*parts)
        doubled = doubled.set_column(rows.column_names.index("sample_id"), rows.schema.field("sample_id"), new)
        both = pa.concat_tables([kept, doubled])
        order = np.argsort(both["sample_id"].to_numpy(zero_copy_only=False).astype("U9"), kind="stable")
        return both.take(order)

    def pitches(self, rows: pa.Table) -> pa.Table:
        """Return the notes with another pitch in some of the rows."""
        pitches = rows["pitch"].to_numpy().copy()
        some = np.fromiter(self.notes, int)
        pitches[some] = (pitches[some] + 1) % 128
        return made.set_values(rows, "pitch", pitches)


def changed(whole: Made) -> Made:
    """Return the data set with 1 % of the samples each removed, added and moved, and 1 % of the notes changed."""
    rng = np.random.default_rng(1)
    n = int(SAMPLES * SHARE)
    some = rng.choice(SAMPLES, 3 * n, replace=False)
    ids = whole.tables["samples"]["sample_id"].combine_chunks()
    notes = set(rng.choice(SAMPLES * NOTES, int(SAMPLES * NOTES * SHARE), replace=False).tolist())
    removed, added, moved = (ids.take(np.sort(part)) for part in np.split(some, 3))
    change = Change(removed, added, moved, notes)
    whole = whole.with_table("alignment", change.pitches)
    for name in PER_SAMPLE:
        whole = whole.with_table(name, change.samples)
    return whole


def encoded_anew(whole: Made) -> Made:
    """Return the data set with every sound and picture in other bytes."""
    for name in ("audio", "sheets", "note_sheets"):
        whole = whole.with_table(name, _encode_anew)
    return whole


def _encode_anew(rows: pa.Table) -> pa.Table:
    kind = "audio" if "audio" in rows.column_names else "image"
    values: list[Any] = rows[kind].to_pylist()
    seeds = np.array([int(value["path"].split(".")[0]) for value in values])
    media = made.encoded(kind, seeds, anew=True)
    return made.set_values(made.set_values(rows, kind, media), "sha256", made.sha256s(media))


def compare(a: Path, b: Path) -> dict[str, int]:
    """Return what our diff counts."""
    found = compare_releases(open_release(a), open_release(b))
    kinds = ("added", "removed", "moved", "changed", "reencoded")
    return {kind: sum(getattr(table, kind).n for table in found.tables.values()) for kind in kinds}


def compare_with_pandas(a: Path, b: Path) -> dict[str, int]:
    """Return what reading, merging and comparing with pandas counts."""
    total = dict.fromkeys(("added", "removed", "moved", "changed", "reencoded"), 0)
    facts = open_release(a).record.tables
    for name, table in facts.items():
        key = list(contracts.load(name).key)
        ours, theirs = (_read(root, table.config, table.columns) for root in (a, b))
        both = ours.merge(theirs, on=key, how="outer", indicator=True, suffixes=("", "_b"))
        total["removed"] += int((both["_merge"] == "left_only").sum())
        total["added"] += int((both["_merge"] == "right_only").sum())
        both = both[both["_merge"] == "both"]
        for kind, n in _changes(both, [c for c in ours.columns if c not in key]).items():
            total[kind] += n
    return total


def _read(root: Path, config: str, columns: dict[str, str]) -> pd.DataFrame:
    files = sorted((root / "data" / config).glob("*.parquet"))
    parts = [pq.read_table(path, columns=list(columns.values()), partitioning=None).to_pandas() for path in files]
    read: pd.DataFrame = pd.concat(parts, ignore_index=True)
    read.columns = pd.Index(columns)
    return read


def _changes(both: pd.DataFrame, columns: Sequence[str]) -> dict[str, int]:
    anew = np.zeros(len(both), bool)
    differs = {}
    for column in columns:
        old, new = both[column], both[f"{column}_b"]
        differs[column] = ((old != new) & ~(old.isna() & new.isna())).to_numpy(copy=True)
    for column, decode in (("audio", _pcm), ("image", _pixels)):
        for row in np.flatnonzero(differs.get(column, np.zeros(0, bool))):
            old, new = (decode(both[name].iloc[row]["bytes"]) for name in (column, f"{column}_b"))
            if np.array_equal(old, new):
                anew[row] = True
                differs[column][row] = differs["sha256"][row] = False
    moved = differs.pop("split", np.zeros(len(both), bool))
    changes = np.logical_or.reduce(list(differs.values())) if differs else np.zeros(len(both), bool)
    return {"moved": int(moved.sum()), "reencoded": int(anew.sum()), "changed": int(changes.sum())}


def _pcm(data: bytes) -> Any:
    return soundfile.read(io.BytesIO(data), dtype="int16")[0]


def _pixels(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)))


WAYS = {"ours": compare, "pandas": compare_with_pandas}


def run_one(way: str, a: Path, b: Path) -> None:
    """Run one of the ways and print its time and counts as JSON."""
    start = time.perf_counter()
    found = WAYS[way](a, b)
    print(json.dumps([time.perf_counter() - start, found]))


def measure_case(name: str, a: Path, b: Path) -> list[object]:
    """Return a row of the table."""
    figures = {}
    for way in WAYS:
        argv = [sys.executable, "-m", "tests.benchmarks.release_diff", way, str(a), str(b)]
        cost = measure(Command(argv, env={"OMP_NUM_THREADS": "1"}), memory=True)
        wall_s, found = json.loads(cost.stdout)
        figures[way] = (wall_s, cost.cpu_s, found, cost.peak_mb["main"])
    (ours_s, ours_cpu_s, found, ours_mb), (theirs_s, theirs_cpu_s, expected, theirs_mb) = (
        figures["ours"],
        figures["pandas"],
    )
    rows = sum(sum(table.rows.values()) for table in open_release(a).record.tables.values())
    counts = ", ".join(f"{n:,} {kind}" for kind, n in found.items() if n) or "none"
    return [
        name,
        f"{ours_s:.2f}",
        f"{ours_cpu_s:.1f}",
        f"{rows / ours_s:,.0f}",
        f"{ours_mb:.0f}",
        f"{theirs_s:.2f}",
        f"{theirs_cpu_s:.1f}",
        f"{theirs_mb:.0f}",
        f"× {theirs_s / ours_s:.1f}",
        counts + ("" if found == expected else f" (pandas: {expected})"),
    ]


def measure_verification(root: Path) -> list[list[object]]:
    """Return the rows of the table of verification."""
    size_mb = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) / 1e6
    rows = []
    for name, deep in (("hashes, schemas, keys, splits", False), ("the digest of every column too", True)):
        start = time.perf_counter()
        problems = verify(root, deep=deep)
        wall_s = time.perf_counter() - start
        rows.append([name, f"{size_mb:.0f}", f"{wall_s:.2f}", f"{size_mb / wall_s:.0f}", len(problems)])
    return rows


def main() -> None:
    """Print the tables."""
    whole = made.data_set(SAMPLES, NOTES)
    with tempfile.TemporaryDirectory(prefix="release-diff-") as name:
        folder = Path(name)
        first = whole.write(folder / "first").root
        cases = {
            "identical": whole,
            "1 % removed, added, moved, changed": changed(whole),
            "all sounds and pictures encoded anew": encoded_anew(whole),
        }
        others = [
            (case, case_data.write(folder / f"other-{number}", "1.0.1").root)
            for number, (case, case_data) in enumerate(cases.items())
        ]
        print_table(
            f"Diff of {SAMPLES:,} samples and {SAMPLES * NOTES:,} notes of 23 columns (goal: less than {GOAL_S} s, "
            f"less than {GOAL_MB} MB)",
            [
                "case",
                "s",
                "CPU s",
                "rows/s",
                "MB",
                "pandas, s",
                "CPU s",
                "MB",
                "faster",
                "rows that differ, all tables",
            ],
            [measure_case(case, first, other) for case, other in others],
        )
        print_table("Verification of the first", ["what", "MB", "s", "MB/s", "problems"], measure_verification(first))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        run_one(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
