"""What a release has stored: its configs as the record tells them, and rows that several samples share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.release.record import shown
from musicdata.release.record.configs import Config, column_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.reader import ReleaseReader
    from musicdata.release.record.layout import Record


def configs(record: Record, contracts: Mapping[str, Contract]) -> list[Config]:
    """Return the configs of a release, as their data files have them.

    Args:
        record: of the release.
        contracts: table → contract, of the tables that are wanted, with the columns that are wanted.
    """
    return [_config(one, record, contracts) for one in shown.configs(record, contracts)]


def _config(one: shown.Shown, record: Record, contracts: Mapping[str, Contract]) -> Config:
    facts = record.tables | record.added
    tables = {name: {c: facts[name].columns[c] for c in column_names(contracts[name])} for name in one.tables}
    if list(tables) == [one.name]:
        return Config(one.name, contracts[one.name], tables)
    joined = contracts[one.tables[0]].model_copy(
        update={
            "name": one.name,
            "description": f"One row per sample: {', '.join(one.tables)}.",
            "columns": tuple(column for _, column in one.columns),
        }
    )
    return Config(one.name, joined, tables)


def first_samples(reader: ReleaseReader, contract: Contract, gone: pa.Array) -> pa.Table:
    """Return the key of every row of a shared table that a sample not in `gone` shows, with the first such sample."""
    key = list(contract.key)
    found = contract.arrow_schema().empty_table().select([*key, "sample_id"])
    for rows in reader.iterate(contract.shown_by, [*key, "sample_id"]):
        kept = rows.filter(pc.invert(pc.is_in(rows.column("sample_id"), gone)))
        both = pa.concat_tables([found.select(kept.column_names), kept])
        first = both.group_by(key, use_threads=False).aggregate([("sample_id", "min")])
        found = first.rename_columns([*key, "sample_id"]).cast(kept.schema)
    return found


def joined_key(rows: pa.Table, key: tuple[str, ...]) -> pa.ChunkedArray:
    """Return the values of several columns as one text; empty where one of them is."""
    return pc.binary_join_element_wise(*(rows.column(name) for name in key), "\x1f")
