"""What a view declares, and the registry that finds every view module.

A view is one module of `musicdata.release.exports` with a module-level `VIEW`. Adding one touches that module and its
test.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from musicdata.release.reading.release import Release

Payload = dict[str, Any]
"""What a view carries of one sample, of these what it has:

`audio`, `sheet`: bytes of the file; `lyrics`: text; `facts`: column of the config `samples` → value, media left out;
`rights`: modality → what is known of its rights; `alignment`: rows of that table as dicts with `note_index` and any
columns, several rows a note where a format has it in several places.
"""

Read = Callable[[Path, "Release"], Iterator[tuple[str, str, Payload]]]
Tables = Callable[[Path, "Release"], Iterator[tuple[str, str, "Iterator[pa.Table] | None"]]]


@dataclass(frozen=True)
class View:
    """Declares a view: a rendering of a release for somebody's tool.

    Attributes:
        name: as users call it.
        holds: what it is, for people.
        write: puts the release's samples into a folder; gets the options as keywords.
        read: yields (sample_id, split, payload) of what lies in a folder, in the release's order, by reading the
            format itself; the release is asked for types only.
        carries: payloads that it has of every sample, as far as the release has them.
        needs: columns of tables, `table.column`, without any of which the view makes no sense.
        needs_all: whether all of `needs` must be there, or one of them.
        tables: yields (config, split, its rows piecewise) for all that the view holds beside the samples; None for the
            rows of what the release has and the folder has not.
        options: option → default.
    """

    name: str
    holds: str
    write: Callable[..., None]
    read: Read
    carries: tuple[str, ...]
    needs: tuple[str, ...] = ()
    needs_all: bool = True
    tables: Tables | None = None
    options: Mapping[str, int] = field(default_factory=dict)

    def require(self, release: Release) -> None:
        """Make sure the view can be made of what the release holds.

        Raises:
            UsageError: it lacks what the view is about; the message says what.
        """
        reader = release.reader
        has = {f"{table}.{column.name}" for table in reader.tables for column in reader.contract(table).columns}
        missing = [name for name in self.needs if name not in has]
        if missing if self.needs_all else len(missing) == len(self.needs) > 0:
            raise UsageError(
                f"{release.record.slug} in the view {release.record.view!r} has no {' and no '.join(missing)}, without "
                f"which the export {self.name!r} makes no sense; export a fuller view, or choose another export"
            )

    def settings(self, options: Mapping[str, int]) -> dict[str, int]:
        """Return every option with its value.

        Raises:
            UsageError: there is no such option, or its value is not a positive number.
        """
        for name, value in options.items():
            if name not in self.options:
                known = ", ".join(self.options) or "none"
                raise UsageError(f"the export {self.name!r} has no option {name!r}; its options: {known}")
            if value < 1:
                raise UsageError(f"the export {self.name!r}: {name} is {value}; expected a number above 0")
        return {**self.options, **options}


@functools.cache
def registry() -> dict[str, View]:
    """Return every view by name, found by importing the modules of `musicdata.release.exports`."""
    package = importlib.import_module("musicdata.release.exports")
    found: dict[str, View] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        view = getattr(importlib.import_module(f"{package.__name__}.{module}"), "VIEW", None)
        if isinstance(view, View):
            found[view.name] = view
    return dict(sorted(found.items()))


def find(name: str) -> View:
    """Return the view called `name`.

    Raises:
        UsageError: there is none; the message lists those there are.
    """
    views = registry()
    if name not in views:
        raise UsageError(f"no export is called {name!r}; there are {', '.join(sorted(views))}")
    return views[name]
