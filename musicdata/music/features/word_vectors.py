"""Vectors of words by skip-gram with negative sampling (Mikolov et al., arXiv 1310.4546), and their means over texts.

    v(text) = 1/n Σ v(wᵢ),   over the n words of the text that the model knows

gensim fits the vectors: one thread in the order given, first vectors and draws from the seed, so that the same texts
give the same numbers. A model is kept as two files, `vectors.safetensors` and `words.json`, which run nothing when they
are read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH = 300
_VECTORS, _WORDS = "vectors.safetensors", "words.json"


@dataclass(frozen=True)
class WordVectors:
    """A vector for each word.

    Attributes:
        words: the most frequent first.
        vectors: shape (words, `WIDTH`).
    """

    words: Sequence[str]
    vectors: NDArray[np.float32]
    _place: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Number the words."""
        object.__setattr__(self, "_place", {word: place for place, word in enumerate(self.words)})

    def means(self, texts: Sequence[Sequence[str]]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the mean vector of each text, shape (texts, `WIDTH`), and how many of its words are known.

        A text of which no word is known has zeros.
        """
        from scipy import sparse

        known = [[place for word in text if (place := self._place.get(word)) is not None] for text in texts]
        counts = np.array([len(places) for places in known], np.int32)
        columns = np.fromiter((place for places in known for place in places), np.int64, int(counts.sum()))
        ends = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        times = sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(texts), max(1, len(self.words))))
        times.sum_duplicates()  # in order of the words, so that theirs in the text does not matter
        sums = times @ (self.vectors if len(self.words) else np.zeros((1, WIDTH), np.float32)).astype(np.float64)
        return (sums / np.maximum(counts, 1)[:, None]).astype(np.float32), counts

    def save(self, folder: Path) -> None:
        """Write the vectors into an empty folder."""
        from safetensors.numpy import save

        contents = {_VECTORS: save({"vectors": self.vectors}), _WORDS: json.dumps(list(self.words)).encode()}
        for name, data in contents.items():
            with paths.create(folder / name) as file:
                file.write(data)


def load(folder: Path) -> WordVectors:
    """Read vectors from the folder that `WordVectors.save` wrote into."""
    from safetensors.numpy import load as load_arrays

    words = json.loads(paths.read_regular(folder / _WORDS, paths.MAX_FILE_BYTES))
    return WordVectors(words, load_arrays(paths.read_regular(folder / _VECTORS, paths.MAX_FILE_BYTES))["vectors"])


def fit(
    texts: Sequence[Sequence[str]], *, epochs: int, window: int, negative: int, sample: float, min_count: int, seed: int
) -> WordVectors:
    """Fit vectors to texts.

    Args:
        texts: words of each; gensim reads at most the first 10,000 of one.
        epochs: passes over the texts.
        window: neighbours on each side that a word learns to predict.
        negative: random words held against each neighbour.
        sample: share of all words above which a word is skipped at random; 0 keeps all.
        min_count: words that are there less often have no vector.
        seed: of the first vectors and of all draws.
    """
    from gensim.models import Word2Vec

    model = Word2Vec(
        sg=1, vector_size=WIDTH, window=window, epochs=epochs, negative=negative, sample=sample, min_count=min_count,
        seed=seed, workers=1,
    )  # fmt: skip
    model.build_vocab(texts)
    if not len(model.wv):
        return WordVectors((), np.zeros((0, WIDTH), np.float32))
    model.train(texts, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=epochs)
    return WordVectors(tuple(model.wv.index_to_key), np.asarray(model.wv.vectors, np.float32))
