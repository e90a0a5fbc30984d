"""What is known of a service: one entry, in `services.toml` for ours, a `SERVICE` in a module of a plug-in.

Everything that names a service takes it from there: where it answers, its keys and who needs them, its terms.

from musicdata.settings.service import Address, Service

SERVICE = Service(
    name="reviews",                                        # as the budgets of a recipe name it
    title="The review site",
    used_for="reviews of albums",
    addresses=(Address("reviews", "https://reviews.example/api/", "REVIEWS_URL"),),
    hosts=("cdn.reviews.example",),                        # beside those of its addresses: answers may lead there
    keys={"REVIEWS_KEY": "more than ten calls a day need it"},
)
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from musicdata.errors import UsageError
from musicdata.settings.reach import Reach, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SEARCH = "ytsearch:"  # no address: yt-dlp knows where to search
_FILE = Path(__file__).with_name("services.toml")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")

_key_names: dict[str, None] = {}


@dataclass(frozen=True, slots=True)
class Address:
    """One of the places where a service answers.

    Attributes:
        name: as whoever calls it asks for it.
        url: in the world, with a slash at its end where paths follow.
        variable: of the environment, which names another place.
    """

    name: str
    url: str
    variable: str

    def __post_init__(self) -> None:
        _require(_NAME, self.name, "an address")
        _require(_VARIABLE, self.variable, f"the variable of address {self.name}")
        require_url(f"the url of address {self.name}", self.url)


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """What a service's terms say of a crawl, in our words.

    Attributes:
        as_of: when they were read.
        urls: where they stand.
        says: what they say, a sentence each.
    """

    as_of: str
    urls: tuple[str, ...]
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """All that is known of a service; its keys are taken out of every message from the moment it is declared.

    Attributes:
        name: as budgets name it, without what follows a dot.
        title: of the service, for people.
        used_for: what is had from it.
        needed_to: "crawl"; "publish" for one that data sets are sent to, "search" for one that reads queries.
        addresses: where it answers.
        hosts: names of hosts that its answers and redirects may lead to, each with all that is below it; those of its
            addresses need not be listed.
        keys: variable of the environment that holds a key → who needs it.
        terms: what its terms say; None where nobody has to accept any.

    Raises:
        UsageError: it has a name that no recipe could write, an address that is none, or no variable's name for a key.
    """

    name: str
    title: str
    used_for: str
    needed_to: Literal["crawl", "publish", "search"] = "crawl"
    addresses: tuple[Address, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    terms: ServiceTerms | None = None
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require(_NAME, self.name, "a service")
        for host in self.hosts:
            _require(_HOST, host, f"a host of service {self.name}")
        for variable in self.keys:
            _require(_VARIABLE, variable, f"a key of service {self.name}")
        _key_names.update(dict.fromkeys(self.keys))

    def reach(self, urls: Mapping[str, str]) -> Reach:
        """Return where calls may lead when the service is at these addresses, by name."""
        listed = [place[0] for address in self.addresses if (place := place_of(address.url))]
        elsewhere = [urls[one.name] for one in self.addresses if urls.get(one.name, one.url) != one.url]
        places = (place_of(url) for url in elsewhere)
        return Reach((*listed, *self.hosts), frozenset(place for place in places if place))

    def is_in_world(self, urls: Mapping[str, str]) -> bool:
        """Say whether one of these addresses, by name, is the service's own and not a stand-in's."""
        return any(urls.get(address.name) == address.url for address in self.addresses)


def require_url(what: str, url: str) -> None:
    """Refuse what is no address.

    Raises:
        UsageError: it does not begin as one.
    """
    if not url.startswith(("http://", "https://", SEARCH)):
        raise UsageError(f"{what} is {url!r}; expected an address that begins with http:// or https://")


def key_names() -> tuple[str, ...]:
    """List the variables that hold keys of any service declared so far, ours first."""
    return tuple(_key_names)


def _require(pattern: re.Pattern[str], name: str, what: str) -> None:
    if not pattern.fullmatch(name):
        raise UsageError(f"{what} is called {name!r}; expected {pattern.pattern}")


def _read(path: Path) -> tuple[Service, ...]:
    document = tomllib.loads(path.read_text("utf-8"))
    return tuple(_service(name, entry) for name, entry in document["service"].items())


def _service(name: str, entry: Mapping[str, Any]) -> Service:
    addresses = (Address(**address) for address in entry.get("address", ()))
    terms = entry.get("terms")
    return Service(
        name=name,
        title=entry["title"],
        used_for=entry["used_for"],
        needed_to=entry["needed_to"],
        addresses=tuple(addresses),
        keys=entry.get("keys", {}),
        hosts=tuple(entry.get("hosts", ())),
        terms=ServiceTerms(terms["as_of"], tuple(terms["urls"]), tuple(terms["says"])) if terms else None,
    )


SERVICES = _read(_FILE)
