"""Configs: how the tables of a workspace become what one call of `load_dataset` reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata import contract as contracts
from musicdata.contract import Contract
from musicdata.errors import ContractError
from musicdata.release.layout import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHARED = ("sample_id", "split")


@dataclass(frozen=True, slots=True)
class Config:
    """Is one config of a release.

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

    Tables of what samples were cut from (whole songs, say) tell more than the samples do, and stay behind.
    """
    known = sorted(tables)
    found = [name for name in known if set(_SHARED) <= set(column_names(contracts.load(name)))]
    waiting = list(found)
    while waiting:
        for target in contracts.load(waiting.pop()).references.values():
            if target in known and target not in found:
                found.append(target)
                waiting.append(target)
    return sorted(found)


def plan(tables: Sequence[Contract]) -> list[Config]:
    """Return the configs that hold these tables, `samples` first.

    Raises:
        ContractError: there is no table `samples`.
    """
    by_name = {contract.name: contract for contract in tables}
    if SAMPLES not in by_name:
        raise ContractError(f"a release needs a table {SAMPLES!r}; there are {', '.join(sorted(by_name))}")
    others = sorted(name for name, contract in by_name.items() if name != SAMPLES and _joins(contract))
    joined = [by_name[name] for name in (SAMPLES, *others)]
    alone = [by_name[name] for name in sorted(by_name) if name not in {contract.name for contract in joined}]
    return [_join(joined), *(Config(c.name, c, {c.name: {n: n for n in column_names(c)}}) for c in alone)]


def _joins(contract: Contract) -> bool:
    """Say whether the table has a row a sample and no vectors, so that its columns may stand beside the sample's."""
    return contract.key == ("sample_id",) and not any(column.is_vector for column in contract.columns)


def _join(joined: Sequence[Contract]) -> Config:
    times = Counter(name for contract in joined for name in column_names(contract))
    columns, places = list(joined[0].columns), {SAMPLES: {name: name for name in column_names(joined[0])}}
    for contract in joined[1:]:
        names = {
            name: name if name in _SHARED or times[name] == 1 else f"{contract.name}_{name}"
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
