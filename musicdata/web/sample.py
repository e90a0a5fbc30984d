"""One sample as the page shows it: its rows of every table, its sounds and pictures, and what of it lies in time.

What has another key, such as a song, is shown in the same way: the rows of every table that begin with it. So is what
was dropped: its reason, and what is left of it in the tables before.

A table whose rows have `onset_s` and `offset_s` tells what sounds when; four of its columns that end in `_x0`, `_y0`,
`_x1` and `_y1` are a box on the sample's picture, of what stands before these endings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import MusicdataError
from musicdata.web.asking import BadRequestError
from musicdata.web.media import Medium

if TYPE_CHECKING:
    from musicdata.definitions.contract import Contract
    from musicdata.web.library import Library
    from musicdata.web.media import Media

MAX_ROWS = 400
"""Of one table that a sample shows."""

BROKEN = "cannot be read"
"""Column in the place of those of a table that is damaged."""

ONSET, OFFSET = "onset_s", "offset_s"
_EDGES = ("_x0", "_y0", "_x1", "_y1")


def boxes(contract: Contract) -> list[str]:
    """Return what a table has boxes of, such as ``head``."""
    names = {column.name for column in contract.columns if column.unit == "pixel"}
    return [
        column.name.removesuffix("_x0")
        for column in contract.columns
        if column.name.endswith("_x0") and {column.name.removesuffix("_x0") + edge for edge in _EDGES} <= names
    ]


def is_timed(contract: Contract) -> bool:
    """Say whether the rows of a table tell what sounds when."""
    return {ONSET, OFFSET} <= {column.name for column in contract.columns}


def describe(library: Library, media: Media, item: str) -> dict[str, Any]:
    """Return everything about a sample, or about what else has this key.

    Returns:
        ``tables``, each with its rows, of which `MAX_ROWS` are shown and ``n`` there are; ``media``, each with table,
        column, kind and name; ``timed``, the table that tells what sounds when and has most boxes, ``boxes`` of it.

    Raises:
        BadRequestError: no table has the key.
    """
    tables: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    timed: tuple[int, str] = (-1, "")
    for table in library.tables:
        contract = library.contract(table)
        key = _named_by(contract)
        try:
            rows = library.one(table, key, item, MAX_ROWS + 1) if key else []
        except MusicdataError as error:  # the others can be looked at all the same
            tables.append({"table": table, "columns": [BROKEN], "rows": [[str(error)]], "more": False, "arrays": {}})
            continue
        if not rows:
            continue
        names = [column.name for column in library.held(table).columns if column.name != key]
        shown = [[row[name] for name in names] for row in rows[:MAX_ROWS]]
        arrays = {column.name: column.kind for column in contract.columns if column.is_array}
        tables.append({"table": table, "columns": names, "rows": shown, "more": len(rows) > MAX_ROWS, "arrays": arrays})
        found += _media_of(contract, media, rows[:MAX_ROWS])
        if is_timed(contract):
            timed = max(timed, (len(boxes(contract)), table))
    if all(table["columns"] == [BROKEN] for table in tables):
        raise BadRequestError("there is no such sample", "sample", "choose one from the table", 404)
    of = boxes(library.contract(timed[1])) if timed[1] else []
    return {"sample_id": item, "tables": tables, "media": found, "timed": timed[1], "boxes": of}


def _named_by(contract: Contract) -> str:
    """Return the column by which a table names what its rows are of; "" where that is no text."""
    names = {column.name: column for column in contract.columns}
    if SAMPLE_ID in names:
        return SAMPLE_ID
    column = next((name for name in ("key", contract.key[0]) if name in contract.key), "")
    return column if names[column].type == "string" else ""


def _media_of(contract: Contract, media: Media, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "table": contract.name,
            "column": column.name,
            "kind": "sound" if column.is_sound else "picture",
            "of": column.content_of,
            "key": [row[name] for name in contract.key],
            "is_whole": contract.key == (SAMPLE_ID,),
            "name": media.name(Medium(contract.name, column.name, tuple(row[name] for name in contract.key))),
        }
        for column in contract.columns
        if column.is_media
        for row in rows
    ]


def thumbnail(library: Library) -> str:
    """Return the table that has one picture a sample; "" where there is none."""
    for table in library.source.tables:
        contract = library.contract(table)
        if contract.key == (SAMPLE_ID,) and any(column.is_picture for column in contract.columns):
            return table
    return ""
