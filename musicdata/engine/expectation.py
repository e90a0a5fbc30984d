"""How much there is of every table, or will be, as its stage expects: before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions import contract as contracts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.cost import Counts, Expected
    from musicdata.definitions.recipe import Step

_ANY = "*"  # stands for the table where an id is introduced


def expected_of(step: Step, counts: Counts) -> Expected | None:
    """Return how much a stage works on; None where it cannot say, or goes by what nothing is known of.

    Raises:
        InputError: its source cannot be read.
    """
    if step.stage.expect is None:
        return None
    known = _Known(counts)
    try:
        return step.stage.expect(step.parameters, known)
    except KeyError:
        if known.has_failed:
            return None
        raise


class _Known(dict[str, float]):
    """Counts that remember that something was looked for which they do not have."""

    has_failed = False

    def __missing__(self, key: str) -> float:
        self.has_failed = True
        raise KeyError(key)


def counted(step: Step, sealed: Mapping[str, int], expected: Expected | None, before: Counts) -> dict[str, float]:
    """Return what is known of a stage's tables: counted where they are sealed, else as expected.

    Of an id that one table introduces, every later table has as many as that one, unless its stage says otherwise.

    Args:
        step: the stage with its parameters.
        sealed: rows of its tables that are up to date.
        expected: of it; None where it cannot say.
        before: what is known of the tables before it.
    """
    rows = {**(expected.rows if expected else {}), **sealed}
    for table in [table for table in step.stage.outputs if table in rows]:
        contract = contracts.load(table)
        if contract.key == (contract.introduces,):
            rows[f"{_ANY}.{contract.introduces}"] = rows[table]
        for column in contract.columns:
            n = rows.get(f"{_ANY}.{column.name}", before.get(f"{_ANY}.{column.name}"))
            if n is not None:
                rows.setdefault(f"{table}.{column.name}", n)
    return {key: min(n, rows.get(key.partition(".")[0], n)) for key, n in rows.items()}
