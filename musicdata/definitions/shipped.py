"""The data that ships with code: table contracts and recipes.

A wheel carries ours as `musicdata/_manifests` and `musicdata/_pipelines`; a checkout has them beside the package. A
package of somebody else's has folders `manifests` and `pipelines` inside, and says so by an entry point:

    [project.entry-points."musicdata.recipes"]
    my_package = "my_package"
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.definitions import installed
from musicdata.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = Path(__file__).resolve().parents[1]


def folder(name: str) -> Path:
    """Return our folder `name` ("manifests" or "pipelines"): the bundled one, else the checkout's."""
    bundled = _PACKAGE / f"_{name}"
    return bundled if bundled.is_dir() else _PACKAGE.parent / name


@functools.cache
def files(name: str) -> dict[str, Path]:
    """Return stem → file of all `.toml` files in the folders `name`, ours and those of installed packages.

    Raises:
        RecipeError: two have one name.
    """
    paths: dict[str, Path] = {}
    for place in (folder(name), *_installed(name)):
        for path in sorted(place.glob("*.toml")):
            there = paths.setdefault(path.stem, path)
            if there != path:
                raise RecipeError(f"{path} and {there} have one name; rename one, or uninstall its package")
    return paths


def _installed(name: str) -> Iterator[Path]:
    for point in installed.entry_points("musicdata.recipes"):
        spec = importlib.util.find_spec(point.module)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(place) / name
