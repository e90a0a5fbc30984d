"""Workspaces and releases, opened to read."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.definitions import recipe
from musicdata.definitions.searchable import Searchable
from musicdata.errors import InputError, MusicdataError, UsageError
from musicdata.release.record.layout import RECORD
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike

    from musicdata.definitions.head import Head
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.progress import StageReport
    from musicdata.release.reading.release import Release

DEFAULT_WORK = "musicdata-work"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Work(Searchable):
    """A workspace to read from.

    Attributes:
        root: its folder.
        stages: what the build that returned it did; empty when it was only opened.
    """

    root: Path
    stages: Sequence[StageReport] = ()

    def __repr__(self) -> str:
        return f"Work({str(self.root)!r})"

    def _facts(self) -> dict[str, str]:
        try:
            head, reader = self.head, self.reader
        except MusicdataError as error:
            return {"workspace": str(self.root), "cannot be read": str(error)}
        return {
            "workspace": str(self.root),
            "data set": f"{head.dataset.name}: {head.dataset.title}",
            "tables": ", ".join(reader.tables) or "none yet",
        }

    @property
    def reader(self) -> TableReader:
        """Return what reads the sealed tables."""
        return TableReader(Workspace(self.root))

    def rows(self, name: str, key: str | None = None, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield rows one by one, each a dict of column → value; `rejects` is a table too.

        Args:
            name: table.
            key: only rows with this value of the first key column, of rejects also those of a stage; all when None.
            columns: only these; all but sounds, pictures and vectors when None.

        Raises:
            ContractError: there is no such table or column.
        """
        if name == "rejects":
            names = columns if columns is not None else self.contract(name).describing_columns()
            self.contract(name).require_columns(names)
            rejects = (row for row in self.reader.rejects() if key in (None, row["key"], row["stage"]))
            yield from ({column: row[column] for column in names} for row in rejects)
            return
        yield from Searchable.rows(self, name, key, columns)

    def place(self, name: str) -> Path:
        """Return where something of the workspace is, whether it is there or not.

        Args:
            name: path inside the workspace.

        Raises:
            IntegrityError: the name leads out of the workspace, or over a link.
        """
        return Workspace(self.root).place(name)

    @property
    def index_folder(self) -> Path:
        """Return the folder of the index of a search, ``search`` in the workspace."""
        return self.place("search")

    @property
    def recipe(self) -> Recipe:
        """Return the recipe it was built from, with every parameter written out."""
        return recipe.load_kept(self.root)

    @property
    def head(self) -> Head:
        """Return what the recipe says about the data set; its plug-ins are at work from then on."""
        return self.recipe.head


def open_work(path: str | PathLike[str] | None = None) -> Work:
    """Open a workspace to read.

    Args:
        path: its folder; the only one in ``musicdata-work`` when None.

    Raises:
        InputError: there is none, or there are several to choose from.
    """
    if path is None:
        workspaces = sorted(p.parent for p in Path(DEFAULT_WORK).glob("*/recipe.toml"))
        if len(workspaces) != 1:
            there = (
                f"there are {', '.join(map(str, workspaces))}" if workspaces else f"there is none in {DEFAULT_WORK}/"
            )
            raise InputError(f"which workspace? {there}; name one with --work")
        return Work(workspaces[0])
    root = Path(path)
    if not root.is_dir():
        raise InputError(
            f"{root} is no workspace: there is no such folder. Build one with: musicdata build NAME --work {root}"
        )
    if (root / RECORD).is_file():
        raise InputError(f"{root} is a release and no workspace. Look at it with: musicdata info {root}")
    if not (root / "recipe.toml").is_file():
        raise InputError(
            f"{root} is no workspace: it has no recipe.toml. Build one with: musicdata build NAME --work {root}"
        )
    return Work(root)


def open_data(
    path: str | PathLike[str] | None = None,
    *,
    pin: str | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Work | Release:
    """Open a workspace or a release to read; None takes the only workspace in ``musicdata-work``.

    Args:
        path: a workspace, or whatever names a release: see `load`.
        pin: that a release has to fit; see `load`.
        progress: is told how far a download is.

    Raises:
        InputError: there is neither.
        MusicdataError: a release cannot be had; see `load`.
    """
    if path is None:
        return open_work(path)
    from musicdata.api.loading import load
    from musicdata.release.publish import places

    place = places.parse(path)
    if place.folder is not None and not place.is_release and (place.folder.exists() or not place.slug):
        return _open_workspace(place.folder, pin)
    return load(path, pin=pin, progress=progress)


def _open_workspace(root: Path, pin: str | None) -> Work:
    """Open a workspace, where a folder is no release."""
    from musicdata.release.publish.places import TAKEN

    if not (root / "recipe.toml").is_file():
        why = f"it has no recipe.toml, and no {RECORD}" if root.is_dir() else "there is no such folder"
        raise InputError(f"{root} is no workspace and no release: {why}. Give a workspace, {TAKEN}")
    if pin is not None:
        raise UsageError(f"{root} is a workspace, and only a release is held to a pin")
    return Work(root)
