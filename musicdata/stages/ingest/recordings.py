"""List the recordings of each album from what is on this machine: its songs, or MusicBrainz's dump → `recordings`.

The dump is read once, from its first line to its last, whatever is wanted of it: all albums are then one shard. Where
no album needs it, it is not opened, and albums are cut into shards as elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import InputError
from musicdata.sources.musicbrainz import albums, dump
from musicdata.sources.musicbrainz.albums import OfGroup, Origin  # noqa: TC001  # pydantic reads them
from musicdata.sources.musicbrainz.dump import DumpLibrary
from musicdata.sources.musicbrainz.listed import READS, Album, listed
from musicdata.system.digests import digest_of, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.sources.musicbrainz.albums import Lookup, Wanted

_ALBUMS_A_SHARD = 2_000
_DEADLINE_S = 24 * 3600.0  # for the whole dump
_MEMORY_BYTES = 2 << 30
_MAPPED, _SONGS_AN_ALBUM = 0.43, 12.3  # of MARD's albums
_ROWS_AT_A_TIME = 20_000
_ROW_BYTES = 60
_ALBUM_S = 1e-4
_DUMP_BYTES_A_S = 8e6  # packed, of processor time: measured on 20,000 made-up lines of 10 kB, docs/benchmarks.md


class ListRecordings(Parameters):
    """Where an album's recordings are found.

    Attributes:
        dump: MusicBrainz's JSON dump of releases, ``release.tar.xz``, or the folder with it; "" for songs alone.
        order: ways to an album's recordings; the first that leads to any is taken.
        of_group: choose one release of a group (official, earliest, CD or digital, most recordings), or take the
            union of the recordings of its official ones.
    """

    dump: str = ""
    order: tuple[Origin, ...] = Field(("songs", "release", "release_group"), min_length=1)
    of_group: OfGroup = "choose"


def _file(parameters: ListRecordings) -> Path:
    """Return the dump.

    Raises:
        InputError: there is none.
    """
    path = dump.file_of(Path(parameters.dump))
    if not path.is_file():
        raise InputError(
            f"dump {path} is no file: take release.tar.xz of https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/"
            " and name it: --set list_recordings.dump=release.tar.xz"
        )
    return path


def source_digest(parameters: ListRecordings) -> str:
    """Return the sha256 of the dump; "" where there is none."""
    return sha256_of_file(_file(parameters)) if parameters.dump else ""


def expect(parameters: ListRecordings, counts: Counts) -> Expected:
    """Count the albums, and their recordings as the list has them, or as many as albums have."""
    n_albums = counts["albums"]
    n_songs = counts["album_songs"] if albums.SONGS in parameters.order else 0.0
    files = {".xz": 1} if parameters.dump else {}
    return Expected(n_albums, {"recordings": n_songs or n_albums * _MAPPED * _SONGS_AN_ALBUM}, files)


def cost(parameters: ListRecordings, expected: Expected) -> Cost:
    """Return what an album costs: its share of reading the dump once, and its rows."""
    n_albums = max(expected.items, 1)
    dump_s = _file(parameters).stat().st_size / _DUMP_BYTES_A_S if parameters.dump else 0.0
    return Cost(_ALBUM_S + dump_s / n_albums, _ROW_BYTES * expected.rows["recordings"] / n_albums)


def cut(parameters: ListRecordings, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards; into one where the dump is to be read."""
    if not any(_wanted(parameters, album).asks for album in listed(inputs)):
        yield from cutting.by_key(inputs, READS, _ALBUMS_A_SHARD)
        return
    ids = [album_id for part in inputs.iterate("albums", ["album_id"]) for album_id in strings(part.column(0))]
    digest = digest_of([cutting.rows_digest(inputs, READS), source_digest(parameters)])
    yield Shard(ids[0], ids[-1], len(ids), digest)


def _wanted(parameters: ListRecordings, album: Album) -> Wanted:
    """Return what is to be looked up for an album; without a dump nothing but its songs."""
    order = parameters.order if parameters.dump else [origin for origin in parameters.order if origin == albums.SONGS]
    return album.wanted(order, parameters.of_group)


def run(parameters: ListRecordings, task: Task) -> None:
    """Write the recordings of the shard's albums."""
    library = _library(parameters, task)
    rows: list[albums.Row] = []
    for album in listed(task.inputs, task.shard.first, task.shard.last):
        wanted = _wanted(parameters, album)
        lookup = albums.look_up(wanted, library)
        of_album = albums.rows(album.album_id, lookup, album.songs)
        if not of_album:
            task.sink.reject(album.album_id, *_problem(parameters, album, wanted, lookup))
        rows += of_album
        if len(rows) >= _ROWS_AT_A_TIME:
            task.sink.write("recordings", albums.columns(rows))
            rows = []
    if rows:
        task.sink.write("recordings", albums.columns(rows))


def _library(parameters: ListRecordings, task: Task) -> DumpLibrary:
    """Return what the dump has of the shard's albums; where none of them needs it, it is not opened."""
    albums_of_shard = listed(task.inputs, task.shard.first, task.shard.last)
    asking = [wanted for album in albums_of_shard if (wanted := _wanted(parameters, album)).asks]
    if not asking:
        return DumpLibrary()
    release_ids, group_ids = ({getattr(one, name) for one in asking} - {""} for name in ("release_id", "group_id"))
    library = dump.read(_file(parameters), release_ids, group_ids)
    for fault in library.faults:
        task.sink.reject(f"{dump.FILE} # {fault.line}", fault.reason, fault.detail)
    return library


def _problem(parameters: ListRecordings, album: Album, wanted: Wanted, lookup: Lookup) -> tuple[str, str]:
    """Return why an album has no recordings: a reason code, and the same for people."""
    if not parameters.dump and album.wanted(parameters.order, parameters.of_group).asks:
        return "needs_dump", (
            "its songs are not listed with ids, and its release is not looked up: name a dump (list_recordings.dump), "
            "or ask the web service (stage fetch_recordings)"
        )
    return lookup.problem(wanted)


STAGE = Stage(
    name="list_recordings",
    version=1,
    verb="lists the recordings of each album",
    inputs=("albums", "album_songs"),
    outputs=("recordings",),
    parameters=ListRecordings,
    cut=cut,
    run=run,
    deadline_s=_DEADLINE_S,
    memory_bytes=_MEMORY_BYTES,
    source_digest=source_digest,
    location_parameters=("dump",),
    expect=expect,
    cost=cost,
)
