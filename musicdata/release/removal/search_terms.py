"""Finding many things at once in much data: ids, hashes, words, and sounds and pictures byte by byte."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.arrow import ChunkedArray

_PATTERN_BYTES = 12_000
_PROBE_BYTES = 48
_SHORT_BYTES = 1000  # an expression costs more than it saves


@dataclass(frozen=True, slots=True)
class Media:
    """A sound or a picture: what it is of, its length, and some bytes from its middle with their place."""

    what: str
    n_bytes: int
    probe: bytes
    at: int


@dataclass(slots=True)
class SearchTerms:
    """What is looked for.

    Attributes:
        texts: bytes, ASCII letters small → what they are; found in whatever case.
        media: sha256 → sound or picture.
        counts: kind → number of things.
        longest: bytes that have to stand together for anything to be found.
    """

    texts: dict[bytes, str] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    longest: int = 1
    _patterns: list[str] = field(default_factory=list)

    def add_text(self, kind: str, text: str, what: str) -> None:
        """Look for a text, as it is and as JSON writes it."""
        self._count(kind)
        for written in {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}:
            self.texts[written.encode().lower()] = what
            self.longest = max(self.longest, len(written.encode()))

    def add_media(self, data: bytes, what: str) -> None:
        """Look for a sound or a picture."""
        self._count("media")
        at = max(0, len(data) // 2 - _PROBE_BYTES // 2)
        self.media[hashlib.sha256(data).hexdigest()] = Media(what, len(data), data[at : at + _PROBE_BYTES], at)
        self.longest = max(self.longest, len(data))

    def _count(self, kind: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self._patterns.clear()

    def in_values(self, values: ChunkedArray) -> set[str]:
        """Return what is found in values of the type binary."""
        matches: set[str] = set()
        for pattern in self._expressions():
            for value in values.filter(pc.match_substring_regex(values, pattern, ignore_case=True)):
                matches |= self._confirmed(value.as_py())
        return matches

    def in_bytes(self, data: bytes) -> set[str]:
        """Return what is found in data."""
        if len(data) <= _SHORT_BYTES:
            return self._confirmed(data)
        return self.in_values(pa.chunked_array([pa.array([data], pa.binary())]))

    def _confirmed(self, data: bytes) -> set[str]:
        small = data.lower()
        matches = {what for text, what in self.texts.items() if text in small}
        return matches | {media.what for sha256, media in self.media.items() if _holds(data, media, sha256)}

    def _expressions(self) -> list[str]:
        """Return regular expressions of some length each, that match all that is looked for, and perhaps more."""
        if not self._patterns:
            self._patterns += _joined([*self.texts, *(media.probe for media in self.media.values())])
        return self._patterns


def _holds(data: bytes, media: Media, sha256: str) -> bool:
    place = data.find(media.probe)
    while place >= 0:
        start = place - media.at
        if start >= 0 and hashlib.sha256(data[start : start + media.n_bytes]).hexdigest() == sha256:
            return True
        place = data.find(media.probe, place + 1)
    return False


def _joined(terms: list[bytes]) -> Iterator[str]:
    pattern: list[str] = []
    for term in terms:
        pattern.append("".join(f"\\x{byte:02x}" for byte in term))
        if sum(map(len, pattern)) > 4 * _PATTERN_BYTES:
            yield "|".join(pattern)
            pattern = []
    if pattern:
        yield "|".join(pattern)
