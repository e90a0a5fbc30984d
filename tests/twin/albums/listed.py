"""The tables of a population's listings, as a stage that reads MARD would make them: what MusicBrainz is asked by."""

from __future__ import annotations

import pyarrow as pa

from musicdata.definitions import contract
from musicdata.twin import AlbumPopulation
from musicdata.twin.albums.listings import Album, Mapped
from tests.stages.crawled import Tables


def tables(population: AlbumPopulation) -> Tables:
    """Return `albums` and `album_songs`, with the columns that hold ids."""
    albums = sorted(population.albums, key=lambda album: album.album_id)
    songs = [row for album in albums for row in _songs(population, album)]
    rows = {"albums": [_album(population, album) for album in albums], "album_songs": songs}
    schemas = {table: contract.load(table).arrow_schema() for table in rows}
    return Tables({table: pa.Table.from_pylist(of_table, schema=schemas[table]) for table, of_table in rows.items()})


def _album(population: AlbumPopulation, album: Album) -> dict[str, object]:
    group = population.group(album)
    release = group.releases[0]
    has_release = album.mapped not in (Mapped.NOTHING, Mapped.GROUP)
    return {
        "album_id": album.album_id,
        "release_mbid": (release.old_id or release.release_id) if has_release else None,
        "release_group_mbid": None if album.mapped is Mapped.NOTHING else group.group_id,
        "n_songs": len(_songs(population, album)),
        "n_reviews": 0,
    }


def _songs(population: AlbumPopulation, album: Album) -> list[dict[str, object]]:
    n_songs = {Mapped.SONGS: None, Mapped.FIRST_SONG: 1}.get(album.mapped, 0)
    recordings = [population.discography.recordings[song] for song in population.group(album).songs[:n_songs]]
    return [
        {"album_id": album.album_id, "song_index": index, "title": one.title, "recording_id": one.recording_id}
        for index, one in enumerate(recordings)
    ]
