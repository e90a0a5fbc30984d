"""Read what a person knows of the rights better than the files do: a table, one ruling a row.

    song,part,rights,licence,evidence
    bach*,*,public_domain,,"died 1750; encoding by J. Doe, released by letter of 2024-03-01"
    files: pop/*,lyrics,unknown,,"publisher asked, no answer"

`song` is a pattern (`*`, `?`, `[abc]`) over the song's id or its `source_id`; `part` is `notes`, `lyrics` or `*` for
both. Of several rows that fit, the last one rules. A row without evidence is refused: somebody will ask for it.
"""

from __future__ import annotations

import csv
import fnmatch
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.music.rights.terms import PUBLIC_DOMAIN_MARK, VALUES, Terms, is_cc
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("song", "part", "rights", "licence", "evidence")
PARTS = ("notes", "lyrics")
MAX_BYTES = 16 * 1024 * 1024
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Ruling:
    """One row: for which songs and part it holds, and what."""

    song: str
    part: str
    terms: Terms

    def fits(self, song_id: str, source_id: str, part: str) -> bool:
        """Say whether the row speaks of this part of this song."""
        is_meant = fnmatch.fnmatchcase(song_id, self.song) or fnmatch.fnmatchcase(source_id, self.song)
        return is_meant and self.part in ("*", part)


def ruling(rulings: Sequence[Ruling], song_id: str, source_id: str, part: str) -> Terms | None:
    """Return what the last row that fits says, or None."""
    terms = (row.terms for row in reversed(rulings) if row.fits(song_id, source_id, part))
    return next(terms, None)


def digest(path: str) -> str:
    """Return the sha256 of the file; "" for no file.

    Raises:
        InputError: it cannot be read.
    """
    return hashlib.sha256(_bytes(path)).hexdigest() if path else ""


def load(path: str, sha256: str = "") -> list[Ruling]:
    """Read the rows of the file; none for no file.

    Args:
        path: of the file, or "".
        sha256: what it was when the work was planned; "" takes it as it is.

    Raises:
        InputError: it cannot be read, it changed, or a row is wrong; the message gives its line.
    """
    if not path:
        return []
    data = _bytes(path)
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise InputError(f"{path} changed while it was being used; run the same command again")
    try:
        lines = data.decode("utf-8-sig").splitlines(keepends=True)
        reader = csv.DictReader(lines, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"{path}: line 1 is {reader.fieldnames}; expected {','.join(COLUMNS)}")
        return [_ruling(row, f"{path}: line {reader.line_num}") for row in reader]
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.reader.line_num}: {error}") from error


def _bytes(path: str) -> bytes:
    try:
        with paths.open_regular(Path(path), follow=True) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"rights.overrides {path}: {error.strerror}; give the path of a CSV file, or none") from error
    if len(data) > MAX_BYTES:
        raise InputError(
            f"rights.overrides {path}: more than {MAX_BYTES:,} bytes; use patterns instead of a row a song"
        )
    return data


def _ruling(row: dict[str | None, str | None], where: str) -> Ruling:
    if None in row or None in row.values():
        raise InputError(f"{where}: expected {len(COLUMNS)} values, {','.join(COLUMNS)}; quote values with commas")
    song, part, rights, licence, evidence = (str(row[name]).strip() for name in COLUMNS)
    if not song:
        raise InputError(f"{where}: song is empty; expected a pattern over song_id or source_id, * for all")
    if part not in (*PARTS, "*"):
        raise InputError(f"{where}: part is {part!r}; expected {', '.join(PARTS)} or *")
    if rights not in VALUES:
        raise InputError(f"{where}: rights is {rights!r}; expected one of {', '.join(VALUES)}")
    if not evidence:
        raise InputError(f"{where}: evidence is empty; say how the rights of {song!r} are known")
    if problem := _licence_problem(rights, licence):
        raise InputError(f"{where}: licence is {licence!r}; {problem}")
    summary = ", ".join(filter(None, (song, part, rights, licence)))
    return Ruling(song, part, Terms(rights, licence or None, f"{summary}: {evidence}", "override"))


def _licence_problem(rights: str, licence: str) -> str:
    if rights == "cc" and not is_cc(licence):
        return "with rights cc, expected CC0-1.0, CC-BY-4.0, CC-BY-SA-4.0, CC-BY-NC-4.0 or another of theirs"
    if rights == "public_domain" and licence not in ("", PUBLIC_DOMAIN_MARK):
        return f"with rights public_domain, expected none or {PUBLIC_DOMAIN_MARK}; CC0-1.0 goes with rights cc"
    if rights in ("research_only", "unknown") and licence and (is_cc(licence) or not _LICENCE.fullmatch(licence)):
        return f"with rights {rights}, expected none, or the name of a licence that is not Creative Commons"
    return ""
