"""Where songs with their words come from: a table, a folder of tables or of texts, or a corpus that is at hand.

Nothing is put in the place of what is missing: what cannot be read is an error, or a reject of its own.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from musicdata.errors import InputError, IntegrityError, MusicdataError
from musicdata.music.text.limits import statement
from musicdata.sources import song_files
from musicdata.sources.lyrics import delimited, objects, parquet_file, scores, text_files
from musicdata.sources.lyrics.columns import fields, ignored, require_lyrics
from musicdata.sources.lyrics.rows import Fault, Row, SourceFile
from musicdata.system import walking
from musicdata.system.digests import digest_of, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from musicdata.sources.song_formats import SongSource

_PACKED = ".gz"
_PARQUET, _TEXT, _SCORE = ".parquet", ".txt", "score"
_LOOKED_AT = 500  # rows by whose length all are counted
_UNPACKED = 2.5  # bytes of text for one that is packed, about
_READERS: Mapping[str, Callable[[SourceFile], Iterator[Row | Fault]]] = {
    ".csv": delimited.rows,
    ".tsv": delimited.rows,
    ".jsonl": objects.rows,
    ".ndjson": objects.rows,
    ".json": objects.rows,
    _PARQUET: parquet_file.rows,
    _TEXT: text_files.rows,
    _SCORE: scores.rows,
}
_COLUMNS: Mapping[str, Callable[[SourceFile], list[str]]] = {
    ".csv": delimited.columns,
    ".tsv": delimited.columns,
    ".jsonl": objects.columns,
    ".ndjson": objects.columns,
    ".json": objects.columns,
    _PARQUET: parquet_file.columns,
}
_NOT_PACKED = (_PARQUET, _TEXT)
KINDS = ".csv .tsv .jsonl .ndjson .json (each also packed, .gz) .parquet .txt"


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a source, those that are not read too, in order of their names.

    Attributes:
        files: each with what stands against reading it.
        version: of a corpus, which is not hashed file by file; "" for files.
    """

    files: tuple[SourceFile, ...]
    version: str = ""

    def read(self) -> list[SourceFile]:
        """List the files that are read."""
        return [file for file in self.files if not file.fault]

    def digest(self) -> str:
        """Return the content hash of what is read, and what of it is not.

        Raises:
            InputError: it cannot be read.
        """
        if self.version:
            return self.version
        return digest_of([(file.name, file.fault or content_hash(file)) for file in self.files])

    def has_ids(self) -> bool:
        """Say whether the source names its songs."""
        return any("id" in fields(columns(file)) for file in self.read())

    def ignored(self) -> dict[str, list[str]]:
        """Return file → its columns that are not read."""
        left_out = {file.name: ignored(columns(file)) for file in self.read()}
        return {name: names for name, names in left_out.items() if names}


