"""Lists of tracks in files: CSV, TSV and JSON lines, exports of Exportify, TuneMyMusic and Soundiiz among them.

A file has a column with the mood of each track, or is named like the mood of all of them, as in a folder with a file a
mood. `track_tables` reads rows by columns of many names, `track_cells` says what their cells mean. A row that cannot be
used keeps its line and the reason.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError
from musicdata.music.text.names import normalised, one_line
from musicdata.sources import track_cells, track_tables
from musicdata.sources.spotify.records import Track, Unusable, checked, isrc_of
from musicdata.sources.track_cells import number, string
from musicdata.sources.track_tables import SUFFIXES
from musicdata.system import walking
from musicdata.system.digests import sha256_of_file
from musicdata.system.walking import Entry

if TYPE_CHECKING:
    from musicdata.sources.track_cells import Habits

_NEEDED = "title and artist"
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
        rows = list(track_tables.rows(file.path, Path(file.name).suffix.lower()))
        habits = track_cells.habits(cells for _, cells in rows if not isinstance(cells, Unusable))
        for line, cells in rows:
            mood, row = _row(name, line, cells, mood_name(Path(file.name).stem), habits)
            placed.setdefault((mood, name), []).append(row) if mood else unplaced.append(row)
    moods = tuple(
        MoodList(mood, file, tuple(sorted(rows, key=lambda row: (row.rank, row.line))))
        for (mood, file), rows in sorted(placed.items())
    )
    return Lists(moods, tuple(unplaced))


def _row(file: str, line: int, cells: dict[str, Any] | Unusable, mood_of_file: str, habits: Habits) -> tuple[str, Row]:
    """Return a row and its mood, an empty one if it has none."""
    if isinstance(cells, Unusable):
        return "", Row(file, line, line, cells)
    mood_text = string(cells.get("mood"))
    mood = mood_name(mood_text) if "mood" in cells else mood_of_file
    rank = number(cells.get("rank"))
    if not mood:
        missing = Unusable(reason="no_mood", detail=f"the mood is {mood_text[:60]!r}; expected a word")
        return "", Row(file, line, line, missing)
    return mood, Row(file, line, rank if rank is not None and abs(rank) < 1e9 else float(line), _track(cells, habits))


def _track(cells: dict[str, Any], habits: Habits) -> Track | Unusable:
    if other := track_cells.other_kind(cells):
        return other
    duration_ms, popularity = track_cells.duration(cells, habits), number(cells.get("popularity"))
    if isinstance(duration_ms, Unusable):
        return duration_ms
    if (text := string(cells.get("popularity"))) and (popularity is None or popularity < 0):
        return Unusable(reason="wrong_value", detail=f"popularity is {text[:60]!r}; expected a number")
    spotify_id, isrc = track_cells.spotify_id(cells), isrc_of(cells.get("isrc"))
    title, artists = string(cells.get("title")), track_cells.artists(cells, habits)
    if not title or not artists:
        detail = f"the row has only an id; {_NEEDED} are needed too" if spotify_id or isrc else f"{_NEEDED} are needed"
        return Unusable(reason="no_artist" if title else "no_title", detail=detail)
    return checked(
        {
            "spotify_id": spotify_id,
            "isrc": isrc,
            "title": title,
            "artists": tuple(artists),
            "album": string(cells.get("album")),
            "release_date": track_cells.release_date(cells),
            "duration_ms": duration_ms,
            "explicit": _truth(cells.get("explicit")),
            "popularity": None if popularity is None else round(popularity),
        }
    )


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = string(value).casefold()
    return True if text in _YES else False if text in _NO else None
