"""Spotify on loopback, byte by byte: for what a well-behaved service never says."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from musicdata.settings import Secret
from musicdata.settings.services import WORLD, Services
from tests.loopback import Behaviour, Loopback, message, says, serving

TOKEN = json.dumps({"access_token": "token-of-the-app", "token_type": "Bearer", "expires_in": 3600}).encode()
SECRET = "secret-of-the-app"


def page(kind: str | None, entries: list[Any], total: int | None = None, limit: int = 50, **more: Any) -> bytes:
    """Return an answer with a page of entries whose `next` leads elsewhere."""
    told = {"items": entries, "total": len(entries) if total is None else total, "limit": limit}
    told |= {"next": "https://api.spotify.com/v1/me/shows?offset=1"} | more
    return message(200, json.dumps({kind: told} if kind else told).encode())


def refusal(status: int, text: str = "no", reason: str | None = None, **headers: Any) -> bytes:
    told = {"status": status, "message": text} | ({"reason": reason} if reason else {})
    return message(status, json.dumps({"error": told}).encode(), **headers)


def track(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "id": f"track{number:017d}",
        "name": f"Song {number}",
        "artists": [{"name": f"Singer {number}"}],
        "album": {"name": "Album", "release_date": "2017-05-26"},
        "duration_ms": 200_000 + number,
        "explicit": False,
        "external_ids": {"isrc": f"USABC17{number:05d}"},
    } | more


def keys(**more: str) -> dict[str, Secret]:
    return {
        name: Secret(value)
        for name, value in ({"SPOTIFY_CLIENT_ID": "id-of-the-app", "SPOTIFY_CLIENT_SECRET": SECRET} | more).items()
    }


@contextlib.contextmanager
def spotify(
    search: Behaviour | None = None,
    token: Behaviour | None = None,
    deadline_s: float = 10.0,
    playlists: Mapping[str, Behaviour] | None = None,
) -> Iterator[tuple[Loopback, Services]]:
    """Serve a search and the items of playlists."""
    behaviours = {f"/v1/playlists/{name}/items": behaviour for name, behaviour in (playlists or {}).items()}
    behaviours |= {"/v1/search": search or says(refusal(404)), "/api/token": token or says(message(200, TOKEN))}
    with serving(behaviours) as server:
        urls = WORLD | {"spotify": f"{server.url}/v1/", "spotify_token": f"{server.url}/api/token"}
        yield server, Services(urls, keys(), deadline_s)


def paths(server: Loopback) -> list[str]:
    return [asked.target.partition("?")[0] for asked in server.asked]
