"""The synonyms of WordNet 3 as they lie in METEOR's own archive, which the package pycocoevalcap brings."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.system import paths
from musicdata_baselines.captioning.scores.morphology import RULES, candidates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SYNSETS, _EXCEPTIONS = "synonym/english.synsets", "synonym/english.exceptions"
_MOST_BYTES = 64 << 20


class MeteorJar:
    """Reads the two files of synonyms inside `meteor-1.5.jar` (Denkowski & Lavie 2014); nothing of it is run.

    They lack the classes of words, so that a form is looked up by the rules of all classes: METEOR differs from that
    with WordNet's own files by some thousandths.

    Args:
        path: of the archive.

    Raises:
        InputError: it is no archive, or lacks the files.
    """

    name = "meteor-jar"

    def __init__(self, path: Path) -> None:
        data = paths.read_regular(path, _MOST_BYTES, follow=True)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:  # in memory
                synsets, exceptions = (_pairs(archive, name, path) for name in (_SYNSETS, _EXCEPTIONS))
        except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
            raise InputError(f"{path} is no archive of METEOR 1.5 ({error}); install pycocoevalcap anew") from None
        self._senses = {word: tuple(senses.split()) for word, senses in synsets}
        self._words: dict[str, list[str]] = {}
        for word, senses in self._senses.items():
            for sense in senses if "_" not in word else ():
                self._words.setdefault(sense, []).append(word)
        self._irregular: dict[str, list[str]] = {}
        for base, forms in exceptions:
            for form in forms.split():
                self._irregular.setdefault(form, []).append(base)
        self._known: dict[str, frozenset[str]] = {}

    def synonyms(self, word: str) -> frozenset[str]:
        """Return the single words that share a meaning with a word, whatever its form."""
        found = self._known.get(word)
        if found is None:
            senses = {sense for form in self._forms(word.lower()) for sense in self._senses.get(form, ())}
            found = frozenset(name for sense in senses for name in self._words.get(sense, ()))
            self._known[word] = found
        return found

    def _forms(self, word: str) -> Iterator[str]:
        yield word
        if word in self._irregular:
            yield from self._irregular[word]
        else:
            for word_class in RULES:
                yield from candidates(word, word_class)


def _pairs(archive: zipfile.ZipFile, name: str, path: Path) -> list[tuple[str, str]]:
    """Return the lines of a file in twos: a word, and what belongs to it."""
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise InputError(f"{path}: {name} has more than {_MOST_BYTES:,} bytes; install pycocoevalcap anew")
    lines = archive.read(name).decode("utf-8", "replace").split("\n")
    return list(zip(lines[::2], lines[1::2], strict=False))
