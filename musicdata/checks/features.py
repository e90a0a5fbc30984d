"""Feature tables: they have exactly the complete samples, and one making."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from musicdata.definitions.contract import completing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader

_MAKING = ("extractor", "extractor_version", "parameters", "tokenizer")
_NOUN = {"alignment": "aligned samples", "pairs": "pairs"}


def check_features(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield tables that lack a complete sample, and those whose rows come from different extractors."""
    home = completing(reader)
    tables = [t for t in reader.tables if reader.contract(t).references.get("sample_id") == (home,)]
    if not home or not tables:
        return
    complete = pc.unique(reader.read(home, ["sample_id"]).column("sample_id"))
    for table in tables:
        making = [column.name for column in reader.contract(table).columns if column.name in _MAKING]
        rows = reader.read(table, ["sample_id", *making])
        lacking = complete.filter(pc.invert(pc.is_in(complete, pc.unique(rows.column("sample_id")))))
        if len(lacking):
            yield table, f"{len(lacking)} {_NOUN.get(home, 'samples')} have no row, e.g. {lacking[0].as_py()}"
        for name in making:
            if len(said := pc.unique(rows.column(name)).to_pylist()) > 1:
                yield table, f"rows differ in {name}: {said[0]}, {said[1]}"
