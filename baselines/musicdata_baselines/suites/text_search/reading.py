"""Reads columns of tables by id, whatever the order of the rows: a release has them split after split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata_baselines.columns import samples_column
from musicdata_baselines.search import SectionTable, Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource


def texts_of(work: TableSource, path: str, ids: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return likewise a column of texts; "" where it has none."""
    return np.array([value if value is not None else "" for value in samples_column(work, path, ids)], dtype=np.str_)


def read_sections(work: TableSource, path: str, number_of: Mapping[str, int]) -> SectionTable:
    """Return the sections of songs, in order of song and index, without those that repeat an earlier one.

    Args:
        work: a workspace or a release.
        path: the column with the first line; its table is keyed by song and number of the section.
        number_of: id → number of the song; sections of other songs are left out.
    """
    name, column = path.split(".")
    parts: list[NDArray[np.int32]] = [np.empty((4, 0), np.int32)]
    columns = ["section_index", column, "n_lines"]
    for rows in work.iterate(name, ["sample_id", "repeat_of", *columns]):
        kept = rows.filter(pc.is_null(rows.column("repeat_of")))
        song = _numbers(kept, number_of)
        values = np.stack([song, *(kept.column(one).to_numpy().astype(np.int32) for one in columns)])
        parts.append(values[:, song >= 0])
    table = np.concatenate(parts, axis=1)
    return SectionTable(*table[:, np.lexsort((table[1], table[0]))])


def read_vectors(work: TableSource, path: str, number_of: Mapping[str, int]) -> Vectors | None:
    """Return the vectors of songs and sections, in order of song and section; None where there is none.

    Args:
        work: a workspace or a release.
        path: the column with the vector; its table is keyed by song and number of the section.
        number_of: id → number of the song; vectors of other songs are left out.
    """
    name, column = path.split(".")
    contract = work.contract(name)
    songs, sections, vectors = [], [], []
    weights = ""
    for rows in work.iterate(name, ["sample_id", "section_index", column, "weights_sha256"]):
        song = _numbers(rows, number_of)
        known = song >= 0
        if not known.any():
            continue
        songs.append(song[known])
        sections.append(rows.column("section_index").to_numpy().astype(np.int32)[known])
        vectors.append(contract.column(column).unpack(rows.column(column).combine_chunks())[known])
        weights = rows.column("weights_sha256")[0].as_py()
    if not songs:
        return None
    song, section = np.concatenate(songs), np.concatenate(sections)
    order = np.lexsort((section, song))
    return Vectors(song[order], section[order], np.concatenate(vectors)[order], weights)


def _numbers(rows: pa.Table, number_of: Mapping[str, int]) -> NDArray[np.int32]:
    """Return the number of each row's song, −1 for one that is not there."""
    found = (number_of.get(sample_id, -1) for sample_id in strings(rows.column("sample_id")))
    return np.fromiter(found, np.int32, len(rows))


def pieces(work: TableSource, path: str, beside: list[str]) -> Iterator[pa.Table]:
    """Yield columns `beside` and the one of `path` piece by piece."""
    name, column = path.split(".")
    yield from work.iterate(name, [*beside, column])
