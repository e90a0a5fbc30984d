"""Sentence encoders by name: what each is, and how texts become vectors.

Each is a module that is loaded when it is opened. Weights come inside installed packages, or in a folder of the user's;
nothing is downloaded. A text's vector depends on the text alone, not on those beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from musicdata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MINILM, USE, E5, MODEL = "minilm", "use", "e5", "model"
ENCODERS = (MINILM, USE, E5, MODEL)


@dataclass(frozen=True, slots=True)
class EncoderFacts:
    """What identifies an encoder: two with the same facts give the same vectors.

    Attributes:
        name: one of `ENCODERS`.
        package: that holds its weights, or the library that runs those of a folder; `version` of that.
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
        n_tokens: tokens of each text, shape (texts,), special ones included.
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


def open_encoder(name: str, folder: Path | None = None) -> TextEncoder:
    """Open an encoder; once a process.

    Args:
        name: one of `ENCODERS`.
        folder: of the model, for ``model``; the others have none.

    Raises:
        UsageError: there is no such encoder, or the folder is missing or too much.
        SetupError: its package is not installed.
        IntegrityError: its weights are not those it was measured with.
        InputError: the folder holds no model that can be used.
    """
    if name not in ENCODERS:
        raise UsageError(f"no sentence encoder is called {name!r}; there are {', '.join(ENCODERS)}")
    if (folder is not None) != (name == MODEL):
        raise UsageError(
            "the sentence encoder model needs the folder of one (model.onnx and tokenizer.json)"
            if folder is None
            else f"the sentence encoder {name} has its weights in a package; only {MODEL} is read from a folder: {folder}"
        )
    return _opened(name, folder.absolute() if folder is not None else None)


@lru_cache(maxsize=8)
def _opened(name: str, folder: Path | None) -> TextEncoder:
    if name == MINILM:
        from musicdata.music.features.minilm import MiniLm

        return MiniLm()
    if name == USE:
        from musicdata.music.features.use_multilingual import UseMultilingual

        return UseMultilingual()
    if name == E5:
        from musicdata.music.features.e5 import E5Small

        return E5Small()
    from musicdata.music.features.model_folder import ModelFolder

    assert folder is not None, "checked by open_encoder"
    return ModelFolder(folder)
