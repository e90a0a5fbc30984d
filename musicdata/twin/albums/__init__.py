"""Albums: what Amazon lists, what people wrote, and what MusicBrainz and AcousticBrainz have of them, made up."""

from __future__ import annotations

from musicdata.twin.albums.population import AlbumPopulation as AlbumPopulation
