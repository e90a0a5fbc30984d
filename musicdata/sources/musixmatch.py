"""Lyrics of the Musixmatch API, for those who have a key.

A track is asked for by its ISRC (`track.lyrics.get`) and, where that is unknown to them, by artist and title
(`matcher.lyrics.get`, which does not say what it matched). Whether a call succeeded does not stand in the HTTP status,
which is 200 even then, but in `message.header.status_code`.

Their notice of copyright and the link back are kept with the words: who shows the words has to show these. Addresses
that count views are not kept and never called. Restricted words (`restricted` 1, no text) are as good as none.

Read in their documentation, none of it tried against the service: the status codes, the shape of `lyrics`, that a key
of the free plan gets 30 % of the words. Not known: today's plans and daily numbers of calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from musicdata import settings
from musicdata.errors import SetupError
from musicdata.music.text import lyric_cleaning
from musicdata.sources.answers import checked, wrong_shape
from musicdata.sources.lyric_record import Record, Reply, Track, Words
from musicdata.system.http import Client, HttpError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.stage import Caller
    from musicdata.settings import Secret

NAME = "musixmatch"
KEY = "MUSIXMATCH_API_KEY"
WITHOUT = "To go without Musixmatch: --set fetch_lyrics.sources='[\"lrclib\"]'"

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_NOT_FOUND = re.compile(r'"status_code"\s*:\s*404')
_FAILED = {401: Outcome.BLOCKED, 402: Outcome.RATE_LIMITED, 403: Outcome.BLOCKED}
_NOTICE_CHARACTERS = 4000


class _Header(BaseModel):
    status_code: int


class _Message(BaseModel):
    header: _Header
    body: Any = None


class _Envelope(BaseModel):
    message: _Message


class _Lyrics(BaseModel):
    lyrics_id: int | None = None
    restricted: bool | None = None
    instrumental: bool | None = None
    explicit: bool | None = None
    lyrics_body: Words = ""
    lyrics_language: Words = ""
    lyrics_copyright: Words = ""
    backlink_url: Words = ""


class _Track(BaseModel):
    track_rating: int | None = Field(None, ge=0, le=100)


class _Body(BaseModel):
    lyrics: _Lyrics
    track: Any = None


class Musixmatch:
    """Asks Musixmatch."""

    def __init__(self, client: Client, url: str, key: Secret) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._key = key

    def look_up(self, track: Track, caller: Caller) -> Reply:
        """Return what Musixmatch has for a track.

        Raises:
            HttpError: it failed, or the quota of the day is used up.
            SetupError: it does not take the key.
        """
        reply = Reply(note="no_name")
        isrc = track.isrc.upper().replace("-", "").strip()
        if _ISRC.fullmatch(isrc):
            reply = self._call("track.lyrics.get", {"track_isrc": isrc}, caller)
        if reply.note in ("no_name", "not_found", "empty") and track.artist and track.title:
            reply = self._call("matcher.lyrics.get", {"q_artist": track.artist, "q_track": track.title}, caller)
        return reply

    def _call(self, method: str, query: Mapping[str, str], caller: Caller) -> Reply:
        # Only what is kept of a reply is handed on, so that no address they count views with lands in a file.
        body = caller.call(NAME, {"method": method, **query}, lambda: self._ask(method, query).packed())
        return checked(Reply, body, f"the recorded reply to {method}")

    def _ask(self, method: str, query: Mapping[str, str]) -> Reply:
        where = f"Musixmatch {method}"
        try:
            body = self._client.request("GET", f"{self._url}/{method}", params={**query, "apikey": self._key}).body
        except HttpError as error:
            refused = error
        else:
            return read(body, where, "/".join(query.values()))
        if refused.status == 404 and _NOT_FOUND.search(str(refused)):
            return Reply(note="not_found")
        raise _of_http(refused, where) from None


def _of_http(error: HttpError, where: str) -> Exception:
    """Return the error for an answer whose HTTP status already is no success."""
    if error.status == 404:
        message = f"{error}. {where} is not known there at all: check MUSIXMATCH_URL"
        return HttpError(message, Outcome.INVALID, 404, reason="unexpected_404")
    return _failure(error.status, where, error.wait_s) if error.status in _FAILED else error


def _failure(status: int | None, where: str, wait_s: float | None = None) -> Exception:
    if status == 401:
        return SetupError(f"{where}: status 401, the key is not taken. Check {KEY}. {WITHOUT}")
    if status == 402:
        message = (
            f"{where}: status 402, the calls of the day are used up. The same command goes on when there are new ones"
        )
        return HttpError(message, Outcome.RATE_LIMITED, 402, wait_s, reason="daily_quota")
    if status == 403:
        message = f"{where}: status 403, the key is not allowed to. Check what its plan includes. {WITHOUT}"
        return HttpError(message, Outcome.BLOCKED, 403, reason="musixmatch_403")
    outcome = Outcome.TRANSIENT if status is not None and 500 <= status <= 599 else Outcome.INVALID
    return HttpError(f"{where}: status {status}", outcome, status, reason=f"musixmatch_{status}")


def read(body: bytes, where: str, asked: str) -> Reply:
    """Return what a body says that came with HTTP status 200.

    Args:
        body: whatever the server said.
        where: the call, for messages.
        asked: names the record where the server does not.

    Raises:
        HttpError: it says that the call failed, or is of another shape.
        SetupError: it says that the key is wrong.
    """
    message = checked(_Envelope, body, where).message
    status = message.header.status_code
    if status == 404:
        return Reply(note="not_found")
    if status != 200:
        raise _failure(status, where)
    return _reply(_checked_body(message.body, where), asked)


def _checked_body(body: Any, where: str) -> _Body:
    try:
        return _Body.model_validate(body)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    raise wrong_shape(where, problems)


def _reply(body: _Body, fallback_id: str) -> Reply:
    lyrics = body.lyrics
    if not lyrics.lyrics_body.strip() and not lyrics.instrumental:
        return Reply(note="restricted" if lyrics.restricted else "empty")
    notice = lyrics.lyrics_copyright
    record = Record(
        source=NAME,
        source_id=str(lyrics.lyrics_id) if lyrics.lyrics_id is not None else fallback_id,
        text=lyrics.lyrics_body,
        truncated=lyric_cleaning.is_truncated(lyrics.lyrics_body, notice),
        instrumental=bool(lyrics.instrumental),
        explicit=lyrics.explicit,
        language_given=lyrics.lyrics_language[:_NOTICE_CHARACTERS],
        copyright=notice[:_NOTICE_CHARACTERS],
        backlink=settings.redact(_address(lyrics.backlink_url)),
        track_rating=_rating(body.track),
    )
    return Reply(record=record)


def _address(text: str) -> str:
    is_one = text.startswith(("https://", "http://")) and len(text) <= _NOTICE_CHARACTERS
    return text if is_one else ""


def _rating(track: Any) -> int | None:
    """Return the rating that came along; None when none did, or one that means nothing."""
    try:
        return _Track.model_validate(track).track_rating
    except ValidationError:
        return None
