"""Which WordNet there is on this machine: METEOR counts synonyms, and its numbers depend on whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class WordNet(Protocol):
    """Knows synonyms of words.

    Attributes:
        name: which it is, for the name of the metric: "WordNet 3.0", "meteor-jar".
    """

    name: str

    def synonyms(self, word: str) -> frozenset[str]:
        """Return the single words that share a meaning with a word in lower case, whatever its form."""
        ...


def find(folder: Path | None = None) -> WordNet | None:
    """Return the WordNet of a folder, of $MUSICDATA_WORDNET, of Debian, or of an installed pycocoevalcap; else None."""
    raise NotImplementedError
