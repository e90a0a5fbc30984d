"""The twin: all services of a crawl, on this machine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self

from musicdata.errors import UsageError
from musicdata.settings import services
from musicdata.settings.services import Services, addresses
from musicdata.twin.albums import AlbumPopulation
from musicdata.twin.albums.acousticbrainz import AcousticBrainz
from musicdata.twin.albums.musicbrainz import MusicBrainz
from musicdata.twin.faults import Faults
from musicdata.twin.lyrics import Lrclib, Musixmatch, Names
from musicdata.twin.population import Population
from musicdata.twin.server import Request, Server
from musicdata.twin.spotify import REGIMES, Spotify
from musicdata.twin.videos import Videos

if TYPE_CHECKING:
    from types import TracebackType

_CLIENT = ("twin-client-id-6f1d", "twin-client-secret-93ab")
_USER_TOKEN = "twin-user-token-41e8"  # noqa: S105 - opens nothing but the twin
_KEY = "twin-musixmatch-key-7c20"
_OPENS = {"SPOTIFY_CLIENT_ID": _CLIENT[0], "SPOTIFY_CLIENT_SECRET": _CLIENT[1], "MUSIXMATCH_API_KEY": _KEY}
_USER_KEY = "SPOTIFY_USER_TOKEN"
_PLACES = {
    "spotify": ("spotify", "/v1/"),
    "spotify_token": ("spotify", "/api/token"),
    "musixmatch": ("musixmatch", "/ws/1.1/"),
    "lrclib": ("lrclib", "/api/"),
    "videos": ("videos", "/"),
    "musicbrainz": ("musicbrainz", "/ws/2/"),
    "acousticbrainz": ("acousticbrainz", "/api/v1/"),
}
"""Name of an address → the server that stands in for it, and the path there."""


class Twin:
    """Serves its populations until the block ends.

    Args:
        population: what there is to crawl of tracks.
        albums: what there is to crawl of albums; nothing of it is made before somebody asks.
        faults: what goes wrong.
        regime: of Spotify: ``development`` or ``extended``.
        owned: share of playlists that open in the development regime, with the user's token that is then handed out.
        expires_in_s: what Spotify says of a token's life.
        token_life_s: how long a token really lives, when that differs.
        deadline_s: what `services` allows a call.
        is_paced: MusicBrainz and AcousticBrainz refuse who asks more often than they allow.
        video_port: where videos are served; 0 takes a free port. Addresses of videos are kept in tables, so a crawl
            that is to go on with another twin, or to give the same bytes, needs the same port again.

    Example:
        >>> from musicdata.system.http import Client
        >>> with Twin(Population(n_tracks=40, n_moods=2)) as twin:
        ...     reply = Client().request("GET", f"{twin.services().urls['lrclib']}get/1")
        ...     reply.status, [request.path for request in twin.requests]
        (200, ['/api/get/1'])
    """

    def __init__(
        self,
        population: Population | None = None,
        *,
        albums: AlbumPopulation | None = None,
        faults: Faults | None = None,
        regime: str = "extended",
        owned: float = 0.0,
        expires_in_s: int = 3600,
        token_life_s: float | None = None,
        deadline_s: float = 20.0,
        is_paced: bool = False,
        video_port: int = 0,
    ) -> None:
        if regime not in REGIMES:
            raise UsageError(f"{regime!r} is no regime of Spotify: there are {' and '.join(REGIMES)}")
        self.population = population or Population()
        self.albums = albums or AlbumPopulation()
        self.faults = faults or Faults.none()
        self._is_paced = is_paced
        self._regime = regime
        self._owned = owned
        self._lives_s = (expires_in_s, token_life_s)
        self._deadline_s = deadline_s
        self._video_port = video_port
        self._log: list[Request] = []
        self._servers: dict[str, Server] = {}
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Start the servers."""
        with contextlib.ExitStack() as started:
            expires_in_s, token_life_s = self._lives_s
            names = Names(self.population)
            spotify = Spotify(
                self.population,
                self._regime,
                _CLIENT,
                user_token=_USER_TOKEN,
                expires_in_s=expires_in_s,
                token_life_s=token_life_s,
                owned=self._owned,
            )
            answers = {
                "spotify": spotify.answer,
                "musixmatch": Musixmatch(self.population, _KEY, names).answer,
                "lrclib": Lrclib(self.population, names).answer,
                "videos": Videos(self.population).answer,
                "musicbrainz": MusicBrainz(self.albums, is_paced=self._is_paced).answer,
                "acousticbrainz": AcousticBrainz(self.albums, is_paced=self._is_paced).answer,
            }
            for service, answer in answers.items():
                revoke = spotify.revoke if service == "spotify" else None
                port = self._video_port if service == "videos" else 0
                self._servers[service] = Server(service, answer, self._log, revoke, port)
                started.callback(self._servers[service].close)
            self.plant(self.faults)
            self._open = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        self._open.close()

    def plant(self, faults: Faults) -> None:
        """Have other faults from now on."""
        faults.bind(self.population, self.albums)
        self.faults = faults
        for server in self._servers.values():
            server.faults = faults

    def heal(self) -> None:
        """Switch all faults off."""
        self.faults.heal()

    @property
    def requests(self) -> list[Request]:
        """Return every request so far, in the order in which they were answered."""
        return list(self._log)

    def services(self) -> Services:
        """Return where the services are that have a stand-in, and keys that open them."""
        served = services.read(self.environment())
        return Services({name: served.urls[name] for name in _PLACES}, served.keys, self._deadline_s)

    def environment(self) -> dict[str, str]:
        """Return the same as variables of the environment, for a program of its own."""
        variables = {address.name: address.variable for address in addresses()}
        places = {variables[name]: f"{self._servers[server].origin}{path}" for name, (server, path) in _PLACES.items()}
        return places | _OPENS | ({_USER_KEY: _USER_TOKEN} if self._owned else {})
