"""Rows that several samples share: which of them are shown, and by which sample first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.contract import SAMPLE_ID

if TYPE_CHECKING:
    from musicdata.definitions.arrow import ChunkedArray, Values
    from musicdata.definitions.contract import Contract
    from musicdata.definitions.reader import Inputs


def first_samples(reader: Inputs, contract: Contract, samples: Values) -> pa.Table:
    """Return the key of every row of a shared table that some samples show, with the first of them that does.

    Args:
        reader: of a workspace or a release.
        contract: of the shared table.
        samples: ids of the samples that count.
    """
    key = list(contract.key)
    firsts = contract.arrow_schema().empty_table().select([*key, SAMPLE_ID])
    for rows in reader.iterate(contract.shown_by, [*key, SAMPLE_ID]):
        kept = rows.filter(pc.is_in(rows.column(SAMPLE_ID), samples))
        both = pa.concat_tables([firsts.select(kept.column_names), kept])
        first = both.group_by(key, use_threads=False).aggregate([(SAMPLE_ID, "min")])
        firsts = first.rename_columns([*key, SAMPLE_ID]).cast(kept.schema)
    return firsts


def joined_key(rows: pa.Table, key: tuple[str, ...]) -> ChunkedArray:
    """Return the values of several columns as one text; empty where one of them is."""
    parts: list[Any] = [*(rows.column(name) for name in key), "\x1f"]
    joined: ChunkedArray = pc.binary_join_element_wise(*parts)
    return joined


def places_in(rows: pa.Table, first: pa.Table, key: tuple[str, ...]) -> Values:
    """Return where the key of each row stands in `first`, of what `first_samples` returns; empty where it does not."""
    return pc.index_in(joined_key(rows, key), joined_key(first, key))
