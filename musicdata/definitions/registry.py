"""Registries: what there is of a kind that can be added to, by name.

A kind (stage, check, export …) has an attribute that its modules define: `STAGE`, or `STAGES` where a module has
several. Ours are found by walking a package of this one, those of installed packages through entry points, those of a
user's recipe in its plug-ins (`musicdata.definitions.plugins`).

One of ours that is asked for by name is looked for first in the modules whose source has that name in quotes, so that
a command for one recipe does not import what all the others need.

    [project.entry-points."musicdata.stages"]    # in the pyproject.toml of a package
    my_package = "my_package.stages"             # a module, or a package, all of whose modules are looked into
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.metadata
import importlib.util
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from musicdata.definitions import installed, plugins
from musicdata.errors import MusicdataError, RecipeError, UsageError
from musicdata.wording import choice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


class Named(Protocol):
    """Anything that a registry holds."""

    @property
    def name(self) -> str:
        """Return the name it is found by."""
        ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """What a registry holds under a name.

    Attributes:
        item: the thing itself.
        where: module it stands in, for people.
        plugin: name of the plug-in or package it comes from; "" for ours.
        sha256: of the plug-in's source; "" for ours.
    """

    item: T
    where: str
    plugin: str = ""
    sha256: str = ""


class Registry(Generic[T]):
    """What there is of one kind.

    Args:
        kind: for people: ``stage``.
        package: of ours, which is walked.
        attribute: name in a module that holds one; with an S, several.
        of: class of what it holds.
        error: raised for a name that there is none of.
        nested: look also into the packages inside the package; else only at what these say themselves.
    """

    def __init__(
        self,
        kind: str,
        package: str,
        attribute: str,
        of: type[T],
        error: type[MusicdataError] = UsageError,
        *,
        nested: bool = True,
    ) -> None:
        self.kind = kind
        self.group = f"musicdata.{kind}s"
        self._package = package
        self._attribute = attribute
        self._of = of
        self._error = error
        self._nested = nested

    def entries(self) -> dict[str, Entry[T]]:
        """Return name → entry, in order of the names.

        Raises:
            RecipeError: two have one name, or a plug-in or an installed package cannot be imported.
        """
        entries = dict(self._ours)
        for entry in (*self._installed.values(), *self._of_plugins()):
            _add(self.kind, entries, entry)
        return dict(sorted(entries.items()))

    def all(self) -> dict[str, T]:
        """Return name → item, in order of the names; raises as `entries` does."""
        return {name: entry.item for name, entry in self.entries().items()}

    def find(self, name: str) -> T:
        """Return what is called `name`.

        Raises:
            MusicdataError: there is none; the message lists those there are.
        """
        return self.entry(name).item

    def entry(self, name: str) -> Entry[T]:
        """Return what is called `name`, and where it comes from; raises as `find` does."""
        entries: dict[str, Entry[T]] = {}
        for entry in (*self._ours_named(name), *self._installed.values(), *self._of_plugins()):
            if entry.item.name == name:
                _add(self.kind, entries, entry)
        entries = entries or self.entries()
        if name not in entries:
            raise self._error(f"no {self.kind} is called {name!r}{choice(name, entries)}")
        return entries[name]

    def plugins(self) -> dict[str, str]:
        """Return ``plug-in NAME`` → sha256 of the modules that are not ours, for whoever depends on all there is."""
        return {f"plug-in {entry.plugin}": entry.sha256 for entry in self.entries().values() if entry.plugin}

    @functools.cached_property
    def _ours(self) -> dict[str, Entry[T]]:
        entries: dict[str, Entry[T]] = {}
        for module in _walk(self._package, nested=self._nested):
            for item in self._in(module):
                _add(self.kind, entries, Entry(item, module.__name__))
        return entries

    @functools.cached_property
    def _installed(self) -> dict[str, Entry[T]]:
        entries: dict[str, Entry[T]] = {}
        for point in installed.entry_points(self.group):
            for module in _modules_of(point, nested=self._nested):
                for item in self._in(module):
                    _add(self.kind, entries, Entry(item, module.__name__, _package_of(point), _sha256(module)))
        return entries

    def _of_plugins(self) -> Iterator[Entry[T]]:
        for plugin in plugins.active().modules:
            for module in plugin.modules:
                for item in self._in(module):
                    yield Entry(item, str(plugin.path), plugin.name, plugin.sha256)

    def _ours_named(self, name: str) -> Iterator[Entry[T]]:
        """Yield those of ours called `name` that a module holds in whose source the name stands in quotes."""
        quoted = f'"{name}"'
        for module, source in _sources(self._package, self._nested).items():
            if quoted in source:
                for item in self._in(importlib.import_module(module)):
                    if item.name == name:
                        yield Entry(item, module)

    def _in(self, module: ModuleType) -> Iterator[T]:
        several = getattr(module, f"{self._attribute}S", ())
        if isinstance(several, Registry):  # the module of the kind itself
            several = ()
        for item in (getattr(module, self._attribute, None), *several):
            if isinstance(item, self._of):
                yield item


def _add(kind: str, entries: dict[str, Entry[Any]], entry: Entry[Any]) -> None:
    there = entries.setdefault(entry.item.name, entry)
    if there is not entry and there.item is not entry.item:
        raise RecipeError(
            f"two {kind}s are called {entry.item.name!r}: one in {there.where}, one in {entry.where}; rename one"
        )


def _walk(package: str, *, nested: bool) -> Iterator[ModuleType]:
    """Yield a module, or a package and the modules in it, `nested` ones too, in order of their names."""
    for name in _names(package, nested=nested):
        yield importlib.import_module(name)


def _names(package: str, *, nested: bool) -> Iterator[str]:
    yield package
    places = importlib.import_module(package)
    if hasattr(places, "__path__"):
        walk = pkgutil.walk_packages if nested else pkgutil.iter_modules
        for name in sorted(info.name for info in walk(places.__path__, f"{package}.")):
            if not name.endswith("__main__"):
                yield name


@functools.cache
def _sources(package: str, nested: bool) -> dict[str, str]:
    """Return module → its source; nothing of those that came without."""
    places = {name: importlib.util.find_spec(name) for name in _names(package, nested=nested)}
    paths = {name: Path(spec.origin) for name, spec in places.items() if spec is not None and spec.origin is not None}
    return {name: path.read_text("utf-8") for name, path in paths.items() if path.suffix == ".py" and path.is_file()}


def _modules_of(point: importlib.metadata.EntryPoint, *, nested: bool) -> list[ModuleType]:
    try:
        return list(_walk(point.module, nested=nested))
    except Exception as error:
        raise RecipeError(
            f"package {_package_of(point)}: its entry point {point.name} ({point.value}) cannot be imported: "
            f"{type(error).__name__}: {error}; mend or uninstall it"
        ) from error


def _package_of(point: importlib.metadata.EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else point.name


def _sha256(module: ModuleType) -> str:
    return hashlib.sha256(Path(str(module.__file__)).read_bytes()).hexdigest()
