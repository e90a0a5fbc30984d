"""Semantic versions, computed from what changed: a wrong step is refused."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from musicdata.errors import UsageError

Bump = Literal["major", "minor", "patch"]
BUMPS: tuple[Bump, ...] = ("major", "minor", "patch")
FIRST = "1.0.0"

_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")


class Version(NamedTuple):
    """A semantic version; versions compare by their numbers.

    >>> parse("1.10.0") > parse("1.9.3")
    True
    """

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        """Return it as users write it."""
        return f"{self.major}.{self.minor}.{self.patch}"


def parse(text: str) -> Version:
    """Read a semantic version.

    Raises:
        UsageError: it is none, or one with a pre-release or build part, which releases do not have.
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no version: expected three numbers without leading zeros, such as {FIRST}")
    return Version(*map(int, match.groups()))


def next_version(previous: str, bump: Bump) -> str:
    """Return the version one step of this kind after `previous`.

    >>> next_version("1.4.2", "minor")
    '1.5.0'
    """
    major, minor, patch = parse(previous)
    steps = {
        "major": Version(major + 1, 0, 0),
        "minor": Version(major, minor + 1, 0),
        "patch": Version(major, minor, patch + 1),
    }
    return str(steps[bump])
