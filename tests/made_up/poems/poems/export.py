"""An export: a file of JSON lines a split."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from musicdata.release.exports import sample as samples
from musicdata.release.exports.export import Export, Payload
from musicdata.release.exports.folder import Folder
from musicdata.release.reading import shape
from musicdata.release.reading.release import Release


def write(release: Release, folder: Folder) -> None:
    """Write a line a sample."""
    for split, members in groupby(samples.iterate(release), key=lambda sample: sample.split):
        with folder.open(f"{split}.jsonl") as file:
            for sample in members:
                file.write(json.dumps(sample.facts, ensure_ascii=False).encode() + b"\n")


def read(folder: Path, _release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what the lines say."""
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: shape.split_order(path.stem)):
        for line in path.read_text("utf-8").splitlines():
            facts = json.loads(line)
            yield facts["sample_id"], path.stem, {"facts": facts}


EXPORT = Export(name="json-lines", holds="a line a sample", write=write, read=read, carries=("facts",))
