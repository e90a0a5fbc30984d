"""Where songs with their words come from: a table, a folder of tables or of texts, or a corpus that is at hand.

Nothing is put in the place of what is missing: what cannot be read is an error, or a reject of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import InputError, MusicdataError
from musicdata.sources import song_files, unread_files
from musicdata.sources.lyrics import scores, text_files
from musicdata.sources.lyrics.columns import fields, ignored, require_lyrics
from musicdata.sources.tabular import tables
from musicdata.sources.tabular.rows import Fault, Row, SourceFile
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from musicdata.sources.song_formats import SongSource
    from musicdata.system.walking import Entry

_TEXT, _SCORE = ".txt", "score"
_READERS: Mapping[str, Callable[[SourceFile], Iterator[Row | Fault]]] = {_TEXT: text_files.rows, _SCORE: scores.rows}
_NOT_PACKED = (tables.PARQUET, _TEXT)
_ENDINGS = frozenset({*tables.ENDINGS, _TEXT})
KINDS = f"{tables.KINDS} {_TEXT}"


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
        return digest_of([(file.name, file.fault or tables.content_hash(file)) for file in self.files])

    def has_ids(self) -> bool:
        """Say whether the source names its songs."""
        return any("id" in fields(columns(file)) for file in self.read())

    def ignored(self) -> dict[str, list[str]]:
        """Return file → its columns that are not read."""
        left_out = {file.name: ignored(columns(file)) for file in self.read()}
        return {name: names for name, names in left_out.items() if names}


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
    file = SourceFile(tables.shown(path.name), path, _ending(path.name))
    if file.ending not in tables.ENDINGS:
        raise InputError(f"input {path} is not of a kind musicdata reads lyrics from ({KINDS})")
    return file


def _single(path: Path) -> SourceFile:
    if _ending(path.name) == _TEXT:
        return SourceFile(tables.shown(path.name), path, _TEXT)
    file = table(path)
    require_lyrics(columns(file), f"input {path}")
    return file


def _ending(name: str) -> str:
    return tables.ending(name, _NOT_PACKED)


def columns(file: SourceFile) -> list[str]:
    """Return the names of a table's columns; none of what is no table.

    Raises:
        InputError: it cannot be read.
    """
    return tables.columns(file) if file.ending in tables.ENDINGS else []


def rows(file: SourceFile) -> Iterator[Row | Fault]:
    """Yield what a file holds, row by row; a file that is not read yields why.

    Raises:
        InputError: it cannot be read.
    """
    if file.fault:
        yield Fault(0, file.fault, file.detail)
    else:
        yield from _READERS[file.ending](file) if file.ending in _READERS else tables.rows(file, _known)


def _known(names: Sequence[str]) -> Iterable[str]:
    return fields(names).values()


def _in_folder(root: Path) -> Iterator[SourceFile]:
    """Yield the files of a folder: tables that have words, or, where there is none, texts."""
    files = [_judged(_listed(entry)) for entry in unread_files.below(root, _is_read)]
    has_tables = any(not file.fault and file.ending != _TEXT for file in files)
    files = [_beside_tables(file) if has_tables else file for file in files]
    if all(file.fault for file in files):
        files = [file for file in files if file.fault != unread_files.UNKNOWN]
        why = "; ".join(f"{file.name}: {file.detail}" for file in files[:4]) or f"none of its files ends in {KINDS}"
        raise InputError(f"input folder {root} holds no lyrics: {why}")
    yield from files


def told(source: str) -> str:
    """Say in a sentence which files of a source are not read for what they are called; empty where all are."""
    if not source or song_files.corpus_of(source):
        return ""
    return unread_files.told(Path(source), _is_read)


def _is_read(name: str) -> bool:
    return _ending(name) in _ENDINGS


def _listed(entry: Entry) -> SourceFile:
    detail = unread_files.why(entry, KINDS)
    return SourceFile(tables.shown(entry.name), entry.path, _ending(entry.name), entry.fault, detail)


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
    return sum(tables.count(file, rows) if file.ending in tables.ENDINGS else 1.0 for file in source.read())
