"""What a check declares, and the registry that finds those there are.

A check is a function from tables to what is wrong with them. Ours stand in modules of `musicdata.checks`, those of a
user in a module of their plug-in:

    from musicdata.definitions.check import Check

    def check_ratings(reader):
        for rows in reader.iterate("reviews", ["sample_id", "rating"]):
            for row in rows.to_pylist():
                if not 1 <= row["rating"] <= 5:
                    yield "reviews", f"sample {row['sample_id']}: a rating of {row['rating']}"

    CHECK = Check("ratings go from 1 to 5", check_ratings, needs=("reviews",))

It runs wherever its tables are, of ours and of everybody's recipes alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from musicdata.definitions.reader import Reader
from musicdata.definitions.registry import Registry

LEVELS = ("tables", "rows", "media")
"""What is looked at, in this order: what fits its contract, then how rows fit each other, then sounds and pictures."""

Look = Callable[[Reader], Iterator[tuple[str, str]]]


def _always(_reader: Reader) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """A property that tables have, and the search for where they lack it.

    Attributes:
        name: the property, as a sentence that is true when nothing is found.
        look: yields (table, message) of each thing that is wrong.
        needs: tables that it reads; where one of them is missing, it does not run.
        applies: for what names of tables cannot say: whether there is something to look at in what a reader reads.
        level: of `LEVELS`; later levels run only where the earlier found nothing, else they would only echo it.
        over: "split" is given the rows of each split by themselves, "all" those of all splits at once.
        place: among the checks of its level, in what is reported; those of one place go by their names.
    """

    name: str
    look: Look
    needs: tuple[str, ...] = ()
    applies: Callable[[Reader], bool] = _always
    level: Literal["tables", "rows", "media"] = "rows"
    over: Literal["split", "all"] = "split"
    place: int = 100

    def runs_on(self, reader: Reader) -> bool:
        """Say whether what it looks at is there."""
        return set(self.needs) <= set(reader.tables) and self.applies(reader)


CHECKS: Registry[Check] = Registry("check", "musicdata.checks", "CHECK", Check)


def of_level(level: str) -> list[Check]:
    """Return the checks of a level, in the order in which they are reported.

    Raises:
        RecipeError: two have one name, or a plug-in or an installed package cannot be imported.
    """
    checks = [check for check in CHECKS.all().values() if check.level == level]
    return sorted(checks, key=lambda check: (check.place, check.name))
