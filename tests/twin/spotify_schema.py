"""What Spotify's published schema asks of answers and requests: required fields, types, bounds; written from its OpenAPI
document (the edition of May 2026), in words of our own.

A field whose name ends in "?" need not be there. A type is a Python type, another object's name, a list of one type, a
set of the texts that are allowed, or `None | …`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_OBJECT = {"external_urls": "ExternalUrls", "href": str, "id": str, "uri": str}
_DATED = {"release_date": str, "release_date_precision": {"year", "month", "day"}}
_PAGE = {"href": str, "limit": int, "next": (None, str), "offset": int, "previous": (None, str), "total": int}
_USER = {f"{name}?": kind for name, kind in _OBJECT.items()} | {"type?": {"user"}}
_SPOKEN = _OBJECT | {
    "description": str,
    "html_description": str,
    "explicit": bool,
    "images": ["Image"],
    "is_externally_hosted": bool,
    "languages": [str],
    "name": str,
}
_PLAYLIST = {f"{name}?": kind for name, kind in _OBJECT.items()} | {
    "collaborative?": bool,
    "images?": ["Image"],
    "name?": str,
    "owner?": "Owner",
    "public?": bool,
    "snapshot_id?": str,
    "type?": {"playlist"},
}
OBJECTS: dict[str, dict[str, Any]] = {
    "ExternalUrls": {"spotify?": str},
    "ExternalIds": {"isrc?": str, "ean?": str, "upc?": str},
    "Image": {"url": str, "height": (None, int), "width": (None, int)},
    "Error": {"status": int, "message": str},
    "Refusal": {"error": "Error"},
    "User": _USER,
    "Owner": _USER | {"display_name?": (None, str)},
    "Artist": {f"{name}?": kind for name, kind in _OBJECT.items()} | {"name?": str, "type?": {"artist"}},
    "Album": _OBJECT
    | _DATED
    | {
        "album_type": {"album", "single", "compilation"},
        "total_tracks": int,
        "available_markets": [str],
        "images": ["Image"],
        "name": str,
        "type": {"album"},
        "artists": ["Artist"],
    },
    "Track": {f"{name}?": kind for name, kind in _OBJECT.items()}
    | {
        "album?": "Album",
        "artists?": ["Artist"],
        "available_markets?": [str],
        "disc_number?": int,
        "duration_ms?": int,
        "explicit?": bool,
        "external_ids?": "ExternalIds",
        "is_playable?": bool,
        "is_local?": bool,
        "name?": str,
        "popularity?": int,
        "preview_url?": str,
        "track_number?": int,
        "type": {"track"},
    },
    "ResumePoint": {"fully_played?": bool, "resume_position_ms?": int},
    "Show": _SPOKEN
    | {
        "available_markets": [str],
        "copyrights": [dict],
        "media_type": str,
        "publisher": str,
        "total_episodes": int,
        "type": {"show"},
    },
    "Episode": _SPOKEN
    | _DATED
    | {
        "audio_preview_url": str,
        "duration_ms": int,
        "is_playable": bool,
        "resume_point": "ResumePoint",
        "type": {"episode"},
        "show": "Show",
    },
    "Contents": {"href?": str, "total?": int},
    "ListedPlaylist": _PLAYLIST | {"description?": str, "tracks?": "Contents", "items?": "Contents"},
    "Playlist": _PLAYLIST | {"description?": (None, str), "tracks?": "EntryPage", "items?": "EntryPage"},
    "Entry": {
        "added_at?": DATE_TIME,
        "added_by?": "User",
        "is_local?": bool,
        "track?": "Playable",
        "item?": "Playable",
    },
    "EntryPage": _PAGE | {"items": ["Entry"]},
    "TrackPage": _PAGE | {"items": ["Track"]},
    "PlaylistPage": _PAGE | {"items": ["ListedPlaylist"]},
    "EmptyPage": _PAGE | {"items": []},
    "Found": {
        "tracks?": "TrackPage",
        "playlists?": "PlaylistPage",
        **{f"{kind}s?": "EmptyPage" for kind in ("album", "artist", "show", "episode", "audiobook")},
    },
    "Token": {"access_token": str, "token_type": {"Bearer"}, "expires_in": int},
}
KINDS = {"album", "artist", "playlist", "track", "show", "episode", "audiobook"}
# path → parameter → what it may be; a number within bounds, a pattern, or texts joined by commas
_MARKET = {"market": re.compile("[A-Z]{2}")}
REQUESTS: dict[str, dict[str, Any]] = {
    r"/v1/search": _MARKET
    | {
        "q": re.compile(".+"),
        "type": KINDS,
        "limit": range(1, 11),
        "offset": range(1001),
        "include_external": {"audio"},
    },
    r"/v1/playlists/\w+": _MARKET | {"fields": re.compile(".+"), "additional_types": {"track", "episode"}},
    r"/v1/playlists/\w+/(?:items|tracks)": _MARKET
    | {
        "fields": re.compile(".+"),
        "limit": range(1, 51),
        "offset": range(10**9),
        "additional_types": {"track", "episode"},
    },
    r"/v1/tracks/\w+": _MARKET,
    r"/api/token": {},
}


def faults(value: Any, kind: Any, place: str = "") -> Iterator[str]:
    """Yield where an answer is not as the schema has it."""
    if isinstance(kind, tuple):
        yield from () if value is None else faults(value, kind[1], place)
    elif isinstance(kind, str):
        told = value.get("type") if isinstance(value, Mapping) else None
        playable = "Episode" if told == "episode" else "Track"
        yield from _object_faults(value, playable if kind == "Playable" else kind, place)
    elif isinstance(kind, list):
        yield from _list_faults(value, kind, place)
    elif not _is_of(value, kind):
        wanted = sorted(kind) if isinstance(kind, set) else getattr(kind, "__name__", kind)
        yield (
            f"{place}: {value!r} is not one of {wanted}"
            if isinstance(kind, set)
            else f"{place}: {value!r} is no {wanted}"
        )


def _is_of(value: Any, kind: Any) -> bool:
    if isinstance(kind, set):
        return value in kind
    if isinstance(kind, re.Pattern):
        return isinstance(value, str) and kind.fullmatch(value) is not None
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _list_faults(value: Any, kind: list[Any], place: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{place}: {value!r} is no list"
    elif not kind:
        yield from [f"{place}: it is not empty"] if value else []
    else:
        for number, entry in enumerate(value):
            yield from faults(entry, kind[0], f"{place}[{number}]")


def _object_faults(value: Any, kind: str, place: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{place}: {value!r} is no {kind}"
        return
    for name, of in OBJECTS[kind].items():
        field = name.removesuffix("?")
        if field in value:
            yield from faults(value[field], of, f"{place}.{field}")
        elif field == name:
            yield f"{place}: {kind} has no {field}"
    known = {name.removesuffix("?") for name in OBJECTS[kind]}
    if unknown := set(value) - known:
        yield f"{place}: {kind} has {sorted(unknown)}"


def request_faults(path: str, query: Mapping[str, str]) -> Iterator[str]:
    """Yield what of a request is out of the published bounds."""
    bounds = next((of for pattern, of in REQUESTS.items() if re.fullmatch(pattern, path)), None)
    if bounds is None:
        yield f"{path} is not published, or no longer"
        return
    for name, value in query.items():
        allowed = bounds.get(name)
        fits = (
            allowed is not None
            and (not isinstance(allowed, range) or (value.isdigit() and int(value) in allowed))
            and (not isinstance(allowed, set) or set(value.split(",")) <= allowed)
            and (not isinstance(allowed, re.Pattern) or allowed.fullmatch(value))
        )
        if not fits:
            yield f"{path}: {name}={value}"
