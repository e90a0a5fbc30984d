"""A request as a service sees it, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Target:
    """Names an item of a crawl: the thing that faults are planted in.

    Attributes:
        stage: that wants it.
        key: a track's sample_id; for ``list_tracks`` the id of the playlist.
    """

    stage: str
    key: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Attributes:
        method: GET, HEAD or POST.
        path: without query.
        query: parameter → its first value.
        headers: by lower-case name.
        body: what was posted.
        origin: ``http://host:port`` as the client called it.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        status: of HTTP.
        payload: what the JSON body says; not used when there is a `body`.
        body: makes the bytes of a file, which is served in ranges.
        content_type: of the body.
        headers: further ones.
        target: the item it is about, if it is about one.
    """

    status: int = 200
    payload: Any = None
    body: Callable[[], bytes] | None = None
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    target: Target | None = None


def whole_number(text: str | None, default: int) -> int | None:
    """Return the number that a parameter says; None when it says none."""
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
