"""Lyrics of a dump of LRCLIB's database, a SQLite file on this machine.

Confirmed in the server's migrations and code: the tables `tracks` and `lyrics`, their columns and indices, that
`name_lower` and `artist_name_lower` hold names prepared for comparison (lower case, no accents, punctuation as
spaces, no apostrophes, single spaces), and that `tracks.last_lyrics_id` names the words that hold. Not confirmed: which
letters the server's library counts as accented, so that names are looked for with accents too; how the published file
is packed; that it has these tables just so. The columns used are checked before the first look.

The file is not trusted: it is opened for reading only, as one that nobody writes, no statement but our own `SELECT` is
let through, texts are capped, and a look-up that walks through the whole table is stopped.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
import unicodedata
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from musicdata.errors import InputError, IntegrityError
from musicdata.sources import lrclib
from musicdata.sources.lyric_record import MAX_CHARACTERS, Reply, Track
from musicdata.system import paths
from musicdata.system.http import HttpError, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.definitions.stage import Caller

NAME = "lrclib_dump"

_MAGIC = b"SQLite format 3\x00"
_COLUMNS = {
    "tracks": {"id", "name_lower", "artist_name_lower", "album_name_lower", "duration", "last_lyrics_id"},
    "lyrics": {"id", "plain_lyrics", "synced_lyrics", "instrumental"},
}
_FIND = """
    SELECT id, album_name_lower, duration, last_lyrics_id FROM tracks
    WHERE name_lower IN (?, ?) AND artist_name_lower IN (?, ?) AND (? IS NULL OR abs(duration - ?) <= 2)
    ORDER BY id LIMIT 100
"""
_WORDS = "SELECT plain_lyrics, synced_lyrics, instrumental FROM lyrics WHERE id = ?"
_MAX_BYTES = 4 * MAX_CHARACTERS  # of a text; a letter takes four bytes at most
_STEPS, _MAX_ROUNDS = 10_000, 5_000  # of SQLite's machine: some seconds
_PERMITTED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_PUNCTUATION = re.compile(r"[`~!@#$%^&*()_|+\-=?;:\",.<>{}\[\]\\/\s]+")


class LrclibDump:
    """Looks into a dump."""

    def __init__(self, path: Path) -> None:
        """Open the dump.

        Raises:
            InputError: there is none, or it is not one of LRCLIB.
        """
        self._rounds = 0
        _check_file(path)
        # Immutable: no journal is looked for beside it and none made; the thread that closes may be another.
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with contextlib.ExitStack() as unfinished:
            try:
                self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                unfinished.callback(self._connection.close)
                self._connection.set_progress_handler(self._goes_on_too_long, _STEPS)
                _distrust(self._connection)
                _check_schema(self._connection, path)
                self._connection.set_authorizer(_permit)
            except sqlite3.Error as error:
                raise InputError(f"lrclib_db {path} cannot be read as a SQLite database: {error}") from None
            unfinished.pop_all()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def look_up(self, track: Track, caller: Caller) -> Reply:  # noqa: ARG002 - a file is no service
        """Return what the dump has for a track: of its album if there is one, else nearest in duration.

        Raises:
            HttpError: the file is damaged where the track stands.
        """
        titles, artists = names(track.title), names(track.artist)
        if not (titles[0] and artists[0]):
            return Reply(note="no_name")
        duration_s = track.duration_s or None
        self._rounds = 0
        try:
            rows = self._connection.execute(_FIND, (*titles, *artists, duration_s, duration_s)).fetchall()
            rows.sort(key=functools.partial(_distance, names(track.album), track.duration_s))
            return next((reply for row in rows if (reply := self._words(row)).record), _none(rows))
        except sqlite3.Error as error:
            message = f"the dump that lrclib_db names is damaged where {track.title!r} stands: {error}. Fetch it again"
            raise HttpError(message, Outcome.INVALID, reason="damaged_dump") from None

    def _words(self, track: tuple[Any, ...]) -> Reply:
        for plain, synced, instrumental in self._connection.execute(_WORDS, (track[3],)):
            facts = {"id": track[0], "plainLyrics": plain, "syncedLyrics": synced, "instrumental": bool(instrumental)}
            with contextlib.suppress(ValidationError):
                return lrclib.Entry.model_validate(facts).reply(NAME)
        return Reply(note="empty")

    def _goes_on_too_long(self) -> int:
        self._rounds += 1
        return self._rounds > _MAX_ROUNDS


def names(text: str) -> tuple[str, str]:
    """Return a name as LRCLIB compares names: without accents, and with them.

    >>> names("Beyoncé – Don’t  Hurt (Yourself)!")
    ('beyonce – dont hurt yourself', 'beyoncé – dont hurt yourself')
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    first, second = (
        _PUNCTUATION.sub(" ", re.sub("['’]", "", unicodedata.normalize("NFC", form).lower())).strip()
        for form in (plain, text)
    )
    return first, second


def _check_file(path: Path) -> None:
    try:
        with paths.open_regular(path, follow=True) as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise InputError(f"lrclib_db {path} cannot be read: {error.strerror}") from None
    except IntegrityError as error:
        raise InputError(f"lrclib_db {path} cannot be read: {error}") from None
    if start.startswith(b"\x1f\x8b"):
        raise InputError(f"lrclib_db {path} is packed; unpack it first, e.g. with gunzip --keep")
    if start != _MAGIC:
        raise InputError(f"lrclib_db {path} is not a SQLite database")


def _distrust(connection: sqlite3.Connection) -> None:
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    for table, needed in _COLUMNS.items():
        query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
        made = connection.execute(query, (table,)).fetchone()
        # A view, a virtual table or a computed column could run what we did not write.
        if made is None or not str(made[0]).upper().startswith("CREATE TABLE"):
            raise InputError(f"lrclib_db {path} is no dump of LRCLIB: it has no table {table}")
        columns = {row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0}
        if lacks := ", ".join(sorted(needed - columns)):
            raise InputError(f"lrclib_db {path} is no dump of LRCLIB: table {table} lacks the columns {lacks}")
    for query, table, column in ((_FIND, "tracks", "name_lower"), (_WORDS, "lyrics", "id")):
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", [""] * query.count("?"))
        if any(str(row[3]).startswith("SCAN") for row in plan):
            raise InputError(
                f"lrclib_db {path} has no index on {table}.{column}, and each look-up would read the whole table. "
                f"Make one: CREATE INDEX {table}_{column} ON {table} ({column})"
            )


def _permit(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    is_ours = action in _PERMITTED and (action == sqlite3.SQLITE_SELECT or first in _COLUMNS)
    is_ours = is_ours or (action == sqlite3.SQLITE_FUNCTION and second == "abs")
    return sqlite3.SQLITE_OK if is_ours else sqlite3.SQLITE_DENY


def _distance(albums: tuple[str, str], duration_s: float, row: tuple[Any, ...]) -> tuple[bool, float, int]:
    track_id, album, found_s, _ = row
    off_s = abs(found_s - duration_s) if isinstance(found_s, (int, float)) else 0.0
    return album not in albums, off_s, track_id if isinstance(track_id, int) else 0


def _none(rows: list[Any]) -> Reply:
    return Reply(note="empty" if rows else "not_found")
