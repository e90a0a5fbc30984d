"""Where the services of a crawl are in this run, and the keys that they ask for.

Each address has a variable that names another place (`services.toml`). `VIDEOS_URL` is ``ytsearch:`` for the world,
where yt-dlp searches, or the address of a server that speaks the small search protocol of `musicdata.sources.videos`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.errors import UsageError
from musicdata.settings.reach import Reach, place_of
from musicdata.settings.service import SERVICES, require_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from musicdata.settings import Secret
    from musicdata.settings.service import Address, Service


def addresses(services: Iterable[Service] = SERVICES) -> Iterator[Address]:
    """Yield the addresses of the services that a crawl may call."""
    for service in services:
        if service.needed_to == "crawl":
            yield from service.addresses


WORLD = {address.name: address.url for address in addresses()}


@dataclass(frozen=True, slots=True)
class Services:
    """Where services are and which keys there are.

    Attributes:
        urls: name of an address → where it is, with a slash at its end where paths follow.
        keys: name of the variable → key.
        deadline_s: seconds a single call may take, whatever the server does.
        known: the services that these are.
    """

    urls: Mapping[str, str] = field(default_factory=lambda: dict(WORLD))
    keys: Mapping[str, Secret] = field(default_factory=dict)
    deadline_s: float = 60.0
    known: tuple[Service, ...] = SERVICES

    def url(self, name: str) -> str:
        """Return where the address `name` is.

        Raises:
            UsageError: there is none of that name; the twin, say, has those of our services only.
        """
        if name not in self.urls:
            there = ", ".join(self.urls) or "none"
            raise UsageError(
                f"no service has an address {name!r} here: there are {there}. The twin stands in for ours; for one "
                "of your own, start a server and set the variable of its address, without the twin"
            )
        return self.urls[name]

    def reach(self, name: str) -> Reach:
        """Return where calls to the address `name`, and what they lead to, may go."""
        for service in self.known:
            if any(address.name == name for address in service.addresses):
                return service.reach(self.urls)
        place = place_of(self.url(name))
        return Reach((), frozenset({place} if place else ()))

    def key(self, name: str, used_for: str) -> Secret:
        """Return a key.

        Raises:
            SetupError: it is not set; the message says what it is used for.
        """
        return settings.key_of(self.keys, name, used_for)


def read(environment: Mapping[str, str] = os.environ, services: Iterable[Service] = SERVICES) -> Services:
    """Read where services are, and the keys, from the environment.

    Raises:
        UsageError: an address is none, or two services have one of the same name.
    """
    services = tuple(services)
    urls: dict[str, str] = {}
    for address in addresses(services):
        if address.name in urls:
            raise UsageError(f"two services have an address called {address.name!r}; rename that of the plug-in")
        urls[address.name] = environment.get(address.variable, "").strip() or address.url
        require_url(address.variable, urls[address.name])
    return Services(urls, settings.read(environment).keys, known=services)
