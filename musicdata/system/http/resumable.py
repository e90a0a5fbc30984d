"""A file that is being fetched: what there is of it, and how the rest is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musicdata.system import paths
from musicdata.system.files import storage_faults, sync
from musicdata.system.http.outcome import Fault, Outcome
from musicdata.system.http.watchdog import TooLongError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import requests

    from musicdata.settings import Secret
    from musicdata.system.http.watchdog import Watch

_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class ResumableFile:
    """The beginning of a file of `size` bytes, beside the place it will have.

    It is continued whoever left it: whether both pieces are of one file, its sha256 says at the end. Within one process
    the server's validator is sent too, so that a file that changes meanwhile comes whole at once.
    """

    def __init__(self, path: Path, size: int, headers: Mapping[str, str | Secret]) -> None:
        self.path = path
        self._size = size
        self._headers = headers
        self._etag = ""

    def length(self) -> int:
        """Return how many bytes are here; a part that is too long is removed."""
        length = self.path.stat().st_size if paths.is_regular(self.path) else 0
        if length > self._size:
            self.path.unlink()
            return 0
        return length

    def headers(self) -> dict[str, str | Secret]:
        """Return the headers that ask for the rest."""
        headers: dict[str, str | Secret] = {"Accept-Encoding": "identity"}
        if offset := self.length():
            headers["Range"] = f"bytes={offset}-"
            headers |= {"If-Range": self._etag} if self._etag else {}
        return headers | dict(self._headers)

    def take(self, response: requests.Response, watch: Watch) -> Fault | None:
        """Append what the server sends, or begin anew if it sends the whole."""
        offset = self.length()
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        goes_on = response.status_code == 206 and match is not None and int(match[1]) == offset
        if response.status_code == 206 and not goes_on:
            self.path.unlink(missing_ok=True)
            return Fault(
                Outcome.TRANSIENT, f"byte {offset} was asked for, {response.headers.get('Content-Range')} came"
            )
        etag = response.headers.get("ETag", "")
        self._etag = etag if etag.startswith('"') else ""
        rest = self._size - (offset if goes_on else 0)
        with storage_faults(self.path, rest):
            file = paths.append(self.path) if goes_on else paths.create(self.path)
        with file:
            try:
                for chunk in watch.chunks(response, rest):
                    with storage_faults(self.path, rest):
                        file.write(chunk)
            except TooLongError:
                file.truncate(0)
                raise
            with storage_faults(self.path, rest):
                sync(file)
        if (length := self.length()) == self._size:
            return None
        is_all = {"content-length", "transfer-encoding"} & {name.lower() for name in response.headers}
        if is_all:  # the server said where the body ends, and there it ended: that is another file
            self.path.unlink()
        outcome = Outcome.INVALID if is_all else Outcome.TRANSIENT
        return Fault(outcome, f"the body ended after {length:,} of {self._size:,} bytes")
