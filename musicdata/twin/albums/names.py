"""Ids that look as those of MusicBrainz and Amazon do, each a hash of what it names."""

from __future__ import annotations

import hashlib
import uuid

VARIOUS_ARTISTS = "89ad4ac3-39f7-470e-963a-56509c546377"
"""MBID of the artist that stands for many: it is the same in MusicBrainz."""

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _digest(kind: str, seed: int, parts: tuple[int, ...]) -> bytes:
    return hashlib.sha256(f"{kind} {seed} {' '.join(map(str, parts))}".encode()).digest()


def mbid(kind: str, seed: int, *parts: int) -> str:
    """Return a random UUID of the fourth version, the same for the same arguments.

    Args:
        kind: of entity: ``recording``, ``release``.
        seed: of the population.
        parts: numbers that tell it from others of its kind.
    """
    return str(uuid.UUID(bytes=_digest(kind, seed, parts)[:16], version=4))


def asin(seed: int, index: int) -> str:
    """Return ten characters that name an album at Amazon."""
    number = int.from_bytes(_digest("asin", seed, (index,))[:8], "big")
    letters = ""
    for _ in range(7):
        number, digit = divmod(number, 36)
        letters += _BASE36[digit]
    return f"B00{letters}"


def reviewer(seed: int, index: int) -> str:
    """Return an id as Amazon gives its customers: ``A`` and thirteen letters and digits."""
    number = int.from_bytes(_digest("reviewer", seed, (index,))[:12], "big")
    letters = ""
    for _ in range(13):
        number, digit = divmod(number, 36)
        letters += _BASE36[digit]
    return f"A{letters}"


def hex_digest(kind: str, seed: int, *parts: int) -> str:
    """Return 32 hexadecimal digits, as of an MD5."""
    return _digest(kind, seed, parts).hex()[:32]
