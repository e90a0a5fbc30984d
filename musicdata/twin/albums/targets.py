"""Which items of a crawl of albums a fault can be planted in: those that a request tells, and that would end well."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from musicdata.twin.albums.listings import Mapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.twin.albums.population import AlbumPopulation

RECORDINGS, DOCUMENTS = "fetch_recordings", "acousticbrainz.api"
STAGES = (RECORDINGS, DOCUMENTS)


@lru_cache(maxsize=2)
def album_of_group(population: AlbumPopulation) -> dict[str, str]:
    """Return MBID of a release group → the one listing for whose sake MusicBrainz is asked about it."""
    mapped = [album for album in population.albums if album.mapped is not Mapped.NOTHING]
    n_listings = Counter(album.group for album in mapped)
    return {
        population.group(album).group_id: album.album_id
        for album in mapped
        if album.mapped in (Mapped.RELEASE, Mapped.GROUP) and n_listings[album.group] == 1
    }


def keys(population: AlbumPopulation, stage: str) -> list[str]:
    """Return the keys of a stage's items."""
    if stage == RECORDINGS:
        return list(album_of_group(population).values())
    return sorted(population.by_recording_id)


def batch_key(recording_ids: Sequence[str]) -> str:
    """Return the key of the item for which these recordings are asked at once: the first of them in order."""
    return min(recording_ids)


def has_pages(population: AlbumPopulation, key: str) -> bool:
    """Say whether what is asked for an item comes in more than one page."""
    album = population.by_album_id.get(key)
    return album is not None and album.group == population.much_reissued and album.mapped is Mapped.GROUP
