"""Which files a folder holds that somebody made: links that leave it are named, and never followed.

A link within the folder is another name of what it leads to: that is listed once, by its own name. Only where it would
not be listed by its own (an ending that says nothing, as in a store of blobs) does the first link to it stand for it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEAVES_FOLDER = "link_leaves_folder"
ANOTHER_FILE = "link_to_another_file"
BROKEN_LINK = "broken_link"
DETAILS = {
    LEAVES_FOLDER: "a link that leads out of the input folder; it was not followed. Copy there what it leads to",
    ANOTHER_FILE: "a link to another file of the input folder, which is read by its own name",
    BROKEN_LINK: "a link that leads to nothing",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a folder, or a link that is not followed.

    Attributes:
        name: its path in the folder, with forward slashes.
        path: the file itself, with no link on the way; of a link that is not followed, the link.
        fault: why it is not read, one of `DETAILS`; empty for a file.
    """

    name: str
    path: Path
    fault: str = ""


def below(root: Path, is_listed: Callable[[str], bool], *, recursive: bool = True) -> list[Entry]:
    """List the files below a folder, in order of their names, and the links that are not followed.

    Args:
        root: the folder; it may itself be reached by links.
        is_listed: tells by its name whether a file is of interest; links to folders are named whatever their names are.
        recursive: whether folders in the folder are looked into.
    """
    real = Path(os.path.realpath(root))
    entries: dict[str, Entry] = {}
    links: list[str] = []
    for path in _paths(real, recursive):
        name = path.relative_to(real).as_posix()
        if path.is_symlink():
            links.append(name)
        elif is_listed(path.name) and path.is_file():
            entries[name] = Entry(name, path)
    taken = {entry.path for entry in entries.values()}
    for name in sorted(links):
        if (entry := _link(real, name, is_listed)) is None:
            continue
        entries[name] = Entry(name, real / name, ANOTHER_FILE) if entry.path in taken else entry
        taken.add(entry.path)
    return [entries[name] for name in sorted(entries)]


def entry(root: Path, name: str) -> Entry:
    """Return the file of that name below a folder as it is now, or the link that is not followed."""
    real = Path(os.path.realpath(root))
    path = real / name
    if os.path.realpath(path.parent) == str(path.parent) and not path.is_symlink():
        return Entry(name, path)
    return _link(real, name, lambda _name: True) or Entry(name, path, BROKEN_LINK)


def _paths(root: Path, recursive: bool) -> Iterator[Path]:
    for folder, folders, files in os.walk(root, followlinks=False):
        yield from (Path(folder, name) for name in files)
        yield from (path for name in folders if (path := Path(folder, name)).is_symlink())
        if not recursive:
            return


def _link(root: Path, name: str, is_listed: Callable[[str], bool]) -> Entry | None:
    """Return what a link stands for; None where that is nothing of interest."""
    link = root / name
    target = Path(os.path.realpath(link))
    is_folder = link.is_dir()
    if not (is_folder or is_listed(link.name)):
        return None
    if not target.is_relative_to(root):
        return Entry(name, link, LEAVES_FOLDER)
    if target.is_file():
        return Entry(name, target)
    return None if target.exists() else Entry(name, link, BROKEN_LINK)  # a folder within is looked into by its own name
