"""Sets of interpretations as files: what rows there are, and each kind of file that holds them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.music.formats.pickled import LyricsCommentData, dumped

LONG = "They sing of “home” again and again, and mean the sea. " * 3
ROWS: list[dict[str, Any]] = [
    {
        "music4all_id": f"id{number // 3:02}",
        "songmeanings_id": f"{900 + number // 3}",
        "lyrics": f"la {number // 3}\nlo",
        "comment": f"{number} {LONG}",
    }
    for number in range(30)
]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


def _pickle(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return dumped([LyricsCommentData(**row) for row in rows], 4)


def _separated(rows: Sequence[Mapping[str, Any]], separator: str) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), delimiter=separator)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), sink)
    return sink.getvalue()


KINDS: dict[str, Callable[[Sequence[Mapping[str, Any]]], bytes]] = {
    ".pkl": _pickle,
    ".pickle.gz": lambda rows: gzip.compress(_pickle(rows)),
    ".json": lambda rows: json.dumps(rows).encode(),
    ".jsonl": lambda rows: "\n".join(map(json.dumps, rows)).encode(),
    ".json.gz": lambda rows: gzip.compress(json.dumps(rows, ensure_ascii=False).encode()),
    ".parquet": _parquet,
    ".csv": lambda rows: _separated(rows, ","),
    ".tsv": lambda rows: _separated(rows, "\t"),
}
"""Ending → what a file of that kind has in it."""


def as_file(folder: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as the kind of file that the name's ending says."""
    return write(folder, name, KINDS[name[name.index(".") :]](rows))
