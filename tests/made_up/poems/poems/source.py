"""Poems in a file of JSON lines: title, poem, year."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from musicdata.errors import FormatError, InputError


@dataclass(frozen=True)
class Poem:
    """A line of the file."""

    title: str
    poem: str
    year: int

    @property
    def sample_id(self) -> str:
        """Return a hash of the title."""
        return hashlib.sha256(self.title.encode()).hexdigest()[:16]

    @property
    def group_id(self) -> str:
        """Return a hash of the words, whatever their capitals."""
        return hashlib.sha256(" ".join(self.poem.casefold().split()).encode()).hexdigest()[:16]


def lines(path: str, limit: int) -> list[str]:
    """Return the lines of a file, the first `limit` of them if it is not 0.

    Raises:
        InputError: there is no such file, or it is empty.
    """
    if not path or not Path(path).is_file():
        raise InputError(f"input {path!r}: give a file of JSON lines with --input")
    found = Path(path).read_text("utf-8").splitlines()[: limit or None]
    if not found:
        raise InputError(f"{path} holds no line")
    return found


def read(line: str) -> Poem:
    """Read a line.

    Raises:
        FormatError: it is no poem.
    """
    try:
        poem = Poem(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise FormatError("no_poem", f"expected title, poem and year: {error}") from error
    if not poem.poem.strip():
        raise FormatError("no_words", f"{poem.title} has no words")
    return poem


def in_order(texts: list[str]) -> Iterator[tuple[str, str]]:
    """Yield sample_id (or a hash, where the line is no poem) and line, in order of the first."""

    def key(line: str) -> str:
        try:
            return read(line).sample_id
        except FormatError:
            return hashlib.sha256(line.encode()).hexdigest()[:16]

    yield from sorted((key(line), line) for line in texts)
