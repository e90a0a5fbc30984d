"""A folder with the audio of songs: which file is which song's.

A song's file has the name that the song's table gives, or is called by the song's id: ``<song id>.mp3``. It may lie
anywhere below the folder. Names are compared with those that the folder lists, and never made into paths, so that an
id such as ``../secret`` leads nowhere.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from musicdata.errors import FormatError, InputError
from musicdata.music.features.ears.clips import ENDINGS
from musicdata.system import walking
from musicdata.system.digests import digest_of, sha256_of_file

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.system.walking import Entry

_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class File:
    """The file of a song.

    Attributes:
        name: its path below the folder, with forward slashes.
        sha256: of its bytes, hexadecimal.
    """

    name: str
    sha256: str


class AudioFolder:
    """Knows the sounds below a folder by their names.

    Args:
        root: the folder.

    Raises:
        InputError: there is no such folder, or no sound is in it.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise InputError(f"audio folder {root}: no such folder")
        self.root = root
        self.entries = walking.below(root, lambda name: PurePosixPath(name).suffix.lower() in ENDINGS)
        if not self.entries:
            raise InputError(f"audio folder {root} holds no sound: none of its files ends in {' '.join(ENDINGS)}")
        self._by_name: dict[str, list[Entry]] = {}
        self._by_stem: dict[str, list[Entry]] = {}
        for entry in self.entries:
            path = PurePosixPath(entry.name)
            self._by_name.setdefault(_plain(path.name), []).append(entry)
            self._by_stem.setdefault(_plain(path.stem), []).append(entry)

    def digest(self) -> str:
        """Return the content hash of all sounds in it."""
        return digest_of([[entry.name, entry.fault or sha256_of_file(entry.path)] for entry in self.entries])

    def find(self, song_id: str, audio_name: str | None) -> File:
        """Return the file of a song.

        Args:
            song_id: of the song.
            audio_name: what its file is called, where that is known.

        Raises:
            FormatError: ``no_audio``, ``several_files`` of different content, ``bad_file_name``, or what keeps a link
                from being followed.
        """
        entries = self._by_name.get(_plain(audio_name), []) if audio_name else []
        entries = entries or self._by_stem.get(_plain(song_id), [])
        if not entries:
            names = f"{audio_name!r:.100} or " if audio_name else ""
            raise FormatError(
                "no_audio", f"no file below the audio folder is called {names}{song_id!r:.100} with {ENDINGS[1]} …"
            )
        files = [entry for entry in entries if not entry.fault]
        if not files:
            raise FormatError(entries[0].fault, f"{_shown(entries)}: {walking.DETAILS[entries[0].fault]}")
        hashes = {sha256_of_file(entry.path) for entry in files}
        if len(hashes) > 1:
            raise FormatError(
                "several_files", f"{len(files)} files of different content are called so: {_shown(files)}"
            )
        if not _is_text(files[0].name):
            raise FormatError("bad_file_name", f"{_shown(files[:1])}: the file's path is not UTF-8; rename it")
        return File(files[0].name, hashes.pop())

    def path(self, name: str) -> Path:
        """Return where the file of that name is now.

        Raises:
            FormatError: a link that is not followed has taken its place.
        """
        entry = walking.entry(self.root, name)
        if entry.fault:
            raise FormatError(entry.fault, f"{_shown([entry])}: {walking.DETAILS[entry.fault]}")
        return entry.path


def _plain(name: str) -> str:
    """Return a name as names are compared: accents may be written in two ways."""
    return unicodedata.normalize("NFC", name)


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _shown(entries: list[Entry]) -> str:
    more = " …" if len(entries) > _NAMES_SHOWN else ""
    return ", ".join(ascii(entry.name)[:120] for entry in entries[:_NAMES_SHOWN]) + more
