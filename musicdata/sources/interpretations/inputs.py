"""Where interpretations come from: a file, or a folder of files that may be the variants and the test of one set.

Names of files say something only in a folder: which variant a file is (full, not_negative, positive) and, where
there are several, which split (train, valid, test).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import InputError, MusicdataError
from musicdata.music.features.ears import clips
from musicdata.sources import unread_files
from musicdata.sources.interpretations import pickled_file
from musicdata.sources.interpretations.columns import (
    fields,
    has_interpretations,
    ignored,
    require_interpretations,
)
from musicdata.sources.tabular import tables
from musicdata.sources.tabular.rows import SourceFile
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from musicdata.sources.tabular.rows import Fault, Row
    from musicdata.system.walking import Entry

PICKLES = (".pkl", ".pickle")
KINDS = f"{' '.join(PICKLES)} {tables.KINDS}"
VARIANTS = ("full", "not_negative", "positive")
_ENDINGS = frozenset({*PICKLES, *tables.ENDINGS})
_SPLITS = {
    "train": "train",
    "training": "train",
    "valid": "valid",
    "validation": "valid",
    "val": "valid",
    "dev": "valid",
    "test": "test",
    "testing": "test",
}
_WORDS = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file of a source.

    Attributes:
        file: where it is, and what stands against reading it.
        variant: which of `VARIANTS` its name says it is; "" where it says none.
        split: the same of a split.
    """

    file: SourceFile
    variant: str = ""
    split: str = ""

    @property
    def name(self) -> str:
        """Return its name within the source."""
        return self.file.name


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a source, those that are not read too, in order of their names."""

    files: tuple[InputFile, ...]

    def read(self) -> list[InputFile]:
        """List the files that are read."""
        return [one for one in self.files if not one.file.fault]

    def digest(self) -> str:
        """Return the content hash of what is read, and what of it is not.

        Raises:
            InputError: it cannot be read.
        """
        return digest_of([(one.name, one.file.fault or tables.content_hash(one.file)) for one in self.files])

    def ignored(self) -> dict[str, list[str]]:
        """Return file → its columns that are not read."""
        left_out = {one.name: ignored(columns(one.file)) for one in self.read()}
        return {name: names for name, names in left_out.items() if names}


def find(source: str) -> Source:
    """Find the files of a source.

    Raises:
        InputError: there is no such file or folder, or nothing of it has interpretations.
    """
    if not source:
        raise InputError(f"interpretations need an input: a file or a folder of them ({KINDS})")
    root = Path(source)
    if root.is_dir():
        return Source(tuple(_in_folder(root)))
    if not root.exists():
        raise InputError(f"input {root}: no such file or folder; nothing was read in its place")
    file = SourceFile(tables.shown(root.name), root, tables.ending(root.name))
    if file.ending not in _ENDINGS:
        raise InputError(f"input {root} is not of a kind musicdata reads interpretations from ({KINDS})")
    require_interpretations(columns(file), f"input {root}")
    return Source((InputFile(file),))


def columns(file: SourceFile) -> list[str]:
    """Return the names of a file's columns, or of the attributes that its first records have.

    Raises:
        InputError: it cannot be read.
    """
    return pickled_file.columns(file) if file.ending in PICKLES else tables.columns(file)


def rows(file: SourceFile) -> Iterator[Row | Fault]:
    """Yield what a file holds, row by row.

    Raises:
        InputError: it cannot be read.
    """
    return pickled_file.rows(file) if file.ending in PICKLES else tables.rows(file, _known)


def _known(names: Sequence[str]) -> Iterable[str]:
    return fields(names).values()


def count(file: SourceFile) -> float:
    """Return about how many rows a file has, by the length of its first ones.

    Raises:
        InputError: it cannot be read.
    """
    return pickled_file.count(file) if file.ending in PICKLES else tables.count(file, rows)


def _in_folder(root: Path) -> Iterator[InputFile]:
    entries = [entry for entry in unread_files.below(root, _is_read) if not _is_sound(entry.name)]
    files = [_judged(_listed(entry)) for entry in entries]
    n_read = sum(not file.fault for file in files)
    if not n_read:
        files = [file for file in files if file.fault != unread_files.UNKNOWN]
        why = "; ".join(f"{file.name}: {file.detail}" for file in files[:4]) or f"none of its files ends in {KINDS}"
        raise InputError(f"input folder {root} holds no interpretations: {why}")
    for file in files:
        variant, split = said_by(Path(file.name).name)
        yield InputFile(file, variant, split if n_read > 1 else "")


def _listed(entry: Entry) -> SourceFile:
    detail = unread_files.why(entry, KINDS)
    return SourceFile(tables.shown(entry.name), entry.path, tables.ending(entry.name), entry.fault, detail)


def _is_sound(name: str) -> bool:
    """Say whether a file is sound: that may lie in the same folder, and is another stage's to read."""
    return Path(name).suffix.lower() in clips.ENDINGS


def _is_read(name: str) -> bool:
    return tables.ending(name) in _ENDINGS


def told(source: str) -> str:
    """Say in a sentence which files of a source are not read for what they are called; empty where all are."""
    return unread_files.told(Path(source), lambda name: _is_read(name) or _is_sound(name)) if source else ""


def _judged(file: SourceFile) -> SourceFile:
    """Return a file with what stands against reading it."""
    if file.fault:
        return file
    try:
        names = columns(file)
    except MusicdataError as error:
        return replace(file, fault="unreadable_file", detail=str(error).replace(str(file.path), file.name))
    if has_interpretations(names):
        return file
    there = ", ".join(name[:40] for name in names[:20]) or "none"
    return replace(
        file, fault="no_interpretations_column", detail=f"no column has interpretations: its columns are {there}"
    )


def said_by(name: str) -> tuple[str, str]:
    """Return which variant and which split the name of a file says; "" for what it does not say.

    >>> said_by("dataset_not_negative_256.pkl"), said_by("dataset_test.pkl"), said_by("full-train.jsonl")
    (('not_negative', ''), ('', 'test'), ('full', 'train'))
    """
    words = _WORDS.findall(name.lower())
    splits = [_SPLITS[word] for word in words if word in _SPLITS]
    pairs = {f"{first}_{second}" for first, second in itertools.pairwise(words)}
    variants = [variant for variant in VARIANTS if variant in words or variant in pairs]
    return (variants[0] if variants else "", splits[0] if splits else "")
