r"""Writes captions for other people's tools.

| file | line |
| --- | --- |
| `references.jsonl` | `{"id", "references"}`: a test song and what people wrote of it |
| `predictions.jsonl` | `{"id", "system", "seed", "control", "text"}`: a caption of a test song |

What people wrote is not to be passed on where its rights are not known; a captioner that copies repeats it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.system import files, paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from musicdata_baselines.captioning import Songs
    from musicdata_baselines.suites.captioning.scoring import Written


def require_empty(folder: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        InputError: it does, or is no folder.
    """
    if folder.exists() and (not folder.is_dir() or next(folder.iterdir(), None) is not None):
        raise InputError(f"{folder} is there already and holds something; give another folder with --export")


def write(folder: Path, songs: Songs, written: Iterable[tuple[str, Written]]) -> None:
    """Write the test songs and what was written of them.

    Args:
        folder: made with its first file.
        songs: of the data set's own test split that were captioned.
        written: what a system was asked with in the place of the song's own (""), and its captions.

    Raises:
        StorageError: they cannot be written.
    """
    references: Iterator[dict[str, object]]
    references = ({"id": song, "references": list(of)} for song, of in zip(songs.ids, songs.references, strict=True))
    _write(folder, "references.jsonl", references)
    _write(folder, "predictions.jsonl", _predictions(songs, written))


def _predictions(songs: Songs, written: Iterable[tuple[str, Written]]) -> Iterator[dict[str, object]]:
    for control, one in written:
        for song, text in zip(songs.ids, one.texts, strict=True):
            yield {"id": song, "system": one.name, "seed": one.seed, "control": control, "text": text}


def _write(folder: Path, name: str, rows: Iterable[dict[str, object]]) -> None:
    with files.storage_faults(folder / name), paths.create_inside(folder, name) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        files.sync(file)
