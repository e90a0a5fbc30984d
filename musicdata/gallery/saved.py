"""The page of a folder of saved pictures and sounds: `index.html`, drawn from what `index.json` keeps of every call.

Both are for whoever saved them: they show works whatever their rights, and say of each what may be handed on.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import InputError
from musicdata.gallery import markup
from musicdata.gallery.item import Item
from musicdata.gallery.terms import NOT_RECORDED, RIGHTS
from musicdata.system import paths
from musicdata.system.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from musicdata.definitions.table_source import TableSource

PAGE, FACTS = "index.html", "index.json"
_LONGEST_FACT = 300


class _Kept(BaseModel):
    """`index.json`: name of the data set, key → what was saved of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    items: dict[str, Item]


def keep(
    data: TableSource, table: str, rows: Sequence[Mapping[str, Any]], files: Mapping[str, Sequence[str]], folder: Path
) -> Path:
    """Write the page of what was saved into `folder`, beside what earlier calls saved there; return its path.

    Args:
        data: the data set.
        table: whose pictures or sounds were saved.
        rows: of it, their key among the columns.
        files: key → names of its files in `folder`.
        folder: that holds them.

    Raises:
        InputError: there is an `index.json` in the folder that was not written here.
        StorageError: the folder cannot be written.
    """
    title, name = data.head.dataset.title, data.head.dataset.name
    kept = _read(folder)
    items = dict(kept.items) if kept and kept.dataset == name else {}
    key = data.contract(table).key[0]
    for value, names in files.items():
        row = next(row for row in rows if row[key] == value)
        rights, withheld = _rights(data, value) if key == SAMPLE_ID else ({}, ())
        item = Item(files=tuple(names), facts={table: _facts(row)}, rights=rights, withheld=withheld)
        items[value] = items[value].with_more(item) if value in items else item
    items = dict(sorted(items.items()))
    facts = _Kept(dataset=name, items=items).model_dump(mode="json")
    _write(folder, FACTS, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    _write(folder, PAGE, markup.index(title, items, sum(bool(item.withheld) for item in items.values())))
    return folder / PAGE


def _read(folder: Path) -> _Kept | None:
    """Return what earlier calls saved; None where there is nothing.

    Raises:
        InputError: it is something else.
    """
    try:
        return _Kept.model_validate_json(paths.read_inside(folder, FACTS, paths.MAX_TEXT_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValidationError as error:
        raise InputError(
            f"{folder / FACTS} is not what musicdata show writes: {error.errors()[0]['msg']}. Remove it, or save into "
            "another folder"
        ) from error


def _facts(row: Mapping[str, Any]) -> dict[str, str]:
    plain = {name: value for name, value in row.items() if isinstance(value, str | int | float)}
    return {
        name: f"{value:.6g}" if isinstance(value, float) else str(value)[:_LONGEST_FACT]
        for name, value in plain.items()
    }


def _rights(data: TableSource, sample_id: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return modality → rights of a sample, and the modalities that may not be handed on."""
    if RIGHTS not in data.tables:
        return {"": NOT_RECORDED}, ("",)
    rows = data.reader.read(RIGHTS, ["modality", "rights", "may_redistribute"], sample_id, sample_id).to_pylist()
    if not rows:
        return {"": NOT_RECORDED}, ("",)
    rights = {row["modality"]: row["rights"].replace("_", " ") for row in rows}
    return rights, tuple(row["modality"] for row in rows if not row["may_redistribute"])


def _write(folder: Path, name: str, text: str) -> None:
    path = paths.inside(folder, name)
    write_whole(path, text.encode("utf-8", "backslashreplace"), path.with_name(f".{name}.{os.getpid()}"))
