"""The web service of MusicBrainz: one release, or page by page those of a group.

Read in the server's code and in answers of its tests: a page of releases with recordings ends at 500 tracks, so it may
have fewer releases than were asked for and the next begins after those that came; `inc` is one parameter, its values
apart by ``+``; an id that was merged into another is answered with what it is now; ``Not Found`` is said in JSON, with
status 404. Over its rate it answers 503. Not known: how long today's waits are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from musicdata.errors import SetupError
from musicdata.settings import Secret
from musicdata.settings.services import WORLD
from musicdata.sources.answers import canonical, checked
from musicdata.sources.musicbrainz import documents
from musicdata.sources.musicbrainz.documents import Page, Release  # noqa: TC001  # pydantic reads them
from musicdata.system.http import Client, HttpError, Limits, Outcome
from musicdata.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.definitions.stage import Caller
    from musicdata.settings.services import Services

NAME = "musicbrainz"
CONTACT = "MUSICBRAINZ_CONTACT"
PAGE = 100  # releases of a page at most

_INCLUDED = "recordings+media"
_MAX_BYTES = 32 << 20  # of an answer: a box of 5,000 tracks has some 4 MB
_MOST_PAGES = 200
_LONGEST_CONTACT = 200
_REACHABLE = re.compile(r"(?:https?://|[!-'*-?A-~]+@)[!-'*-~]+")  # printable ASCII but brackets, which are around it
_NOT_FOUND = re.compile(r'"error"\s*:\s*"Not Found"', re.IGNORECASE)
_TOO_FAST = re.compile(r"rate limit|exceeding", re.IGNORECASE)


class _Kept(BaseModel):
    """A reply as it is kept: what was found, None where it is not there."""

    release: Release | None = None
    page: Page | None = None

    def packed(self) -> bytes:
        return canonical(self.model_dump(mode="json", exclude_defaults=True))


class WebService:
    """Asks MusicBrainz; to be used by one thread.

    Args:
        services: where it is, and how whoever crawls it can be reached.

    Raises:
        SetupError: it is MusicBrainz itself, and nobody is named; or what is named cannot stand in a header.
    """

    def __init__(self, services: Services) -> None:
        self._url = services.url(NAME).rstrip("/")
        self._headers: dict[str, str | Secret] = {"User-Agent": _user_agent(services), "Accept": "application/json"}
        limits = Limits(attempts=1, deadline_s=services.deadline_s, max_bytes=_MAX_BYTES)
        self._client = Client(limits, services.reach(NAME))

    def close(self) -> None:
        """Close the connections."""
        self._client.__exit__(None, None, None)

    def library(self, caller: Caller) -> AskedLibrary:
        """Return what answers for one item, whose calls go through `caller`."""
        return AskedLibrary(self._reply, caller)

    def _reply(self, path: str, query: dict[str, str], read: Callable[[bytes, str], _Kept]) -> bytes:
        """Return what is kept of the answer to a call.

        Raises:
            HttpError: it failed, or said what nobody can read.
        """
        where = f"MusicBrainz {path}"
        # The values of inc are apart by a plus sign as it is: in a query that was encoded it would be another letter.
        url = f"{self._url}/{path}?inc={_INCLUDED}&fmt=json"
        url += "".join(f"&{name}={value}" for name, value in query.items())
        try:
            body = self._client.request("GET", url, headers=self._headers).body
        except HttpError as error:
            refused = error
        else:
            return read(body, where).packed()
        if refused.status == 404 and _NOT_FOUND.search(str(refused)):
            return _Kept().packed()
        raise _failure(refused) from None


class AskedLibrary:
    """What MusicBrainz knows, asked for one item."""

    def __init__(self, reply: Callable[[str, dict[str, str], Callable[[bytes, str], _Kept]], bytes], caller: Caller):
        self._reply = reply
        self._caller = caller

    def release(self, release_id: str) -> Release | None:
        """Return a release, by the id it has or had before a merge; None where there is none.

        Raises:
            HttpError: MusicBrainz could not be asked, or said what nobody can read.
        """

        def ask() -> bytes:
            return self._reply(f"release/{release_id}", {}, _kept_release)

        return self._kept({"release": release_id}, ask).release

    def releases_of(self, group_id: str, *, official: bool) -> list[Release]:
        """Return the releases of a group, the official ones or all; none for a group that is unknown.

        Raises:
            HttpError: a page cannot be had; or pages do not add up to what the server says that there is (`invalid`).
        """
        releases: dict[str, Release] = {}
        for page in self._pages(group_id, "official" if official else "all"):
            new = {release.release_id: release for release in page.releases}
            if not new.keys() - releases.keys():
                what = "is one that was there before" if new else f"is empty, of {page.n_releases:,}"
                reason = "repeated_page" if new else "wrong_count"
                raise _invalid(group_id, f"the page at {len(releases):,} {what}", reason)
            releases |= new
        return list(releases.values())

    def _pages(self, group_id: str, status: Literal["official", "all"]) -> Iterator[Page]:
        offset = 0
        for _ in range(_MOST_PAGES):
            page = self._page(group_id, status, offset)
            if page is None or (page.n_releases == 0 and not page.releases):
                return
            if page.offset not in (None, offset):
                raise _invalid(group_id, f"the page at {offset:,} says that it begins at {page.offset}", "wrong_page")
            yield page
            offset += len(page.releases)
            if offset > page.n_releases:
                told = f"{offset:,} releases came, and it says that there are {page.n_releases:,}"
                raise _invalid(group_id, told, "wrong_count")
            if offset == page.n_releases:
                return
        raise _invalid(group_id, f"no end after {_MOST_PAGES} pages", "too_many_pages")

    def _page(self, group_id: str, status: Literal["official", "all"], offset: int) -> Page | None:
        query = {"release-group": group_id, "limit": str(PAGE), "offset": str(offset)}
        query |= {"status": status} if status != "all" else {}

        def ask() -> bytes:
            return self._reply("release", query, _kept_page)

        return self._kept({"releases_of": group_id, "status": status, "offset": offset}, ask).page

    def _kept(self, what: dict[str, Any], ask: Callable[[], bytes]) -> _Kept:
        return checked(_Kept, self._caller.call(NAME, what, ask), "the recorded reply of MusicBrainz")


def _kept_release(body: bytes, where: str) -> _Kept:
    return _Kept(release=documents.read_release(body, where))


def _kept_page(body: bytes, where: str) -> _Kept:
    return _Kept(page=documents.read_page(body, where))


def _invalid(group_id: str, message: str, reason: str) -> HttpError:
    return HttpError(f"MusicBrainz, releases of group {group_id}: {message}", Outcome.INVALID, reason=reason)


def _failure(refused: HttpError) -> HttpError:
    """Return the error for a call that was refused; what says that it was too fast is one for its rate."""
    if refused.status == 404:
        message = f"{refused}. MusicBrainz would have said Not Found: check MUSICBRAINZ_URL"
        return HttpError(message, Outcome.INVALID, 404, reason="unexpected_404")
    if refused.status == 503 and _TOO_FAST.search(str(refused)):
        return HttpError(
            str(refused), Outcome.RATE_LIMITED, 503, refused.wait_s, reason="rate_limited", detail=refused.detail
        )
    return refused


def _user_agent(services: Services) -> str | Secret:
    """Return the User-Agent that MusicBrainz wants: program, version and contact."""
    program = f"musicdata/{__version__}"
    contact = services.keys.get(CONTACT)
    if contact is None:
        if services.url(NAME) == WORLD[NAME]:
            raise SetupError(
                f"MusicBrainz wants to know how to reach whoever crawls it, and {CONTACT} is not set. Set it to a mail "
                f"address or a page of yours: export {CONTACT}=you@example.org; it stands in the User-Agent only. "
                "Without calls: the dump (stage list_recordings)"
            )
        return program
    text = contact.reveal()
    if not _REACHABLE.fullmatch(text) or len(text) > _LONGEST_CONTACT:
        raise SetupError(
            f"{CONTACT} is neither a mail address nor a page that begins with https://, in up to {_LONGEST_CONTACT} "
            "ASCII characters without spaces and brackets"
        )
    return Secret(f"{program} ( {text} )")
