"""Set what classifiers made of each matched song beside its sample → `song_highlevel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract as contracts
from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Inputs

_SONGS, _HIGH = "song_matches", "acousticbrainz_highlevel"
_KEY = ["sample_id", "split", "song_index", "recording_id"]
_DOCUMENT = ["recording_id", "submission"]
_READS = [*_KEY, "submission"]
_ROWS_AT_ONCE = 4096


class SongHighlevel(Parameters):
    """There is nothing to choose: a song has the document of the submission that was matched, or nothing."""


def cut(_parameters: SongHighlevel, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: a song's document may be anywhere among the documents, which are small."""
    songs = inputs.read(_SONGS, _READS)
    if len(songs):
        ids = songs.column("sample_id")
        digest = cutting.rows_digest(inputs, {_SONGS: _READS}) + inputs.digest(_HIGH)
        yield Shard(ids[0].as_py(), ids[-1].as_py(), len(songs), digest)


def run(_parameters: SongHighlevel, task: Task) -> None:
    """Write a row for each song; it is empty where there is no high-level document of it."""
    names = [column.name for column in contracts.load("song_highlevel").columns if column.name not in _KEY]
    songs = task.inputs.read(_SONGS, _READS)
    documents = task.inputs.read(_HIGH, [*_DOCUMENT, *names])
    places = pc.index_in(_named(songs), _named(documents))
    for start in range(0, len(songs), _ROWS_AT_ONCE):
        span = slice(start, start + _ROWS_AT_ONCE)
        columns = [*songs.select(_KEY)[span].columns, *documents.select(names).take(places[span]).columns]
        task.sink.write("song_highlevel", pa.table(columns, names=[*_KEY, *names]))


def _named(rows: pa.Table) -> Values:
    """Return what names a document in whichever archive it lies, as one text."""
    parts: list[Values] = [rows.column(column).cast(pa.string()) for column in _DOCUMENT]
    named: Values = pc.call_function("binary_join_element_wise", [*parts, pa.scalar("\n")])
    return named


STAGE = Stage(
    name="song_highlevel",
    version=1,
    verb="sets what classifiers made of each song beside its album",
    inputs=(_SONGS, _HIGH),
    outputs=("song_highlevel",),
    parameters=SongHighlevel,
    cut=cut,
    run=run,
    expect=as_many(_SONGS, song_highlevel=_SONGS),
    cost=Cost(cpu_s=1e-4, bytes=700),
)
