"""Where the calls of a service may lead: to hosts of its list, and to the place that the user named.

Answers name addresses, and redirects do: an address in the machine or its network is nothing that a service far away
has to name. What the user named in a variable is gone to wherever it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}

Place = tuple[str, int]


def place_of(url: str) -> Place | None:
    """Return host and port of an http(s) address; None where it has none.

    >>> place_of("https://Example.org./a"), place_of("http://[::1]:8080/"), place_of("ytsearch:")
    (('example.org', 443), ('::1', 8080), None)
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (host, port) if host and port else None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where calls may lead.

    Attributes:
        hosts: names, each with all that is below it, at public addresses; None for any name.
        places: host and port of what the user named; at any address.
        inside: whether addresses that are not public are as good as others: whoever was asked first has one.
    """

    hosts: tuple[str, ...] | None = ()
    places: frozenset[Place] = field(default_factory=frozenset)
    inside: bool = False

    def names(self, host: str, port: int) -> bool:
        """Say whether this is a place that the user named."""
        return (host.rstrip(".").lower(), port) in self.places

    def permits(self, host: str, port: int) -> bool:
        """Say whether calls may go to a host by its name."""
        name = host.rstrip(".").lower()
        listed = self.hosts is None or any(name == one or name.endswith(f".{one}") for one in self.hosts)
        return listed or self.names(host, port)

    def packed(self) -> dict[str, Any]:
        """Return it as JSON has it, for another process."""
        return {"hosts": self.hosts, "places": sorted(self.places)}


def unpacked(packed: dict[str, Any]) -> Reach:
    """Return what `packed` packed; nothing may be reached where something is missing."""
    hosts = packed.get("hosts", ())
    places = frozenset((str(host), int(port)) for host, port in packed.get("places", ()))
    return Reach(None if hosts is None else tuple(hosts), places)
