"""Skip-gram embeddings of tokens (Mikolov et al., arXiv 1301.3781), by gensim, the same on every run.

The vocabulary is in order of first appearance among equally frequent tokens, the first vectors come from the seed,
and one thread goes through the sequences in the order given; so nothing depends on hash seeds or on the number of
processors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

WIDTH = 20


def fit(
    sequences: Sequence[Sequence[str]], *, window: int, epochs: int, negative: int, seed: int
) -> dict[str, NDArray[np.float32]]:
    """Return token → vector of `WIDTH` numbers, for every token of the sequences.

    Args:
        sequences: tokens in the order they are sung.
        window: neighbours on each side that a token learns to predict.
        epochs: passes over the sequences.
        negative: random tokens held against each neighbour; 0 takes hierarchical softmax instead.
        seed: of the first vectors and of all draws.
    """
    if not any(sequences):
        return {}
    from gensim.models import Word2Vec

    model = Word2Vec(
        sequences, sg=1, vector_size=WIDTH, window=window, epochs=epochs, negative=negative, hs=int(negative == 0),
        min_count=1, seed=seed, workers=1,
    )  # fmt: skip
    return {token: model.wv[token] for token in model.wv.index_to_key}


def look_up(
    vectors: Mapping[str, NDArray[np.float32]], tokens: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the vectors of the tokens, shape (tokens, `WIDTH`), zero for unknown ones, and which are known."""
    nothing = np.zeros(WIDTH, dtype=np.float32)
    rows = np.array([vectors.get(token, nothing) for token in tokens], dtype=np.float32).reshape(-1, WIDTH)
    return rows, np.array([token in vectors for token in tokens], dtype=bool)
