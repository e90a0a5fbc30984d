"""Writes MIDI files byte by byte, whole or damaged."""

from __future__ import annotations


def chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "big") + body


def raw(*tracks: bytes, kind: int = 1, n_tracks: int | None = None, division: int = 480) -> bytes:
    numbers = (kind, len(tracks) if n_tracks is None else n_tracks, division)
    head = b"".join(number.to_bytes(2, "big") for number in numbers)
    return chunk(b"MThd", head) + b"".join(chunk(b"MTrk", body) for body in tracks)


END = b"\x00\xff\x2f\x00"


def event(delta: int, body: bytes) -> bytes:
    """Return an event after so many ticks, at most 16,383."""
    return (bytes((0x80 | delta >> 7, delta & 0x7F)) if delta > 0x7F else bytes((delta,))) + body
