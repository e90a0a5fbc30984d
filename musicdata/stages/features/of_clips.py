"""From the clips of complete samples to rows of a feature table, one a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions import cutting
from musicdata.music.features import sound
from musicdata.stages.features import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs
    from musicdata.definitions.stage import Shard, Task
    from musicdata.music.features.extractor import Extractor

    Take = Callable[[NDArray[np.float32], int], NDArray[np.float32]]

_SAMPLES_A_SHARD = 200
_KEY = ["sample_id", "split"]


def cut(inputs: Inputs, complete: str) -> Iterator[Shard]:
    """Cut the samples of the table `complete` into shards."""
    return cutting.by_key(inputs, {complete: _KEY, "audio": ["sample_id", "sha256"]}, _SAMPLES_A_SHARD)


def write(task: Task, complete: str, table: str, extractor: Extractor, take: Take) -> None:
    """Write a row for each of the shard's samples.

    Args:
        task: the shard.
        complete: table that has the complete samples, `alignment` or `pairs`.
        table: feature table.
        extractor: what makes the vectors.
        take: makes a vector of mono samples, shape (n,), and their rate in Hz.
    """
    media = {"audio": ["sample_id", "audio"]}
    for batch in batches.iterate(task.inputs, _KEY, media, task.shard.first, task.shard.last, complete):
        vectors = [take(*sound.decode(row["audio"]["bytes"])) for row in batch.media["audio"]]
        key = batch.notes.take([span.start for span in batch.spans])
        task.sink.write(table, extractor.rows(table, key, {"vector": np.stack(vectors)}))
