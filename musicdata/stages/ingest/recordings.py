"""List the recordings of each album from what is on this machine: its songs, or MusicBrainz's dump → `recordings`.

The dump is read once, from its first line to its last, before shards are computed; what is found of each album is put
aside for them. Where no album needs it, it is not opened.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Shard, Stage, Task
from musicdata.sources.answers import canonical
from musicdata.sources.musicbrainz import albums, dump
from musicdata.sources.musicbrainz.albums import Lookup, OfGroup, Origin, Wanted
from musicdata.sources.musicbrainz.dump import DumpLibrary
from musicdata.sources.musicbrainz.listed import READS, Album, listed
from musicdata.system import paths
from musicdata.system.digests import digest_of, sha256_of_file
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_ALBUMS_A_SHARD = 2_000
_DEADLINE_S = 24 * 3600.0  # for the whole dump
_MEMORY_BYTES = 2 << 30
_MAPPED, _SONGS_AN_ALBUM = 0.43, 12.3  # of MARD's albums
_ROW_BYTES = 60
_ALBUM_S = 1.4e-4
_DUMP_BYTES_A_S = 8e6  # packed, of processor time: tests/benchmarks/release_dump.py
_LOOKUPS, _FAULTS = "lookups", "faults"


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


def source_digest(parameters: ListRecordings) -> str:
    """Return the sha256 of the dump; "" where there is none."""
    path = dump.find(parameters.dump)
    return "" if path is None else sha256_of_file(path)


def expect(parameters: ListRecordings, counts: Counts) -> Expected:
    """Count the albums, and their recordings as the list has them, or as many as albums have."""
    n_albums = counts["albums"]
    n_songs = counts["album_songs"] if albums.SONGS in parameters.order else 0.0
    files = {".xz": 1} if dump.find(parameters.dump) else {}
    return Expected(n_albums, {"recordings": n_songs or n_albums * _MAPPED * _SONGS_AN_ALBUM}, files)


def cost(parameters: ListRecordings, expected: Expected) -> Cost:
    """Return what an album costs: its share of reading the dump once, and its rows."""
    n_albums = max(expected.items, 1)
    path = dump.find(parameters.dump)
    dump_s = path.stat().st_size / _DUMP_BYTES_A_S if path else 0.0
    return Cost(_ALBUM_S + dump_s / n_albums, _ROW_BYTES * expected.rows["recordings"] / n_albums)


def cut(parameters: ListRecordings, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards; where one needs the dump, all of them change with it."""
    is_read = any(wanted.asks for _, wanted in _albums(parameters, inputs))
    digest = source_digest(parameters) if is_read else ""
    for shard in cutting.by_key(inputs, READS, _ALBUMS_A_SHARD):
        yield replace(shard, digest=digest_of([shard.digest, digest]))


def _albums(
    parameters: ListRecordings, inputs: Inputs, first: str | None = None, last: str | None = None
) -> Iterator[tuple[Album, Wanted]]:
    """Yield albums, and what is to be looked up of each; without a dump nothing but its songs."""
    has_dump = dump.find(parameters.dump) is not None
    order = [origin for origin in parameters.order if has_dump or origin == albums.SONGS]
    for album in listed(inputs, first, last):
        yield album, album.wanted(order, parameters.of_group)


def prepare(parameters: ListRecordings, inputs: Inputs, folder: Path) -> None:
    """Read the dump, and put aside what it has of each album that needs it, in order.

    Lines that could not be read are put aside with the first of these albums, whose shard rejects them.
    """
    asking = {album.album_id: wanted for album, wanted in _albums(parameters, inputs) if wanted.asks}
    library = _library(parameters, asking.values())
    lookups = ((album_id, albums.look_up(wanted, library)) for album_id, wanted in asking.items())
    _write(folder / _LOOKUPS, ((key, lookup.model_dump(mode="json", exclude_defaults=True)) for key, lookup in lookups))
    _write(folder / _FAULTS, ((min(asking), asdict(fault)) for fault in library.faults))


def _library(parameters: ListRecordings, asking: Collection[Wanted]) -> DumpLibrary:
    path = dump.find(parameters.dump)
    if path is None or not asking:
        return DumpLibrary()
    release_ids, group_ids = ({getattr(one, name) for one in asking} - {""} for name in ("release_id", "group_id"))
    return dump.read(path, release_ids, group_ids)


def _write(path: Path, values: Iterable[tuple[str, Any]]) -> None:
    with storage_faults(path), paths.create(path) as file:
        file.writelines(canonical(value) + b"\n" for value in values)


def _read(path: Path, shard: Shard) -> Iterator[tuple[str, Any]]:
    """Yield what was put aside for the albums of a shard."""
    with paths.open_regular(path) as file:
        for album_id, value in map(json.loads, file):
            if shard.first <= album_id <= shard.last:
                yield album_id, value


def run(parameters: ListRecordings, task: Task) -> None:
    """Write the recordings of the shard's albums."""
    assert task.prepared is not None, "the stage puts aside what it reads"
    for _, fault in _read(task.prepared / _FAULTS, task.shard):
        task.sink.reject(f"{dump.FILE} # {fault['line']}", fault["reason"], fault["detail"])
    lookups = dict(_read(task.prepared / _LOOKUPS, task.shard))
    rows: list[albums.Row] = []
    for album, wanted in _albums(parameters, task.inputs, task.shard.first, task.shard.last):
        of_songs = Lookup(origin=albums.SONGS if wanted.origins else None)
        lookup = Lookup.model_validate(lookups[album.album_id]) if wanted.asks else of_songs
        of_album = albums.rows(album.album_id, lookup, album.songs)
        if not of_album:
            task.sink.reject(album.album_id, *_problem(parameters, album, wanted, lookup))
        rows += of_album
    if rows:
        task.sink.write("recordings", albums.columns(rows))


def _problem(parameters: ListRecordings, album: Album, wanted: Wanted, lookup: Lookup) -> tuple[str, str]:
    """Return why an album has no recordings: a reason code, and the same for people."""
    if not wanted.asks and album.wanted(parameters.order, parameters.of_group).asks:
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
    prepare=prepare,
    run=run,
    pieces=Pieces("keys"),
    deadline_s=_DEADLINE_S,
    memory_bytes=_MEMORY_BYTES,
    source_digest=source_digest,
    location_parameters=("dump",),
    expect=expect,
    cost=cost,
)
