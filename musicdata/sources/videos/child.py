"""The process in which yt-dlp runs: reads questions as JSON lines, answers in JSON lines.

    {"ask": "search", "query": …, "n": 5}                           → {"entries": […]}
    {"ask": "clip", "url": …, "folder": …, "max_bytes": …, "wanted": {…}} → {"file": …}, a FLAC file in that folder

Each says with "reach" where sockets may lead (`musicdata.settings.reach`); without it they lead nowhere. That holds for
every library in this process, redirects and names that change their address included, and for ffmpeg by a proxy here.

An answer may also be an error: ``{"fault": {…}}`` as `faults` reads it, ``{"format": [reason, detail]}`` for a file
that is not what it should be, ``{"setup": message}`` for what is missing here, ``{"storage": message}`` for no room.
Nothing is tried twice.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError, SetupError, StorageError
from musicdata.music.formats import sound_files
from musicdata.settings.reach import place_of, unpacked
from musicdata.sources.videos import clips, forwarder
from musicdata.system import processes
from musicdata.system.http.addresses import ProcessGuard, require_permitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from musicdata.settings.reach import Place

_FACTS = ("id", "url", "title", "channel", "uploader", "duration", "view_count", "description", "live_status")
_RUNTIMES = ("deno", "node", "bun", "qjs", "quickjs")
# What names are resolved by and certificates checked with, and what runtimes ask of the machine.
_NAMES = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services"),
    *("/etc/protocols", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/run/systemd/resolve", "/proc", "/sys"),
)
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_EXTRACTORS = ["youtube", "youtube:search", "generic"]
_MAX_REDIRECTS = 5
_MESSAGE_CHARACTERS = 1000
_MAX_WARNINGS = 10
_PATH = os.environ.get("PATH", processes.SYSTEM_PATH)
_PROTOCOLS = "file,http,https,httpproxy,tcp,tls,pipe,fd,crypto"
_NAME = "media"  # of the fetched file: nothing a server says gets into a name


class _Log:
    """Takes what yt-dlp says; nothing of it is printed."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        """Drop it."""

    info = debug

    def warning(self, message: str) -> None:
        """Keep the first few for the answer."""
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(message[:_MESSAGE_CHARACTERS])

    def error(self, message: str) -> None:
        """Drop it: the same is raised."""


class TooLargeError(Exception):
    """A file is larger than it may be."""


class NotMediaError(Exception):
    """An address leads to something that is not one media file."""


class _YtDlp:
    """One YoutubeDL, used for all questions, so that it keeps its connections and its session."""

    def __init__(self) -> None:
        import yt_dlp
        import yt_dlp.globals

        yt_dlp.globals.plugin_dirs.value = []  # what a crawl yields does not depend on plug-ins of the user
        self.guard = ProcessGuard()
        self.log = _Log()
        self._module = yt_dlp
        self._max_bytes = 0
        self._proxy = ""
        guard = self.guard

        class Guarded(yt_dlp.YoutubeDL):  # type: ignore[misc]  # yt-dlp has no types
            """A YoutubeDL that looks at addresses itself, since behind a proxy names are looked up elsewhere."""

            def urlopen(self, req: Any) -> Any:
                require_permitted(req if isinstance(req, str) else req.url, guard.reach)
                return super().urlopen(req)

        self._ydl = Guarded(
            {
                "quiet": True,
                "noprogress": True,
                "logger": self.log,
                "cachedir": False,
                "format": "bestaudio[ext=m4a]/bestaudio/best",
                "noplaylist": True,
                "allowed_extractors": _EXTRACTORS,
                "extract_flat": True,
                "js_runtimes": {"deno": {}, "node": {}, "bun": {}, "quickjs": {}},
                "fixup": "never",
                "nopart": True,
                "continuedl": False,
                "overwrites": True,
                "updatetime": False,
                "socket_timeout": 20,
                # Whoever asked decides whether to ask again, and when.
                "retries": 0,
                "extractor_retries": 0,
                "fragment_retries": 0,
                "file_access_retries": 0,
                "skip_unavailable_fragments": False,
                "progress_hooks": [self._watch_size],
            }
        )

    def search(self, query: str, n: int) -> list[dict[str, Any]]:
        """Return the facts of the first `n` hits; one request."""
        info = self._ydl.extract_info(f"ytsearch{n}:{query}", download=False)
        return [{name: entry.get(name) for name in _FACTS} for entry in info.get("entries") or () if entry]

    def fetch(self, url: str, folder: Path, max_bytes: int, section: tuple[float, float] | None) -> Path:
        """Fetch the sound at an address into a folder."""
        self._max_bytes = max_bytes
        params = self._ydl.params
        params["outtmpl"] = {"default": str(folder / _NAME).replace("%", "%%")}
        params.pop("download_ranges", None)
        if section is not None:
            params["download_ranges"] = self._module.utils.download_range_func(None, [section])
            self._offer_ffmpeg(folder)
        info = self._ydl.process_ie_result(self._resolved(url), download=True)
        files = [Path(entry["filepath"]) for entry in info.get("requested_downloads") or () if entry.get("filepath")]
        if len(files) != 1 or not files[0].is_file():
            raise NotMediaError(f"{len(files)} files came; one was expected")
        if files[0].stat().st_size > max_bytes:
            raise TooLargeError(f"more than {max_bytes:,} bytes")
        return files[0]

    def _offer_ffmpeg(self, folder: Path) -> None:
        """Put our ffmpeg where yt-dlp finds it: a program that the kernel ends with this process, behind our proxy.

        yt-dlp asks for it by name before it reads its own option `ffmpeg_location`.
        """
        script = folder / "ffmpeg"
        setpriv = shutil.which("setpriv", path=processes.SYSTEM_PATH) or "setpriv"
        command = shlex.join([setpriv, "--pdeathsig", "KILL", "--", str(sound_files.ffmpeg())])
        script.write_text(f'#!/bin/sh\n{self._proxied()}exec {command} -protocol_whitelist {_PROTOCOLS} "$@"\n')
        script.chmod(0o700)
        os.environ["PATH"] = f"{folder}:{_PATH}"

    def _proxied(self) -> str:
        """Return the line that sends ffmpeg through our proxy; a proxy of the user's own is left to it."""
        if _proxies():
            return ""
        self._proxy = self._proxy or forwarder.start()
        return f"unset no_proxy NO_PROXY; export http_proxy={shlex.quote(self._proxy)}\n"

    def _resolved(self, url: str) -> dict[str, Any]:
        """Return what is at an address; a page that only names media elsewhere is not followed."""
        for _ in range(_MAX_REDIRECTS):
            info: dict[str, Any] = self._ydl.extract_info(url, download=False, process=False)
            kind = info.get("_type", "video")
            if kind == "url" and str(info.get("url")).startswith(("http://", "https://")):
                url = info["url"]
            elif kind == "video" and (info.get("direct") or info.get("extractor") != "generic"):
                return info
            else:
                raise NotMediaError("a page, not a media file")
        raise NotMediaError(f"redirected more than {_MAX_REDIRECTS} times")

    def _watch_size(self, state: Mapping[str, Any]) -> None:
        if max(state.get("downloaded_bytes") or 0, state.get("total_bytes") or 0) > self._max_bytes > 0:
            raise TooLargeError(f"more than {self._max_bytes:,} bytes")


