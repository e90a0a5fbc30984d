"""Reads what a sweep is fitted to: features of both modalities, spectrograms, and which samples each run trains on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.paired_views.settings import SweepSettings

FEWEST = {"train": 10, "test": 5}


@dataclass(frozen=True, slots=True)
class Run:
    """One split: rows of the train part and of the test part, in order."""

    name: str
    train: NDArray[np.intp]
    test: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a sweep needs; row i of every array is the same sample, in order of sample_id.

    Attributes:
        audio: (samples, width).
        lyrics: (samples, width).
        sequences: returns the spectrograms (samples, sub-sequences, coefficients, frames), which are read when they are
            wanted; None where there are none.
        groups: (samples,) group of each, such as an artist.
        categories: (samples,) class of each, or None.
        random: runs whose mean is reported; `disjoint` the one without a group on both sides, or None.
    """

    audio: NDArray[np.float32]
    lyrics: NDArray[np.float32]
    sequences: Callable[[], NDArray[np.float32]] | None
    groups: NDArray[Any]
    categories: NDArray[Any] | None
    random: tuple[Run, ...]
    disjoint: Run | None = None


def read(
    work: TableSource,
    wanted: SweepSettings,
    *,
    sample_ids: Sequence[str],
    groups: NDArray[Any],
    categories: NDArray[Any] | None = None,
) -> Material:
    """Read what the recipe names under `[validate.sweep]`.

    Args:
        work: workspace or release.
        wanted: the recipe's.
        sample_ids: samples there must be, in order.
        groups: of each sample.
        categories: of each sample, where there are any.

    Raises:
        InputError: a table has other samples, or a run has no row for one, or too few to fit or to ask.
    """
    return Material(
        audio=_vectors(work, wanted.audio, sample_ids).reshape(len(sample_ids), -1),
        lyrics=_vectors(work, wanted.lyrics, sample_ids).reshape(len(sample_ids), -1),
        sequences=(lambda: _vectors(work, wanted.sequences, sample_ids)) if wanted.sequences else None,
        groups=groups,
        categories=categories,
        random=tuple(_run(work, wanted, name, sample_ids) for name in wanted.runs),
        disjoint=_run(work, wanted, wanted.disjoint, sample_ids) if wanted.disjoint else None,
    )


def _vectors(work: TableSource, path: str, sample_ids: Sequence[str]) -> NDArray[np.float32]:
    """Return the vectors (samples, *shape) of a column, one a sample, in order of the table, which is `sample_ids`'."""
    all_ids: list[str] = []
    out: NDArray[np.float32] | None = None
    for ids, part in work.vectors(*path.split(".")):
        if out is None:
            out = np.empty((len(sample_ids), *part.shape[1:]), np.float32)
        end = len(all_ids) + len(ids)
        if end <= len(out):
            out[len(all_ids) : end] = part
        all_ids += ids
    if out is None or all_ids != list(sample_ids):
        odd = min(set(all_ids) ^ set(sample_ids), default="none, but in another order")
        raise InputError(f"{work.root}: {path} is not of the samples that are compared, e.g. {odd}")
    return out


def _run(work: TableSource, settings: SweepSettings, name: str, sample_ids: Sequence[str]) -> Run:
    table, _, scheme = settings.scheme.partition(".")
    part = settings.part.partition(".")[2]
    rows = work.table(table, ["sample_id", scheme, part])
    rows = rows.filter(pc.equal(rows.column(scheme), pa.scalar(name)))
    where = pc.index_in(pa.array(sample_ids, pa.string()), rows.column("sample_id").combine_chunks())
    if where.null_count:
        missing = sample_ids[int(np.flatnonzero(where.is_null().to_numpy(zero_copy_only=False))[0])]
        raise InputError(f"{work.root}: table {table} has no row of sample {missing} in scheme {name!r}")
    parts = np.asarray(rows.column(part).take(where).to_pylist())
    run = Run(name, np.flatnonzero(parts == "train"), np.flatnonzero(parts == "test"))
    for of_run, fewest in FEWEST.items():
        if (n := len(getattr(run, of_run))) < fewest:
            raise InputError(
                f"{work.root}: the {of_run} part of scheme {name!r} has {n} samples, expected {fewest} at least"
            )
    return run
