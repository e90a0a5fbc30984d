"""Releases that were changed and whose record and sums fit them all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from musicdata.release.record import layout
from musicdata.release.record.files import file_facts, sums_of


def reseal(root: Path, change: Callable[[dict[str, Any]], object] = lambda _record: None) -> None:
    """Write record and sums anew, so that every hash fits."""
    raw = json.loads((root / layout.RECORD).read_bytes())
    change(raw)
    raw["files"] = [file_facts(root, root / file["path"]).model_dump() for file in raw["files"]]
    record = layout.Record.model_validate(raw)
    (root / layout.RECORD).write_bytes(record.encode())
    (root / layout.SUMS).write_bytes(sums_of(root, record))
