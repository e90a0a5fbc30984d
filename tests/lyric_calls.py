"""Calls as a crawl makes them, with a real ledger and gate, and bodies as the sources of lyrics send them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from musicdata.engine.fetching.calls import ItemCalls
from musicdata.engine.fetching.rate_limits import RateLimiter, RetryPolicy
from musicdata.engine.progress import Progress
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from tests.loopback import message

ONE_ATTEMPT = RetryPolicy(attempts=1, refusals=1, first_wait_s=0.0, refused_wait_s=0.01)
NOT_THERE = b'{"message": "Failed to find specified track", "name": "TrackNotFound", "statusCode": 404}'
TAIL = "\n...\n\n******* This Lyrics is NOT for Commercial use *******\n(1409623757107)"

VERSE = """I walked along the river in the middle of the night
And nobody was there to see the falling of the light
I told you all my secrets and you kept them in the sand
So carry me tomorrow, take me gently by the hand"""
MORE = """There is a little garden on the other side of town
Where all the tired people go to lay their burdens down"""


@contextlib.contextmanager
def calls(folder: Path, key: str = "0123456789abcdef") -> Iterator[ItemCalls]:
    """Make calls of one item, each tried once."""
    with Ledger(Workspace(folder / "work")) as ledger:
        yield ItemCalls(
            ledger, RateLimiter(ledger, {}, ONE_ATTEMPT, Progress()), "fetch_lyrics", key, folder / "scratch"
        )


def musixmatch_says(status: int, body: Any = "") -> bytes:
    """Return a whole answer of Musixmatch, whose HTTP status is always 200."""
    said = {"message": {"header": {"status_code": status, "execute_time": 0.017}, "body": body}}
    return message(200, json.dumps(said).encode())


def musixmatch_has(text: str, **facts: Any) -> bytes:
    """Return a whole answer with lyrics."""
    lyrics = {
        "lyrics_id": 6738195,
        "restricted": 0,
        "instrumental": 0,
        "explicit": 0,
        "lyrics_body": text,
        "lyrics_language": "en",
        "script_tracking_url": "https://tracking.example/t1.0/script",
        "pixel_tracking_url": "https://tracking.example/t1.0/pixel",
        "lyrics_copyright": "Lyrics powered by www.musixmatch.com.",
        "backlink_url": "https://www.musixmatch.com/lyrics/x",
        "updated_time": "2026-01-01T00:00:00Z",
    }
    return musixmatch_says(200, {"lyrics": lyrics | facts})


def lrclib_has(text: str | None, synced: str | None = None, **facts: Any) -> bytes:
    """Return a whole answer of LRCLIB."""
    entry: Mapping[str, Any] = {
        "id": 3396226,
        "name": "River",
        "trackName": "River",
        "duration": 233.0,
        "instrumental": False,
        "plainLyrics": text,
        "syncedLyrics": synced,
    }
    return message(200, json.dumps({**entry, **facts}).encode())
