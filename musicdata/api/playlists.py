"""Matches of a search as a playlist: M3U, CSV or JSPF, by the ending of the file.

A data set does not know where the recordings lie. Where a format wants a location or an identifier, it gets a name of
the sample, `musicdata:lyrics/l0123…`: players show the entry with artist and title, and whoever has the recordings
finds them by it.

M3U (`.m3u`, `.m3u8`; https://en.wikipedia.org/wiki/M3U) is UTF-8, and says so by `#EXTENC`. JSPF is XSPF as JSON
(https://www.xspf.org/jspf). In CSV no cell is taken for a formula.
"""

from __future__ import annotations

import csv
import io
import json
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from musicdata.errors import UsageError
from musicdata.release.exports.tabular import escape
from musicdata.system.files import create_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.definitions.search import Answer, Match

COLUMNS = ("rank", "sample_id", "artist", "title", "language", "score")
_UNKNOWN = "?"
_SILENT = ("Cc", "Cf", "Cs", "Zl", "Zp")


def write_playlist(answer: Answer, path: str | Path, dataset: str) -> Path:
    """Write the matches of an answer into a new file, in their order; return its path.

    Args:
        answer: what was found.
        path: of the file, whose ending says the format.
        dataset: name of the data set, in the names of the samples.

    Raises:
        UsageError: the ending is of no format there is, or there is a file of that name already.
        StorageError: it cannot be written.
    """
    path = Path(path)
    require_playlist(path)
    data = FORMATS[path.suffix.lower()](answer, dataset).encode("utf-8", "replace")
    if not create_once(path, data, path.with_name(f".{path.name}.{os.getpid()}"), alone=True):
        raise _is_there(path)
    return path


def require_playlist(path: Path) -> None:
    """Refuse a file that `write_playlist` would refuse, before anything was searched.

    Raises:
        UsageError: see there.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: a playlist ends in {', '.join(FORMATS)}, which says its format")
    if os.path.lexists(path):
        raise _is_there(path)


def _is_there(path: Path) -> UsageError:
    return UsageError(f"{path} is there already; give another name, or remove it")


def name_of(dataset: str, sample_id: str) -> str:
    """Return the name of a sample as a URI.

    >>> name_of("songs", "a/b c")
    'musicdata:songs/a%2Fb%20c'
    """
    return f"musicdata:{quote(dataset, safe='')}/{quote(sample_id.encode('utf-8', 'replace'), safe='')}"


def m3u(answer: Answer, dataset: str) -> str:
    """Return the matches as an extended M3U."""
    return "".join(f"{line}\n" for line in _m3u_lines(answer, dataset))


def _m3u_lines(answer: Answer, dataset: str) -> Iterator[str]:
    yield "#EXTM3U"
    yield "#EXTENC:UTF-8"
    yield f"#PLAYLIST:{_name(answer)}"
    for match in answer.matches:
        artist = _fact(match, "artist")
        yield f"#EXTINF:-1,{artist} - {_title(match)}" if artist else f"#EXTINF:-1,{_title(match)}"
        yield name_of(dataset, match.sample_id)


def jspf(answer: Answer, dataset: str) -> str:
    """Return the matches as JSPF."""
    tracks = []
    for match in answer.matches:
        track: dict[str, object] = {"identifier": [name_of(dataset, match.sample_id)], "title": _title(match)}
        if artist := _fact(match, "artist"):
            track["creator"] = artist
        tracks.append(track | {"trackNum": match.rank})
    playlist = {"playlist": {"title": _name(answer), "annotation": f"found in {dataset}", "track": tracks}}
    return json.dumps(playlist, ensure_ascii=False, indent=1) + "\n"


def comma_separated(answer: Answer, _dataset: str) -> str:
    """Return the matches as CSV, a row each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for match in answer.matches:
        facts = [escape(_fact(match, name)) for name in COLUMNS[2:5]]
        writer.writerow([match.rank, escape(_one_line(match.sample_id)), *facts, f"{match.score:.6g}"])
    return text.getvalue()


FORMATS: dict[str, Callable[[Answer, str], str]] = {
    ".m3u": m3u,
    ".m3u8": m3u,
    ".csv": comma_separated,
    ".jspf": jspf,
}


def _name(answer: Answer) -> str:
    return _one_line(answer.query if answer.query is not None else f"like {answer.like}")


def _title(match: Match) -> str:
    return _fact(match, "title") or _UNKNOWN


def _fact(match: Match, name: str) -> str:
    value = match.facts.get(name)
    return "" if value is None else _one_line(str(value))


def _one_line(text: str) -> str:
    r"""Return a text without what ends a line, moves a cursor or turns other text.

    >>> _one_line("Sea\n#EXTINF:-1,x\x1b[2J")
    'Sea #EXTINF:-1,x [2J'
    """
    return " ".join("".join(" " if unicodedata.category(c) in _SILENT else c for c in text).split())
