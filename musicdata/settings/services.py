"""The services a crawl talks to: where they are, and the keys they ask for.

    SPOTIFY_URL  SPOTIFY_TOKEN_URL  MUSIXMATCH_URL  LRCLIB_URL  VIDEOS_URL     elsewhere than in the world

`VIDEOS_URL` is ``ytsearch:`` for the world, where yt-dlp searches, or the address of a server that speaks the small
search protocol of `musicdata.sources.videos`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.settings import Secret

WORLD = {
    "spotify": "https://api.spotify.com/v1/",
    "spotify_token": "https://accounts.spotify.com/api/token",
    "musixmatch": "https://api.musixmatch.com/ws/1.1/",
    "lrclib": "https://lrclib.net/api/",
    "videos": "ytsearch:",
}


@dataclass(frozen=True, slots=True)
class Services:
    """Where services are and which keys there are.

    Attributes:
        urls: name → base address, with a slash at its end where paths follow.
        keys: name of the variable → key.
        deadline_s: seconds a single call may take, whatever the server does.
    """

    urls: Mapping[str, str] = field(default_factory=lambda: dict(WORLD))
    keys: Mapping[str, Secret] = field(default_factory=dict)
    deadline_s: float = 60.0

    def key(self, name: str, used_for: str) -> Secret:
        """Return a key.

        Raises:
            SetupError: it is not set; the message says what it is used for.
        """
        return settings.key_of(self.keys, name, used_for)

    @property
    def is_world(self) -> bool:
        """Say whether any of them is the real one."""
        return any(self.urls[name] == url for name, url in WORLD.items())


def read(environment: Mapping[str, str] = os.environ) -> Services:
    """Read where the services are, and the keys, from the environment.

    Raises:
        UsageError: an address is none.
    """
    urls = {name: environment.get(f"{name.upper()}_URL", "").strip() or url for name, url in WORLD.items()}
    for name, url in urls.items():
        if not url.startswith(("http://", "https://", "ytsearch:")):
            raise UsageError(f"{name.upper()}_URL is {url!r}; expected an address that begins with http:// or https://")
    return Services(urls, settings.read(environment).keys)
