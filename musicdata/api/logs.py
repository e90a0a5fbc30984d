"""Logs of runs: lines with the time in UTC, without keys, in a file that is only ever added to."""

from __future__ import annotations

import re
import threading
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.api.terminal import LineWatcher, one_line, stamp
from musicdata.errors import MusicdataError
from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.workspace.folder import Workspace

KEPT = 20
_NAME = re.compile(r"\d{8}T\d{6}Z-[a-z]+\.log")


class LogFile(LineWatcher):
    """A log that takes what a run says, details too.

    Nothing that goes wrong with it ends a run: what can no longer be written is not.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or begin one; what stands in it stays.

        Raises:
            StorageError: it cannot be written.
            IntegrityError: it is a link, a pipe …, no regular file.
        """
        super().__init__(self.add, details=True)
        self.path = path
        self._lock = threading.Lock()
        with storage_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                paths.create(path).close()
            self._file = paths.append(path)

    def add(self, line: str) -> None:
        """Add a line as it is, without keys."""
        with self._lock:
            try:
                self._file.write(f"{settings.redact(line)}\n".encode("utf-8", "backslashreplace"))
                self._file.flush()
            except (OSError, ValueError):  # a full disk ends the run where it matters
                return

    def say(self, text: str) -> None:
        """Add a text with the time."""
        self.add(f"{stamp()} {one_line(text)}")

    def failed(self, error: BaseException) -> None:
        """Add how a run failed; where in the code, if it was no error of ours."""
        self.say(f"ended: {words_of(error)}")
        if isinstance(error, Exception) and not isinstance(error, MusicdataError):
            for line in "".join(traceback.format_exception(error)).splitlines():
                self.add(f"  {one_line(line)}")

    def end(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


def words_of(error: BaseException) -> str:
    """Say how a run ended that did not come to its end.

    >>> words_of(KeyboardInterrupt())
    'interrupted by Ctrl-C or a signal'
    """
    if isinstance(error, KeyboardInterrupt):
        return "interrupted by Ctrl-C or a signal"
    if isinstance(error, (SystemExit, BrokenPipeError)):
        return "nobody read its output any more (a pipe or a terminal was closed)"
    text = settings.redact(str(error))
    return text if isinstance(error, MusicdataError) else f"{type(error).__name__}: {text}"


def begin(workspace: Workspace, command: str) -> LogFile:
    """Begin the log of a run in a workspace, which keeps those of the last runs.

    Args:
        workspace: is held.
        command: what runs, ``musicdata crawl …``; the log is called after it.
    """
    words = command.removeprefix("musicdata ").removeprefix("release ").split()
    word = re.sub("[^a-z]", "", words[0]) if words else ""
    folder = workspace.place("logs")
    log = LogFile(folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{word or 'run'}.log")
    ours = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and paths.is_regular(path))
    for path in ours[:-KEPT]:
        path.unlink()
    return log
