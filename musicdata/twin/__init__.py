"""The services of a crawl, on this machine, with a population of made-up tracks: for trials that ask nobody else.

`Twin` serves a `Population` on loopback as Spotify, Musixmatch, LRCLIB and a place for videos, and spoils answers as
`Faults` says. What a crawl of it ought to find is known beforehand. See docs/twin.md.
"""

from __future__ import annotations

from musicdata.twin.faults import Faults as Faults
from musicdata.twin.faults import Kind as Kind
from musicdata.twin.moods import MOODS as MOODS
from musicdata.twin.population import Population as Population
from musicdata.twin.server import Request as Request
from musicdata.twin.track import Track as Track
from musicdata.twin.twin import Twin as Twin
