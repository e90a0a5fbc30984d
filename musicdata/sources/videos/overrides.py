"""Reads which video a person wants for a song: a table, one song a row.

    sample_id,isrc,artist,title,video,start_s
    ,USUM71703861,,,https://www.youtube.com/watch?v=dQw4w9WgXcQ,
    ,,Adele,Hello,YQHsXMglC9A,61.5

`video` is a video's id or an http(s) address. A row names its song by `sample_id`, else by `isrc`, else by `artist` and
`title`; columns that are not needed may be left out. Two rows for one song are refused.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from musicdata.errors import InputError
from musicdata.music.text.names import normalised, title_parts
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = ("sample_id", "isrc", "artist", "title", "video", "start_s")
MAX_BYTES = 16 << 20
_MOST_S = 86_400.0
_ELSEWHERE, _YOUTUBE_ID = "url-", 11
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_HOSTS = ("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com")


@dataclass(frozen=True, slots=True)
class Override:
    """The video that is wanted for a song, and where its clip begins, if that is told."""

    video_id: str
    url: str
    start_s: float | None = None


@dataclass(frozen=True, slots=True)
class Overrides:
    """Holds the rows of the file by what they name their songs by."""

    rows: Mapping[tuple[str, ...], Override] = field(default_factory=dict)

    def of(self, sample_id: str, isrc: str | None, artist: str, title: str) -> Override | None:
        """Return what is wanted for a song, or None."""
        names = [_by_id(sample_id), _by_isrc(isrc or ""), _by_name(artist, title)]
        return next((self.rows[name] for name in names if name in self.rows), None)


def digest(path: str) -> str:
    """Return the sha256 of the file; "" for no file.

    Raises:
        InputError: it cannot be read.
    """
    return hashlib.sha256(_bytes(path)).hexdigest() if path else ""


def load(path: str) -> Overrides:
    """Read the rows of the file; none for no file.

    Raises:
        InputError: it cannot be read, or a row is wrong; the message gives its line.
    """
    if not path:
        return Overrides()
    try:
        reader = csv.DictReader(_bytes(path).decode("utf-8-sig").splitlines(keepends=True), strict=True)
        names = reader.fieldnames or ()
        if unknown := [name for name in names if name not in COLUMNS]:
            raise InputError(f"{path}: line 1 has {unknown[0]!r}; expected some of {','.join(COLUMNS)}")
        if "video" not in names:
            raise InputError(f"{path}: line 1 is {','.join(names)}; a column video is needed")
        rows: dict[tuple[str, ...], Override] = {}
        for row in reader:
            where = f"{path}: line {reader.line_num}"
            song, override = _row(row, where)
            if rows.setdefault(song, override) != override:
                raise InputError(f"{where}: another row names another video for {' '.join(song[1:])}")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: {error}") from error
    return Overrides(rows)


def _row(row: Mapping[str | None, str | list[str] | None], where: str) -> tuple[tuple[str, ...], Override]:
    if None in row or None in row.values():
        raise InputError(f"{where}: it has not as many values as line 1; quote values with commas")
    values = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    if values["sample_id"]:
        song = _by_id(values["sample_id"])
    elif values["isrc"]:
        song = _by_isrc(values["isrc"])
    elif values["artist"] and values["title"]:
        song = _by_name(values["artist"], values["title"])
    else:
        raise InputError(f"{where}: no song; expected sample_id, isrc, or artist and title")
    video_id, url = video_of(values["video"], where)
    return song, Override(video_id, url, _start_s(values["start_s"], where))


def video_of(told: str, where: str) -> tuple[str, str]:
    """Return id and address of a video that is given by either; another site's has an id made of its address.

    Raises:
        InputError: it is neither.
    """
    if _VIDEO_ID.fullmatch(told):
        return told, f"https://www.youtube.com/watch?v={told}"
    try:
        parts = urlsplit(told)
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or not told.isprintable() or "@" in parts.netloc:
        raise InputError(f"{where}: video is {told!r}; expected an id of 11 characters, or an http(s) address")
    video_id = parse_qs(parts.query).get("v", [""])[0] if host in _HOSTS and parts.path == "/watch" else ""
    if host == "youtu.be" or (host in _HOSTS and parts.path.startswith("/shorts/")):
        video_id = parts.path.rpartition("/")[2]
    if host == "youtu.be" or host in _HOSTS:
        if not _VIDEO_ID.fullmatch(video_id):
            raise InputError(f"{where}: video is {told!r}; no id of 11 characters is in it")
        return video_id, f"https://www.youtube.com/watch?v={video_id}"
    return f"{_ELSEWHERE}{hashlib.sha256(told.encode()).hexdigest()[:16]}", told


def is_elsewhere(video_id: str) -> bool:
    """Say whether an id stands for an address that a person gave, of a site that is not YouTube."""
    return video_id.startswith(_ELSEWHERE) and len(video_id) > _YOUTUBE_ID


def _start_s(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        start_s = float(text)
    except ValueError:
        start_s = -1.0
    if not 0 <= start_s <= _MOST_S:
        raise InputError(f"{where}: start_s is {text!r}; expected seconds from the beginning, or nothing")
    return round(start_s, 3)


def _by_id(sample_id: str) -> tuple[str, ...]:
    return ("sample_id", sample_id)


def _by_isrc(isrc: str) -> tuple[str, ...]:
    return ("isrc", isrc.upper().replace("-", "")) if isrc else ("isrc",)


def _by_name(artist: str, title: str) -> tuple[str, ...]:
    core, words = title_parts(title)
    return ("name", normalised(artist), normalised(core), " ".join(sorted(words)))


def _bytes(path: str) -> bytes:
    try:
        with paths.open_regular(Path(path), follow=True) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"overrides {path}: {error.strerror}; give the path of a CSV file, or none") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"overrides {path}: more than {MAX_BYTES:,} bytes")
    return data
