"""A sentence encoder of the user's, from a folder, as one of the encoders by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.music.features import sentence_encoder
from musicdata.music.features.sentence_encoder import SentenceEncoder
from musicdata.music.features.text_encoder import MODEL, Encoded, EncoderFacts, gathered, readable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WIDTH, MAX_TOKENS = 384, 256


class ModelFolder:
    """Encodes texts by the model of a folder; what languages it was made for is the user's to know.

    Raises:
        SetupError: onnxruntime or tokenizers is not installed.
        InputError: the folder holds no model that can be used.
    """

    def __init__(self, folder: Path) -> None:
        digest = sentence_encoder.digest(folder)
        self._encoder = SentenceEncoder(folder, width=WIDTH, max_tokens=MAX_TOKENS)
        self.facts = EncoderFacts(
            name=MODEL,
            package="onnxruntime",
            version=sentence_encoder.require(f"the sentence encoder {MODEL}")["onnxruntime"],
            weights_sha256=digest,
            max_tokens=MAX_TOKENS,
            precision="as in the model",
            width=WIDTH,
            languages=frozenset(),
        )

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:  # noqa: ARG002 - both alike
        """Encode texts, each by itself; questions as documents.

        Raises:
            InputError: the model does not give hidden states of 384 numbers.
        """
        rows = []
        for text in map(readable, texts):
            vector, n_read = self._encoder.encode(text)
            rows.append((vector, self._encoder.length(text), n_read) if text.strip() else (vector * 0, 0, 0))
        return gathered(rows, WIDTH)
