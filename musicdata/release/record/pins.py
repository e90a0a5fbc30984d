"""Pins: what a user knows of a release from elsewhere, and holds the one that came to.

A pin is the sha256 of `RELEASE.json`, which names the sha256 of every other file, or the content root, which is over
the digests of all columns. The first proves every byte; the second proves the rows, once their digests are computed,
and says nothing of card, recipe and contracts, nor of the cells that a view shows otherwise than the full release.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Literal

from musicdata.errors import IntegrityError, UsageError

if TYPE_CHECKING:
    from musicdata.release.record.layout import Record

SHORTEST = 12
"""Digits of a pin at least."""

_PIN = re.compile(rf"(?:sha256:)?([0-9A-Fa-f]{{{SHORTEST},64}})")

Pinned = Literal["RELEASE.json", "content root"]


def parse(pin: str) -> str:
    """Return the digits of a pin, in small letters.

    Raises:
        UsageError: it is none.

    >>> parse("sha256:0A1B2C3D4E5F")
    '0a1b2c3d4e5f'
    """
    if match := _PIN.fullmatch(pin.strip()):
        return match[1].lower()
    raise UsageError(
        f"{pin[:80]!r} is no pin: give the content root or the sha256 of RELEASE.json, at least the first {SHORTEST} "
        "of its 64 hexadecimal digits"
    )


def require(pin: str, record: Record, encoded: bytes, where: str) -> Pinned:
    """Return what of a release a pin fits.

    Args:
        pin: as a user gave it.
        record: of the release.
        encoded: the bytes of its `RELEASE.json`.
        where: it is, for the message.

    Raises:
        UsageError: it is no pin.
        IntegrityError: it fits neither of the two.
    """
    digits, digest = parse(pin), hashlib.sha256(encoded).hexdigest()
    if digest.startswith(digits):
        return "RELEASE.json"
    if record.content_root.startswith(digits):
        return "content root"
    raise IntegrityError(
        f"{where} is not the release that is pinned: the pin is {digits}, its RELEASE.json has the sha256 {digest} and "
        f"the content root {record.content_root}. Ask its publisher which is right; nothing of it was used"
    )
