"""Plug-ins: modules and contracts of a user's own, named by a recipe's `[plugins]`.

    [plugins]
    modules = ["my_stages.py", "my_package"]     # beside the recipe: a file, or a folder with __init__.py
    manifests = "manifests"                      # folder of contracts; this one if it is there

A module is imported when a recipe that names it is run, planned or checked, never because something is read: a release
carries its contracts with it, and tells of its plug-ins by name and hash only. A module that did not change is not
imported again; one that did is, in the same process too.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.errors import RecipeError
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType


@dataclass(frozen=True, slots=True)
class Plugin:
    """A module that a recipe names.

    Attributes:
        name: file or folder as people call it, ``my_stages.py``: without the path, which is this machine's.
        path: where it is.
        sha256: of its source; of a folder, of every module in it.
        modules: the module itself, and of a folder every one below it.
    """

    name: str
    path: Path
    sha256: str
    modules: tuple[ModuleType, ...]


@dataclass(frozen=True, slots=True)
class Plugins:
    """What a recipe adds to ours.

    Attributes:
        modules: those it names, in its order.
        manifests: folder of its contracts; None where there is none.
    """

    modules: tuple[Plugin, ...] = ()
    manifests: Path | None = None

    def facts(self) -> dict[str, str]:
        """Return name → sha256 of each module, for the record of how a data set was made."""
        return {plugin.name: plugin.sha256 for plugin in self.modules}

    def places(self) -> dict[str, Any]:
        """Return where they are as JSON values, for another process to `load_places`."""
        return {
            "modules": [str(plugin.path) for plugin in self.modules],
            "manifests": str(self.manifests) if self.manifests else "",
        }


_of_recipe, _of_user = [Plugins()], [Plugins()]


def active() -> Plugins:
    """Return the plug-ins of the recipe that this process works on, and those that the user added."""
    recipe, user = _of_recipe[0], _of_user[0]
    paths = {plugin.path for plugin in recipe.modules}
    added = tuple(plugin for plugin in user.modules if plugin.path not in paths)
    return Plugins((*recipe.modules, *added), recipe.manifests)


def activate(plugins: Plugins) -> None:
    """Let the registries and contracts have the plug-ins of a recipe, in the place of another's."""
    _of_recipe[0] = plugins


def add(plugins: Plugins) -> None:
    """Let the registries have plug-ins, whatever recipe is at work; stages and contracts belong into a recipe."""
    _of_user[0] = Plugins((*_of_user[0].modules, *plugins.modules))


def load(paths: Sequence[Path], manifests: Path | None = None) -> Plugins:
    """Import modules of a user's own.

    Args:
        paths: files that end in ``.py``, or folders with an ``__init__.py``.
        manifests: folder of contracts.

    Raises:
        RecipeError: there is no such module, or it cannot be imported.
    """
    return Plugins(tuple(_load(path) for path in paths), manifests)


def load_places(places: Mapping[str, Any]) -> Plugins:
    """Import what another process has at work, from what `Plugins.places` said there; raises as `load` does."""
    manifests = Path(places["manifests"]) if places["manifests"] else None
    return load([Path(path) for path in places["modules"]], manifests)


def _load(path: Path) -> Plugin:
    sources = _sources(path)
    try:
        texts = [paths.read_regular(source, follow=True) for source in sources]
    except OSError as error:
        raise RecipeError(f"plug-in {path}: {error.strerror}") from error
    digest = hashlib.sha256()
    for source, text in zip(sources, texts, strict=True):
        name = source.relative_to(path.parent).as_posix().encode()
        digest.update(hashlib.sha256(name).digest() + hashlib.sha256(text).digest())
    stem = re.sub(r"\W", "_", path.stem)
    root = f"musicdata_plugins_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}_{digest.hexdigest()[:8]}_{stem}"
    modules = tuple(_import(_dotted(root, source, path), source, path) for source in sources)
    return Plugin(path.name, path, digest.hexdigest(), modules)


def _sources(path: Path) -> list[Path]:
    if path.suffix == ".py" and path.is_file():
        return [path]
    if (path / "__init__.py").is_file():
        below = (p for p in path.rglob("*.py") if "__pycache__" not in p.parts and p != path / "__init__.py")
        return [path / "__init__.py", *sorted(below, key=lambda p: (len(p.parts), p.as_posix()))]
    there = "is no .py file, nor a folder with an __init__.py" if path.exists() else "is not there"
    raise RecipeError(f"plug-in {path} {there}; [plugins] counts from the recipe, --plugin from the current folder")


def _dotted(root: str, source: Path, path: Path) -> str:
    if source == path:
        return root
    parts = source.relative_to(path).with_suffix("").parts
    return ".".join([root, *(part for part in parts if part != "__init__")])


def _import(name: str, source: Path, path: Path) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    places = [str(source.parent)] if source.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, source, submodule_search_locations=places)
    assert spec is not None, "the path of a file gives a spec"
    assert spec.loader is not None, "the path of a file gives a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else _line_in(error, source)
        raise RecipeError(f"plug-in {path}{line}: {type(error).__name__}: {error}") from error
    return module


def _line_in(error: Exception, source: Path) -> str:
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(source):
            line = f", line {trace.tb_lineno}"
        trace = trace.tb_next
    return line
