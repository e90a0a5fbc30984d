"""Samples with their notes and their sound or picture, read a few at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

SAMPLES_AT_ONCE = 50  # a row group of media


@dataclass(frozen=True, slots=True)
class Batch:
    """Some samples, in order of their ids.

    Attributes:
        notes: their rows of `alignment`, one a note; of `pairs`, one a sample.
        media: table → its row for each sample.
        spans: rows of `notes` that belong to each sample.
    """

    notes: pa.Table
    media: dict[str, list[dict[str, Any]]]
    spans: list[slice]

    def column(self, name: str, sample: int) -> NDArray[Any]:
        """Return a column of the notes of one sample."""
        values: NDArray[Any] = self.notes.column(name)[self.spans[sample]].to_numpy()
        return values


def iterate(
    inputs: Inputs,
    note_columns: Sequence[str],
    media: dict[str, list[str]],
    first: str | None = None,
    last: str | None = None,
    complete: str = "alignment",
) -> Iterator[Batch]:
    """Yield the complete samples in first..last, with their rows of the tables `media` names.

    Args:
        inputs: the tables.
        note_columns: columns of the table `complete`; `sample_id` must be one.
        media: table with one row a sample → its columns, `sample_id` first.
        first: smallest sample id; None for the first there is.
        last: largest sample id; None for the last there is.
        complete: table that has the complete samples, `alignment` or `pairs`.
    """
    for part in inputs.iterate(complete, list(note_columns), first, last):
        whole = spans(part)
        for begin in range(0, len(whole), SAMPLES_AT_ONCE):
            some = whole[begin : begin + SAMPLES_AT_ONCE]
            notes = part[some[0].start : some[-1].stop]
            ids = strings(pc.unique(notes.column("sample_id")))
            rows = {table: _rows(inputs, table, columns, ids) for table, columns in media.items()}
            yield Batch(notes, rows, spans(notes))


def spans(notes: pa.Table) -> list[slice]:
    """Return the rows of each sample, in order; `notes` has the rows of a sample one after the other."""
    ids = notes.column("sample_id").combine_chunks()
    if not len(ids):
        return []
    new = np.asarray(pc.not_equal(ids[1:], ids[:-1])).astype(bool)
    edges = [0, *(np.flatnonzero(new) + 1).tolist(), len(ids)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _rows(inputs: Inputs, table: str, columns: list[str], ids: list[str]) -> list[dict[str, Any]]:
    by_id = {row["sample_id"]: row for row in inputs.read(table, columns, ids[0], ids[-1]).to_pylist()}
    return [by_id[sample_id] for sample_id in ids]
