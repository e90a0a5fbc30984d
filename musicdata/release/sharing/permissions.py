"""Which cells of a release show a work that may not be handed on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import introduced_by
from musicdata.errors import ContractError
from musicdata.release.reading.shared import joined_key
from musicdata.release.record.rights import RIGHTS

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Values
    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.reader import ReleaseReader


def content(contract: Contract) -> list[Column]:
    """List the columns of a table that show a work."""
    return [column for column in contract.columns if column.content_of]


@dataclass(slots=True)
class Permissions:
    """Knows the samples of a release whose sound, sheet, lyrics or notes may be handed on.

    What the table `rights` has no row for may not.

    Attributes:
        reader: of the release.
        samples: ids of all its samples, in order.
        allowed: modality → ids of the samples of which it may be handed on.
    """

    reader: ReleaseReader
    samples: Values
    allowed: dict[str, Values]
    _shown: dict[tuple[str, str], Values] = field(default_factory=dict)

    @classmethod
    def of(cls, reader: ReleaseReader) -> Permissions:
        """Read the permissions from the table `rights`."""
        samples = reader.read(introduced_by(reader), ["sample_id"]).column("sample_id").combine_chunks()
        allowed: dict[str, Values] = {}
        if RIGHTS in reader.tables:
            rows = reader.read(RIGHTS, ["sample_id", "modality", "may_redistribute"])
            for modality in sorted(strings(pc.unique(rows.column("modality")))):
                may = pc.and_(rows.column("may_redistribute"), pc.equal(rows.column("modality"), pa.scalar(modality)))
                allowed[modality] = rows.filter(may).column("sample_id").combine_chunks()
        return cls(reader, samples.take(pc.sort_indices(samples)), allowed)

    def withheld_samples(self, modality: str) -> Values:
        """Return the ids of the samples of which the modality may not be handed on, in order."""
        return self.samples.filter(pc.invert(self._is_allowed(self.samples, modality)))

    def needs(self, contract: Contract) -> list[str]:
        """List the columns by which `withheld` tells the rows of a table.

        Raises:
            ContractError: nothing tells which sample a row shows.
        """
        if "sample_id" not in {column.name for column in contract.columns}:
            shown = ", ".join(column.name for column in content(contract))
            raise ContractError(
                f"table {contract.name} shows works ({shown}) without a sample_id, so nobody can say under which "
                "rights they stand; give it one, or leave it out of the release"
            )
        return list(dict.fromkeys(["sample_id", *(contract.key if contract.shown_by else ())]))

    def withheld(self, contract: Contract, rows: pa.Table, modality: str) -> Values:
        """Say of each row whether what it shows of the modality may not be handed on.

        A row that several samples share may be, if one of them may be.
        """
        if contract.shown_by:
            return pc.invert(pc.is_in(joined_key(rows, contract.key), self._shown_by_allowed(contract, modality)))
        return pc.invert(self._is_allowed(rows.column("sample_id"), modality))

    def _is_allowed(self, ids: Values, modality: str) -> Values:
        return pc.is_in(ids, self.allowed.get(modality, pa.array([], pa.string())))

    def _shown_by_allowed(self, contract: Contract, modality: str) -> Values:
        """Return the keys of the rows that a sample shows of which the modality may be handed on."""
        place = contract.name, modality
        if place not in self._shown:
            shown: Values = pa.array([], pa.string())
            for rows in self.reader.iterate(contract.shown_by, [*contract.key, "sample_id"]):
                keys = joined_key(rows.filter(self._is_allowed(rows.column("sample_id"), modality)), contract.key)
                shown = pc.unique(pa.chunked_array([shown, *keys.chunks], pa.string()))
            self._shown[place] = shown.drop_null()
        return self._shown[place]
