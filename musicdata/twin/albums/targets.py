"""Which items of a crawl of albums a fault can be planted in: those that a request tells, and that would end well."""

from __future__ import annotations

import threading
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from musicdata.twin.albums.listings import Mapped

if TYPE_CHECKING:
    from collections.abc import Collection

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


def has_pages(population: AlbumPopulation, key: str) -> bool:
    """Say whether what is asked for an item comes in more than one page."""
    album = population.by_album_id.get(key)
    return album is not None and album.group == population.much_reissued and album.mapped is Mapped.GROUP


class Batches:
    """Remembers which recordings were asked for at once, to tell of which batch a later call for some of them is.

    The first call of a batch names all of its recordings; what follows asks for those that have documents.
    """

    def __init__(self) -> None:
        self._of_batch: dict[str, frozenset[str]] = {}
        self._last_of: dict[str, str] = {}
        self._lock = threading.Lock()

    def key(self, recording_ids: Collection[str]) -> str:
        """Return the key of the item of a call: ``api-`` and the first recording of its batch in order."""
        asked, first = frozenset(recording_ids), min(recording_ids)
        with self._lock:
            key = self._last_of.get(first, "")
            if not asked <= self._of_batch.get(key, frozenset()):
                key = f"api-{first}"
                self._of_batch[key] = asked
                self._last_of |= dict.fromkeys(asked, key)
            return key
