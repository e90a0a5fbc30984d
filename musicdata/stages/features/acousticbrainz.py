"""Put the numbers of each matched song's document into vectors → `features_acousticbrainz`.

Documents lie in order of their archives, vectors in order of the albums. The wide table is read once, some columns at a
time, and what each shard of albums wants of it is put aside for it; no more than those columns of one part, or one
shard's vectors, are in memory.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings, vectors
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import acousticbrainz
from musicdata.music.features.extractor import Extractor
from musicdata.stages.features.rows import rows_of
from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Inputs
    from musicdata.music.features.acousticbrainz import Leaf

    Numbers = NDArray[np.float32]
    Places = NDArray[np.int64]

_LOW, _SONGS = "acousticbrainz_lowlevel", "song_matches"
_KEY = ["sample_id", "split", "song_index", "recording_id"]
_DOCUMENT = ["archive", "recording_id", "submission"]
_SAMPLES_A_SHARD = 1024
_BLOCK_NUMBERS = 340


class FeaturesAcousticbrainz(Parameters):
    """Which numbers stand for a recording that several people submitted.

    Attributes:
        choose: "first" takes those of the submission that was matched, "median" of each number the median over all
            submissions that have it; the source must have kept them all.
    """

    choose: Literal["first", "median"] = "first"


def cut(_parameters: FeaturesAcousticbrainz, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards; each depends on the whole table of documents, where its own may be anywhere."""
    documents = inputs.digest(_LOW)
    for first, last, n in _runs(inputs):
        digest = cutting.rows_digest(inputs, {_SONGS: [*_KEY, *_DOCUMENT[::2]]}, first, last)
        yield Shard(first, last, n, digest + documents)


def prepare(parameters: FeaturesAcousticbrainz, inputs: Inputs, folder: Path) -> None:
    """Read every column of the documents once, and put aside what each shard wants of it."""
    wanted = _wanted(parameters, inputs)
    for number, block in enumerate(_blocks()):
        with _Files(folder, number, wanted.shards, _width(block)) as files:
            n_before = 0
            for part in inputs.iterate(_LOW, [leaf.column for leaf in block]):
                rows, places = wanted.of_documents(n_before, n_before + len(part))
                n_before += len(part)
                if len(rows):
                    files.write(places, _numbers(part, block, rows))


