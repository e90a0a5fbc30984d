"""Which lines speak of which album: they stand in no order, and an album's are read together.

A place is a word of text, so that it can be handed on: album, digest of its lines, their numbers in the file of albums
and in that of reviews. A line that speaks of no album that is known has a place of its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.errors import FormatError, InputError
from musicdata.sources.albums import lines, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.sources.albums.files import AlbumFiles, LineFile

NO_ALBUM = "-"
"""Stands for the album of a line that speaks of none that is known."""

_DIGEST_BYTES = 8
# Finds the album of most lines in a third of the time that reading them takes. A quote within a text of JSON has a
# backslash before it, so that no text can look like a field.
_NAMED = re.compile(rb'"(?:amazon[-_]id|product[-_]id|asin)"\s*:\s*"([0-9A-Z]{10})"')


@dataclass(slots=True)
class Place:
    """Where the lines of an album stand.

    Attributes:
        album_id: of the album, or `NO_ALBUM`.
        metadata: numbers of its lines in the file of albums.
        reviews: the same in the file of reviews.
        digest: of all these lines, in this order.
    """

    album_id: str
    metadata: list[int] = field(default_factory=list)
    reviews: list[int] = field(default_factory=list)
    digest: bytes = b""

    def add(self, line: bytes | None) -> None:
        """Take a line into the digest."""
        self.digest = hashlib.blake2b(self.digest + (line or b""), digest_size=_DIGEST_BYTES).digest()

    def __str__(self) -> str:
        r"""Return it as a word.

        >>> str(Place("B00005LA6G", [3], [7, 12], b"\x01"))
        'B00005LA6G:01:3:7,12'
        """
        numbers = (",".join(map(str, places)) for places in (self.metadata, self.reviews))
        return ":".join((self.album_id, self.digest.hex(), *numbers))

    @classmethod
    def read(cls, word: str) -> Place:
        """Return the place that a word names."""
        album_id, digest, *numbers = word.split(":")
        metadata, reviews = ([int(number) for number in some.split(",") if number] for some in numbers)
        return cls(album_id, metadata, reviews, bytes.fromhex(digest))


def find(files: AlbumFiles, limit: int = 0) -> tuple[list[Place], list[Place]]:
    """Find the lines of each album.

    Args:
        files: of a source.
        limit: only so many albums, the first by their ids; 0 for all.

    Returns:
        Places of the albums in order of their ids, and of the lines that speak of none that is known.

    Raises:
        InputError: a file cannot be read.
    """
    albums: dict[str, Place] = {}
    loose: list[Place] = []
    for number, line, album_id in _named(files.metadata):
        place = albums.setdefault(album_id, Place(album_id)) if album_id != NO_ALBUM else _new(loose)
        place.metadata.append(number)
        place.add(line)
    kept = {album_id: albums[album_id] for album_id in sorted(albums)[: limit or None]}
    for number, line, album_id in _named(files.reviews):
        if album_id in albums and album_id not in kept:
            continue
        place = kept[album_id] if album_id in kept else _new(loose)
        place.reviews.append(number)
        place.add(line)
    return list(kept.values()), loose


def _new(loose: list[Place]) -> Place:
    loose.append(Place(NO_ALBUM))
    return loose[-1]


def _named(file: LineFile) -> Iterator[tuple[int, bytes | None, str]]:
    """Yield number, bytes and album of each line, as far as it is seen without reading it as a whole."""
    for number, line in file.lines():
        named = _NAMED.findall(line) if line and line.startswith(b'{"') else []
        if len(named) == 1:
            yield number, line, named[0].decode()
            continue
        try:
            yield number, line, records.album_id(lines.parse(line))
        except FormatError:
            yield number, line, NO_ALBUM


def require_named(place: Place, album_id: str) -> None:
    """Refuse a line of a place that, read as a whole, speaks of another album than it seemed to.

    Raises:
        FormatError: ``bad_album_id``.
    """
    if place.album_id not in (NO_ALBUM, album_id):
        raise FormatError(
            "bad_album_id", f"the line speaks of album {album_id}, and has {place.album_id} like an id too"
        )


def read(files: AlbumFiles, places: list[Place]) -> Iterator[tuple[int, LineFile, int, bytes | None]]:
    """Yield the lines of places: index of the place, file, number and bytes; first those of the file of albums.

    Raises:
        InputError: a file cannot be read, or holds other lines now than when the places were found.
    """
    seen = [Place(place.album_id) for place in places]
    for file, of in ((files.metadata, "metadata"), (files.reviews, "reviews")):
        place_of = {number: index for index, place in enumerate(places) for number in getattr(place, of)}
        for number, line in file.lines() if place_of else ():
            index = place_of.pop(number, -1)
            if index >= 0:
                seen[index].add(line)
                yield index, file, number, line
            if not place_of:
                break
    for was, now in zip(places, seen, strict=True):
        if was.digest != now.digest:
            raise InputError(f"{files.metadata.path} changed while it was being read; run the same command again")
