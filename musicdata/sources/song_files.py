"""Files with songs: a folder, a single file, or the scores that come with music21."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import InputError, IntegrityError
from musicdata.sources import song_formats, unread_files
from musicdata.system import walking
from musicdata.system.digests import digest_of, sha256_of_file

if TYPE_CHECKING:
    from musicdata.sources.song_formats import SongSource

_CORPUS = "corpus:"
_ID_HASH_CHARACTERS = 10
_SLUG_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class SongFile:
    """One file of a source.

    Attributes:
        name: its path inside the source, with forward slashes; the same wherever the source lies.
        path: where it is now.
        fault: why it is not read: a link that leads out of the source, or to another of its files, or a kind that
            nobody reads; else empty.
    """

    name: str
    path: Path
    fault: str = ""

    @property
    def file_id(self) -> str:
        """Return the id its songs' ids begin with: a readable stem and a hash of the name."""
        return f"{slug(Path(self.name).stem)}_{name_hash(self.name)}"


def slug(text: str) -> str:
    """Return `text` as lower-case ASCII letters, digits and single underscores, safe in a file name.

    >>> slug("The_Orphan’s Prayer (1797)")
    'the_orphan_s_prayer_1797'
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_SLUG_CHARACTERS].strip("_") or "song"


def name_hash(name: str) -> str:
    """Return the hash by which two names of the same slug differ."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_ID_HASH_CHARACTERS]


def song_files(source: str, limit: int = 0) -> list[SongFile]:
    """List the files of a source in the order of their ids; the first `limit` of them, if it is not 0.

    A file of a kind that is not read is listed beside them with that as its fault, and does not count.

    Raises:
        InputError: there is no such file or folder, or it holds no file of a kind we read.
    """
    if not source:
        raise InputError("this recipe has no input of its own: give a folder or a file with --input")
    if corpus := corpus_of(source):
        files = [SongFile(name, path) for name, path in corpus.files()]
    else:
        files = _files_below(Path(source))
    files.sort(key=lambda file: file.file_id)
    if limit:
        kept = {file.name for file in [file for file in files if file.fault != unread_files.UNKNOWN][:limit]}
        files = [file for file in files if file.name in kept or file.fault == unread_files.UNKNOWN]
    return files


def told(source: str) -> str:
    """Say in a sentence which files of a source are not read; empty where all are."""
    if not source or corpus_of(source):
        return ""
    return unread_files.told(Path(source), _is_read)


def corpus_of(source: str) -> SongSource | None:
    """Return the corpus that a source names; None for a file or folder.

    Raises:
        InputError: no corpus is called so.
    """
    name = source.removeprefix(_CORPUS)
    return song_formats.KNOWN_SOURCES.find(name) if name != source else None


def _files_below(root: Path) -> list[SongFile]:
    known = song_formats.endings()
    kinds = " ".join(sorted(known))
    if root.is_file():
        if root.suffix.lower() not in known:
            raise InputError(f"input {root} is not of a kind musicdata reads ({kinds})")
        return [SongFile(root.name, root)]
    if not root.is_dir():
        raise InputError(f"input {root}: no such file or folder")
    files = [SongFile(entry.name, entry.path, entry.fault) for entry in unread_files.below(root, _is_read)]
    if all(file.fault == unread_files.UNKNOWN for file in files):
        there = f"; {files[0].name}: {unread_files.detail(files[0].name, kinds)}" if files else ""
        raise InputError(f"input folder {root} holds no songs: none of its files ends in {kinds}{there}")
    return files


def _is_read(name: str) -> bool:
    return Path(name).suffix.lower() in song_formats.endings()


def song_file(source: str, name: str) -> SongFile:
    """Return the file of that name, without looking at the others."""
    if corpus := corpus_of(source):
        return SongFile(name, corpus.folder() / name)
    root = Path(source)
    if root.is_file():
        return SongFile(name, root)
    entry = walking.entry(root, name)
    return SongFile(name, entry.path, entry.fault)


def content_hash(file: SongFile) -> str:
    """Return the sha256 of a file's bytes, or why it is not read: that is for the reader to reject.

    The size is looked at first, so that nobody waits for the hash of what is too large to be read.
    """
    if file.fault:
        return file.fault
    try:
        size = file.path.stat().st_size
        if size > song_formats.MAX_FILE_BYTES:
            return f"too_large:{size}"
        return sha256_of_file(file.path)
    except (OSError, IntegrityError) as error:
        return f"unreadable:{getattr(error, 'errno', 'no file')}"


def digest(source: str, limit: int = 0) -> str:
    """Return the content hash of what would be read; a corpus goes by its version, to be quick."""
    if corpus := corpus_of(source):
        return f"{source} {corpus.version()}"
    return digest_of([(file.name, content_hash(file)) for file in song_files(source, limit)])
