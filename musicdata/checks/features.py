"""Feature tables: they have exactly the complete samples, and one making."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from musicdata.definitions.check import Check
from musicdata.definitions.contract import completing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader

_MAKING = ("extractor", "extractor_version", "parameters", "tokenizer")
_ALIGNED, _PAIRED = "alignment", "pairs"
# Of these, songs need not have every table; checks of their own say which they need.
_PARTLY = ("lyric_samples", "interpretation_samples")


def check_features(reader: Reader, home: str, noun: str) -> Iterator[tuple[str, str]]:
    """Yield tables that lack a complete sample, and those whose rows come from different extractors.

    Args:
        reader: reads them.
        home: table of the complete samples.
        noun: for these, in messages.
    """
    complete = pc.unique(reader.read(home, ["sample_id"]).column("sample_id"))
    for table in _tables_of(reader, home):
        making = [column.name for column in reader.contract(table).columns if column.name in _MAKING]
        rows = reader.read(table, ["sample_id", *making])
        lacking = complete.filter(pc.invert(pc.is_in(complete, pc.unique(rows.column("sample_id")))))
        if len(lacking):
            yield table, f"{len(lacking)} {noun} have no row, e.g. {lacking[0].as_py()}"
        for name in making:
            if len(values := pc.unique(rows.column(name)).to_pylist()) > 1:
                yield table, f"rows differ in {name}: {values[0]}, {values[1]}"


def _tables_of(reader: Reader, home: str) -> list[str]:
    return [t for t in reader.tables if reader.contract(t).references.get("sample_id") == (home,)]


def _check_other_features(reader: Reader) -> Iterator[tuple[str, str]]:
    return check_features(reader, completing(reader), "complete samples")


def _has_another_home(reader: Reader) -> bool:
    home = completing(reader)
    return home not in ("", _ALIGNED, _PAIRED, *_PARTLY) and bool(_tables_of(reader, home))


CHECKS = (
    Check(
        "features are of every aligned sample, by one extractor",
        partial(check_features, home=_ALIGNED, noun="aligned samples"),
        needs=(_ALIGNED,),
        place=90,
    ),
    Check(
        "features, tokens and runs are of every pair, by one extractor",
        partial(check_features, home=_PAIRED, noun="pairs"),
        needs=(_PAIRED,),
        place=90,
    ),
    Check(
        "features are of every complete sample, by one extractor",
        _check_other_features,
        applies=_has_another_home,
        place=90,
    ),
)
