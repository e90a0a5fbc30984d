"""The services of a crawl, on this machine, with populations that are made up: for trials that ask nobody else.

`Twin` serves a `Population` of tracks on loopback as Spotify, Musixmatch, LRCLIB and a place for videos, an
`AlbumPopulation` as MusicBrainz and AcousticBrainz, and spoils answers as `Faults` says. `files.made` writes the same
albums as files. What a crawl of it ought to find is known beforehand. See docs/twin.md.
"""

from __future__ import annotations

from musicdata.twin.albums import AlbumPopulation as AlbumPopulation
from musicdata.twin.faults import Faults as Faults
from musicdata.twin.faults import Kind as Kind
from musicdata.twin.moods import MOODS as MOODS
from musicdata.twin.population import Population as Population
from musicdata.twin.server import Request as Request
from musicdata.twin.track import Track as Track
from musicdata.twin.twin import Twin as Twin
