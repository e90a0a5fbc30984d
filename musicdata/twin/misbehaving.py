"""Turns a right answer into the wrong one that a fault asks for."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from email.utils import formatdate
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.twin import spotify
from musicdata.twin.albums import acousticbrainz, musicbrainz
from musicdata.twin.exchange import Asked, Reply
from musicdata.twin.faults import PAUSING, Kind
from musicdata.twin.lyrics import musixmatch_says, not_found

if TYPE_CHECKING:
    from musicdata.twin.faults import Faults

_STATUS = {
    Kind.RATE_SECONDS: 429,
    Kind.RATE_DATE: 429,
    Kind.RATE_BARE: 429,
    Kind.QUOTA: 429,
    Kind.TOKEN_EXPIRED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.SERVER_ERROR: 500,
    Kind.UNAVAILABLE: 503,
    Kind.UNAVAILABLE_LATER: 503,
}
_WORDS = {
    401: "The access token expired",
    403: "Forbidden",
    404: "Not found",
    429: "Too many requests",
    500: "Server error",
    503: "Service unavailable",
}
_OF_MUSICBRAINZ = {
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
    503: "The MusicBrainz web server is currently busy. Please try again later.",
}
_OF_ACOUSTICBRAINZ = {404: "Not found", 429: acousticbrainz.TOO_FAST, 500: "An unknown error occurred"}
_WRONG = {"unexpected": [1, 2, 3], "items": "none"}
_PAGE = b"<!DOCTYPE html>\n<html><head><title>Just a moment</title></head><body><p>Please wait.</p></body></html>\n"
_HTML = "text/html; charset=utf-8"


def refusal(service: str, faults: Faults) -> Reply:
    """Return what a service says when its quota is used up."""
    if service == "musixmatch":
        return musixmatch_says(402)
    return replace(_failure(service, Kind.QUOTA), headers=_told(service, Kind.QUOTA, faults.retry_after_s))


def spoilt(reply: Reply, kind: Kind, service: str, faults: Faults, asked: Asked) -> Reply:
    """Return the answer that a fault makes of this one; those of the connection itself are the server's part."""
    if kind in _STATUS:
        return replace(_failure(service, kind), headers=_told(service, kind, faults.retry_after_s))
    if kind is Kind.GARBAGE:
        return Reply(body=_garbage, content_type=reply.content_type)
    if kind is Kind.HTML:
        return Reply(body=lambda: _PAGE, content_type=_HTML)
    if kind in (Kind.NULL, Kind.WRONG_SHAPE):
        # An object that lacks recordings is a right answer of AcousticBrainz.
        wrong = [_WRONG] if service == "acousticbrainz" else _WRONG
        return Reply(payload=wrong if kind is Kind.WRONG_SHAPE else None)
    if kind in (Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT):
        return replace(reply, payload=_page(reply.payload, asked))
    return reply


def _failure(service: str, kind: Kind) -> Reply:
    status = _STATUS[kind]
    message = _WORDS[status]
    if service == "spotify":
        return spotify.error(status, message, "QUOTA_EXCEEDED" if kind is Kind.QUOTA else None)
    if service == "musixmatch" and kind not in PAUSING:
        return musixmatch_says(status)  # it tells its own failures inside the body of a success
    if service == "musicbrainz":
        return musicbrainz.too_fast(0) if status == 429 else musicbrainz.failure(status, _OF_MUSICBRAINZ[status])
    if service == "acousticbrainz":
        return acousticbrainz.failure(status, _OF_ACOUSTICBRAINZ.get(status, message))
    if service == "lrclib":
        return (
            not_found() if status == 404 else Reply(status, {"message": message, "name": message, "statusCode": status})
        )
    return Reply(status, {"error": message})


def _told(service: str, kind: Kind, wait_s: float) -> dict[str, str]:
    """Return the headers that say when to come back, if any do."""
    if service == "acousticbrainz" and kind is Kind.RATE_SECONDS:
        return {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-In": str(round(wait_s))}
    if kind is Kind.RATE_DATE:
        return {"Retry-After": formatdate(math.ceil(time.time() + wait_s), usegmt=True)}
    says = kind in PAUSING and kind is not Kind.RATE_BARE
    return {"Retry-After": str(round(wait_s))} if says else {}


def _page(page: Any, asked: Asked) -> Any:
    """Return a page that always has a successor."""
    if not isinstance(page, dict) or not isinstance(page.get("items"), list) or "next" not in page:
        return page
    onwards = f"{asked.origin}{asked.path}?limit={page['limit']}&offset={page['offset'] + page['limit']}"
    return page | {"next": onwards}


@cache
def _garbage() -> bytes:
    return np.random.default_rng(1).bytes(4000)