def run(parameters: FeaturesAcousticbrainz, task: Task) -> None:
    """Put the shard's vectors together."""
    songs = task.inputs.read(_SONGS, _KEY, task.shard.first, task.shard.last)
    full = np.full((len(songs), acousticbrainz.N_NUMBERS), np.nan, np.float32)
    assert task.prepared is not None, "the stage prepares what it reads"
    for number, block in enumerate(_blocks()):
        span = slice(block[0].start, block[-1].span.stop)
        places, numbers = _read(task.prepared, number, task.shard.first, _width(block))
        full[:, span] = _medians(places, numbers, len(songs))
    is_missing = np.isnan(full)
    np.copyto(full, np.float32(0), where=is_missing)
    values = {
        "vector": acousticbrainz.paper(full),
        "full": full,
        "n_missing": is_missing.sum(axis=1).astype(np.int32),
    }
    extractor = Extractor("acousticbrainz", "1", parameters.model_dump())
    task.sink.write("features_acousticbrainz", rows_of(extractor, "features_acousticbrainz", songs, values))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which rows of the documents which songs want, in order of the documents.

    Attributes:
        document: rows of the documents, in rising order.
        song: row of the songs that wants each.
        shards: first sample of each shard, and its first song.
    """

    document: Places
    song: Places
    shards: list[tuple[str, int]]

    def of_documents(self, start: int, stop: int) -> tuple[Places, Places]:
        """Return rows among the documents start … stop, counted from start, and the songs that want them."""
        first, end = np.searchsorted(self.document, [start, stop])
        return self.document[first:end] - start, self.song[first:end]


def _runs(inputs: Inputs) -> Iterator[tuple[str, str, int]]:
    """Yield first and last sample of each shard, and the number of its samples."""
    ids = strings(pc.unique(inputs.read(_SONGS, ["sample_id"]).column("sample_id")))
    for start, stop in cutting.runs(ids, _SAMPLES_A_SHARD):
        yield ids[start], ids[stop - 1], stop - start


def _wanted(parameters: FeaturesAcousticbrainz, inputs: Inputs) -> _Wanted:
    songs, documents = inputs.read(_SONGS, ["sample_id", *_DOCUMENT]), inputs.read(_LOW, _DOCUMENT)
    by = _DOCUMENT if parameters.choose == "first" else ["recording_id"]
    asked, there = _codes(_name(songs, by), _name(documents, by))
    order = np.argsort(asked, kind="stable")
    left, right = (np.searchsorted(asked[order], there, side) for side in ("left", "right"))
    document = np.repeat(np.arange(len(there)), right - left)
    within = np.arange(len(document)) - np.repeat(np.cumsum(right - left) - (right - left), right - left)
    song = order[np.repeat(left, right - left) + within]
    ids = songs.column("sample_id")
    firsts = [first for first, _, _ in _runs(inputs)]
    places: list[int] = pc.index_in(pa.array(firsts, pa.string()), ids).to_numpy().tolist()
    return _Wanted(document, song, list(zip(firsts, places, strict=True)))


def _name(rows: pa.Table, columns: Sequence[str]) -> Values:
    """Return what names a document, as one text."""
    parts: list[Values] = [rows.column(column).cast(pa.string()) for column in columns]
    named: Values = pc.call_function("binary_join_element_wise", [*parts, pa.scalar("\n")])
    return named


def _codes(asked: Values, there: Values) -> tuple[Places, Places]:
    """Return numbers for texts, the same for the same; −1 for one that nobody asks for."""
    known = pc.unique(asked)
    indices: list[Any] = [pc.index_in(texts, known) for texts in (asked, there)]
    first, second = (index.fill_null(-1).to_numpy().astype(np.int64) for index in indices)
    return first, second


def _blocks() -> list[list[Leaf]]:
    """Return the leaves in runs of some hundred numbers, in their order."""
    blocks: list[list[Leaf]] = [[]]
    for leaf in acousticbrainz.NUMBERS:
        if blocks[-1] and _width(blocks[-1]) + leaf.size > _BLOCK_NUMBERS:
            blocks.append([])
        blocks[-1].append(leaf)
    return blocks


def _width(block: Sequence[Leaf]) -> int:
    return sum(leaf.size for leaf in block)


def _numbers(part: pa.Table, block: Sequence[Leaf], rows: Places) -> Numbers:
    """Return the numbers of some rows of documents, shape (rows, width of the block); NaN where there is none."""
    chosen, start = part.take(rows).combine_chunks(), block[0].start
    numbers = np.full((len(rows), _width(block)), np.nan, np.float32)
    for leaf in block:
        values = chosen.column(leaf.column)
        is_there = values.is_valid().to_numpy()
        flat = pc.list_flatten(values) if leaf.shape else values.drop_null()
        numbers[is_there, leaf.start - start : leaf.span.stop - start] = flat.to_numpy().reshape(-1, leaf.size)
    return numbers


class _Files:
    """What is put aside of one block of columns, a file for each shard.

    Args:
        folder: where.
        block: number of the block.
        shards: first sample of each, and its first song.
        width: numbers of the block.
    """

    def __init__(self, folder: Path, block: int, shards: Sequence[tuple[str, int]], width: int) -> None:
        self._kind, self._folder = pa.list_(pa.field("element", pa.float32(), nullable=False), width), folder
        self._starts = np.array([start for _, start in shards])
        schema = pa.schema([("place", pa.int32()), ("numbers", self._kind)])
        self._open = [paths.create(folder / _file(first, block)) for first, _ in shards]
        self._streams = [pa.ipc.new_stream(file, schema) for file in self._open]

    def write(self, songs: Places, numbers: Numbers) -> None:
        """Put rows aside, each with the place of its song among those of its shard."""
        shard = np.searchsorted(self._starts, songs, side="right") - 1
        order = np.argsort(shard, kind="stable")
        edges = np.searchsorted(shard[order], np.arange(len(self._starts) + 1))
        for number in np.unique(shard).tolist():
            rows = order[edges[number] : edges[number + 1]]
            place = pa.array(songs[rows] - self._starts[number], pa.int32())
            batch = [place, vectors(pa.array(numbers[rows].reshape(-1)), self._kind)]
            with storage_faults(self._folder, batch[1].nbytes):
                self._streams[number].write_batch(pa.record_batch(batch, ["place", "numbers"]))

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *_error: object) -> None:
        with storage_faults(self._folder):
            for stream, file in zip(self._streams, self._open, strict=True):
                stream.close()
                file.close()


def _file(first: str, block: int) -> str:
    """Return the name of what is put aside for the shard that begins with a sample."""
    return f"{hashlib.sha256(first.encode()).hexdigest()[:16]}-{block}.arrows"


def _read(folder: Path, block: int, first: str, width: int) -> tuple[Places, Numbers]:
    """Return what was put aside for a shard: places of songs, and numbers of shape (places, width)."""
    with paths.open_regular(folder / _file(first, block)) as file, paths.native(file) as source:
        rows = pa.ipc.open_stream(source).read_all()
    places: Places = rows.column("place").to_numpy().astype(np.int64)
    numbers: Numbers = pc.list_flatten(rows.column("numbers")).to_numpy().reshape(-1, width)
    return places, numbers


def _medians(places: Places, numbers: Numbers, n: int) -> Numbers:
    """Return the median of what there is for each of n places, shape (n, width); NaN where there is nothing."""
    medians = np.full((n, numbers.shape[1]), np.nan, np.float32)
    order = np.argsort(places, kind="stable")
    found, first, counts = np.unique(places[order], return_index=True, return_counts=True)
    for count in np.unique(counts).tolist():
        some = counts == count
        rows = numbers[order[first[some][:, None] + np.arange(count)]]
        if count == 1:
            medians[found[some]] = rows[:, 0]
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a number that no submission has stays NaN
            medians[found[some]] = np.nanmedian(rows, axis=1)
    return medians


STAGE = Stage(
    name="features_acousticbrainz",
    version=1,
    verb="puts each song's numbers into vectors",
    inputs=(_SONGS, _LOW),
    outputs=("features_acousticbrainz",),
    parameters=FeaturesAcousticbrainz,
    cut=cut,
    prepare=prepare,
    run=run,
    expect=as_many(_SONGS, features_acousticbrainz=_SONGS),
    cost=Cost(cpu_s=0.0003, bytes=9_000),
)
