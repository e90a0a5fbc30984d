"""Feature tables: they have exactly the aligned samples, and one making."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.reading import Reader

_MAKING = ["extractor", "extractor_version", "parameters"]


def check_features(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield feature tables that lack an aligned sample, and those whose rows come from different extractors."""
    features = [t for t in reader.tables if reader.contract(t).references.get("sample_id") == "alignment"]
    if not features:
        return
    aligned = pc.unique(reader.read("alignment", ["sample_id"]).column("sample_id"))
    for table in features:
        rows = reader.read(table, ["sample_id", *_MAKING])
        lacking = aligned.filter(pc.invert(pc.is_in(aligned, pc.unique(rows.column("sample_id")))))
        if len(lacking):
            yield table, f"{len(lacking)} aligned samples have no row, e.g. {lacking[0].as_py()}"
        for name in _MAKING:
            if len(said := pc.unique(rows.column(name)).to_pylist()) > 1:
                yield table, f"rows differ in {name}: {said[0]}, {said[1]}"
