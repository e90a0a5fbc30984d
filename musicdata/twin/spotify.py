"""Speaks as the Spotify Web API does, in either of its two regimes.

Of July 2026, as read in its documentation and in threads: a search page has ten entries at most. In the ``development``
regime other people's playlists do not open (403), an entry's track is called ``item``, and nothing tells popularity; in
the ``extended`` one they are as before. Playlists of Spotify's own (``37i9dQZF1…``) are 404 in both. A request out of
the bounds that the published schema sets is refused with 400; `spotify_objects` makes answers that keep to it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from musicdata.twin import spotify_objects
from musicdata.twin.catalogue import base62
from musicdata.twin.exchange import Asked, Reply, Target, whole_number
from musicdata.twin.playlists import Junk, Playlist
from musicdata.twin.spotify_objects import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.twin.population import Population
    from musicdata.twin.track import Track

REGIMES = ("development", "extended")
_OWNER = "twin_user"
_LARGEST_OFFSET = 1000
_LARGEST_PAGE = 50
_SEARCH_PAGE, _LARGEST_SEARCH_PAGE = 5, 10
_KINDS = {"album", "artist", "playlist", "track", "show", "episode", "audiobook"}
_MARKET = re.compile("[A-Z]{2}")
_EDITORIAL = "37i9dQZF1"


class Spotify:
    """Answers for Spotify.

    Args:
        population: what there is.
        regime: ``development`` or ``extended``.
        client: id and secret that get a token.
        expires_in_s: what is said of a token's life.
        token_life_s: how long it really lives, when that differs.
        user_token: a user's, which is always good.
        owned: share of playlists that this user owns, for the development regime.
    """

    def __init__(
        self,
        population: Population,
        regime: str,
        client: tuple[str, str],
        *,
        user_token: str,
        expires_in_s: int = 3600,
        token_life_s: float | None = None,
        owned: float = 0.0,
    ) -> None:
        self._population = population
        self._is_extended = regime == "extended"
        self._client = client
        self._expires_in_s = expires_in_s
        self._token_life_s = expires_in_s if token_life_s is None else token_life_s
        self._user_token = user_token
        self._tokens = {user_token: math.inf}
        self._n_tokens = 0
        self._lock = threading.Lock()
        playlists = [playlist for some in population.playlists.values() for playlist in some]
        self._playlists = {playlist.playlist_id: playlist for playlist in playlists}
        self._owned = {p.playlist_id for n, p in enumerate(playlists) if int((n + 1) * owned) > int(n * owned)}

    def answer(self, asked: Asked) -> Reply:
        """Answer a request."""
        if asked.path == "/api/token":
            return self._token(asked)
        return self._refuse(asked) or _out_of_bounds(asked) or self._called(asked)

    def _called(self, asked: Asked) -> Reply:
        match asked.path.strip("/").split("/"):
            case ["v1", "search"]:
                return self._search(asked)
            case ["v1", "playlists", playlist_id]:
                return self._playlist(asked, playlist_id)
            case ["v1", "playlists", playlist_id, "items" | "tracks" as name]:
                return self._items(asked, playlist_id, name)
            case ["v1", "tracks", spotify_id]:
                track = self._population.by_spotify_id.get(spotify_id)
                return Reply(payload=self._track(track, asked)) if track else error(404, "Resource not found")
            case ["v1", "audio-features" | "audio-analysis" | "tracks" | "recommendations", *_]:
                return error(403, "Forbidden")
        return error(404, "Service not found")

    def revoke(self, asked: Asked) -> None:
        """Make the token of a request worthless, as if its time were up; not the user's, of which there is one only."""
        with self._lock:
            if (token := _bearer(asked)) != self._user_token:
                self._tokens[token] = 0.0

    def _token(self, asked: Asked) -> Reply:
        if asked.method != "POST":
            return Reply(405, {"error": "method_not_allowed", "error_description": "POST is expected"})
        try:
            scheme, _, coded = asked.headers.get("authorization", "").partition(" ")
            given = base64.b64decode(coded, validate=True).decode() if scheme == "Basic" else ""
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if given.partition(":")[0] != self._client[0]:
            return Reply(400, {"error": "invalid_client", "error_description": "Invalid client"})
        if given != ":".join(self._client):
            return Reply(400, {"error": "invalid_client", "error_description": "Invalid client secret"})
        if parse_qs(asked.body.decode("ascii", "replace")).get("grant_type") != ["client_credentials"]:
            description = "grant_type must be client_credentials, authorization_code or refresh_token"
            return Reply(400, {"error": "unsupported_grant_type", "error_description": description})
        with self._lock:
            self._n_tokens += 1
            token = f"BQ{hashlib.sha256(f'{self._n_tokens} {self._client}'.encode()).hexdigest()}"
            self._tokens[token] = time.monotonic() + self._token_life_s
        return Reply(payload={"access_token": token, "token_type": "Bearer", "expires_in": self._expires_in_s})

    def _refuse(self, asked: Asked) -> Reply | None:
        if not (token := _bearer(asked)):
            return error(401, "No token provided")
        ends = self._tokens.get(token)
        if ends is None:
            return error(401, "Invalid access token")
        return error(401, "The access token expired") if time.monotonic() >= ends else None

    def _search(self, asked: Asked) -> Reply:
        limit = whole_number(asked.query.get("limit"), _SEARCH_PAGE)
        offset = whole_number(asked.query.get("offset"), 0)
        kinds, query = asked.query.get("type", "").split(","), asked.query.get("q", "").strip()
        if limit is None or not 1 <= limit <= _LARGEST_SEARCH_PAGE:
            return error(400, "Invalid limit")
        if offset is None or offset > _LARGEST_OFFSET:
            return error(400, "Invalid offset")
        if not query:
            return error(400, "No search query")
        if not set(kinds) <= _KINDS:
            return error(400, "Bad search type field")
        if asked.query.get("include_external", "audio") != "audio":
            return error(400, "Invalid include_external")
        found = {f"{kind}s": self._hits(kind, query, asked, slice(offset, offset + limit)) for kind in kinds}
        return Reply(payload={kind: page(asked, some, total, limit, offset) for kind, (some, total) in found.items()})

    def _hits(self, kind: str, query: str, asked: Asked, shown: slice) -> tuple[list[Any], int]:
        """Return some of what a search finds of a kind, and how much there is."""
        if kind == "track":
            tracks = self._tracks_of(query)
            return [self._track(track, asked) for track in tracks[shown]], len(tracks)
        hits = self._playlists_of(query) if kind == "playlist" else []
        return [self._summary(one, asked) for one in hits[shown]], len(hits)

    def _mood_of(self, query: str) -> str | None:
        words = query.casefold().replace('"', " ").split()
        return next((word for word in words if word in self._population.by_mood), None)

    def _tracks_of(self, query: str) -> Sequence[Track]:
        """Return what a search for tracks finds: by ISRC, or by mood."""
        if query.startswith("isrc:"):
            isrc = query.removeprefix("isrc:")
            return [track for track in self._population.tracks if track.isrc == isrc]
        mood = self._mood_of(query)
        return self._population.by_mood[mood] if mood else []

    def _playlists_of(self, query: str) -> list[Playlist | str | None]:
        """Return what a search for playlists finds: null here and there, and one of Spotify's own as its id."""
        mood = self._mood_of(query)
        if mood is None:
            return []
        hits: list[Playlist | str | None] = []
        every = round(1 / self._population.junk) if self._population.junk else 0
        for number, playlist in enumerate(self._population.playlists[mood]):
            if every and number % every == 1:
                hits.append(None)
            if number == 2:
                hits.append(_EDITORIAL + base62(mood)[:13] if self._is_extended else None)
            hits.append(playlist)
        return hits

    def _summary(self, playlist: Playlist | str | None, asked: Asked) -> dict[str, Any] | None:
        """Return a playlist without its contents."""
        if playlist is None:
            return None
        if isinstance(playlist, str):
            playlist = Playlist(playlist, "", "Mood Booster", "spotify", ())
        owner = _OWNER if playlist.playlist_id in self._owned else playlist.owner
        keys = ("tracks",) if self._is_extended else ("items", "tracks")
        return spotify_objects.playlist(playlist, owner, asked, keys=keys)

    def _playlist(self, asked: Asked, playlist_id: str) -> Reply:
        playlist = self._playlists.get(playlist_id)
        summary = self._summary(playlist, asked)
        if playlist is None or summary is None:
            return error(404, "Resource not found")
        target = Target("list_tracks", playlist_id)
        if not self._is_extended:
            del summary["tracks"]
            if not self._opens(playlist_id, asked):
                del summary["items"]  # only what it is called is told of other people's
                return Reply(payload=summary, target=target)
        key = "tracks" if self._is_extended else "items"
        return Reply(payload=summary | {key: self._entries(asked, playlist, 100, 0)}, target=target)

    def _items(self, asked: Asked, playlist_id: str, name: str) -> Reply:
        limit, offset = whole_number(asked.query.get("limit"), 20), whole_number(asked.query.get("offset"), 0)
        playlist = self._playlists.get(playlist_id)
        if not self._is_extended and (name == "tracks" or (playlist and not self._opens(playlist_id, asked))):
            return error(403, "Forbidden")
        if playlist is None:
            return error(404, "Resource not found")
        if limit is None or not 1 <= limit <= _LARGEST_PAGE:
            return error(400, "Invalid limit")
        if offset is None:
            return error(400, "Invalid offset")
        payload = self._entries(asked, playlist, limit, offset)
        return Reply(payload=payload, target=Target("list_tracks", playlist_id))

    def _opens(self, playlist_id: str, asked: Asked) -> bool:
        """Say whether whoever asks owns a playlist: an app by itself owns none."""
        return playlist_id in self._owned and _bearer(asked) == self._user_token

    def _entries(self, asked: Asked, playlist: Playlist, limit: int, offset: int) -> dict[str, Any]:
        some = [
            self._entry(entry, asked, offset + number)
            for number, entry in enumerate(playlist.entries[offset : offset + limit])
        ]
        return page(asked, some, len(playlist.entries), limit, offset)

    def _entry(self, entry: Track | Junk, asked: Asked, position: int) -> dict[str, Any] | None:
        if entry is Junk.NOTHING:
            return None
        inner: dict[str, Any] | None
        if entry is Junk.NULL:
            inner = None
        elif entry is Junk.EPISODE:
            inner = spotify_objects.episode(position, asked)
        elif isinstance(entry, Junk):
            inner = spotify_objects.local_file(position)
        else:
            inner = self._track(entry, asked)
        keys = ("track",) if self._is_extended else ("item", "track")
        return spotify_objects.entry(inner, asked, is_local=entry is Junk.LOCAL, keys=keys)

    def _track(self, track: Track, asked: Asked) -> dict[str, Any]:
        return spotify_objects.track(track, asked, is_extended=self._is_extended)


def error(status: int, message: str, reason: str | None = None) -> Reply:
    """Return an error as the Web API words it."""
    return Reply(status, {"error": {"status": status, "message": message} | ({"reason": reason} if reason else {})})


def _out_of_bounds(asked: Asked) -> Reply | None:
    """Return the refusal of a parameter that every call takes; None if there is nothing wrong with it."""
    if not _MARKET.fullmatch(asked.query.get("market", "US")):
        return error(400, "Invalid market code")
    if not set(asked.query.get("additional_types", "track").split(",")) <= {"track", "episode"}:
        return error(400, "Bad additional_types field")
    return None


def _bearer(asked: Asked) -> str:
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""
