"""Configs: how the tables of a workspace become what one call of `load_dataset` reads, and how a release has them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.definitions import contract as contracts
from musicdata.definitions.contract import SAMPLE_ID, Contract
from musicdata.release.record.layout import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from musicdata.definitions.column import Column
    from musicdata.definitions.family import Group
    from musicdata.release.record.layout import Record, Table

_SHARED = (SAMPLE_ID, "split")


@dataclass(frozen=True, slots=True)
class Config:
    """One config of a release.

    Attributes:
        name: of the folder under `data/`, and for `load_dataset`.
        contract: of its rows, as its data files have them.
        tables: table → column of the table → column of the config; the table that names the rows first.
        description: what a row is, in the words of all its tables.
        references: column → config and column of it in which its values are found; of a release only.
    """

    name: str
    contract: Contract
    tables: dict[str, dict[str, str]]
    description: str
    references: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """List the names of the columns."""
        return column_names(self.contract)

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns that name a row, as far as they are there."""
        return tuple(column for column in self.contract.key if column in self.names)

    @property
    def columns(self) -> list[tuple[str, Column]]:
        """List the columns, each with the table it comes from."""
        owners: dict[str, str] = {}
        for table, places in self.tables.items():
            for place in places.values():
                owners.setdefault(place, table)
        return [(owners[column.name], column) for column in self.contract.columns]

    @property
    def groups(self) -> list[tuple[str, Group]]:
        """List the columns as people read of them, a family at a time, each with the table it comes from."""
        owners = {column.name: table for table, column in self.columns}
        return [(owners[group.columns[0].name], group) for group in self.contract.groups()]

    @property
    def is_split(self) -> bool:
        """Say whether every row belongs to a split."""
        return "split" in column_names(self.contract)


def column_names(contract: Contract) -> list[str]:
    """List the names of a table's columns."""
    return [column.name for column in contract.columns]


def released(tables: Iterable[Contract]) -> list[Contract]:
    """Return those of a workspace's contracts that belong in a release: what tells of samples, and what this refers to.

    Tables of what samples were cut from (whole songs, say) tell more than the samples do, and stay behind; so do those
    that tell of what was dropped. Each refers to those that are among them.
    """
    every = {contract.name: contract for contract in tables}
    known = {name: every[name].among(sorted(every)) for name in sorted(every)}
    pending = [name for name, one in known.items() if set(_SHARED) <= set(column_names(one)) and not one.of_dropped]
    names = list(pending)
    while pending:
        for target, *_ in known[pending.pop()].references.values():
            if target in known and target not in names:
                names.append(target)
                pending.append(target)
    return among([every[name] for name in sorted(names)])


def among(tables: Sequence[Contract]) -> list[Contract]:
    """Return contracts, each referring to those that are among them."""
    names = [contract.name for contract in tables]
    return [contract.among(names) for contract in tables]


def plan(tables: Sequence[Contract]) -> list[Config]:
    """Return the configs that hold these tables, `samples` first: all that have a row a sample, side by side.

    Raises:
        ContractError: no table introduces samples.
    """
    by_name = {contract.name: contract for contract in tables}
    home = contracts.introducing(tables).name
    others = sorted(name for name, contract in by_name.items() if name != home and _joins(contract))
    joined = [by_name[name] for name in (home, *others)]
    alone = [by_name[name] for name in sorted(by_name) if name not in {contract.name for contract in joined}]
    return [_join(joined), *(alone_in_config(contract) for contract in alone)]


def alone_in_config(contract: Contract) -> Config:
    """Return the config of a table that stands by itself."""
    return Config(
        contract.name, contract, {contract.name: {n: n for n in column_names(contract)}}, contract.description
    )


def _joins(contract: Contract) -> bool:
    """Say whether the table has a row for each sample and no arrays: its columns may stand beside the sample's."""
    is_whole = contract.key == (SAMPLE_ID,) and not contract.partial
    return is_whole and not any(column.is_array for column in contract.columns)


def _join(joined: Sequence[Contract]) -> Config:
    """Put tables beside each other.

    A column whose name several have is called after its table, but for that of the table that introduces samples and,
    after it, of the one that completes them.
    """
    times = Counter(name for contract in joined for name in column_names(contract))
    columns, places = list(joined[0].columns), {joined[0].name: {name: name for name in column_names(joined[0])}}
    home = set(column_names(joined[0]))
    for contract in joined[1:]:
        owned = {n for n in column_names(contract) if times[n] == 1 or (contract.completes and n not in home)}
        names = {
            name: name if name in _SHARED or name in owned else f"{contract.name}_{name}"
            for name in column_names(contract)
        }
        places[contract.name] = names
        columns += [
            column.model_copy(update={"name": names[column.name]})
            for column in contract.columns
            if column.name not in _SHARED
        ]
    contract = Contract(
        name=SAMPLES,
        description=_rows_of(places),
        key=joined[0].key,
        references=joined[0].references,
        columns=tuple(columns),
    )
    return Config(SAMPLES, contract, places, " ".join(contract.description for contract in joined))


def _rows_of(tables: Iterable[str]) -> str:
    return f"One row per sample: {', '.join(tables)}."


def of_release(record: Record, contracts: Mapping[str, Contract]) -> list[Config]:
    """Return the configs of a release as their data files have them, `samples` first.

    Args:
        record: of the release, in whatever view.
        contracts: table → contract, of the tables that are wanted, with the columns that are wanted.
    """
    facts = {name: table for name, table in (record.tables | record.added).items() if name in contracts}
    names = sorted({table.config for table in facts.values()}, key=lambda name: (name != SAMPLES, name))
    return [_of_release(name, facts, contracts) for name in names]


def _of_release(name: str, facts: Mapping[str, Table], contracts: Mapping[str, Contract]) -> Config:
    tables = sorted(
        (table for table, one in facts.items() if one.config == name),
        key=lambda table: (table != name and contracts[table].introduces != SAMPLE_ID, table),
    )
    places = {table: {c: facts[table].columns[c] for c in column_names(contracts[table])} for table in tables}
    columns: dict[str, Column] = {}
    for table in tables:
        for column in contracts[table].columns:
            place = places[table][column.name]
            columns.setdefault(place, column.model_copy(update={"name": place}))
    contract = contracts[tables[0]]
    if tables != [name]:
        changes = {"name": name, "description": _rows_of(tables), "columns": tuple(columns.values())}
        contract = contract.model_copy(update=changes)
    description = " ".join(contracts[table].description for table in tables)
    references = {
        column: target
        for table in tables
        for column, target in _references(name, contracts[table], facts, contracts)
        if column in columns
    }
    return Config(name, contract, places, description, references)


def _references(
    config: str, contract: Contract, facts: Mapping[str, Table], contracts: Mapping[str, Contract]
) -> list[tuple[str, tuple[str, str]]]:
    """List column → config and column it refers to, those inside the config left out."""
    references = []
    for column, tables in contract.references.items():
        table = next((table for table in tables if table in facts), tables[0])
        if table in facts and facts[table].config != config:
            target = column if column in column_names(contracts[table]) else contracts[table].key[0]
            references.append((column, (facts[table].config, facts[table].columns.get(target, target))))
    return references
