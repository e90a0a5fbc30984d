"""What tombstones take down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.release.record.layout import Tombstone

ID_OF = {"samples": "sample_id", "songs": "song_id", "song_groups": "group_id"}


def is_gone(samples: pa.Table, stones: Sequence[Tombstone]) -> pa.ChunkedArray:
    """Say of each sample whether a tombstone takes it down; the table has its ids, as far as there are any."""
    found = pa.chunked_array([pa.array(np.zeros(len(samples), bool))])
    for table, column in ID_OF.items():
        ids = pa.array([stone.id for stone in stones if stone.table == table], pa.string())
        if column in samples.column_names:
            found = pc.or_(found, pc.is_in(samples.column(column), ids))
    return found
