"""Readers that turn untrusted bytes into checked values: one module a format, one `read` each."""

from __future__ import annotations

import importlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicdata.errors import FormatError
    from musicdata.music.formats.song import Song

READERS = {
    ".mxl": "musicxml",
    ".musicxml": "musicxml",
    ".xml": "musicxml",
    ".npy": "lmd_lyrics",
    ".mid": "karaoke",
    ".midi": "karaoke",
    ".kar": "karaoke",
    ".csv": "triples",
    ".tsv": "triples",
    ".parquet": "triples",
}
MAX_FILE_BYTES = 64 * 2**20  # of any kind; some readers take less


def read_songs(data: bytes, file_name: str, *, unit_ql: float = 1.0) -> dict[str, Song | FormatError]:
    """Read the songs in a file's bytes; the ending of `file_name` says the format.

    Args:
        data: the whole file.
        file_name: its name, for the format and for messages.
        unit_ql: quarter lengths in one unit of duration, for the formats that state no unit.

    Returns:
        Name of the song in the file ("" where the file is one song) → the song, or why it cannot be used.

    Raises:
        FormatError: the file is not what its name says, holds no song, or is not safe to read.
    """
    name = READERS[PurePosixPath(file_name).suffix.lower()]
    reader = importlib.import_module(f"musicdata.music.formats.{name}")
    if name == "triples":
        songs: dict[str, Song | FormatError] = reader.read_each(data, file_name, unit_ql=unit_ql)
        return songs
    options = {"unit_ql": unit_ql} if name == "lmd_lyrics" else {}
    return {song.name: song for song in reader.read(data, file_name, **options)}
