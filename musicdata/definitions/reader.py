"""What reads tables: as a stage does, and as everybody else does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from musicdata.definitions.contract import Contract


class Inputs(Protocol):
    """The tables a stage reads, as the stages before it sealed them."""

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        """Return rows whose first key column lies in first..last, both included; by default no media and no vectors."""
        ...

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        """Yield the same rows part by part; what has one value of the first key column is never torn apart."""
        ...

    def digest(self, table: str) -> str:
        """Return the content hash of a whole table."""
        ...


@dataclass(frozen=True, slots=True)
class Reject:
    """An item that a stage dropped.

    Attributes:
        key: of the item.
        reason: short code, e.g. ``not_english``; `detail` the same for people.
    """

    key: str
    reason: str
    detail: str


class Reader(Inputs, Protocol):
    """Reads tables, in order of their keys."""

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        ...

    def contract(self, table: str) -> Contract:
        """Return the contract of `table`."""
        ...

    def n_rows(self, table: str) -> int:
        """Return how many rows `table` has."""
        ...

    def parameters(self, stage: str) -> dict[str, Any]:
        """Return what a stage ran with; nothing for one that did not run."""
        ...

    def locations(self, stage: str) -> dict[str, str]:
        """Return the parameters of a stage that say where its input lies; nothing where that is not known."""
        ...

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the items that were dropped, as rows of the `rejects` contract."""
        ...
