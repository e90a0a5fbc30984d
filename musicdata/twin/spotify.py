"""Speaks as the Spotify Web API does, in either of its two regimes.

Of July 2026, as read in its documentation and in threads: in the ``development`` regime a search page has ten entries
at most, other people's playlists do not open (403), an entry's track is called ``item``, and nothing tells popularity.
The ``extended`` regime is what the API was before. Playlists of Spotify's own (``37i9dQZF1…``) are 404 in both.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from musicdata.twin.catalogue import base62
from musicdata.twin.exchange import Asked, Reply, Target, whole_number
from musicdata.twin.playlists import Junk, Playlist

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.twin.population import Population
    from musicdata.twin.track import Track

REGIMES = ("development", "extended")
_OWNER = "twin_user"
_LARGEST_OFFSET = 1000
_LARGEST_PAGE = 50
_SEARCH = {"development": (5, 10), "extended": (20, 50)}  # default and most entries of a page
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
        self._regime = regime
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
        return self._refuse(asked) or self._called(asked)

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
        default, most = _SEARCH[self._regime]
        limit, offset = whole_number(asked.query.get("limit"), default), whole_number(asked.query.get("offset"), 0)
        kind, query = asked.query.get("type", ""), asked.query.get("q", "").strip()
        if limit is None or not 1 <= limit <= most:
            return error(400, "Invalid limit")
        if offset is None or offset > _LARGEST_OFFSET:
            return error(400, "Invalid offset")
        if not query:
            return error(400, "No search query")
        if kind not in ("track", "playlist"):
            return error(400, "Bad search type field")
        if kind == "track":
            tracks = self._tracks_of(query)
            some = [self._track(track, asked) for track in tracks[offset : offset + limit]]
            return Reply(payload={"tracks": _page(asked, some, len(tracks), limit, offset)})
        hits = self._playlists_of(query)
        shown = [self._summary(one, asked) for one in hits[offset : offset + limit]]
        return Reply(payload={"playlists": _page(asked, shown, len(hits), limit, offset)})

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
                hits.append(None if self._regime == "development" else _EDITORIAL + base62(mood)[:13])
            hits.append(playlist)
        return hits

    def _summary(self, playlist: Playlist | str | None, asked: Asked) -> dict[str, Any] | None:
        """Return a playlist without its contents."""
        if playlist is None:
            return None
        if isinstance(playlist, str):
            playlist = Playlist(playlist, "", "Mood Booster", "spotify", ())
        identity = playlist.playlist_id
        owner = _OWNER if identity in self._owned else playlist.owner
        contents = {"href": f"{asked.origin}/v1/playlists/{identity}/items", "total": len(playlist.entries)}
        keys = ("items", "tracks") if self._regime == "development" else ("tracks",)
        return {
            "collaborative": False,
            "description": f"what {owner} likes",
            "external_urls": {"spotify": f"https://open.spotify.com/playlist/{identity}"},
            "href": f"{asked.origin}/v1/playlists/{identity}",
            "id": identity,
            "images": [],
            "name": playlist.name,
            "owner": {
                "display_name": owner,
                "external_urls": {},
                "id": owner,
                "type": "user",
                "uri": f"spotify:user:{owner}",
            },
            "public": True,
            "snapshot_id": base64.b64encode(hashlib.sha256(identity.encode()).digest()[:18]).decode(),
            "type": "playlist",
            "uri": f"spotify:playlist:{identity}",
        } | dict.fromkeys(keys, contents)

    def _playlist(self, asked: Asked, playlist_id: str) -> Reply:
        playlist = self._playlists.get(playlist_id)
        summary = self._summary(playlist, asked)
        if playlist is None or summary is None:
            return error(404, "Resource not found")
        target = Target("list_tracks", playlist_id)
        if self._regime == "development":
            del summary["tracks"]
            if not self._opens(playlist_id, asked):
                del summary["items"]  # only what it is called is told of other people's
                return Reply(payload=summary, target=target)
        key = "items" if self._regime == "development" else "tracks"
        return Reply(payload=summary | {key: self._entries(asked, playlist, 100, 0)}, target=target)

    def _items(self, asked: Asked, playlist_id: str, name: str) -> Reply:
        limit, offset = whole_number(asked.query.get("limit"), 20), whole_number(asked.query.get("offset"), 0)
        playlist = self._playlists.get(playlist_id)
        if self._regime == "development" and (name == "tracks" or (playlist and not self._opens(playlist_id, asked))):
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
        return _page(asked, some, len(playlist.entries), limit, offset)

    def _entry(self, entry: Track | Junk, asked: Asked, position: int) -> dict[str, Any] | None:
        if entry is Junk.NOTHING:
            return None
        inner: dict[str, Any] | None
        if entry is Junk.NULL:
            inner = None
        elif entry is Junk.EPISODE:
            name = base62(f"episode {position}")
            inner = {"type": "episode", "id": name, "name": "An episode", "duration_ms": 1_800_000, "explicit": False}
        elif isinstance(entry, Junk):
            inner = {
                "type": "track",
                "id": None,
                "name": "My own file",
                "is_local": True,
                "uri": f"spotify:local:Somebody::My+own+file:{180 + position % 60}",
                "duration_ms": 1000 * (180 + position % 60),
                "artists": [{"name": "Somebody", "id": None}],
                "album": {"name": "", "id": None},
                "external_ids": {},
            }
        else:
            inner = self._track(entry, asked)
        keys = ("item", "track") if self._regime == "development" else ("track",)
        return {
            "added_at": "2019-01-05T12:00:00Z",
            "added_by": {"id": "x", "type": "user"},
            "is_local": entry is Junk.LOCAL,
        } | dict.fromkeys(keys, inner)

    def _track(self, track: Track, asked: Asked) -> dict[str, Any]:
        identity = track.spotify_id
        artists = [
            {
                "id": base62(f"artist {name}"),
                "name": name,
                "type": "artist",
                "uri": f"spotify:artist:{base62(f'artist {name}')}",
            }
            for name in track.artists
        ]
        document = {
            "type": "track",
            "id": identity,
            "name": track.title,
            "duration_ms": round(track.duration_s * 1000),
            "explicit": track.explicit,
            "disc_number": 1,
            "track_number": 1 + track.index % 12,
            "is_local": False,
            "is_playable": True,
            "external_ids": {"isrc": track.isrc} if track.isrc else {},
            "external_urls": {"spotify": f"https://open.spotify.com/track/{identity}"},
            "artists": artists,
            "album": {
                "id": base62(f"album {track.artist} {track.album}"),
                "name": track.album,
                "album_type": "album",
                "release_date": track.release_date,
                "release_date_precision": "day" if "-" in track.release_date else "year",
                "total_tracks": 12,
                "images": [],
                "artists": artists[:1],
            },
            "href": f"{asked.origin}/v1/tracks/{identity}",
            "uri": f"spotify:track:{identity}",
        }
        if self._regime == "extended":
            document |= {"popularity": track.popularity, "available_markets": ["DE", "GB", "US"], "preview_url": None}
        return document


def error(status: int, message: str, reason: str | None = None) -> Reply:
    """Return an error as the Web API words it."""
    return Reply(status, {"error": {"status": status, "message": message} | ({"reason": reason} if reason else {})})


def _bearer(asked: Asked) -> str:
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def _page(asked: Asked, items: Sequence[Any], total: int, limit: int, offset: int) -> dict[str, Any]:
    def address(start: int) -> str:
        return f"{asked.origin}{asked.path}?{urlencode({**asked.query, 'limit': limit, 'offset': start})}"

    return {
        "href": address(offset),
        "limit": limit,
        "next": address(offset + limit) if offset + limit < total else None,
        "offset": offset,
        "previous": address(max(0, offset - limit)) if offset else None,
        "total": total,
        "items": list(items),
    }