def content_hash(file: SourceFile) -> str:
    """Return the sha256 of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return sha256_of_file(file.path)
    except (OSError, IntegrityError) as error:
        raise InputError(f"input {file.path} cannot be read: {error}") from None


def find(source: str) -> Source:
    """Find the files of a source.

    Raises:
        InputError: there is no such file, folder or corpus, or nothing of it has words of songs.
    """
    if not source:
        raise InputError(f"lyrics need an input: a table or a folder of them ({KINDS}), or corpus:music21")
    if corpus := song_files.corpus_of(source):
        return _corpus(corpus)
    root = Path(source)
    if root.is_dir():
        return Source(tuple(_in_folder(root)))
    if not root.exists():
        raise InputError(f"input {root}: no such file or folder; nothing was read in its place")
    return Source((_single(root),))


def _corpus(corpus: SongSource) -> Source:
    named = (song_files.SongFile(name, path) for name, path in corpus.files())
    files = [SourceFile(f"{corpus.name} corpus: {file.name}", file.path, _SCORE, detail=file.file_id) for file in named]
    return Source(tuple(files), f"{corpus.name} {corpus.version()}")


def table(path: Path) -> SourceFile:
    """Return a file that is a table.

    Raises:
        InputError: its name ends in nothing that tables end in.
    """
    file = SourceFile(_shown(path.name), path, _ending(path.name))
    if file.ending not in _COLUMNS:
        raise InputError(f"input {path} is not of a kind musicdata reads lyrics from ({KINDS})")
    return file


def _single(path: Path) -> SourceFile:
    if _ending(path.name) == _TEXT:
        return SourceFile(_shown(path.name), path, _TEXT)
    file = table(path)
    require_lyrics(columns(file), f"input {path}")
    return file


def _ending(name: str) -> str:
    place = PurePosixPath(name.lower())
    if place.suffix != _PACKED:
        return place.suffix
    packed = PurePosixPath(place.stem).suffix
    return "" if packed in _NOT_PACKED else packed


def _shown(name: str) -> str:
    r"""Return a file's name as a text: of bytes that are not UTF-8, their numbers.

    >>> _shown("caf\udce9.csv")
    'caf\\udce9.csv'
    """
    return name.encode("utf-8", "backslashreplace").decode()


def columns(file: SourceFile) -> list[str]:
    """Return the names of a table's columns; none of what is no table.

    Raises:
        InputError: it cannot be read.
    """
    return [statement(name) for name in _COLUMNS[file.ending](file)] if file.ending in _COLUMNS else []


def rows(file: SourceFile) -> Iterator[Row | Fault]:
    """Yield what a file holds, row by row; a file that is not read yields why.

    Raises:
        InputError: it cannot be read.
    """
    if file.fault:
        yield Fault(0, file.fault, file.detail)
    else:
        yield from _READERS[file.ending](file)


def _in_folder(root: Path) -> Iterator[SourceFile]:
    """Yield the files of a folder: tables that have words, or, where there is none, texts."""
    known = {*_COLUMNS, _TEXT}
    entries = walking.below(root, lambda name: not name.startswith(".") and _ending(name) in known)
    files = [
        SourceFile(
            _shown(entry.name), entry.path, _ending(entry.name), entry.fault, walking.DETAILS.get(entry.fault, "")
        )
        for entry in entries
    ]
    files = [_judged(file) for file in files]
    has_tables = any(not file.fault and file.ending != _TEXT for file in files)
    files = [_beside_tables(file) if has_tables else file for file in files]
    if all(file.fault for file in files):
        why = "; ".join(f"{file.name}: {file.detail}" for file in files[:4]) or f"none of its files ends in {KINDS}"
        raise InputError(f"input folder {root} holds no lyrics: {why}")
    yield from files


def _judged(file: SourceFile) -> SourceFile:
    """Return a file with what stands against reading it."""
    if file.fault or file.ending == _TEXT:
        return file
    try:
        names = columns(file)
    except MusicdataError as error:
        return replace(file, fault="unreadable_table", detail=str(error).replace(str(file.path), file.name))
    if "lyrics" in fields(names):
        return file
    there = ", ".join(name[:40] for name in names[:20]) or "none"
    return replace(file, fault="no_lyrics_column", detail=f"no column has lyrics: its columns are {there}")


def _beside_tables(file: SourceFile) -> SourceFile:
    if file.fault or file.ending != _TEXT:
        return file
    return replace(
        file, fault="text_beside_tables", detail="texts are read only where a folder has no table with lyrics"
    )


def count(source: Source) -> float:
    """Return about how many songs a source has, by the length of its first rows.

    Raises:
        InputError: it cannot be read.
    """
    return sum(_count(file) for file in source.read())


def _count(file: SourceFile) -> float:
    if file.ending not in _COLUMNS:
        return 1.0
    if file.ending == _PARQUET:
        return parquet_file.count(file)
    sizes = [_size(row) for row in itertools.islice(rows(file), _LOOKED_AT)]
    if len(sizes) < _LOOKED_AT:
        return len(sizes)
    n_bytes = file.path.stat().st_size * (_UNPACKED if file.path.suffix.lower() == _PACKED else 1)
    return max(n_bytes * len(sizes) / max(sum(sizes), 1), len(sizes))


def _size(row: Row | Fault) -> int:
    if isinstance(row, Fault):
        return 0
    return sum(len(str(value).encode("utf-8", "replace")) + 1 for value in row.cells.values())
