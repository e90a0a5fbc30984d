"""What a release shows: its configs with the columns that are there, named as they are in the data files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.release.record.configs import column_names
from musicdata.release.record.layout import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.contract import Column, Contract
    from musicdata.release.record.layout import Record


@dataclass(frozen=True, slots=True)
class Shown:
    """One config as it can be seen.

    Attributes:
        name: of the config.
        description: what a row is.
        key: columns that name a row.
        references: column → config and column of it in which its values are found.
        columns: named as in the data files, each with the table it comes from.
        tables: the tables it joins.
    """

    name: str
    description: str
    key: tuple[str, ...]
    references: dict[str, tuple[str, str]]
    columns: tuple[tuple[str, Column], ...]
    tables: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """List the names of the columns."""
        return [column.name for _, column in self.columns]


def configs(record: Record, contracts: Mapping[str, Contract]) -> list[Shown]:
    """Return the configs of a release, `samples` first; tables without a contract are not shown.

    Args:
        record: of the release, in whatever view.
        contracts: table → contract as this view has it.
    """
    tables = {name: table for name, table in (record.tables | record.added).items() if name in contracts}
    places = {name: (table.config, table.columns) for name, table in tables.items()}
    names = sorted({table.config for table in tables.values()}, key=lambda name: (name != SAMPLES, name))
    return [_config(name, places, contracts) for name in names]


def _config(name: str, places: Mapping[str, tuple[str, dict[str, str]]], contracts: Mapping[str, Contract]) -> Shown:
    tables = sorted(
        (t for t, (config, _) in places.items() if config == name),
        key=lambda table: (table != name and not contracts[table].introduces, table),
    )
    columns: dict[str, tuple[str, Column]] = {}
    for table in tables:
        for column in contracts[table].columns:
            place = places[table][1].get(column.name, column.name)
            columns.setdefault(place, (table, column.model_copy(update={"name": place})))
    first = contracts[tables[0]]
    return Shown(
        name,
        " ".join(contracts[table].description for table in tables),
        tuple(column for column in first.key if column in columns),
        {c: target for t in tables for c, target in _references(name, contracts[t], places, contracts) if c in columns},
        tuple(columns.values()),
        tuple(tables),
    )


def _references(
    config: str,
    contract: Contract,
    places: Mapping[str, tuple[str, dict[str, str]]],
    contracts: Mapping[str, Contract],
) -> list[tuple[str, tuple[str, str]]]:
    """List column → config and column it refers to, those inside the config left out."""
    found = []
    for column, told in contract.references.items():
        table = next((table for table in told if table in places), told[0])
        if table in places and places[table][0] != config:
            names = column_names(contracts[table])
            target = column if column in names else contracts[table].key[0]
            found.append((column, (places[table][0], places[table][1].get(target, target))))
    return found
