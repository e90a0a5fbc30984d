"""Songs and the files they were read from: what a file has is among the notes, or it is counted why not."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from musicdata.definitions.check import Check
from musicdata.errors import FormatError, MusicdataError
from musicdata.sources import song_files, song_formats
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from musicdata.definitions.reader import Reader
    from musicdata.sources.song_files import SongFile

STAGE = "ingest.songs"
_SCORES = (".mxl", ".musicxml", ".xml")


def check_syllables(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield songs whose notes have not as many syllables as the file they were read from, less those left out.

    The file is counted anew, element by element. One that is not there any more, or has other bytes, is not looked at.
    """
    n_notes: Counter[str] = Counter()
    for rows in reader.iterate("song_notes", ["song_id", "note_index"]):
        for pair in pc.value_counts(rows.column("song_id")).to_pylist():
            n_notes[pair["values"]] += pair["counts"]
    source = reader.locations(STAGE).get("input", "")
    for rows in reader.iterate("songs", ["song_id", "source_id", "source_sha256", "n_left_out"]):
        for song in rows.to_pylist():
            if problem := _problem(song, n_notes[song["song_id"]], source):
                yield "song_notes", f"song {song['song_id']}: {problem}"


def _problem(song: dict[str, Any], n_notes: int, source: str) -> str:
    """Return what is wrong with the number of a song's notes; empty for nothing, or nothing that can be told."""
    name = song["source_id"].partition(": ")[2]
    count = _COUNTERS.get(PurePosixPath(name).suffix.lower())
    try:
        data = _bytes(song_files.song_file(source, name)) if count and source else b""
        if count is None or hashlib.sha256(data).hexdigest() != song["source_sha256"]:
            return ""
        at_least, at_most = count(data, name)
    except (MusicdataError, OSError) as error:
        return "" if not isinstance(error, FormatError) else f"{name} cannot be read: {error}"
    told = n_notes + song["n_left_out"]
    if at_least <= told <= at_most:
        return ""
    return f"{n_notes} notes and {song['n_left_out']} syllables left out, where {name} has {at_most} syllables"


def _bytes(file: SongFile) -> bytes:
    if file.fault or file.path.stat().st_size > song_formats.MAX_FILE_BYTES:
        return b""
    return paths.read_regular(file.path, song_formats.MAX_FILE_BYTES)


def count_in_score(data: bytes, name: str) -> tuple[int, int]:
    """Count the syllables of a score, in all parts and verses.

    Returns:
        The least and the greatest number of notes and left-out syllables together: two syllables may be on one note
        where one of them stands under a grace note.

    Raises:
        FormatError: it is no score.
    """
    from musicdata.music.formats import musicxml

    n_all = n_grace = 0
    for note in musicxml.read_score(data, name).iter("note"):
        texts = ("".join(text.text or "" for text in lyric.iter("text")) for lyric in note.iter("lyric"))
        n = sum(any(map(str.isalnum, text)) for text in texts)
        n_all += n
        n_grace += n if note.find("grace") is not None or not (note.findtext("duration") or "0").strip("0. ") else 0
    return n_all - n_grace, n_all


_COUNTERS: dict[str, Callable[[bytes, str], tuple[int, int]]] = dict.fromkeys(_SCORES, count_in_score)


def _has_source(reader: Reader) -> bool:
    """Say whether it is known where songs were read from, and they are of a kind that can be counted anew."""
    source = reader.locations(STAGE).get("input", "")
    columns = {column.name for column in reader.contract("songs").columns} if "songs" in reader.tables else set()
    if not source or "n_left_out" not in columns:
        return False
    names = reader.read("songs", ["song_id", "source_id"]).column("source_id").to_pylist()
    return any(PurePosixPath(name).suffix.lower() in _COUNTERS for name in names)


CHECK = Check(
    "no syllable of a score is lost uncounted",
    check_syllables,
    needs=("songs", "song_notes"),
    applies=_has_source,
    place=35,
)
