"""Lists of tracks in files: CSV, TSV and JSON lines, Exportify's exports among them.

A file has a column with the mood of each track, or is named like the mood of all of them, as in a folder with a file a
mood. Columns go by many names; see `_NAMES`. What a spreadsheet has done to a file is undone: byte order marks,
semicolons for commas, cells such as ``="0012"`` and ``'=1+1``. A row that cannot be used keeps its line and the reason.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError
from musicdata.music.text.limits import CREDITS, STATEMENT
from musicdata.music.text.names import normalised, one_line
from musicdata.sources.spotify.records import Track, Unusable, checked, isrc_of
from musicdata.system import walking
from musicdata.system.digests import sha256_of_file
from musicdata.system.walking import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
_MAX_FILE_BYTES = 256 << 20
_MAX_CELL = 100_000
_MAX_LINES = 20  # of one row

# field → how files call it, normalised; the first column found counts.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "mood": ("mood", "label", "seed", "category", "emotion"),
    "rank": ("mood rank", "rank"),
    "spotify_id": ("spotify id", "track uri", "spotify uri", "track id", "spotify track id", "uri", "id"),
    "isrc": ("isrc",),
    "title": ("title", "track name", "track", "song", "name", "song name", "song title"),
    "artist": ("artists", "artist name s", "artist names", "artist", "artist name", "artist s"),
    "artist_ids": ("artist uri s", "artist uris", "artist ids"),
    "album": ("album", "album name"),
    "release_date": ("release date", "album release date", "release year", "year"),
    "duration_ms": ("duration ms", "track duration ms", "duration in ms"),
    "duration_s": ("duration s", "duration", "track duration", "length"),
    "explicit": ("explicit",),
    "popularity": ("popularity", "track popularity"),
}
_FIELD_OF = {name: (field, order) for field, names in _NAMES.items() for order, name in enumerate(names)}
_NEEDED = "title and artist"
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_SPOTIFY_ID = re.compile(
    r"(?:spotify:track:|https?://open\.spotify\.com/(?:intl-\w+/)?track/)?([0-9A-Za-z]{22})(?:\?.*)?"
)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")
_YES, _NO = {"true", "1", "yes", "explicit"}, {"false", "0", "no", "clean"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file.

    Attributes:
        file: its name within the folder; `line` where the row begins, counted from 1.
        rank: its place by the file's own word, or else by the order of rows.
        track: what it says, or why that cannot be used.
    """

    file: str
    line: int
    rank: float
    track: Track | Unusable


@dataclass(frozen=True, slots=True)
class MoodList:
    """What one file says of one mood.

    Attributes:
        mood: its name, as in tables.
        file: the file's name.
        rows: in order of rank.
    """

    mood: str
    file: str
    rows: tuple[Row, ...]

    @property
    def digest(self) -> str:
        """Return the sha256 of what the rows say."""
        rows = [[row.track.model_dump(mode="json"), row.rank] for row in self.rows]
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Lists:
    """What the files of a source say.

    Attributes:
        moods: in order of mood and file.
        unplaced: rows without a mood, or that are no rows.
    """

    moods: tuple[MoodList, ...]
    unplaced: tuple[Row, ...]


def mood_name(text: str) -> str:
    """Return the name of a mood as tables and keys have it: letters and digits, words joined by underscores.

    It is empty where there are none.

    >>> mood_name("Feel-Good!"), mood_name("Mélancolie")
    ('feel_good', 'melancolie')
    """
    name = normalised(text).replace(" ", "_")
    return name if any(character.isalnum() for character in name) else ""


def files(source: str) -> list[Entry]:
    """List the files of a source, in order of their names, and the links that are not followed.

    Raises:
        InputError: there are none, or they are not of a kind we read.
    """
    kinds = ", ".join(SUFFIXES)
    if not source:
        raise InputError(f"an import needs lists of tracks: give a file or a folder of files ({kinds}) with --input")
    root = Path(source)
    if root.is_file():
        if root.suffix.lower() not in SUFFIXES:
            raise InputError(f"input {root} is not of a kind that lists tracks ({kinds})")
        return [Entry(root.name, root)]
    if not root.is_dir():
        raise InputError(f"input {root}: no such file or folder")
    entries = walking.below(root, lambda name: Path(name).suffix.lower() in SUFFIXES, recursive=False)
    if not entries:
        raise InputError(f"input folder {root} holds no list of tracks: none of its files ends in {kinds}")
    return entries


