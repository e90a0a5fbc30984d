"""What the services' terms say of a crawl, shown before the first one; accepting them is up to the user.

The texts are ours, in short, as of the date in each; they are no legal advice and replace no reading of the terms.
"""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from musicdata.definitions import service as services
from musicdata.errors import IntegrityError, RefusedError
from musicdata.system.digests import digest_of
from musicdata.workspace import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from musicdata.workspace.folder import Workspace

_ACCEPTED = "terms.json"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service's terms say of a crawl; a workspace keeps the digest of just these fields.

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


def of(budgets: Iterable[str]) -> list[Terms]:
    """Return the terms of the services that are called under these names of budgets.

    Raises:
        RecipeError: there is no entry of one of them.
    """
    return [
        Terms(service.name, service.title, service.terms.as_of, service.terms.urls, service.terms.says)
        for service in services.called(budgets)
        if service.terms is not None
    ]


def digest(shown: Iterable[Terms]) -> str:
    """Return what a workspace keeps of terms that were accepted; other terms, or another order, give another."""
    return digest_of([asdict(terms) for terms in shown])


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
    if not shown:
        return
    path = workspace.place(f"state/{_ACCEPTED}")
    if accepted:
        workspace.write_json(path, {"digest": digest(shown), "services": [terms.service for terms in shown]})
        return
    if _accepted(path) != digest(shown):
        raise RefusedError(
            f"a crawl begins when you accept the terms of {', '.join(t.title for t in shown)}: "
            "read what is printed above and their own texts, then give --accept-terms"
        )


def _accepted(path: Path) -> str:
    with contextlib.suppress(IntegrityError):  # of a damaged record nobody can say that they were: ask again
        return str((records.read(path) or {}).get("digest", ""))
    return ""
