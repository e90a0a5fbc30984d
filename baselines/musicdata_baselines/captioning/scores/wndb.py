"""WordNet in its own files: index.noun, data.noun, noun.exc and those of verbs, adjectives and adverbs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.system import paths
from musicdata_baselines.captioning.scores.morphology import RULES, candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILES = tuple(f"{kind}.{name}" for name in RULES for kind in ("index", "data")) + tuple(f"{name}.exc" for name in RULES)
"""Names of the files that are needed."""

_VERSION = re.compile(r"WordNet (\d+\.\d+) Copyright")
_MARKER = re.compile(r"\((?:a|p|ip)\)$")
_MOST_BYTES = 128 << 20


class WordNetFiles:
    """Reads WordNet from the files that Princeton publishes (format: the manual pages wndb and morphy).

    Synonyms are those that NLTK's METEOR takes from the same files: of all classes of words and all forms that morphy
    finds, spelled as in the synset.

    Args:
        folder: with the twelve files.

    Raises:
        InputError: a file is missing, or is not of this format.
    """

    def __init__(self, folder: Path) -> None:
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise InputError(
                f"{folder} is no WordNet: {', '.join(missing)} missing; it needs index.*, data.* and *.exc of noun, "
                "verb, adj and adv in one folder"
            )
        self.name = "WordNet"
        self._senses = {one: dict(self._read_index(folder / f"index.{one}")) for one in RULES}
        self._words = {one: dict(self._read_data(folder / f"data.{one}")) for one in RULES}
        self._irregular = {one: dict(self._read_exceptions(folder / f"{one}.exc")) for one in RULES}
        self._known: dict[str, frozenset[str]] = {}

    def synonyms(self, word: str) -> frozenset[str]:
        """Return the single words that share a meaning with a word, whatever its form."""
        found = self._known.get(word)
        if found is None:
            lower = word.lower()
            found = frozenset(name for word_class in RULES for name in self._of_class(lower, word_class))
            self._known[word] = found
        return found

    def _of_class(self, word: str, word_class: str) -> Iterator[str]:
        forms = self._irregular[word_class].get(word) or candidates(word, word_class)
        for form in {word, *forms}:
            for offset in self._senses[word_class].get(form, ()):
                yield from self._words[word_class].get(offset, ())

    def _read_index(self, path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield words with the places of their synsets."""
        for number, line in _lines(path):
            parts = line.split()
            try:
                n = int(parts[2])
                offsets = tuple(int(one) for one in parts[-n:])
                _require(n > 0 and len(parts) == 6 + int(parts[3]) + n)
            except (IndexError, ValueError):
                raise _damaged(path, number, line) from None
            yield parts[0], offsets

    def _read_data(self, path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield places of synsets with their single words."""
        for number, line in _lines(path, self._note_version):
            try:
                offset, _, _, count, rest = line.split(" ", 4)
                n = int(count, 16)
                words = rest.split(" ", 2 * n)[: 2 * n : 2]
                place = int(offset)
                _require(len(words) == n > 0)
            except ValueError:
                raise _damaged(path, number, line) from None
            yield place, tuple(_MARKER.sub("", name) for name in words if "_" not in name)

    def _read_exceptions(self, path: Path) -> Iterator[tuple[str, list[str]]]:
        """Yield irregular forms with their base forms."""
        for number, line in _lines(path):
            form, *bases = line.split()
            if not bases:
                raise _damaged(path, number, line)
            yield form, bases

    def _note_version(self, line: str) -> None:
        if version := _VERSION.search(line):
            self.name = f"WordNet {version[1]}"


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError


def _lines(path: Path, note: Callable[[str], None] | None = None) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a file but its licence, whose lines begin with two spaces, and empty ones."""
    text = paths.read_regular(path, _MOST_BYTES, follow=True).decode("utf-8", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("  "):
            if note is not None:
                note(line)
        elif line.strip():
            yield number, line


def _damaged(path: Path, number: int, line: str) -> InputError:
    return InputError(f"{path} line {number} is not as WordNet writes it: {line[:80]!r}; put the original file there")
