"""The table of rights, as the record of a release counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

RIGHTS = "rights"
"""Table that says of each sample and modality what may be done with it; the program itself makes it."""

COUNTED = ["sample_id", "modality", "rights"]
"""Columns of it that `counted` needs."""


def counted(rows: pa.Table) -> dict[str, dict[str, int]]:
    """Count rows of the table `rights`: modality → rights value → samples."""
    counts: dict[str, dict[str, int]] = {}
    sums = rows.group_by(["modality", "rights"], use_threads=False).aggregate([("sample_id", "count")])
    for row in sorted(sums.to_pylist(), key=lambda row: (row["modality"], row["rights"])):
        counts.setdefault(row["modality"], {})[row["rights"]] = row["sample_id_count"]
    return counts
