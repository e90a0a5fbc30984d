"""Lyrics of LRCLIB, which asks for no key: plain ones and, often, with the time of each line.

A track is asked for by title, artist, album and duration and, where that is not known there, once more without the
album, whose name differs from edition to edition. The server compares names without case, accents and punctuation, and
durations within two seconds. Its search is dear to it and not used.

Read in the server's code: the parameters and their bounds, the shape of the answer, 404 with the name `TrackNotFound`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from musicdata.sources.answers import checked
from musicdata.sources.lyric_record import Record, Reply, Track, Words
from musicdata.system.http import Client, HttpError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.stage import Caller

NAME = "lrclib"
_SHORTEST_S, _LONGEST_S = 1.0, 3600.0  # the server refuses a duration beyond these


class Entry(BaseModel):
    """A track as LRCLIB describes it."""

    id: int
    instrumental: bool = False
    plainLyrics: Words = ""  # noqa: N815 - the server's name
    syncedLyrics: Words = ""  # noqa: N815 - the server's name

    def reply(self, source: str) -> Reply:
        """Return it as the reply of a source."""
        if not (self.plainLyrics.strip() or self.syncedLyrics.strip() or self.instrumental):
            return Reply(note="empty")
        record = Record(
            source=source,
            source_id=str(self.id),
            text=self.plainLyrics,
            synced=self.syncedLyrics,
            instrumental=self.instrumental,
        )
        return Reply(record=record)


class Lrclib:
    """Asks LRCLIB."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self._url = f"{url.rstrip('/')}/get"

    def look_up(self, track: Track, caller: Caller) -> Reply:
        """Return what LRCLIB has for a track.

        Raises:
            HttpError: it could not be asked, or said what nobody can read.
        """
        query = {"track_name": track.title.strip(), "artist_name": track.artist.strip()}
        if not all(query.values()):
            return Reply(note="no_name")
        if _SHORTEST_S <= track.duration_s <= _LONGEST_S:
            query["duration"] = f"{track.duration_s:.2f}"
        if track.album.strip():
            reply = self._call({**query, "album_name": track.album.strip()}, caller)
            if reply.record is not None:
                return reply
        return self._call(query, caller)

    def _call(self, query: Mapping[str, str], caller: Caller) -> Reply:
        body = caller.call(NAME, query, lambda: self._ask(query).packed())
        return checked(Reply, body, "the recorded reply of LRCLIB")

    def _ask(self, query: Mapping[str, str]) -> Reply:
        try:
            body = self._client.request("GET", self._url, params=query).body
        except HttpError as error:
            refused = error
        else:
            return checked(Entry, body, "LRCLIB").reply(NAME)
        if refused.status != 404:
            raise refused from None
        if "TrackNotFound" in str(refused):
            return Reply(note="not_found")
        message = f"{refused}. LRCLIB would have said TrackNotFound: check LRCLIB_URL"
        raise HttpError(message, Outcome.INVALID, 404, reason="unexpected_404") from None