def _proxies() -> frozenset[Place]:
    """Return the places of the proxies that the user's environment names."""
    names = (f"{scheme}_proxy" for scheme in ("http", "https", "all"))
    urls = (os.environ.get(name) or os.environ.get(name.upper()) for name in names)
    places = (place_of(url if "://" in url else f"http://{url}") for url in urls if url)
    return frozenset(place for place in places if place)


def _clip(ytdlp: _YtDlp, question: Mapping[str, Any]) -> dict[str, Any]:
    folder, spec = Path(question["folder"]), clips.Wanted(**question["wanted"])
    media = ytdlp.fetch(question["url"], folder, question["max_bytes"], spec.range_s())
    path = folder / "clip.flac"
    path.write_bytes(clips.cut(media, folder, spec))
    return {"file": path.name}


def _search(ytdlp: _YtDlp, question: Mapping[str, Any]) -> dict[str, Any]:
    return {"entries": ytdlp.search(question["query"], question["n"])}


_QUESTIONS: Mapping[str, Callable[[_YtDlp, Mapping[str, Any]], dict[str, Any]]] = {"search": _search, "clip": _clip}


def answer(ytdlp: _YtDlp, question: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one question; never raises, since the next one can be answered all the same."""
    ytdlp.log.warnings.clear()
    reach = unpacked(question.get("reach", {}))
    ytdlp.guard.reach = replace(reach, places=reach.places | _proxies())
    try:
        return _QUESTIONS[question["ask"]](ytdlp, question)
    except FormatError as error:
        return {"format": [error.reason, error.detail]}
    except StorageError as error:
        return {"storage": str(error)}
    except SetupError as error:
        return {"setup": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever yt-dlp raises is this question's
        return {"fault": {"chain": [_link(cause) for cause in _causes(error)], "warnings": ytdlp.log.warnings}}


def _causes(error: BaseException | None) -> list[BaseException]:
    """Return an error and what it stands for: yt-dlp keeps that in three places."""
    causes: list[BaseException] = []
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and not any(cause is known for known in causes):
            causes.append(cause)
            carried = getattr(cause, "exc_info", None)
            waiting += [carried[1] if isinstance(carried, tuple) and len(carried) > 1 else None]
            waiting += [getattr(cause, "cause", None), cause.__cause__]
    return causes


def _link(error: BaseException) -> dict[str, Any]:
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or {}
    return {
        "type": type(error).__name__,
        "message": str(error)[:_MESSAGE_CHARACTERS],
        "status": getattr(error, "status", None),
        "headers": {name: value for name in ("Retry-After", "Date") if (value := headers.get(name))},
        "errno": error.errno if isinstance(error, OSError) else None,
    }


def _confine(folder: Path | None) -> None:
    """Leave this process what it needs: programs, what resolves names and checks certificates, and one folder.

    Raises:
        SetupError: a sandbox is required and cannot be had.
    """
    import musicdata

    own = [Path(sys.prefix), Path(sys.base_prefix), Path(musicdata.__file__).parent]
    own += [Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))]
    spec = importlib.util.find_spec("yt_dlp")
    own += [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
    runtimes = [Path(path).resolve() for name in _RUNTIMES if (path := shutil.which(name))]
    own += [*runtimes, *(path.parent.parent / "lib" for path in runtimes)]
    certificates = [Path(path) for name in _CERTIFICATES if (path := os.environ.get(name))]
    processes.confine_self(reads=[*own, *map(Path, _NAMES), *certificates], writes=[folder] if folder else [])


def main() -> None:
    """Answer questions until standard input ends."""
    # Whatever a library prints must not mix with the answers, nor with what the main process shows.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - its descriptor is all that is wanted
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    try:
        _confine(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
        ytdlp = _YtDlp()
    except SetupError as error:
        replies: Iterable[dict[str, Any]] = [{"setup": str(error)}]
    except ImportError as error:
        replies = [{"setup": f"yt-dlp cannot be used: {error}"}]
    else:
        replies = chain([{"ready": True}], (answer(ytdlp, json.loads(line)) for line in sys.stdin))
    for one in replies:
        answers.write(json.dumps(one) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
