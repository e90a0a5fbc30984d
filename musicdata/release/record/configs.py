"""Configs: how the tables of a workspace become what one call of `load_dataset` reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.definitions import contract as contracts
from musicdata.definitions.contract import Contract
from musicdata.release.record.layout import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHARED = ("sample_id", "split")


@dataclass(frozen=True, slots=True)
class Config:
    """One config of a release.

    Attributes:
        name: of the folder under `data/`, and for `load_dataset`.
        contract: of its rows.
        tables: table → column of the table → column of the config.
    """

    name: str
    contract: Contract
    tables: dict[str, dict[str, str]]

    @property
    def is_split(self) -> bool:
        """Say whether every row belongs to a split."""
        return "split" in column_names(self.contract)


def column_names(contract: Contract) -> list[str]:
    """List the names of a table's columns."""
    return [column.name for column in contract.columns]


def released_tables(tables: Iterable[str]) -> list[str]:
    """List those of `tables` that belong in a release: all that tell of samples, and what these refer to.

    Tables of what samples were cut from (whole songs, say) tell more than the samples do, and stay behind; so do those
    that tell of what was dropped.
    """
    known = {contract.name: contract for contract in contracts_of(sorted(tables))}
    told = [name for name, one in known.items() if set(_SHARED) <= set(column_names(one)) and not one.of_dropped]
    found = list(told)
    while told:
        for target, *_ in known[told.pop()].references.values():
            if target in known and target not in found:
                found.append(target)
                told.append(target)
    return sorted(found)


def contracts_of(tables: Sequence[str]) -> list[Contract]:
    """Return the contracts of tables, each referring to those that are among them."""
    return [contracts.load(name).among(tables) for name in tables]


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
    return [_join(joined), *(Config(c.name, c, {c.name: {n: n for n in column_names(c)}}) for c in alone)]


def _joins(contract: Contract) -> bool:
    """Say whether the table has a row a sample and no vectors, so that its columns may stand beside the sample's."""
    return contract.key == ("sample_id",) and not any(column.is_vector for column in contract.columns)


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
    described = f"One row per sample: {', '.join(contract.name for contract in joined)}."
    return Config(
        SAMPLES,
        Contract(
            name=SAMPLES,
            description=described,
            key=joined[0].key,
            references=joined[0].references,
            columns=tuple(columns),
        ),
        places,
    )