def digest(source: str) -> str:
    """Return the content hash of what would be read.

    Raises:
        InputError: there is nothing to read.
    """
    hashes = [(file.name, file.fault or sha256_of_file(file.path)) for file in files(source)]
    return hashlib.sha256(json.dumps(hashes).encode("utf-8", "surrogateescape")).hexdigest()


def read(source: str) -> Lists:
    """Read the lists of a source.

    Raises:
        InputError: there is nothing to read, or a file is no list of tracks.
    """
    placed: dict[tuple[str, str], list[Row]] = {}
    unplaced: list[Row] = []
    for file in files(source):
        name = one_line(file.name)
        if file.fault:
            unplaced.append(Row(name, 0, 0, Unusable(reason=file.fault, detail=walking.DETAILS[file.fault])))
            continue
        for line, cells in _rows(file.path, Path(file.name).suffix.lower()):
            mood, row = _row(name, line, cells, mood_name(Path(file.name).stem))
            placed.setdefault((mood, name), []).append(row) if mood else unplaced.append(row)
    moods = tuple(
        MoodList(mood, file, tuple(sorted(rows, key=lambda row: (row.rank, row.line))))
        for (mood, file), rows in sorted(placed.items())
    )
    return Lists(moods, tuple(unplaced))


def _rows(path: Path, ending: str) -> Iterator[tuple[int, dict[str, Any] | Unusable]]:
    """Yield the rows of a file as values by field, each with its line."""
    if (size := path.stat().st_size) > _MAX_FILE_BYTES:
        raise InputError(f"{path} has {size:,} bytes; a list of tracks has {_MAX_FILE_BYTES:,} at most")
    text = _text(path.read_bytes())
    if ending in (".jsonl", ".ndjson"):
        yield from _json_rows(text)
    else:
        yield from _table_rows(text, path)


