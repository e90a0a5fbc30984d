"""Rows of files that list tracks, as text by field: CSV, TSV and JSON lines, as people and spreadsheets save them.

What a spreadsheet has done to a file is undone: byte order marks, UTF-16, semicolons for commas, ``sep=``, cells such
as ``="0012"`` and ``'=1+1``. A row that cannot be read costs no other: where a quotation mark is not closed, or stands
inside a value and is not doubled, reading goes on with the next line.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError
from musicdata.music.text.names import normalised, one_line
from musicdata.sources.spotify.records import Unusable
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Cells = dict[str, Any] | Unusable

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
_MAX_FILE_BYTES = 256 << 20
_MAX_CELL = 100_000
_MAX_LINES = 20  # of one row
_LINES_TO_LOOK_AT = 50  # for habits of a file
_SEPARATORS = ",;\t|"

# field → how files call it, normalised; the first column that says something counts.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "mood": ("mood", "label", "seed", "category", "emotion"),
    "rank": ("mood rank", "rank"),
    "spotify_id": (
        "spotify id", "track uri", "spotify uri", "spotify track uri", "track id", "spotify track id", "uri", "id",
        "spotify url",
    ),
    "kind": ("item type", "track type", "media type", "type", "kind"),
    "isrc": ("isrc",),
    "title": (
        "title", "track name", "track title", "track", "song", "name", "song name", "song title", "trackname",
        "songname",
    ),
    "artist": (
        "artists", "artist name s", "artist s name", "artist names", "artists names", "artist", "artist name",
        "artist s", "track artists", "track artist", "artistname", "performer", "performers",
    ),
    "artist_ids": (
        "artist uri s", "artist uris", "artist ids", "artists ids", "id artists", "artist id s", "artist id",
    ),
    "n_artists": ("artist count", "n artists", "number of artists"),
    "album": ("album", "album name", "album title", "track album name"),
    "release_date": (
        "release date", "album release date", "track album release date", "release year", "released year", "year",
    ),
    "duration_ms": ("duration ms", "track duration ms", "duration in ms", "durationms", "length ms"),
    "duration_s": (
        "duration s", "duration seconds", "duration sec", "length s", "duration", "track duration", "length",
        "track length", "song length",
    ),
    "explicit": ("explicit", "is explicit"),
    "popularity": ("popularity", "track popularity"),
}  # fmt: skip
_FIELD_OF = {name: (field, order) for field, names in _NAMES.items() for order, name in enumerate(names)}
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"')
_SPACE_AFTER_QUOTE = re.compile(r'(?<=")[ \t]+(?=[,;|\t\r\n]|$)')
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What Western names are written with, as cp1252 has it.
_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœšžßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŸŒŠŽ¡¿«»‘’“”–—…·°´©®™€£\xa0")
_NO_WESTERN_WORD = re.compile("[À-ÖØ-öø-ÿŒœŠšŽžŸ]{3}")
_LINES_TO_JUDGE = 200
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def rows(path: Path, ending: str) -> Iterator[tuple[int, Cells]]:
    """Yield the rows of a file as values by field, or why there are none, each with its line, counted from 1.

    Args:
        path: of the file.
        ending: says its kind, one of `SUFFIXES`; the path's own may be another where a link led to it.

    Raises:
        InputError: the file is too large, is a workbook, or its first line names no column of tracks.
    """
    if (size := path.stat().st_size) > _MAX_FILE_BYTES:
        raise InputError(f"{path} has {size:,} bytes; a list of tracks has {_MAX_FILE_BYTES:,} at most")
    data = paths.read_regular(path, _MAX_FILE_BYTES, follow=True)
    if data.startswith(_WORKBOOKS):
        raise InputError(f"{path} is a workbook, whatever its name says; save the sheet as CSV (UTF-8) first")
    text = _text(data, path)
    if ending in (".jsonl", ".ndjson"):
        yield from _json_rows(text)
    else:
        yield from _table_rows(text, path)


def _text(data: bytes, path: Path) -> str:
    """Return the text of a file: UTF-8, 16 or 32 by its mark or its zeros, else in an encoding of before."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    sample = data[:4096]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[start::2]
        if len(half) > 1 and half.count(0) > 0.7 * len(half):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _old_text(data, path)


