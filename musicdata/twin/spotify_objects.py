"""What Spotify's answers are made of: tracks, albums, artists, playlists, episodes, pages.

Every object has the fields that Spotify's published schema (OpenAPI) requires, of the types that it gives them, in both
regimes. What a file of a user's own lacks is null, as the service itself sends it.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from musicdata.twin.catalogue import base62

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.twin.exchange import Asked
    from musicdata.twin.playlists import Playlist
    from musicdata.twin.track import Track

    Document = dict[str, Any]

MARKETS = ("DE", "GB", "US")
_EPISODE_MS = 1_800_000


def _identity(kind: str, identity: str, asked: Asked) -> Document:
    """Return what every object has: id, addresses, type."""
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{identity}"},
        "href": f"{asked.origin}/v1/{kind}s/{identity}",
        "id": identity,
        "type": kind,
        "uri": f"spotify:{kind}:{identity}",
    }


def _images(identity: str) -> list[Document]:
    return [{"url": f"https://i.scdn.co/image/{identity}", "height": 300, "width": 300}]


def track(one: Track, asked: Asked, *, is_extended: bool) -> Document:
    """Return a track; popularity and markets are told in the extended regime only."""
    artists = [_identity("artist", base62(f"artist {name}"), asked) | {"name": name} for name in one.artists]
    album_id = base62(f"album {one.artist} {one.album}")
    document = _identity("track", one.spotify_id, asked) | {
        "name": one.title,
        "duration_ms": round(one.duration_s * 1000),
        "explicit": one.explicit,
        "disc_number": 1,
        "track_number": 1 + one.index % 12,
        "is_local": False,
        "is_playable": True,
        "external_ids": {"isrc": one.isrc} if one.isrc else {},
        "artists": artists,
        "album": _identity("album", album_id, asked)
        | {
            "name": one.album,
            "album_type": "album",
            "release_date": one.release_date,
            "release_date_precision": "day" if "-" in one.release_date else "year",
            "total_tracks": 12,
            "available_markets": list(MARKETS),
            "images": _images(album_id),
            "artists": artists[:1],
        },
    }
    if is_extended:
        document |= {"popularity": one.popularity, "available_markets": list(MARKETS)}
    return document


def episode(position: int, asked: Asked) -> Document:
    """Return an episode of a podcast."""
    identity, show = base62(f"episode {position}"), base62("show")
    told = {"description": "A talk", "html_description": "<p>A talk</p>", "explicit": False, "languages": ["en"]}
    return (
        _identity("episode", identity, asked)
        | told
        | {
            "name": "An episode",
            "duration_ms": _EPISODE_MS,
            "audio_preview_url": f"https://p.scdn.co/mp3-preview/{identity}",
            "images": _images(identity),
            "is_externally_hosted": False,
            "is_playable": True,
            "release_date": "2019-01-05",
            "release_date_precision": "day",
            "resume_point": {"fully_played": False, "resume_position_ms": 0},
            "show": _identity("show", show, asked)
            | told
            | {
                "name": "A show",
                "publisher": "Somebody",
                "media_type": "audio",
                "total_episodes": 100,
                "available_markets": list(MARKETS),
                "copyrights": [],
                "images": _images(show),
                "is_externally_hosted": False,
            },
        }
    )


def local_file(position: int) -> Document:
    """Return a file of a user's own, which has a name and a length, and null for all that Spotify would have."""
    unknown: Document = {"external_urls": {}, "href": None, "id": None}
    length_s = 180 + position % 60
    return unknown | {
        "type": "track",
        "uri": f"spotify:local:Somebody::My+own+file:{length_s}",
        "name": "My own file",
        "duration_ms": 1000 * length_s,
        "explicit": False,
        "disc_number": 0,
        "track_number": 0,
        "is_local": True,
        "external_ids": {},
        "artists": [unknown | {"name": "Somebody", "type": "artist", "uri": None}],
        "album": unknown
        | {
            "type": "album",
            "uri": None,
            "name": "",
            "album_type": None,
            "release_date": None,
            "release_date_precision": None,
            "total_tracks": 0,
            "available_markets": [],
            "images": [],
            "artists": [],
        },
    }


def user(name: str, asked: Asked) -> Document:
    """Return a user as owner of something."""
    return _identity("user", name, asked) | {"display_name": name}


def entry(inner: Document | None, asked: Asked, *, is_local: bool, keys: Sequence[str]) -> Document:
    """Return an entry of a playlist, with what it holds by the names that it goes by."""
    adder = user("x", asked)
    del adder["display_name"]
    told = {"added_at": "2019-01-05T12:00:00Z", "added_by": adder, "is_local": is_local}
    return told | dict.fromkeys(keys, inner)


def playlist(one: Playlist, owner: str, asked: Asked, *, keys: Sequence[str]) -> Document:
    """Return a playlist with how much is in it, by the names that this goes by."""
    contents = {"href": f"{asked.origin}/v1/playlists/{one.playlist_id}/items", "total": len(one.entries)}
    return (
        _identity("playlist", one.playlist_id, asked)
        | {
            "collaborative": False,
            "description": f"what {owner} likes",
            "images": [],
            "name": one.name,
            "owner": user(owner, asked),
            "public": True,
            "snapshot_id": base64.b64encode(hashlib.sha256(one.playlist_id.encode()).digest()[:18]).decode(),
        }
        | dict.fromkeys(keys, contents)
    )


def page(asked: Asked, items: Sequence[Any], total: int, limit: int, offset: int) -> Document:
    """Return a page of a list, with the addresses of those before and after it."""

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
