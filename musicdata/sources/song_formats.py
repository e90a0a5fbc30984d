"""Formats of files with songs, and corpora that are named instead of a folder: registries, so that users add theirs.

FORMAT = SongFormat("nwc", endings=(".nwctxt",), read=read)            # in a plug-in of a recipe
SOURCE = SongSource("essen", files=scores, folder=folder, version=…)   # --input corpus:essen
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from musicdata.definitions.registry import Registry
from musicdata.errors import InputError, RecipeError

if TYPE_CHECKING:
    from musicdata.errors import FormatError
    from musicdata.music.formats.song import Song

Read = Callable[[bytes, str, float], "Mapping[str, Song | FormatError]"]
MAX_FILE_BYTES = 64 * 2**20  # of any kind; some readers take less
_MEI_ROOT, _HEAD_BYTES = re.compile(rb"<(?:\w+:)?mei[\s>]"), 4096


@dataclass(frozen=True, slots=True)
class SongFormat:
    """A kind of file that holds songs.

    Attributes:
        name: of the format.
        endings: of its files, in small letters, with the dot.
        read: takes the whole file, its name for messages, and the quarter lengths in one unit of duration, for formats
            that state no unit; returns the name of each song in the file ("" where the file is one song) → the song, or
            why it cannot be used. Raises FormatError where the file is not what its name says or is not safe to read.
    """

    name: str
    endings: tuple[str, ...]
    read: Read


@dataclass(frozen=True, slots=True)
class SongSource:
    """Files with songs that are found by a name: ``corpus:NAME``.

    Attributes:
        name: of the corpus.
        files: lists name in the corpus → file, names with forward slashes.
        folder: where the files are.
        version: says which state of the corpus it is; another one is read anew.
    """

    name: str
    files: Callable[[], list[tuple[str, Path]]]
    folder: Callable[[], Path]
    version: Callable[[], str]


def _reader(module: str) -> Read:
    """Return what reads one song a file, loaded when the first such file is read."""

    def read(data: bytes, file_name: str, _unit_ql: float) -> dict[str, Song | FormatError]:
        reader = importlib.import_module(f"musicdata.music.formats.{module}")
        return {song.name: song for song in reader.read(data, file_name)}

    return read


def _xml(data: bytes, file_name: str, unit_ql: float) -> Mapping[str, Song | FormatError]:
    return _reader("mei" if is_mei(data) else "musicxml")(data, file_name, unit_ql)


def is_mei(data: bytes) -> bool:
    """Say whether a document is MEI, whatever it is called: its root element stands in its first bytes."""
    return _MEI_ROOT.search(data[:_HEAD_BYTES]) is not None


def _abc(data: bytes, file_name: str, _unit_ql: float) -> dict[str, Song | FormatError]:
    from musicdata.music.formats import abc_notation

    return abc_notation.read_each(data, file_name)


def _lmd_lyrics(data: bytes, file_name: str, unit_ql: float) -> dict[str, Song | FormatError]:
    from musicdata.music.formats import lmd_lyrics

    return {song.name: song for song in lmd_lyrics.read(data, file_name, unit_ql=unit_ql)}


def _triples(data: bytes, file_name: str, unit_ql: float) -> dict[str, Song | FormatError]:
    from musicdata.music.formats import triples

    return triples.read_each(data, file_name, unit_ql=unit_ql)


FORMATS = (
    SongFormat("MusicXML", (".mxl", ".musicxml", ".xml"), _xml),
    SongFormat("MEI", (".mei",), _reader("mei")),
    SongFormat("ABC", (".abc",), _abc),
    SongFormat("Humdrum", (".krn", ".kern"), _reader("humdrum")),
    SongFormat("LMD lyrics", (".npy",), _lmd_lyrics),
    SongFormat("karaoke MIDI", (".mid", ".midi", ".kar"), _reader("karaoke")),
    SongFormat("table of notes", (".csv", ".tsv", ".parquet"), _triples),
)
KNOWN_FORMATS: Registry[SongFormat] = Registry("format", "musicdata.sources.song_formats", "FORMAT", SongFormat)
KNOWN_SOURCES: Registry[SongSource] = Registry(
    "source", "musicdata.sources.music21_corpus", "SOURCE", SongSource, InputError
)


def endings() -> dict[str, SongFormat]:
    """Return ending → format.

    Raises:
        RecipeError: two formats claim one ending.
    """
    formats: dict[str, SongFormat] = {}
    for song_format in KNOWN_FORMATS.all().values():
        for ending in song_format.endings:
            if (other := formats.setdefault(ending, song_format)) is not song_format:
                raise RecipeError(f"files that end in {ending} are {other.name} and {song_format.name}; give up one")
    return formats


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
    return dict(endings()[PurePosixPath(file_name).suffix.lower()].read(data, file_name, unit_ql))


def plugins() -> dict[str, str]:
    """Return name → sha256 of the plug-ins whose formats and sources are at work; what is read depends on them."""
    return KNOWN_FORMATS.plugins() | KNOWN_SOURCES.plugins()
