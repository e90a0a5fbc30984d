"""Sets of made-up files, for recipes that read files and ask nobody: written once, kept in a folder of the user's."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import UsageError
from musicdata.system import files
from musicdata.twin.albums import AlbumPopulation, dumps
from musicdata.twin.captions import CaptionPopulation
from musicdata.twin.captions import tables as caption_tables
from musicdata.twin.interpretations import InterpretationPopulation
from musicdata.twin.interpretations import tables as interpretation_tables
from musicdata.twin.songs import SongPopulation, tables

if TYPE_CHECKING:
    from collections.abc import Callable


def _albums(folder: Path) -> None:
    dumps.write_files(AlbumPopulation(), folder)


def _songs(folder: Path) -> None:
    tables.write_files(SongPopulation(), folder)


def _captions(folder: Path) -> None:
    caption_tables.write_files(CaptionPopulation(), folder)


def _interpretations(folder: Path) -> None:
    interpretation_tables.write_files(InterpretationPopulation(), folder)


_SETS: dict[str, Callable[[Path], None]] = {
    "albums": _albums,
    "captions": _captions,
    "interpretations": _interpretations,
    "songs": _songs,
}
"""Name of a set → what writes its files into a folder."""


def made(name: str, cache_folder: Path) -> Path:
    """Return the folder with the files of a set, which are written if they are not there.

    They are written into a folder of another name first, so that a folder of the set's name is whole. Another version
    of this package, or of numpy, writes a folder of its own beside it.

    Args:
        name: of the set: ``albums``, ``captions``, ``interpretations`` or ``songs``.
        cache_folder: where sets are kept; made if there is none.

    Raises:
        UsageError: there is no set of that name.
        StorageError: the folder cannot be written.
    """
    if name not in _SETS:
        raise UsageError(f"{name!r} is no set of made-up files: there {_there_are()}")
    folder = cache_folder / f"{name}-{_version()}"
    with files.storage_faults(cache_folder):
        cache_folder.mkdir(parents=True, exist_ok=True)
    with files.held(cache_folder / f"{name}.lock", wait=True):
        if not folder.is_dir():
            being_made = cache_folder / f"{folder.name}.part"
            with files.storage_faults(being_made):
                _SETS[name](being_made)
            files.move_whole(being_made, folder)
    return folder


def _there_are() -> str:
    return f"{'is' if len(_SETS) == 1 else 'are'} {', '.join(_SETS)}"


@cache
def _version() -> str:
    """Return a hash of the modules that make the files, and of the version of numpy, whose random numbers they are."""
    digest = hashlib.sha256(np.__version__.encode())
    for module in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:12]
