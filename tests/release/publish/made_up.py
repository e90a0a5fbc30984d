"""A release made by hand: real record, sums and recipe around files of any bytes, with nothing to compute."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from musicdata.release.publish.publishing import publish
from musicdata.release.record import layout
from musicdata.release.record.files import file_facts, sums_of

SAMPLES = {"train": 7, "valid": 2, "test": 1}
RECIPE = """
[dataset]
name = "musictm"
title = "Made up"
modalities = ["audio", "sheet"]

[[stage]]
use = "ingest.songs"

[release]
complete = "alignment"
licence = "CC-BY-4.0"
description = "Songs <made up> & written down."
authors = [{ family_names = "Ng", given_names = "Ada", orcid = "0000-0002-1825-0097" }]
papers = ["A paper."]
"""


def write_release(
    root: Path, version: str = "1.0.0", view: layout.View = "full", seed: int = 0, more: dict[str, bytes] | None = None
) -> layout.Record:
    """Write a release folder; another seed gives other content, `more` are further files by name."""
    files = {
        "README.md": b"---\nlicense: cc-by-4.0\n---\n# Made up\n" + str(seed).encode(),
        "recipe.toml": RECIPE.encode(),
        "CITATION.cff": b"cff-version: 1.2.0\n",
        "manifests/samples.toml": b"[table]\n",
        "data/samples/train-00000-of-00001.parquet": bytes((seed + i * i) % 251 for i in range(70_000)),
        "data/samples/test-00000-of-00001.parquet": b"PAR1" + bytes([seed]) * 300,
        "data/notes/test-00000-of-00001.parquet": b"",
    } | (more or {})
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    digests = {"sample_id": {split: hashlib.sha256(f"{seed} {split}".encode()).hexdigest() for split in SAMPLES}}
    tables = {
        "samples": layout.Table(config="samples", columns={"sample_id": "sample_id"}, rows=SAMPLES, digests=digests)
    }
    facts: dict[str, Any] = {"stages": [], "sources": {}, "rejects": {}, "tools": {}, "rights": {}}
    record = layout.Record(
        name="musictm",
        title="Made up",
        version=version,
        view=view,
        content_root=layout.content_root(tables),
        tables=tables,
        files=[file_facts(root, root / path) for path in sorted(files)],
        **facts,
    )
    seal(root, record)
    return record


def seal(root: Path, record: layout.Record) -> None:
    """Write `RELEASE.json` and `SHA256SUMS`."""
    (root / layout.RECORD).write_bytes(record.encode())
    (root / layout.SUMS).write_bytes(sums_of(root, record))


def tree(root: Path) -> dict[str, bytes]:
    """Return path → bytes of every file in a folder, but for records that lie beside what was published."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and path.name != layout.PUBLICATION)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def problems(root: Path) -> list[str]:
    """List the files that are not what the record says: enough of a check for these tests."""
    record = layout.read_record(root)
    return [
        file.path for file in record.files if hashlib.sha256((root / file.path).read_bytes()).hexdigest() != file.sha256
    ]


def send(root: Path, url: str, records: Path, **more: Any) -> dict[str, Any]:
    """Publish with nothing forbidden."""
    told: dict[str, Any] = {"verify": problems, "permit": lambda root: None, "records": records} | more
    return publish(root, url, **told)


def copy(root: Path, to: Path) -> Path:
    """Return a copy of a release, to spoil."""
    return Path(shutil.copytree(root, to))
