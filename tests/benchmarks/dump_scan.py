"""Measures a pass over an archive of AcousticBrainz against ``zstd -dc ARCHIVE | tar -t``, with few and with many wanted.

``python -m tests.benchmarks.dump_scan [ARCHIVE]``; without an archive one of 50,000 made-up documents is
packed first by ``../shared/data/acousticbrainz/make_dump.py``, which takes five minutes and 1.3 GB.

- *zstd and tar* list the archive: two programs, on two processors if there are two. Where nothing else runs they take as
  long as *zstd* alone has the processor, and the scan as long as it has it: by these times the speed is told as well.
- *scan* reads the names and passes over all documents.
- *stage* runs `acousticbrainz.dumps` on the archive with so many recordings wanted, into a Parquet part, in a process
  of its own, whose peak memory is told; it begins with what the program's own imports take.

The sides take turns, and each ratio is of one turn, so that what else the machine does falls on both.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa

from musicdata.definitions import contract as contracts
from musicdata.definitions.stage import Task
from musicdata.sources.acousticbrainz import dump
from musicdata.stages.ingest.acousticbrainz import STAGE, ReadDumps
from musicdata.workspace.parts import PartWriter
from tests.benchmarks.costs import ROOT, Command, measure
from tests.benchmarks.printing import print_table
from tests.songs import DATA

TURNS = 3
SHARES = (0.0, 0.01, 0.1)
ARCHIVE_DOCUMENTS, ARCHIVES = 1_000_000, 30


def main() -> None:
    """Print the tables, or do one part of the work in this process."""
    match sys.argv[1:]:
        case ["--scan", archive]:
            print(sum(1 for _ in dump.scan(_archive(archive), ())))
        case ["--stage", archive, ids]:
            print(_run_stage(archive, Path(ids).read_text("utf-8").split()))
        case [archive]:
            _report(Path(archive))
        case _:
            with tempfile.TemporaryDirectory(prefix="dump-scan-") as folder:
                _report(_packed(Path(folder), 50_000))


def _archive(name: str) -> dump.Archive:
    [archive] = dump.archives(name)
    return archive


def _packed(folder: Path, n_documents: int) -> Path:
    program = DATA / "acousticbrainz" / "make_dump.py"
    arguments = ["--out", str(folder), "--n", str(n_documents), "--kinds", "lowlevel", "--seed", "7"]
    subprocess.run([sys.executable, str(program), *arguments], check=True, stdout=subprocess.DEVNULL)
    return next(folder.rglob("*.tar.zst"))


def _report(archive: Path) -> None:
    listing = Command(["sh", "-c", f"zstd -dc '{archive}' | tar -t"])
    names = [line for line in measure(listing).stdout.splitlines() if line.endswith(".json")]
    ids = sorted({line.rpartition("/")[2][:36] for line in names})
    alone = Command(["zstd", "-dcq", str(archive), "-o", "/dev/null", "-f"])
    turns = [(measure(listing), measure(alone), measure(_self("--scan", archive))) for _ in range(TURNS)]
    rows = [
        [
            *(f"{seconds:.1f}" for seconds in (theirs.wall_s, zstd.cpu_s, ours.wall_s, ours.cpu_s)),
            *(f"{ratio:.2f}" for ratio in (theirs.wall_s / ours.wall_s, zstd.cpu_s / ours.cpu_s)),
        ]
        for theirs, zstd, ours in turns
    ]
    size = f"{len(names):,} documents, {archive.stat().st_size / 1e6:,.0f} MB"
    header = ["zstd and tar, s", "zstd, processor s", "scan, s", "scan, processor s"]
    header += ["speed on the clock", "speed on a machine of one's own"]
    print_table(f"{size}: passing over them (goal: at least 0.5)", header, rows)
    _report_stage(archive, len(names), ids, median(theirs.wall_s for theirs, _, _ in turns))


def _report_stage(archive: Path, n_documents: int, ids: list[str], listing_s: float) -> None:
    rows = []
    for share in SHARES:
        some = sorted(random.Random(0).sample(ids, round(share * len(ids))))
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("\n".join(some))
            file.flush()
            cost = measure(_self("--stage", archive, file.name), memory=True)
        hours = cost.cpu_s / n_documents * ARCHIVE_DOCUMENTS * ARCHIVES / 3600
        peak = f"{cost.peak_mb.get('main', 0):.0f}"
        rows.append([f"{len(some):,}", cost.stdout.strip(), f"{cost.wall_s:.1f}", f"{cost.cpu_s:.1f}"])
        rows[-1] += [f"{listing_s / cost.wall_s:.2f}", peak, f"{hours:.1f}"]
    header = ["recordings wanted", "rows", "s", "processor, s", "speed by zstd and tar", "peak, MB"]
    print_table("The stage (goal: below 300 MB)", [*header, "processor hours of 30 such archives of 1,000,000"], rows)


def _self(*arguments: object) -> Command:
    return Command([sys.executable, "-m", "tests.benchmarks.dump_scan", *map(str, arguments)], ROOT)


class _Recordings:
    """The one table that the stage reads."""

    def __init__(self, ids: list[str]) -> None:
        self._rows = pa.table(
            {"recording_id": pa.array(ids, pa.string()), "recording_id_given": pa.nulls(len(ids), pa.string())}
        )

    def iterate(self, _table: str, columns: list[str]) -> list[pa.Table]:
        """Return the table, in one piece."""
        return [self._rows.select(columns)]


class _Parts:
    """Writes rows as a shard's sink does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.writers: dict[str, PartWriter] = {}

    def write(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        """Append rows to a table's part."""
        if table not in self.writers:
            self.writers[table] = PartWriter(contracts.load(table), self._folder / f"{table}.parquet")
        self.writers[table].write(rows)

    def reject(self, key: str, reason: str, detail: str) -> None:
        """End the benchmark: nothing is spoilt in this archive."""
        sys.exit(f"{key}: {reason}: {detail}")


def _run_stage(archive: str, ids: list[str]) -> int:
    """Run the stage on its one shard; return how many rows it made."""
    parameters, recordings = ReadDumps(input=archive), _Recordings(ids)
    folder = Path(tempfile.mkdtemp(prefix="dump-scan-stage-"))
    try:
        inputs: Any = recordings
        assert STAGE.cut is not None
        [shard] = STAGE.cut(parameters, inputs)
        parts = _Parts(folder)
        STAGE.run(parameters, Task(shard, inputs, parts, folder))
        for writer in parts.writers.values():
            writer.close()
        return sum(writer.rows for writer in parts.writers.values())
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
