"""Workspaces and releases, opened to read."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.definitions import recipe
from musicdata.definitions.searchable import Searchable
from musicdata.errors import InputError, MusicdataError
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record.layout import RECORD
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.head import Head
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.progress import StageReport

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
        """Yield rows one by one, those of one `key` if given; `rejects` is a table too."""
        if name == "rejects":
            names = columns if columns is not None else self.contract(name).describing_columns()
            self.contract(name).require_columns(names)
            rejects = (row for row in self.reader.rejects() if key in (None, row["key"], row["stage"]))
            yield from ({column: row[column] for column in names} for row in rejects)
            return
        yield from Searchable.rows(self, name, key, columns)

    def place(self, name: str) -> Path:
        """Return where something of the workspace is, whether it is there or not.

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


def open_work(path: str | Path | None = None) -> Work:
    """Open a workspace to read; None takes the only one in ``musicdata-work``.

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
    if not (root / "recipe.toml").is_file():
        raise InputError(
            f"{root} is no workspace: it has no recipe.toml. Build one with: musicdata build NAME --work {root}"
        )
    return Work(root)


def open_data(path: str | Path | None = None) -> Work | Release:
    """Open a workspace or a release to read; None takes the only workspace in ``musicdata-work``.

    Raises:
        InputError: there is neither.
    """
    if path is not None and (Path(path) / RECORD).is_file():
        return open_release(path)
    return open_work(path)


def load(
    name: str | Path, *, split: str | None = None, verify: bool = True, records: str | Path | None = None
) -> Release:
    """Open a release by name, fetched and checked when it is not here yet, or by its folder.

    Args:
        name: ``musictm@1.0.0``; ``musictm`` for the newest version on record; or the folder of a release.
        split: only this split: ``train``, ``valid`` or ``test``.
        verify: see now that the release has exactly its files, each of its size, and hash each file before it is first
            read, once a process; a file that differs is an IntegrityError that names it. False looks at nothing: what
            is read may be anything. Neither computes the digests of columns: `musicdata release verify` does.
        records: folder of records to look in, which is trusted; None for those of this machine, and of
            MUSICDATA_RECORDS.

    Raises:
        InputError: there is no such release or split.
        RefusedError: only the current folder has a record of it, and nobody said that it is to be trusted.
        IntegrityError: it, or what was fetched, is not what its record says.
        TransferError: the download broke off; the same call goes on from there.
    """
    from musicdata.release.publish.fetch import fetch

    if (Path(name) / RECORD).is_file():
        return open_release(name, split, verify=verify)
    found = fetch(str(name), records_in=None if records is None else Path(records))
    return open_release(found, split, verify=verify)
