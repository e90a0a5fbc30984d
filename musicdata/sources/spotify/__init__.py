"""Spotify's Web API: playlists of a search, tracks of a playlist, tracks of a search.

A search shows ten results a page. What else an app may read depends on its regime: apps in development mode (all that
anybody can register) get no popularity, and no tracks of playlists that are not the user's own; nobody gets the tracks
of Spotify's own playlists. Both regimes' answers are read, and what is refused says why.
"""

from musicdata.sources.spotify.paging import Pager as Pager
from musicdata.sources.spotify.records import Track as Track
from musicdata.sources.spotify.web_api import WebApi as WebApi
