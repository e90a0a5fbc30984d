"""Which addresses calls may go to: a name is resolved, what it resolves to is checked, and that is connected to.

A name may resolve to another address each time it is asked for; so it is asked once, and never again between the check
and the connection. What is not public: this machine, private networks, links, carriers' networks, groups; also in any
of the ways in which an IPv6 address holds one of IPv4.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import TYPE_CHECKING, Any

from musicdata.settings.reach import Reach, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.ip_network("::/96")
_SITE_LOCAL = ipaddress.ip_network("fec0::/10")
_CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class ForbiddenAddressError(OSError):
    """A call would lead to where it must not go."""


def is_public(address: str) -> bool:
    """Say whether an address is one of the internet's.

    >>> is_public("8.8.8.8"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("2002:7f00:1::")
    (True, False, False, False)
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast and one not in _SITE_LOCAL for one in _meanings(parsed))


def _meanings(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Yield an address and those of IPv4 that it stands for; of one that is only a way to write IPv4, that alone."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    low = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped or (address in _COMPATIBLE and int(address) > 1):
        yield low
        return
    if any(address in network for network in _NAT64):
        yield low
        return
    yield address
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name, each once, in the system's order.

    Raises:
        socket.gaierror: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def permitted(host: str, port: int, reach: Reach) -> list[str]:
    """Return the addresses of a host that may be connected to.

    Raises:
        ForbiddenAddressError: there is none.
        socket.gaierror: the name has no address at all.
    """
    if not reach.permits(host, port):
        raise _unlisted(host, port)
    addresses = resolve(host, port)
    if reach.inside or reach.names(host, port):
        return addresses
    if public := [address for address in addresses if is_public(address)]:
        return public
    raise ForbiddenAddressError(f"{host}:{port} has an address inside ({addresses[0]}), where it is not to go")


def require_permitted(url: str, reach: Reach) -> None:
    """Refuse an address by its name, and one that is written as numbers by those; names are resolved when it is called.

    Raises:
        ForbiddenAddressError: it is not to be called.
    """
    place = place_of(url)
    if place is None:  # it cannot be called either
        return
    if not reach.permits(*place):
        raise _unlisted(*place)
    if _is_number(place[0]) and not (reach.inside or reach.names(*place) or is_public(place[0])):
        raise ForbiddenAddressError(f"{place[0]}:{place[1]} is an address inside, where it is not to go")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def leads_inside(host: str, port: int) -> bool:
    """Say whether a host has addresses that are not public, and none that is."""
    try:
        return not any(is_public(address) for address in resolve(host, port))
    except (OSError, UnicodeError):
        return False


def _unlisted(host: str, port: int) -> ForbiddenAddressError:
    return ForbiddenAddressError(f"{host}:{port} is no host of this service, where it is not to go")


def connect(host: str, port: int, timeout_s: float) -> socket.socket:
    """Return a connection; where it may lead, the guard of this process says.

    Raises:
        OSError: there is none.
    """
    return socket.create_connection((host, port), timeout_s)


def listen() -> socket.socket:
    """Return a socket that listens on this machine only, at a port of the system's choice."""
    return socket.create_server(("127.0.0.1", 0))


def accept(server: socket.socket) -> socket.socket:
    """Wait for the next caller of a socket that listens."""
    return server.accept()[0]


class ProcessGuard:
    """Holds every socket of this process to a reach, whichever library opens it; there is no way back.

    Attributes:
        reach: where sockets may lead now; it may be replaced.
    """

    def __init__(self) -> None:
        self._reach = Reach()
        self._inside: set[str] = set()
        self._resolving = False
        sys.addaudithook(self._watch)

    @property
    def reach(self) -> Reach:
        """Return where sockets may lead."""
        return self._reach

    @reach.setter
    def reach(self, reach: Reach) -> None:
        self._resolving = True
        try:
            self._inside = {address for host, port in reach.places for address in _resolved(host, port)}
        finally:
            self._resolving = False
        self._reach = reach

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo" and not self._resolving:
            host, port = _text(arguments[0]), arguments[1]
            if host and not self._reach.permits(host, port if isinstance(port, int) else 0):
                raise _unlisted(host, port)
        elif event in _CONNECTING and isinstance(arguments[1], tuple):
            address, port = str(arguments[1][0]), int(arguments[1][1])
            of_user = address in self._inside and any(port == named for _, named in self._reach.places)
            if not (of_user or is_public(address)):
                raise ForbiddenAddressError(f"{address}:{port} is an address inside, where it is not to go")


def _resolved(host: str, port: int) -> list[str]:
    try:
        return resolve(host, port)
    except (OSError, UnicodeError):
        return []


def _text(host: object) -> str:
    return host.decode("utf-8", "replace") if isinstance(host, bytes) else str(host or "")
