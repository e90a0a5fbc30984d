"""The space of song texts: which songs lie near one another by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import introduced_by
from musicdata.definitions.joint_space import JointSpace, unit_rows
from musicdata.errors import UsageError
from musicdata_baselines.search.corpus import WHOLE_SONG
from musicdata_baselines.suites.text_search.reading import read_vectors, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.search import Vectors
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings


def join(data: TableSource, settings: TextSearchSettings, progress: Callable[[str], None]) -> JointSpace:
    """Return the space of the encoder that read most songs; it has one view, and songs it did not read are left out.

    Raises:
        UsageError: no song has a vector.
    """
    home = introduced_by(data)
    ids = np.array(sorted(strings(data.table(home, ["sample_id"]).column("sample_id"))), dtype=np.str_)
    number_of = {sample_id: number for number, sample_id in enumerate(ids.tolist())}
    best, name, vectors = _songs_of(None), "", None
    for encoder, path in settings.vectors.items():
        if path.partition(".")[0] not in data.tables:
            continue
        progress(f"vectors of {encoder}")
        found = read_vectors(data, path, number_of)
        if len(_songs_of(found)) > len(best):
            best, name, vectors = _songs_of(found), encoder, found
    if vectors is None:
        raise UsageError(f"{data.root} has no vectors of songs: build with an encoder, see musicdata doctor")
    kept = ids[vectors.song[best]]
    left_out = len(ids) - len(kept)
    notes = (f"{left_out:,} songs that {name} does not read are left out.",) if left_out else ()
    return JointSpace(
        sample_ids=kept,
        views={"lyrics": unit_rows(vectors.vectors[best])},
        method=f"sentence vectors of {name}, a song as a whole",
        split=texts_of(data, f"{home}.split", kept),
        groups=texts_of(data, settings.relevance_group, kept),
        notes=notes,
    )


def _songs_of(vectors: Vectors | None) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the rows that are of whole songs."""
    return np.flatnonzero(vectors.section == WHOLE_SONG) if vectors is not None else np.empty(0, np.intp)
