"""A file of the user's own, sent by the page: looked at once, in a process of its own, and never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.web.asking import BadRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MAX_BYTES = 25 * 10**6

_STARTS = {
    b"RIFF": ".wav",
    b"fLaC": ".flac",
    b"OggS": ".ogg",
    b"ID3": ".mp3",
    b"\xff\xfb": ".mp3",
    b"\xff\xf3": ".mp3",
    b"\xff\xf2": ".mp3",
    b"{": ".json",
}
"""First bytes of what is taken → what its name has to end in, whatever it was called."""


async def gather(stream: AsyncIterator[bytes]) -> bytes:
    """Return what is sent.

    Raises:
        BadRequestError: it is larger than it may be, or empty.
    """
    parts, size = [], 0
    async for part in stream:
        size += len(part)
        if size > MAX_BYTES:
            raise BadRequestError("the file is too large", "file", f"{MAX_BYTES // 10**6} MB at most", 413)
        parts.append(part)
    if not size:
        raise BadRequestError("the file is empty", "file", "choose another")
    return b"".join(parts)


def ending_of(data: bytes) -> str:
    """Return what the name of such a file ends in.

    Raises:
        BadRequestError: it is of no kind that is taken.
    """
    for start, ending in _STARTS.items():
        if data.lstrip()[:4].startswith(start) if start == b"{" else data.startswith(start):
            return ending
    raise BadRequestError("the file is no sound", "file", "send WAV, FLAC, Ogg or MP3, or a document of features", 415)
