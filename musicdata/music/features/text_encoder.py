"""What a sentence encoder is, and what all of them do with texts and vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MINILM, USE, E5, MODEL = "minilm", "use", "e5", "model"
ENCODERS = (MINILM, USE, E5, MODEL)


@dataclass(frozen=True, slots=True)
class EncoderFacts:
    """What identifies an encoder: two with the same facts give the same vectors.

    Attributes:
        name: one of `ENCODERS`.
        package: whose code computes; `version` of that.
        weights_sha256: of its weights, hexadecimal.
        max_tokens: of a text that it reads, special ones included; what is longer is cut.
        precision: numbers that it computes with: ``int8``, ``float32`` …
        width: numbers of a vector.
        languages: ISO 639-1 codes of those it was made for; empty for any.
    """

    name: str
    package: str
    version: str
    weights_sha256: str
    max_tokens: int
    precision: str
    width: int
    languages: frozenset[str]

    def carries(self, language: str) -> bool:
        """Say whether it was made for texts in a language."""
        return not self.languages or language in self.languages

    @property
    def label(self) -> str:
        """Return what a table says of it: name, package and its version."""
        return f"{self.name} ({self.package} {self.version})"


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts as vectors.

    Attributes:
        vectors: shape (texts, width), of length 1 or zero where nothing of a text could be read.
        n_tokens: tokens of each text, shape (texts,), special ones included; 0 where there is nothing to read.
        n_read: how many of them were read, shape (texts,).
    """

    vectors: NDArray[np.float32]
    n_tokens: NDArray[np.int32]
    n_read: NDArray[np.int32]


class TextEncoder(Protocol):
    """Turns texts into vectors."""

    @property
    def facts(self) -> EncoderFacts:
        """Return what identifies it."""
        ...

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:
        """Encode texts, each by itself.

        Args:
            texts: whatever they hold: empty, endless, in any script.
            query: whether they are questions; some encoders tell them from documents.
        """
        ...


def readable(text: str) -> str:
    """Return the text as every tokenizer takes it: what is no character, such as NUL, is a space."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def gathered(rows: Sequence[tuple[NDArray[np.floating[Any]], int, int]], width: int) -> Encoded:
    """Return texts' vectors, each brought to length 1, with their numbers of tokens.

    Args:
        rows: of each text: vector, tokens, and how many were read.
        width: numbers of a vector.
    """
    vectors = np.zeros((len(rows), width), np.float32)
    for place, (vector, _, _) in enumerate(rows):
        length = float(np.linalg.norm(vector.astype(np.float64)))
        if np.isfinite(length) and length > 0:
            vectors[place] = vector / length
    n_tokens, n_read = (np.array([row[part] for row in rows], np.int32) for part in (1, 2))
    return Encoded(vectors, n_tokens, n_read)
