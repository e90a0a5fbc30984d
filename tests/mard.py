"""Lines in the format of MARD, made up: no line of the data set itself may be kept here."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

METADATA, REVIEWS = "mard_metadata.json", "mard_reviews.json"


def mbid(number: int, kind: int = 0) -> str:
    """Return a MusicBrainz id of its own for each number and kind."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def asin(number: int) -> str:
    return f"B{number:09d}"


def album(number: int, **changes: Any) -> dict[str, Any]:
    """Return what a line says of an album, all fields told; changes of None leave one out."""
    facts: dict[str, Any] = {
        "amazon-id": asin(number),
        "title": f"Title {number}",
        "artist": f"Artist {number}",
        "label": "Label",
        "brand": f"Artist {number}",
        "price": 9.99,
        "categories": ["CDs & Vinyl", "Rock"],
        "root-genre": "Rock",
        "salesRank": {"Music": 1000 + number},
        "related": {"also_bought": [asin(number + 1), asin(number + 2)], "buy_after_viewing": [asin(number + 3)]},
        "imUrl": "http://images.example/a.jpg",
        "artist_url": "/artist/page",
        "artist-mbid": mbid(number, 1),
        "release-group-mbid": mbid(number, 2),
        "release-mbid": mbid(number, 3),
        "first-release-year": 1997,
        "songs": [{"title": f"Song {place}", "mbid": mbid(100 * number + place, 4)} for place in range(2)],
    }
    return {name: value for name, value in (facts | changes).items() if value is not None}


def review(number: int, album_number: int, **changes: Any) -> dict[str, Any]:
    """Return what a line says of a review."""
    facts: dict[str, Any] = {
        "reviewerID": f"A{number:013d}",
        "amazon-id": asin(album_number),
        "reviewerName": f"Reviewer {number}",
        "helpful": [2, 3],
        "reviewText": f"Text number {number}: the guitars are loud and I like it.",
        "overall": 4.0,
        "summary": f"Summary {number}",
        "unixReviewTime": 1_000_000_000 + number,
        "reviewTime": "09 9, 2001",
    }
    return facts | changes


def lines(objects: Iterable[Mapping[str, Any] | bytes | str]) -> bytes:
    """Return lines: objects as JSON, texts and bytes as they are."""
    return b"\n".join(
        one if isinstance(one, bytes) else one.encode() if isinstance(one, str) else json.dumps(one).encode()
        for one in objects
    )


def write_folder(
    folder: Path, albums: Iterable[Mapping[str, Any] | bytes | str], reviews: Iterable[Mapping[str, Any] | bytes | str]
) -> Path:
    """Write the two files and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / METADATA).write_bytes(lines(albums))
    (folder / REVIEWS).write_bytes(lines(reviews))
    return folder


def packed(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def write_zip(path: Path, albums: Iterable[Mapping[str, Any]], reviews: Iterable[Mapping[str, Any]]) -> Path:
    """Write the archive as it is fetched: the two files in a folder of it, descriptors beside them."""
    members = {f"mard/{METADATA}": lines(albums), f"mard/{REVIEWS}": lines(reviews)}
    path.write_bytes(packed(members | {f"mard/acousticbrainz_descriptors/{asin(1)}_{mbid(1)}.json": b"{}"}))
    return path