def _text(data: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16 by its mark, else UTF-8, else what spreadsheets wrote before."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | Unusable]]:
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


def _table_rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any] | Unusable]]:
    match = re.match(r"sep=(.)\r?\n", text)
    text = text[match.end() :] if match else text
    text = text.replace("\0", "")
    header = text.partition("\n")[0]
    separator = match[1] if match else max(",;\t", key=header.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    csv.field_size_limit(_MAX_CELL)
    names = [one_line(name) for name in next(lines, [])]
    if not {"title", "spotify_id", "isrc"} & set(_by_field(dict.fromkeys(names, ""))):
        raise InputError(
            f"{path}: its first line names no column with a track's title, Spotify id or ISRC; it has "
            f"{', '.join(names[:12]) or 'nothing'}"
        )
    begins = 2 if match is None else 3
    while True:
        try:
            cells = next(lines, None)
        except csv.Error as error:
            yield begins, Unusable(reason="not_csv", detail=str(error))
            begins = lines.line_num + 1
            continue
        if cells is None:
            return
        if lines.line_num - begins > _MAX_LINES:
            detail = f"lines {begins} to {lines.line_num} are one row: a quotation mark is not closed"
            yield begins, Unusable(reason="not_csv", detail=detail)
        elif any(cell.strip() for cell in cells):
            yield begins, _by_field(dict(zip(names, map(_plain_cell, cells), strict=False)))
        begins = lines.line_num + 1


def _plain_cell(cell: str) -> str:
    """Return what a cell says, without what makes a spreadsheet take it for text."""
    cell = cell.strip()
    if formula := _FORMULA.fullmatch(cell):
        return formula[1]
    return cell[1:] if cell.startswith(("'=", "'+", "'-", "'@")) else cell


def _by_field(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by field; of several columns for one field, that which `_NAMES` has first."""
    values: dict[str, tuple[int, Any]] = {}
    for name, value in cells.items():
        field, order = _FIELD_OF.get(normalised(str(name)), ("", 0))
        if field and (field not in values or order < values[field][0]):
            values[field] = (order, value)
    return {field: value for field, (_, value) in values.items()}


def _row(file: str, line: int, cells: dict[str, Any] | Unusable, mood_of_file: str) -> tuple[str, Row]:
    """Return a row and its mood, an empty one if it has none."""
    if isinstance(cells, Unusable):
        return "", Row(file, line, line, cells)
    mood_text = _string(cells.get("mood"))
    mood = mood_name(mood_text) if "mood" in cells else mood_of_file
    rank = _number(cells.get("rank"))
    if not mood:
        missing = Unusable(reason="no_mood", detail=f"the mood is {mood_text[:60]!r}; expected a word")
        return "", Row(file, line, line, missing)
    return mood, Row(file, line, rank if rank is not None and abs(rank) < 1e9 else float(line), _track(cells))


def _track(cells: dict[str, Any]) -> Track | Unusable:
    wrong = [name for name in ("popularity", "duration_ms", "duration_s") if _is_wrong(cells.get(name), name)]
    if wrong:
        value = _string(cells[wrong[0]])[:60]
        return Unusable(reason="wrong_value", detail=f"{wrong[0]} is {value!r}; expected a number")
    title, artists = _string(cells.get("title")), _artists(cells)
    if not title or not artists:
        is_known = bool(_spotify_id(cells) or isrc_of(cells.get("isrc")))
        detail = f"the row has only an id; {_NEEDED} are needed too" if is_known else f"{_NEEDED} are needed"
        return Unusable(reason="no_artist" if title else "no_title", detail=detail)
    date = re.match(r"\d{4}(?:-\d\d(?:-\d\d)?)?$", _string(cells.get("release_date")))
    popularity = _number(cells.get("popularity"))
    return checked(
        {
            "spotify_id": _spotify_id(cells),
            "isrc": isrc_of(cells.get("isrc")),
            "title": title,
            "artists": tuple(artists),
            "album": _string(cells.get("album")),
            "release_date": date[0] if date else None,
            "duration_ms": _duration_ms(cells),
            "explicit": _truth(cells.get("explicit")),
            "popularity": None if popularity is None else round(popularity),
        }
    )


def _string(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_string(part) for part in value)
    return (
        one_line(str(value), STATEMENT * CREDITS)
        if isinstance(value, str | int | float) and not isinstance(value, bool)
        else ""
    )


def _artists(cells: dict[str, Any]) -> list[str]:
    """Return the artists of a row: apart by semicolons, or by commas where as many ids say that they are several."""
    credit = _string(cells.get("artist"))
    names = [part.strip() for part in credit.split(";") if part.strip()]
    n_ids = len([part for part in re.split("[,;]", _string(cells.get("artist_ids"))) if part.strip()])
    if len(names) == 1 and n_ids > 1:
        apart = [part.strip() for part in credit.split(",") if part.strip()]
        names = apart if len(apart) == n_ids else names
    return names


def _spotify_id(cells: dict[str, Any]) -> str | None:
    match = _SPOTIFY_ID.fullmatch(_string(cells.get("spotify_id")))
    return match[1] if match else None


def _number(value: object) -> float | None:
    text = _string(value).replace(",", ".")
    try:
        return float(text) if text and abs(float(text)) < 1e12 else None
    except ValueError:
        return None


def _is_wrong(value: object, name: str) -> bool:
    text = _string(value)
    is_clock = name == "duration_s" and _CLOCK.fullmatch(text)
    number = _number(value)
    return bool(text) and not is_clock and (number is None or number < 0)


def _duration_ms(cells: dict[str, Any]) -> int | None:
    if (told_ms := _number(cells.get("duration_ms"))) is not None:
        return round(told_ms)
    if clock := _CLOCK.fullmatch(_string(cells.get("duration_s"))):
        return round(1000 * (int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])))
    told_s = _number(cells.get("duration_s"))
    return None if told_s is None else round(1000 * told_s)


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = _string(value).casefold()
    return True if text in _YES else False if text in _NO else None
