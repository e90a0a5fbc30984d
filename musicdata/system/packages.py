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
    from collections.abc import Iterable, Mapping

_OURS, _FOR_US = "musicdata", "dev"
_REQUIREMENT = re.compile(r"""^(?P<name>[\w.-]+)[^;]*;(?P<marker>.*)\bextra\s*==\s*['"](?P<extra>[\w.-]+)['"]$""")


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


def require(names: Iterable[str], what: str, prefer: str = "build") -> None:
    """Refuse to go on without packages.

    Args:
        names: of the packages, as they are called when they are installed.
        what: needs them, for people: ``the suite of search``.
        prefer: the extra to name where several bring them.

    Raises:
        SetupError: some are not installed; the message names them and what brings them.
    """
    if lacking := [name for name in names if not is_installed(name)]:
        are = "which is" if len(lacking) == 1 else "which are"
        raise SetupError(f"{what} needs {', '.join(lacking)}, {are} not installed. Run: {mend(lacking, prefer)}")


def is_installed(name: str) -> bool:
    """Say whether a package is installed."""
    try:
        importlib.metadata.distribution(name)
    except PackageNotFoundError:
        return False
    return True


def mend(names: Iterable[str], prefer: str = "build") -> str:
    """Return the command that installs packages: by the extras that bring them, else by their own names.

    >>> mend(["no-extra-brings-it"])
    'pip install no-extra-brings-it'
    """
    wanted = {_plain(name): name for name in sorted(set(names))}
    brought = _brought()
    order = sorted(brought, key=lambda extra: (extra != prefer, len(brought[extra]), extra))
    chosen: list[str] = next(([extra] for extra in order if wanted.keys() <= brought[extra]), [])
    chosen = chosen or sorted({next(e for e in order if one in brought[e]) for one in wanted.keys() & _all(brought)})
    others = [name for plain, name in wanted.items() if not any(plain in brought[extra] for extra in chosen)]
    return " ".join(["pip install", *([f"'{_OURS}[{','.join(chosen)}]'"] if chosen else []), *others])


def core() -> list[str]:
    """Return the names of the packages that the core needs, as musicdata was installed."""
    return [match[0] for line in _stated() if "extra" not in line and (match := re.match(r"[\w.-]+", line))]


def extras() -> dict[str, list[str]]:
    """Return extra → names of the packages that it brings by itself on every machine, as musicdata was installed.

    There are none where musicdata is used from a folder, without being installed.
    """
    brought: dict[str, list[str]] = {}
    for match in filter(None, map(_REQUIREMENT.match, _stated())):
        of_all = brought.setdefault(match["extra"], [])
        if not match["marker"].strip() and _plain(match["name"]) != _OURS:
            of_all.append(match["name"])
    return brought


def _stated() -> list[str]:
    """Return the requirements of the installed musicdata."""
    try:
        return importlib.metadata.requires(_OURS) or []
    except PackageNotFoundError:
        return []


@functools.cache
def _brought() -> dict[str, set[str]]:
    """Return extra → plain names of the packages that it brings, on some machines at least."""
    brought: dict[str, set[str]] = {}
    for match in filter(None, map(_REQUIREMENT.match, _stated())):
        if match["extra"] != _FOR_US:
            brought.setdefault(match["extra"], set()).add(_plain(match["name"]))
    return brought


def _all(brought: Mapping[str, set[str]]) -> set[str]:
    return set().union(*brought.values())


def _plain(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
