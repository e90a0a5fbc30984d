"""Finds the tracks in the bytes of a MIDI file, also where what the file says of its own layout is wrong.

Read is what players read: a file in a RIFF wrapper or behind the header of another system, chunks that nobody knows,
lengths that are too long or too short, more or fewer tracks than announced, a tail that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BYTES = 2_000_000
MAX_TRACKS = 256
_LEAD_BYTES = 1024
"""The MIDI header stands among the first so many bytes."""
_HEADER, _TRACK = b"MThd", b"MTrk"


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's header: its resolution in ticks a quarter, how many tracks it announces, where the first chunk is."""

    ticks_per_quarter: int
    n_tracks: int
    start: int


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a track's events are: from `start` to `end` at most.

    `is_certain` when something that can follow a track stands at `end`; otherwise the track may end before, where
    the next one begins.
    """

    start: int
    end: int
    is_certain: bool


def layout(data: bytes) -> Layout:
    """Read the header of a file of type 0 or 1.

    Raises:
        FormatError: `too_large` or `unreadable_midi`.

    """
    if len(data) > MAX_BYTES:
        raise FormatError("too_large", f"{len(data):,} bytes; at most {MAX_BYTES:,} are read")
    at = data[: _LEAD_BYTES + 4].find(_HEADER)
    if at < 0 or len(data) < at + 14:
        raise FormatError("unreadable_midi", f"starts with {data[:8]!r}; expected a MIDI header")
    kind, n_tracks, division = (int.from_bytes(data[at + place : at + place + 2], "big") for place in (8, 10, 12))
    if kind > 1 or not 0 < division < 0x8000:
        raise FormatError(
            "unreadable_midi",
            f"type {kind}, division {division:#x}; expected type 0 or 1, and time in ticks per quarter",
        )
    declared = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    return Layout(division, n_tracks, declared if data[declared : declared + 4] == _TRACK else at + 14)


def walk(data: bytes, header: Layout, read: Callable[[Extent], int]) -> int:
    """Hand every track to `read`, which returns where its events end; return how many there were.

    Raises:
        FormatError: `too_large`.

    """
    count, position = 0, header.start
    while (start := _next_track(data, position)) is not None:
        count += 1
        if count > MAX_TRACKS:
            raise FormatError("too_large", f"more than {MAX_TRACKS} tracks")
        extent = _extent(data, start, is_last=count == header.n_tracks)
        end = read(extent)
        follows_at_once = data[end : end + 4] == _TRACK
        position = end if follows_at_once or not extent.is_certain else extent.end
    return count


def _next_track(data: bytes, position: int) -> int | None:
    """Return where the next track begins, chunks of other kinds passed over by their lengths if these make sense."""
    for start, name, end in _chunks(data, position):
        if name == _TRACK:
            return start
        if end > len(data) or not _may_follow(data, end):
            position = start + 8
            break
        position = end
    at = data.find(_TRACK, position)
    return at if at >= 0 and at + 8 <= len(data) else None


def _chunks(data: bytes, position: int) -> Iterator[tuple[int, bytes, int]]:
    while position + 8 <= len(data):
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "big")
        yield position, data[position : position + 4], end
        position = end


def _extent(data: bytes, start: int, *, is_last: bool) -> Extent:
    declared = start + 8 + int.from_bytes(data[start + 4 : start + 8], "big")
    if declared <= len(data) and ((is_last and declared > start + 8) or _may_follow(data, declared)):
        return Extent(start + 8, declared, is_certain=True)
    return Extent(start + 8, len(data), is_certain=False)


def _may_follow(data: bytes, position: int) -> bool:
    """Say whether a chunk may begin here: four printable letters, or nothing more in the file."""
    name = data[position : position + 4]
    return not name or (len(name) == 4 and all(0x20 <= byte < 0x7F for byte in name) and any(b > 0x40 for b in name))
