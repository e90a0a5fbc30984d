"""Releases: made, read, verified, compared, shared, exported, cleared of items, published.

This is where it is done; the functions to call are those of `musicdata.releases`.
"""

from __future__ import annotations

from types import ModuleType
from typing import NoReturn

_VERBS = ("add_record", "build", "card", "diff", "export", "publish", "rebuild", "sign", "takedown", "verify")


class Package(ModuleType):
    """A package here that is called like a function of `musicdata.releases`: whoever calls it is told where that is."""

    def __call__(self, *_arguments: object, **_options: object) -> NoReturn:
        """Say where the function is.

        Raises:
            TypeError: always.
        """
        verb = self.__name__.rpartition(".")[2]
        raise TypeError(f"{self.__name__} is a package; the function is musicdata.releases.{verb}")


def __getattr__(name: str) -> NoReturn:
    hint = f"; the function is musicdata.releases.{name}" if name in _VERBS else ""
    raise AttributeError(f"module musicdata.release has no attribute {name!r}{hint}")
