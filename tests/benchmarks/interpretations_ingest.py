"""Reads a made-up set of interpretations as large as the papers' from each kind of file, and measures it.

Run as ``python -m tests.benchmarks.interpretations_ingest [N [FOLDER [KIND ...]]]``; 310,315 rows of 20,672 songs where
no number is given. Files that are in FOLDER from an earlier run are taken again. Kinds: pickle, json, parquet.

The words say nothing: only how many there are, and of which length, is like the papers' files.
"""

from __future__ import annotations

import json
import pickle
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks.costs import measure, musicdata
from tests.benchmarks.printing import describe_machine, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

N_ROWS, ROWS_A_SONG = 310_315, 15
KINDS = {"pickle": "rows.pkl", "json": "rows.json", "parquet": "rows.parquet"}
_ROWS_AT_ONCE = 10_000
_STAGE = "ingest.interpretations"


@dataclass
class LyricsCommentData:
    """A row, as the papers' class has it."""

    music4all_id: str
    songmeanings_id: str
    lyrics: str
    comment: str


def rows(n_rows: int) -> Iterator[LyricsCommentData]:
    """Yield rows, those of a song apart from each other."""
    chance = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = np.array(["".join(chance.choice(letters, n)) for n in chance.integers(2, 9, 5_000)])
    lyrics = [
        "\n".join(" ".join(line) for line in chance.choice(words, (n_lines, 7)).tolist())
        for n_lines in chance.integers(15, 50, max(n_rows // ROWS_A_SONG, 1)).tolist()
    ]
    for row in range(n_rows):
        song = row * 7919 % len(lyrics)
        comment = " ".join(chance.choice(words, 45 + int(chance.exponential(95))).tolist())
        if row % 2:
            comment = f"“{comment}”"  # half of real texts have a character beyond Latin-1
        yield LyricsCommentData(f"{song:016d}", str(3_000_000 + song), lyrics[song], comment)


def write(kind: str, path: Path, n_rows: int) -> None:
    """Write the rows as a file of that kind."""
    if kind == "pickle":
        with path.open("wb") as file:
            pickle.dump(list(rows(n_rows)), file, 4)
    elif kind == "json":
        with path.open("w", encoding="utf-8") as text:
            for number, row in enumerate(rows(n_rows)):
                text.write(("," if number else "[") + json.dumps(asdict(row)))
            text.write("]")
    else:
        waiting: list[dict[str, str]] = []
        schema = pa.schema([(name, pa.string()) for name in ("music4all_id", "songmeanings_id", "lyrics", "comment")])
        with pq.ParquetWriter(path, schema) as parquet:
            for row in rows(n_rows):
                waiting.append(asdict(row))
                if len(waiting) == _ROWS_AT_ONCE:
                    parquet.write_table(pa.Table.from_pylist(waiting, schema))
                    waiting.clear()
            parquet.write_table(pa.Table.from_pylist(waiting, schema))


def main() -> None:
    """Print the table."""
    n_rows = int(sys.argv[1]) if sys.argv[1:] else N_ROWS
    kinds = sys.argv[3:] or list(KINDS)
    results = []
    with tempfile.TemporaryDirectory(prefix="interpretations-ingest-") as name:
        folder = Path(sys.argv[2]) if sys.argv[2:] else Path(name)
        for kind in kinds:
            source = folder / KINDS[kind]
            if not source.is_file():
                write(kind, source, n_rows)
            recipe = folder / "ingest.toml"
            recipe.write_text(
                '[dataset]\nname = "ingest"\ntitle = "interpretations"\nmodalities = []\n'
                f'[[stage]]\nuse = "{_STAGE}"\ninput = "{source}"\n',
                "utf-8",
            )
            with tempfile.TemporaryDirectory(dir=folder) as work:
                cost = measure(musicdata("build", recipe, "--work", work), memory=True)
                made = sum(path.stat().st_size for path in Path(work).rglob("*") if path.is_file()) / 1e6
            largest = max(mb for who, mb in cost.peak_mb.items() if who != "together")
            results.append(
                [
                    kind,
                    f"{source.stat().st_size / 1e6:,.0f}",
                    f"{cost.cpu_s:.1f}",
                    f"{cost.wall_s:.0f}",
                    f"{largest:,.0f}",
                    f"{cost.peak_mb['together']:,.0f}",
                    f"{made:,.0f}",
                ]
            )
    print(describe_machine())
    print_table(
        f"{n_rows:,} interpretations read into a workspace",
        ["file", "MB", "CPU s", "s on the clock", "largest process, MB", "all together, MB", "workspace, MB"],
        results,
    )


if __name__ == "__main__":
    main()
