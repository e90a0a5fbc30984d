"""Sounds and pictures, each by a name that only this server can have given.

The name is a keyed hash of table, column and key: no part of a request becomes a path or a key. A browser that asks
with a name of an earlier start gets 404.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from musicdata.definitions.table_source import TableSource

_BYTES_KEPT = 64 * 10**6
_NAMES_KEPT = 200_000

KINDS = {
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".webm": "audio/webm",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
"""Ending of a medium → its type; one of another ending is given out as bytes, which no browser runs."""


@dataclass(frozen=True, slots=True)
class Medium:
    """Where a sound or picture is: the row of a table whose key has these values."""

    table: str
    column: str
    key: tuple[str | int, ...]


class Media:
    """Gives names to sounds and pictures, and their bytes by name."""

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._secret = secrets.token_bytes(32)
        self._named: OrderedDict[str, Medium] = OrderedDict()
        self._kept: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def name(self, medium: Medium) -> str:
        """Return the name by which a medium can be asked for."""
        name = hmac.new(self._secret, repr(medium).encode(), hashlib.sha256).hexdigest()[:40]
        with self._lock:
            self._named[name] = medium
            self._named.move_to_end(name)
            if len(self._named) > _NAMES_KEPT:
                self._named.popitem(last=False)
        return name

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Return the bytes and the type of what was given a name; None where nothing was.

        Raises:
            MusicdataError: the table cannot be read.
        """
        with self._lock:
            medium = self._named.get(name)
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        if medium is None:
            return None
        found = self._find(medium)
        with self._lock:
            if name not in self._kept:
                self._kept[name] = found
                self._size += len(found[0])
            while self._size > _BYTES_KEPT and len(self._kept) > 1:
                _, (old, _) = self._kept.popitem(last=False)
                self._size -= len(old)
        return found

    def _find(self, medium: Medium) -> tuple[bytes, str]:
        contract = self._source.contract(medium.table)
        column = contract.column(medium.column)
        names = [*contract.key, medium.column]
        for row in self._source.rows(medium.table, str(medium.key[0]), names):
            if tuple(row[name] for name in contract.key) == medium.key and row[medium.column] is not None:
                return row[medium.column]["bytes"], KINDS.get(column.file_ending, "application/octet-stream")
        raise IntegrityError(f"table {medium.table} has no {medium.column} of {medium.key!r}")
