"""Artists, titles and tags of Music4All's songs, from its own tables, for inputs that name songs by their ids only.

`id_information.csv` has id, artist, song and album_name, `id_tags.csv` id and a list of tags; both are tab-separated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import FormatError, InputError
from musicdata.sources.tabular import columns, tables
from musicdata.sources.tabular.cells import stated
from musicdata.sources.tabular.dropped import Dropped, place
from musicdata.sources.tabular.rows import Fault, SourceFile
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

INFORMATION, TAGS = "id_information.csv", "id_tags.csv"
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "artist": ("artist", "artists"),
    "title": ("song", "title"),
    "tags": ("tags", "tag"),
}
_NEEDED = {INFORMATION: {"id", "artist", "title"}, TAGS: {"id", "tags"}}


@dataclass(frozen=True, slots=True)
class Music4All:
    """What Music4All says of songs.

    Attributes:
        names: id → artist and title.
        tags: id → tags, as they are given.
        dropped: rows that cannot be read.
    """

    names: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()


def files(folder: str) -> list[SourceFile]:
    """List the tables that are there; none where no folder is named.

    Raises:
        InputError: there is no such folder, or it has none of the tables.
    """
    if not folder:
        return []
    root = Path(folder)
    there = [SourceFile(name, root / name, ".tsv") for name in (INFORMATION, TAGS) if (root / name).is_file()]
    if not there:
        raise InputError(f"music4all {root}: neither {INFORMATION} nor {TAGS} is there; name the folder that has them")
    return there


def digest(folder: str) -> str:
    """Return the content hash of the tables; "" where no folder is named.

    Raises:
        InputError: they cannot be read.
    """
    there = files(folder)
    return digest_of([(file.name, tables.content_hash(file)) for file in there]) if there else ""


def read(folder: str) -> Music4All:
    """Read the tables of a folder, if one is named.

    Raises:
        InputError: they cannot be read, or are other ones.
    """
    names: dict[str, tuple[str | None, str | None]] = {}
    tags: dict[str, str] = {}
    dropped: list[Dropped] = []
    for file in files(folder):
        for row in _rows(file):
            if isinstance(row, Dropped):
                dropped.append(row)
            elif file.name == TAGS:
                tags[row["id"] or ""] = row["tags"] or ""
            else:
                names[row["id"] or ""] = (row["artist"], row["title"])
    return Music4All(names, tags, tuple(dropped))


def _rows(file: SourceFile) -> Iterator[dict[str, str | None] | Dropped]:
    found = columns.fields(tables.columns(file), _FIELDS)
    needed = _NEEDED[file.name]
    if missing := sorted(needed - set(found)):
        there = ", ".join(tables.columns(file)[:20])
        raise InputError(f"music4all {file.path} has no column for {missing[0]}: its columns are {there}")
    for row in tables.rows(file, _all):
        if isinstance(row, Fault):
            yield Dropped(place(file.name, row.row), row.reason, row.detail)
            continue
        try:
            yield {one: stated(one, row.cells[found[one]]) for one in needed}
        except FormatError as error:
            yield Dropped(place(file.name, row.row), error.reason, error.detail)


def _all(names: Iterable[str]) -> Iterable[str]:
    return names
