"""What lies in the folder of a release: looked at without opening it, following a link or waiting for a pipe."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from musicdata.errors import IntegrityError
from musicdata.release.record import layout
from musicdata.system.paths import kind_of, open_inside, read_inside


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in which a release is not what it says.

    Attributes:
        file: path in the release.
        column: of the file, "" where no single one is at fault.
        message: what is wrong, what was expected.
    """

    file: str
    column: str
    message: str

    def __str__(self) -> str:
        """Return it as a line; what a hostile name could do to a terminal is escaped."""
        text = f"{self.file}{f', column {self.column}' if self.column else ''}: {self.message}"
        return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


@dataclass(frozen=True, slots=True)
class Tree:
    """What there is in a folder.

    Attributes:
        root: the folder.
        sizes: path → bytes of the regular files.
        oddities: what is neither a regular file nor a folder, and what cannot be read.
        stamps: path → device, inode, bytes, and times of change in nanoseconds, which change with a file's bytes.
    """

    root: Path
    sizes: dict[str, int] = field(default_factory=dict)
    oddities: list[Problem] = field(default_factory=list)
    stamps: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Tree:
        """Look through a folder and all folders in it; no link is followed."""
        tree = cls(root)
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in sorted(entries, key=lambda entry: entry.name):
                        tree._take(entry, waiting)
            except OSError as error:
                tree.oddities.append(Problem(_name(root, folder), "", f"cannot be read: {error.strerror}"))
        return tree

    def _take(self, entry: os.DirEntry[str], folders: list[Path]) -> None:
        path, status = Path(entry.path), entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            folders.append(path)
        elif stat.S_ISREG(status.st_mode):
            name = _name(self.root, path)
            self.sizes[name], self.stamps[name] = status.st_size, stamp(status)
        else:
            fault = f"is {kind_of(status.st_mode)}; only regular files belong here"
            self.oddities.append(Problem(_name(self.root, path), "", fault))

    def read(self, name: str) -> bytes:
        """Return the bytes of a document.

        Raises:
            OSError: there is no such file.
            IntegrityError: it is too large to be one.
        """
        if name not in self.sizes:
            raise FileNotFoundError("there is none")
        return read_inside(self.root, name, layout.MAX_RECORD_BYTES)

    def sha256(self, path: str) -> str:
        """Return the sha256 of a file, "" if it cannot be read."""
        with contextlib.suppress(OSError, IntegrityError), open_inside(self.root, path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
        return ""


def _name(root: Path, path: Path) -> str:
    """Return the path inside the release; what is not UTF-8 in it is escaped."""
    return os.fsencode(path.relative_to(root)).decode("utf-8", "backslashreplace")


def stamp(status: os.stat_result) -> tuple[int, ...]:
    """Return what of a file changes with its bytes."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
