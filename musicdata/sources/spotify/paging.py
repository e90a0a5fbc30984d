"""Whole lists, page by page.

The offset is our own: a page's `next` is an address that leads anywhere. Pages end at the number wanted, at the total,
at an empty page, and in a search at the thousandth result or a page that was there before. A playlist that tells of
more entries and then repeats a page is not read to its end, and not taken for a shorter one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from musicdata.sources.spotify.records import Page, Playlist, Track, Unusable
from musicdata.system.http import HttpError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.definitions.stage import Caller
    from musicdata.sources.spotify.records import Kind
    from musicdata.sources.spotify.web_api import WebApi

    Entry = Playlist | Track | Unusable

SEARCH_DEPTH = 1000
SEARCH_PAGE, ITEMS_PAGE = 10, 50  # the most that a page may have, as published


class Pager:
    """Reads lists; to be used by one thread.

    Args:
        api: makes the calls; a function, so that keys are asked for only when there is something to call.
    """

    def __init__(self, api: Callable[[], WebApi]) -> None:
        self._api = api

    def search(self, caller: Caller, kind: Kind, query: str, most: int) -> list[Entry]:
        """Return up to `most` entries that a search finds, and before them those that cannot be used.

        Raises:
            HttpError: a page cannot be had.
        """

        def page_at(offset: int) -> Page:
            what = {"search": kind, "query": query, "limit": SEARCH_PAGE, "offset": offset}
            return _kept_page(caller, what, lambda: self._api().search(kind, query, SEARCH_PAGE, offset))

        return list(_entries(page_at(0), page_at, SEARCH_PAGE, most, SEARCH_DEPTH))

    def playlist_items(self, caller: Caller, playlist_id: str, most: int) -> list[Entry]:
        """Return up to `most` tracks of a playlist, and between them the entries that cannot be used.

        Raises:
            HttpError: a page cannot be had, or is one that was there before (`invalid`, ``repeated_page``).
        """

        def page_at(offset: int) -> Page:
            what = {"items_of": playlist_id, "limit": ITEMS_PAGE, "offset": offset}
            return _kept_page(caller, what, lambda: self._api().playlist_items(playlist_id, ITEMS_PAGE, offset))

        return list(_entries(page_at(0), page_at, ITEMS_PAGE, most, None))


def _kept_page(caller: Caller, what: dict[str, object], ask: Callable[[], Page]) -> Page:
    """Return a page, asked for or kept."""

    def reply() -> bytes:
        return json.dumps(ask().model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode()

    return Page.model_validate_json(caller.call("spotify", what, reply))


def _entries(page: Page, page_at: Callable[[int], Page], limit: int, most: int, depth: int | None) -> Iterator[Entry]:
    """Yield a list's entries until there are `most` that can be used; of twice as many at most.

    Args:
        page: the first; `page_at` gives those that follow.
        page_at: offset → page.
        limit: entries that a page is asked for.
        most: entries that can be used, at most.
        depth: of a search: the most that it shows; None for a playlist, which has all that its total says.
    """
    end = min(2 * most + limit, depth or 2 * most + limit)
    offset, n_usable = 0, 0
    seen: set[tuple[str, ...]] = set()
    while page.entries:
        if (names := _names(page)) in seen:
            if depth is None and page.total is not None:
                message = f"the page at {offset} of {page.total} entries is one that was there before"
                raise HttpError(message, Outcome.INVALID, reason="repeated_page")
            return
        seen |= {names} if any(names) else set()
        for entry in page.entries:
            yield entry
            n_usable += not isinstance(entry, Unusable)
            if n_usable == most:
                return
        step = min(page.step or limit, limit)
        offset += step
        if offset >= end or offset >= (end if page.total is None else page.total):
            return
        page = page_at(offset)


def _names(page: Page) -> tuple[str, ...]:
    """Return what tells a page from another: the ids of what is in it."""
    return tuple(
        entry.playlist_id
        if isinstance(entry, Playlist)
        else (entry.spotify_id or entry.title)
        if isinstance(entry, Track)
        else ""
        for entry in page.entries
    )
