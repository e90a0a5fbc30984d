"""What the services' terms say of a crawl, shown before the first one; accepting them is up to the user.

The texts are ours, in short, as of the date in each; they are no legal advice and replace no reading of the terms.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import RefusedError
from musicdata.system.digests import digest_of
from musicdata.system.files import read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from musicdata.workspace.folder import Workspace

_FILE = Path(__file__).parents[1] / "settings" / "services.toml"
_ACCEPTED = "terms.json"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service's terms say of a crawl.

    Attributes:
        service: as budgets name it, without what follows a dot.
        title: of the service, for people.
        as_of: when the terms were read.
        urls: where they stand.
        says: what they say, a sentence each.
    """

    service: str
    title: str
    as_of: str
    urls: tuple[str, ...]
    says: tuple[str, ...]


def of(services: Iterable[str]) -> list[Terms]:
    """Return the terms of services, in the order of the file."""
    wanted = {service.partition(".")[0] for service in services}
    document = tomllib.loads(_FILE.read_text("utf-8"))
    found = [
        Terms(name, facts["title"], facts["as_of"], tuple(facts["urls"]), tuple(facts["says"]))
        for name, facts in document["service"].items()
    ]
    return [terms for terms in found if terms.service in wanted]


def lines(shown: Iterable[Terms]) -> Iterator[str]:
    """Yield the terms as lines of text."""
    for terms in shown:
        yield f"{terms.title} (read {terms.as_of}: {', '.join(terms.urls)})"
        yield from (f"  - {sentence}" for sentence in terms.says)
    yield "What you fetch stays on this machine: of a crawled data set only ids and features can be published."
    yield "This is no legal advice. Whether you may do this is for you to find out."


def require(workspace: Workspace, shown: list[Terms], *, accepted: bool) -> None:
    """Go on only if the terms were accepted, now or for an earlier run of this workspace.

    Raises:
        RefusedError: they were not, or have changed since.
    """
    path = workspace.root / "state" / _ACCEPTED
    digest = digest_of([asdict(terms) for terms in shown])
    if accepted:
        workspace.write_json(path, {"digest": digest, "services": [terms.service for terms in shown]})
        return
    if (read_json(path) or {}).get("digest") != digest:
        raise RefusedError(
            f"a crawl begins when you accept the terms of {', '.join(t.title for t in shown)}: "
            "read what is printed above and their own texts, then give --accept-terms"
        )
