"""Our side of the process in which yt-dlp runs: started when first needed, kept, killed at a deadline."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import selectors
import signal
import sys
import time
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pydantic import ValidationError

from musicdata import settings
from musicdata.errors import SetupError, StorageError
from musicdata.settings import environment as environments
from musicdata.sources.videos.faults import Fault, error_of
from musicdata.system import processes
from musicdata.system.http import HttpError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from subprocess import Popen

_CHILD = (sys.executable, "-P", "-m", "musicdata.sources.videos.child")
_START_S = 60.0
_STALE_DAYS = 90
_INSTALL = "install it with: pip install 'musicdata[crawl]'"
_VERSION = re.compile(r"^__version__ = '([^']{1,60})'", re.MULTILINE)


def ytdlp_version() -> str:
    """Return the version of the yt-dlp that would be imported, by its own word, without importing it.

    Raises:
        SetupError: it is not installed.
    """
    spec = importlib.util.find_spec("yt_dlp")
    if spec is None or spec.origin is None:
        raise SetupError(f"yt-dlp is missing; {_INSTALL}")
    written = Path(spec.origin).with_name("version.py")
    match = _VERSION.search(written.read_text("utf-8")) if written.is_file() else None
    return match[1] if match else f"unknown, at {spec.origin}"


def ytdlp_age_warning(today: date, told: str | None = None) -> str:
    """Return a warning if yt-dlp is so old that YouTube may not answer it any more; "" if it is not.

    Args:
        today: the day it is.
        told: its version, which is a date; None asks.

    >>> ytdlp_age_warning(date(2026, 8, 19), "2026.8.1"), ytdlp_age_warning(date(2026, 8, 19), "nightly")
    ('', '')
    >>> ytdlp_age_warning(date(2026, 8, 19), "2026.1.1")[:46]
    'yt-dlp 2026.1.1 is 230 days old, and YouTube c'
    """
    told = told or ytdlp_version()
    try:
        made = date(*(int(part) for part in told.split(".")[:3]))
    except (ValueError, TypeError):
        return ""
    days = (today - made).days
    if days <= _STALE_DAYS:
        return ""
    return f"yt-dlp {told} is {days} days old, and YouTube changes; renew it with: pip install --upgrade yt-dlp"


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of the environment the child gets: no key of ours, nor of anybody's, and no plug-in of the user's.

    yt-dlp would load plug-ins from the folders of its configuration and from the search path, and what a crawl yields
    would depend on them. Its configuration files are read by its command only, which is not used.
    """
    return environments.for_downloads(environment) | {"YTDLP_NO_PLUGINS": "1"}


class YtDlp:
    """Asks the child; to be used by one thread, with which the child dies."""

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None
        self._root: Path | None = None
        self._unread = b""

    def ask(self, question: Mapping[str, Any], where: str, deadline_s: float) -> dict[str, Any]:
        """Return the answer to a question; at the deadline the child is killed, and the next question gets another.

        Args:
            question: as `child` reads it.
            where: what is asked, for messages.
            deadline_s: seconds for all of it.

        Raises:
            HttpError: it did not succeed.
            SetupError: nothing could succeed: something is missing here.
            UsageError: the network is forbidden.
        """
        settings.require_network(where)
        process = self._started(where, Path(question["folder"]).parent if "folder" in question else None)
        with contextlib.suppress(BrokenPipeError):  # a dead child shows at its output
            _stream(process.stdin).write(json.dumps(question).encode() + b"\n")
            _stream(process.stdin).flush()
        answer = self._line(process, deadline_s, where)
        return _checked(answer, where)

    def close(self) -> None:
        """Kill the child and whatever it started."""
        process, self._process, self._unread = self._process, None, b""
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(BrokenPipeError):
                _stream(stream).close()

    def _started(self, where: str, root: Path | None) -> Popen[bytes]:
        """Return the child; it sees nothing of this machine's data but what lies in `root`."""
        if self._process is not None and self._process.poll() is None and root in (None, self._root):
            return self._process
        self.close()
        if importlib.util.find_spec("yt_dlp") is None:
            raise SetupError(f"{where}: yt-dlp is missing; {_INSTALL}")
        environment, command = child_environment(os.environ), [*_CHILD]
        if root is not None:
            command.append(str(root))
            environment |= dict.fromkeys(("HOME", "TMPDIR", "DENO_DIR"), str(root))
        self._process, self._root = processes.start(command, env=environment), root
        os.set_blocking(_stream(self._process.stdout).fileno(), False)
        _checked(self._line(self._process, _START_S, where), where)
        return self._process

    def _line(self, process: Popen[bytes], deadline_s: float, where: str) -> dict[str, Any]:
        """Return the child's next line."""
        end_s = time.monotonic() + deadline_s
        pipe = _stream(process.stdout).fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not selector.select(max(0.0, end_s - time.monotonic())):
                    self.close()
                    raise HttpError(f"{where}: not done within {deadline_s:g} s", Outcome.TRANSIENT, reason="timeout")
                chunk = os.read(pipe, 1 << 16)
                if not chunk:
                    code = process.wait()
                    self.close()
                    raise HttpError(f"{where}: yt-dlp ended with {code}", Outcome.TRANSIENT, reason="child_died")
                self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _checked(answer: dict[str, Any], where: str) -> dict[str, Any]:
    """Return an answer that is none of an error's."""
    if "format" in answer:
        reason, detail = answer["format"]
        raise HttpError(f"{where}: {detail}", Outcome.INVALID, reason=str(reason))
    if "storage" in answer:
        raise StorageError(str(answer["storage"]))
    if "setup" in answer:
        raise SetupError(f"{where}: {answer['setup']}. If yt-dlp is not whole, {_INSTALL}")
    if "fault" in answer:
        try:
            raise error_of(Fault(**answer["fault"]), where)
        except ValidationError as error:
            raise HttpError(f"{where}: yt-dlp failed", Outcome.TRANSIENT, reason="other") from error
    return answer


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "the child is started with pipes"
    return stream