def _old_text(data: bytes, path: Path) -> str:
    """Return the text of a file as spreadsheets wrote it before UTF-8: Western, else what its letters show it to be.

    Raises:
        InputError: they do not show it.
    """
    from musicdata.music.text import encodings  # it loads statistics of languages

    western = data.decode("cp1252", "replace")
    unusual = {character for character in western if not character.isascii()} - _WESTERN
    if not unusual and not _NO_WESTERN_WORD.search(western):
        return western
    lines = [line for line in data.splitlines() if not line.isascii()]
    encoding = encodings.find(lines[:_LINES_TO_JUDGE])
    if encoding is not None:
        return encodings.read(data, encoding)
    if "\ufffd" in unusual or _NO_WESTERN_WORD.search(western):
        raise InputError(f"{path} is not UTF-8, and what else it is cannot be told; save it as UTF-8")
    return western


def _json_rows(text: str) -> Iterator[tuple[int, Cells]]:
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            cells = json.loads(row)
        except (ValueError, RecursionError):
            cells = None
        if not isinstance(cells, dict):
            yield line, Unusable(reason="not_json", detail=f"expected a JSON object, found {one_line(row, 60)!r}")
            continue
        yield line, _by_field(cells)


def _table_rows(text: str, path: Path) -> Iterator[tuple[int, Cells]]:
    lines = list(io.StringIO(text.replace("\0", ""), newline=""))
    place = next((number for number, line in enumerate(lines) if line.strip(" \t\r\n,;")), len(lines))
    told = re.match(r'"?sep=(.)"?\r?\n?$', lines[place]) if place < len(lines) else None
    place += told is not None
    header = _QUOTED.sub("", lines[place]) if place < len(lines) else ""
    separator = told[1] if told else max(_SEPARATORS, key=header.count)
    is_spaced = any(f'{separator} "' in line for line in lines[place : place + _LINES_TO_LOOK_AT])
    csv.field_size_limit(_MAX_CELL)
    names, n_lines, _ = _row(lines, place, separator, is_spaced=is_spaced)
    names = [one_line(name) for name in names]
    if not {"title", "spotify_id", "isrc"} & set(_by_field(dict.fromkeys(names, ""))):
        raise InputError(
            f"{path}: its first line names no column with a track's title, Spotify id or ISRC; it has "
            f"{', '.join(name for name in names[:12] if name) or 'nothing'}"
        )
    place += n_lines
    while place < len(lines):
        cells, n_lines, problem = _row(lines, place, separator, is_spaced=is_spaced)
        if problem:
            yield place + 1, Unusable(reason="not_csv", detail=problem)
        elif any(cell.strip() for cell in cells):
            yield place + 1, _by_field(dict(zip(names, map(_plain_cell, cells), strict=False)))
        place += n_lines


def _row(lines: list[str], place: int, separator: str, *, is_spaced: bool) -> tuple[list[str], int, str]:
    """Return the cells of the row that begins at a line, how many lines to go on, and what is wrong with it."""
    some = lines[place : place + _MAX_LINES + 1]
    has_quotes = bool(some) and '"' in some[0]
    shown = (_SPACE_AFTER_QUOTE.sub("", line) for line in some) if has_quotes else iter(some)
    reader = csv.reader(shown, delimiter=separator, strict=has_quotes, skipinitialspace=is_spaced and has_quotes)
    try:
        cells = next(reader, [])
    except csv.Error as error:
        if "field larger" in str(error):
            return [], 1, str(error)
        if reader.line_num > 1 or "unexpected end" in str(error):
            return [], 1, "a quotation mark is not closed, or one is too many in the line"
        return [], 1, "a quotation mark inside a value is not doubled: where the row's values end cannot be told"
    if reader.line_num > _MAX_LINES:
        return [], 1, f"a quotation mark is not closed: the value would have more than {_MAX_LINES} lines"
    return cells, max(reader.line_num, 1), ""


def _plain_cell(cell: str) -> str:
    """Return what a cell says, without what makes a spreadsheet take it for text."""
    cell = cell.strip()
    if formula := _FORMULA.fullmatch(cell):
        return formula[1]
    return cell[1:] if cell.startswith(("'=", "'+", "'-", "'@")) else cell


def _by_field(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by field; of several columns for one field, the first in `_NAMES` that says something."""
    values: dict[str, tuple[bool, int, Any]] = {}
    for name, value in cells.items():
        field, order = _FIELD_OF.get(normalised(str(name)), ("", 0))
        rank = (value in ("", None, []), order)
        if field and (field not in values or rank < values[field][:2]):
            values[field] = (*rank, value)
    return {field: value for field, (_, _, value) in values.items()}
