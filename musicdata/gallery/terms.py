"""Of which samples a work may be shown to others, as the table of rights says, and why not of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import SAMPLE_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Reader

RIGHTS = "rights"
"""Table that says of each sample and modality what may be done with it; the program itself makes it."""
NOT_RECORDED = "rights not recorded"


@dataclass(frozen=True, slots=True)
class Terms:
    """The rights of a data set's samples.

    Attributes:
        allowed: modality → ids of the samples of which it may be handed on.
        others: modality → ids of the samples of which it may not, and, in the same order, their licence or rights.
    """

    allowed: dict[str, Values]
    others: dict[str, tuple[Values, Values]]

    @classmethod
    def of(cls, reader: Reader) -> Terms:
        """Read them from the table of rights; where there is none, nothing may be handed on."""
        allowed: dict[str, Values] = {}
        others: dict[str, tuple[Values, Values]] = {}
        if RIGHTS in reader.tables:
            rows = reader.read(RIGHTS, [SAMPLE_ID, "modality", "rights", "licence", "may_redistribute"])
            for modality in sorted(strings(pc.unique(rows.column("modality")))):
                of_it = rows.filter(pc.equal(rows.column("modality"), pa.scalar(modality)))
                may = of_it.column("may_redistribute")
                allowed[modality] = of_it.filter(may).column(SAMPLE_ID).combine_chunks()
                rest = of_it.filter(pc.invert(may))
                others[modality] = rest.column(SAMPLE_ID).combine_chunks(), _as_said(rest)
        return cls(allowed, others)

    def may(self, ids: Values, modality: str) -> NDArray[np.bool_]:
        """Say of each sample whether the modality of it may be handed on."""
        none: Values = pa.array([], pa.string())
        mask: NDArray[np.bool_] = np.asarray(pc.is_in(ids, self.allowed.get(modality, none)))
        return mask

    def reasons(self, ids: Values, modality: str) -> list[str]:
        """Say of each sample that may not be handed on why: its licence, or its rights where there is none."""
        known_ids, rights = self.others.get(modality, (pa.array([], pa.string()), pa.array([], pa.string())))
        places = pc.index_in(ids, known_ids)
        return [NOT_RECORDED if right is None else right for right in rights.take(places).to_pylist()]


def _as_said(rows: pa.Table) -> Values:
    said: Values = pc.coalesce(rows.column("licence"), rows.column("rights")).combine_chunks()
    return said


def count(reasons: Sequence[str]) -> str:
    """Return how many samples stay out for which reason, ``unknown 42, research_only 3``."""
    return ", ".join(f"{reason.replace('_', ' ')} {reasons.count(reason):,}" for reason in sorted(set(reasons)))
