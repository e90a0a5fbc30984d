"""Releases as MusicBrainz describes them: made up, served on loopback, and written as a dump."""

from __future__ import annotations

import io
import json
import lzma
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import Asked, Behaviour, message

Json = dict[str, Any]

LIMIT, TRACKS_A_PAGE = 100, 500
NOT_FOUND = message(
    404, b'{"error":"Not Found","help":"For usage, please see: https://musicbrainz.org/development/mmd"}'
)


def mbid(number: int) -> str:
    """Return an id, the same for the same number."""
    return f"{number:08x}-1234-4abc-8def-0123456789ab"


def track(number: int, title: str, position: int = 1, /, **recording: Any) -> Json:
    """Return a track of the recording `mbid(number)`."""
    return {
        "id": mbid(number + 900_000),
        "title": title,
        "position": position,
        "number": str(position),
        "length": 200_000,
        "recording": {"id": mbid(number), "title": title, "length": 201_000, "video": False, "disambiguation": ""}
        | recording,
    }


def medium(tracks: Sequence[Json], position: int = 1, /, **more: Any) -> Json:
    """Return a medium."""
    return {
        "position": position,
        "format": "CD",
        "title": "",
        "track-count": len(tracks),
        "tracks": list(tracks),
    } | more


def release(number: int, *media: Json, group: int = 0, **more: Any) -> Json:
    """Return a release `mbid(number)` of the group `mbid(group)`."""
    return {
        "asin": None,
        "id": mbid(number),
        "title": f"Album {number}",
        "status": "Official",
        "date": "1994-05-01",
        "artist-credit": [{"name": "Moss", "joinphrase": "", "artist": {"id": mbid(77), "name": "Moss"}}],
        "media": list(media),
        "release-group": {"id": mbid(group), "title": f"Album {group}", "first-release-date": "1994"},
    } | more


def body(document: object) -> bytes:
    """Return a document as MusicBrainz writes it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def write_dump(path: Path, documents: Iterable[Json | bytes], members: Mapping[str, bytes] | None = None) -> Path:
    """Write a dump of these releases; bytes are lines as they are."""
    lines = b"\n".join(one if isinstance(one, bytes) else body(one) for one in documents)
    return pack(
        path, {"TIMESTAMP": b"x", "JSON_DUMPS_SCHEMA_NUMBER": b"1\n", **(members or {}), "mbdump/release": lines}
    )


def pack(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write an archive of these files."""
    path.write_bytes(
        lzma.compress(tarred(*((tarfile.TarInfo(name), data) for name, data in members.items())), preset=0)
    )
    return path


def tarred(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Return an archive that is not compressed."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


class MusicBrainz(dict[str, Behaviour]):
    """Answers by path like the web service: `Loopback` takes it for its behaviours.

    Args:
        documents: releases.
        merged: id before a merge → what it is now.
    """

    def __init__(self, documents: Iterable[Json], merged: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.releases = {str(one["id"]): one for one in documents}
        self.merged = dict(merged or {})

    def __missing__(self, path: str) -> Behaviour:
        return self.answer

    def answer(self, connection: socket, asked: Asked, _number: int) -> None:
        """Answer a request."""
        parts = urlsplit(asked.target)
        name, query = parts.path.rpartition("/")[2], {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert query["inc"] == "recordings media", "inc is one parameter, its values apart by +"
        assert query["fmt"] == "json"
        if name != "release":
            found = self.releases.get(self.merged.get(name, name))
            connection.sendall(message(200, body(found)) if found else NOT_FOUND)
            return
        of_group = [one for one in self.releases.values() if one["release-group"]["id"] == query["release-group"]]
        if not of_group:
            connection.sendall(NOT_FOUND)
            return
        wanted = [one for one in of_group if one["status"] == "Official" or "status" not in query]
        connection.sendall(message(200, body(page(wanted, int(query["offset"]), min(int(query["limit"]), LIMIT)))))


def page(releases: Sequence[Json], offset: int, limit: int = LIMIT) -> Json:
    """Return a page of releases, cut at 500 tracks but with one release at least; none of them tells its group."""
    there: list[Json] = []
    n_tracks = 0
    for one in releases[offset : offset + limit]:
        n_tracks += sum(len(medium.get("tracks", ())) for medium in one["media"])
        if there and n_tracks > TRACKS_A_PAGE:
            break
        there.append({name: value for name, value in one.items() if name != "release-group"})
    return {"release-count": len(releases), "release-offset": offset, "releases": there}
