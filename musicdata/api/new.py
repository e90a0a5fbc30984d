"""Beginnings of what users add: a data set, a stage, an export; each with its test, and all of them run as they are."""

from __future__ import annotations

import keyword
import os
import re
from pathlib import Path
from string import Template

from musicdata.definitions import contract as contracts
from musicdata.errors import InputError, UsageError
from musicdata.system import paths
from musicdata.system.files import storage_faults
from musicdata.wording import choice

KINDS = ("dataset", "stage", "view")
_TEMPLATES = Path(__file__).with_name("templates")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}")


def new(kind: str, name: str, *, folder: str | Path | None = None, reads: str = "") -> list[Path]:
    """Write module, contract and test of something to be added.

    Args:
        kind: ``dataset``, ``stage`` or ``view`` (an export for some tool).
        name: of it: small letters, digits, ``-`` and ``_``.
        folder: where; for a data set one of its own, called after it, when None; else the current one.
        reads: table that a stage reads.

    Returns:
        The files that were written.

    Raises:
        UsageError: there is no such kind, or it cannot be called so.
        InputError: a file of it is there already; nothing is written then.
    """
    if kind not in KINDS:
        raise UsageError(f"{kind!r} is nothing that can be begun{choice(kind, KINDS)}")
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(f"{name!r} is no name: expected a small letter, then small letters, digits, - and _")
    if kind == "stage":
        _require_samples(reads)
    place = Path(folder) if folder is not None else Path(name if kind == "dataset" else ".")
    words = {
        "name": name,
        "module": name.replace("-", "_"),
        "title": name.replace("-", " ").replace("_", " ").capitalize(),
    }
    files = dict(_filled(_TEMPLATES / kind, place, words | {"reads": reads}))
    if there := [path for path in files if os.path.lexists(path)]:
        raise InputError(f"{there[0]} is there already; choose another name, or another folder with --folder")
    for path, text in files.items():
        name = path.relative_to(place).as_posix()
        with storage_faults(path, len(text)), paths.create_inside(place, name) as file:
            file.write(text.encode())
    return sorted(files)


def _require_samples(table: str) -> None:
    if not table:
        raise UsageError("a stage reads a table: name one with --reads")
    names = {column.name for column in contracts.load(table).columns}
    if not {"sample_id", "split"} <= names:
        raise UsageError(
            f"table {table} has no sample_id and split; a stage is begun on one that has, a row a sample or more"
        )


def _filled(templates: Path, place: Path, words: dict[str, str]) -> list[tuple[Path, str]]:
    return [
        (
            place / Template(path.relative_to(templates).as_posix().removesuffix(".txt")).substitute(words),
            Template(path.read_text("utf-8")).substitute(words),
        )
        for path in sorted(templates.rglob("*.txt"))
        if path.is_file()
    ]
