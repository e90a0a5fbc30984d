"""Packages beyond the core: whether they are installed, and which extra of musicdata brings them.

The core reads, checks, compares, exports and publishes. What builds, trains and crawls comes with extras; whoever needs
a package of one asks here first, so that a command ends before it has done anything, and says what to install.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

from musicdata.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable

_OURS = "musicdata"
_FIRST = ("build", "validate")
"""Extras that are named before others which bring the same package."""
_REQUIREMENT = re.compile(r"""^(?P<name>[\w.-]+)(?P<of>\[)?.*\bextra\s*==\s*['"](?P<extra>[\w.-]+)['"]""")


def version(name: str) -> str:
    """Return the version of an installed package.

    >>> version("numpy").count(".") >= 1
    True

    Raises:
        SetupError: it is not installed; the message says what brings it.
    """
    try:
        return importlib.metadata.version(name)
    except PackageNotFoundError:
        raise SetupError(f"{name} is not installed. Run: {mend([name])}") from None


def require(names: Iterable[str], what: str) -> None:
    """Refuse to go on without packages.

    Args:
        names: of the packages, as they are called when they are installed.
        what: needs them, for people: ``stage window``.

    Raises:
        SetupError: some are not installed; the message names them and what brings them.
    """
    if lacking := [name for name in names if not is_installed(name)]:
        are = "which is" if len(lacking) == 1 else "which are"
        raise SetupError(f"{what} needs {', '.join(lacking)}, {are} not installed. Run: {mend(lacking)}")


def is_installed(name: str) -> bool:
    """Say whether a package is installed."""
    try:
        importlib.metadata.distribution(name)
    except PackageNotFoundError:
        return False
    return True


def mend(names: Iterable[str]) -> str:
    """Return the command that installs packages: by the extras that bring them, else by their own names.

    >>> mend(["no-extra-brings-it"])
    'pip install no-extra-brings-it'
    """
    wanted = sorted(set(names))
    extras = sorted({extra for name in wanted if (extra := _extra_of().get(_plain(name)))})
    others = [name for name in wanted if _plain(name) not in _extra_of()]
    return " ".join(["pip install", *([f"'{_OURS}[{','.join(extras)}]'"] if extras else []), *others])


def extras() -> dict[str, list[str]]:
    """Return extra → names of the packages that it brings by itself, as musicdata was installed.

    There are none where musicdata is used from a folder, without being installed.
    """
    try:
        stated = importlib.metadata.requires(_OURS) or []
    except PackageNotFoundError:
        return {}
    brought: dict[str, list[str]] = {}
    for match in filter(None, map(_REQUIREMENT.match, stated)):
        brought.setdefault(match["extra"], [])
        if _plain(match["name"]) != _OURS:
            brought[match["extra"]].append(match["name"])
    return brought


@functools.cache
def _extra_of() -> dict[str, str]:
    """Return plain name of a package → the extra to name for it."""
    brought = extras()
    order = sorted(brought, key=lambda extra: (extra not in _FIRST, extra == "dev", extra))
    found: dict[str, str] = {}
    for extra in order:
        for name in brought[extra]:
            found.setdefault(_plain(name), extra)
    return found


def _plain(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
