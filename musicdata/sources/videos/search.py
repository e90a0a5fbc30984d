"""Searches for videos, in the world or at a server of our protocol; both give the same facts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from musicdata.settings.service import SEARCH
from musicdata.sources.videos.process import YtDlp
from musicdata.system.http import Client, HttpError, Limits, Outcome

if TYPE_CHECKING:
    from musicdata.settings.reach import Reach
    from musicdata.settings.services import Services

MOST_HITS = 20
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_MAX_BYTES = 8 << 20


class Hit(BaseModel):
    """One video that a search found.

    Attributes:
        id: of the video; `url` where it is.
        title: as its uploader wrote it.
        channel: name of the channel.
        duration: in seconds; None for a live stream, or where it is not told.
        view_count: so many times it was seen, when it was found.
        description: its beginning.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    url: str = Field(max_length=2000)
    title: str = Field(max_length=500)
    channel: str = Field("", max_length=300)
    duration: float | None = Field(None, ge=0, le=1e6, allow_inf_nan=False)
    view_count: int | None = Field(None, ge=0, le=2**62)
    description: str = ""

    @field_validator("id")
    @classmethod
    def _is_a_video_id(cls, value: str) -> str:
        if not _VIDEO_ID.fullmatch(value):
            raise ValueError("a video id has 11 letters, digits, - or _")
        return value

    @field_validator("url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://", "/")) or value.startswith("//"):
            raise ValueError("an address begins with http://, https:// or, for one of the search's own host, /")
        return value

    @field_validator("title", "channel", "description", mode="before")
    @classmethod
    def _is_one_line(cls, value: object) -> object:
        if value is None:
            return ""
        # Half a surrogate pair is no text that could be written down.
        return " ".join(value.split())[:300].encode("utf-8", "replace").decode() if isinstance(value, str) else value


class VideoSearch(Protocol):
    """Finds videos for words."""

    def search(self, query: str, n: int) -> bytes:
        """Return up to `n` hits as JSON, ``{"entries": […]}``; makes one request, once.

        Raises:
            HttpError: it did not succeed, or the answer is not of that shape.
        """
        ...

    def close(self) -> None:
        """Close connections and end processes."""
        ...


def connect(services: Services) -> VideoSearch:
    """Return the search at the place that the services name."""
    url = services.url("videos")
    reach = services.reach("videos")
    return YtDlpSearch(services.deadline_s, reach) if url == SEARCH else HttpSearch(url, services.deadline_s, reach)


class YtDlpSearch:
    """Lets yt-dlp search YouTube."""

    def __init__(self, deadline_s: float, reach: Reach) -> None:
        self._ytdlp = YtDlp()
        self._deadline_s = deadline_s
        self._reach = reach

    def search(self, query: str, n: int) -> bytes:
        """Return up to `n` hits as JSON."""
        where = f"video search {query!r}"
        question = {"ask": "search", "query": query, "n": n, "reach": self._reach.packed()}
        answer = self._ytdlp.ask(question, where, self._deadline_s)
        return packed(of_ytdlp(answer["entries"]), where, n)

    def close(self) -> None:
        """End yt-dlp."""
        self._ytdlp.close()


def of_ytdlp(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return yt-dlp's entries as hits, without what is still live or yet to come."""
    over = (entry for entry in entries if entry.get("live_status") in (None, "not_live", "was_live"))
    return [entry | {"channel": entry.get("channel") or entry.get("uploader")} for entry in over]


class HttpSearch:
    """Asks a server that speaks the protocol of `musicdata.sources.videos`."""

    def __init__(self, base: str, deadline_s: float, reach: Reach) -> None:
        self._url = urljoin(base if base.endswith("/") else f"{base}/", "search")
        self._client = Client(Limits(attempts=1, deadline_s=deadline_s, max_bytes=_MAX_BYTES), reach)

    def search(self, query: str, n: int) -> bytes:
        """Return up to `n` hits as JSON."""
        reply = self._client.request("GET", self._url, params={"q": query, "n": str(n)})
        try:
            document = json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            message = f"{reply.url}: {len(reply.body):,} bytes, which are not JSON"
            raise HttpError(message, Outcome.INVALID, reply.status, reason="not_json") from error
        if not isinstance(document, dict) or not isinstance(document.get("entries"), list):
            message = f"{reply.url}: expected an object with a list of entries"
            raise HttpError(message, Outcome.INVALID, reply.status, reason="wrong_shape")
        return packed(document["entries"], reply.url, n)

    def close(self) -> None:
        """Close the connections."""
        self._client.__exit__(None, None, None)


def packed(entries: list[Any], where: str, n: int) -> bytes:
    """Return the usable ones of a search's entries as JSON, in their order, each video once.

    Raises:
        HttpError: there are entries, and none of them is of the shape of a hit.
    """
    hits: dict[str, Hit] = {}
    for entry in entries:
        try:
            hit = Hit.model_validate(entry)
        except ValidationError:
            continue
        hits.setdefault(hit.id, hit)
    if entries and not hits:
        raise HttpError(f"{where}: none of {len(entries)} entries is a video", Outcome.INVALID, reason="wrong_shape")
    kept = [hit.model_dump() for hit in list(hits.values())[:n]]
    return json.dumps({"entries": kept}, sort_keys=True, ensure_ascii=False).encode()


def unpacked(reply: bytes) -> list[Hit]:
    """Return the hits in what `packed` made."""
    return [Hit.model_validate(entry) for entry in json.loads(reply)["entries"]]
