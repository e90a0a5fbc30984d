"""Document vectors of lyrics: Doc2Vec, distributed bag of words (Le & Mikolov, arXiv 1405.4053), by gensim.

The same on every run and machine of a kind: the model is fitted by one thread with a fixed seed, and a document's
vector is inferred by gensim's inner loop from a first vector and draws that its own tokens seed. (gensim's own
`infer_vector` begins with a vector that depends on Python's hash seed, and its draws depend on what was inferred
before.)

A model is kept as two files, `weights.safetensors` and `vocabulary.json`. gensim keeps its own as pickles, which can
run anything when they are opened; they are not read here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import InputError, IntegrityError
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Tokens = Sequence[str]

WIDTH = 300
WEIGHTS, VOCABULARY = "weights.safetensors", "vocabulary.json"
_OUTPUT = "syn1neg"
_MAX_JSON_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Model:
    """What inferring a vector needs.

    Attributes:
        words: the vocabulary, the most frequent first; `counts` how often each was seen.
        output: a vector for each word, shape (words, `WIDTH`).
        negative: random words held against each word.
        sample: share of a text above which a word is skipped at random.
    """

    words: tuple[str, ...]
    counts: tuple[int, ...]
    output: NDArray[np.float32]
    negative: int
    sample: float


def fit(documents: Sequence[Tokens], *, epochs: int, min_count: int, negative: int, sample: float, seed: int) -> Model:
    """Fit a model to documents.

    Args:
        documents: tokens of each; all are held in memory, 30 MB for 10,000 lyrics.
        epochs: passes over the documents.
        min_count: words that appear less often are left out.
        negative: random words held against each word.
        sample: share of a text above which a word is skipped at random; 0 keeps all.
        seed: of everything random.
    """
    from gensim.models.doc2vec import Doc2Vec, TaggedDocument

    nothing = Model((), (), np.zeros((0, WIDTH), np.float32), negative, sample)
    model = Doc2Vec(
        dm=0, vector_size=WIDTH, epochs=epochs, min_count=min_count, negative=negative, hs=0, sample=sample, seed=seed,
        workers=1, hashfxn=_hash,
    )  # fmt: skip
    corpus = [TaggedDocument(tokens, [number]) for number, tokens in enumerate(documents) if tokens]
    if not corpus:
        return nothing
    model.build_vocab(corpus)
    if not len(model.wv):
        return nothing
    model.train(corpus, total_examples=model.corpus_count, epochs=epochs)
    words = tuple(model.wv.index_to_key)
    counts = tuple(int(model.wv.get_vecattr(word, "count")) for word in words)
    return Model(words, counts, np.array(model.syn1neg, np.float32), negative, sample)


class Inference:
    """Infers vectors of documents; the same tokens always get the same vector.

    Args:
        model: fitted.
        epochs: passes over a document.
        alpha: first learning rate; it falls to a hundredth of it.
        seed: of everything random.
    """

    def __init__(self, model: Model, *, epochs: int, alpha: float, seed: int) -> None:
        self._model = model
        self._epochs = epochs
        self._alpha = alpha
        self._seed = seed
        self._known = frozenset(model.words)
        self._gensim = _rebuilt(model) if model.words else None

    def vector(self, tokens: Tokens) -> tuple[NDArray[np.float32], float]:
        """Return the vector of a document, shape (`WIDTH`,), and the share of its tokens that the model knows.

        A document of which the model knows nothing has zeros.
        """
        known = [token for token in tokens if token in self._known]
        share = len(known) / len(tokens) if tokens else 0.0
        if not known or self._gensim is None:
            return np.zeros(WIDTH, np.float32), share
        from gensim.models.doc2vec import train_document_dbow

        seed = int.from_bytes(hashlib.sha256(" ".join((str(self._seed), *known)).encode()).digest()[:4])
        self._gensim.random.seed(seed)
        vectors = ((np.random.default_rng(seed).random((1, WIDTH)) - 0.5) / WIDTH).astype(np.float32)
        work, lock = np.zeros(WIDTH, np.float32), np.ones(1, np.float32)
        for alpha in np.linspace(self._alpha, self._alpha / 100, self._epochs):
            train_document_dbow(
                self._gensim, known, [0], float(alpha), work,
                learn_words=False, learn_hidden=False, doctag_vectors=vectors, doctags_lockf=lock,
            )  # fmt: skip
        inferred: NDArray[np.float32] = vectors[0]
        return inferred, share


def _rebuilt(model: Model) -> Any:
    """Return gensim's model for ours; its words have the same places."""
    from gensim.models.doc2vec import Doc2Vec

    made = Doc2Vec(
        dm=0, vector_size=WIDTH, min_count=1, negative=model.negative, hs=0, sample=model.sample, workers=1,
        hashfxn=_hash,
    )  # fmt: skip
    made.build_vocab_from_freq(dict(zip(model.words, model.counts, strict=True)))
    order = [made.wv.key_to_index[word] for word in model.words]
    made.syn1neg = np.empty_like(model.output)
    made.syn1neg[order] = model.output
    return made


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def save(model: Model, folder: Path) -> None:
    """Write a model to a folder, as two files that run nothing when they are read."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file({_OUTPUT: model.output}, folder / WEIGHTS)
    facts = {"words": model.words, "counts": model.counts, "negative": model.negative, "sample": model.sample}
    (folder / VOCABULARY).write_text(json.dumps(facts, ensure_ascii=False), "utf-8")


def load(folder: Path) -> Model:
    """Read a model from the folder that `save` wrote.

    Raises:
        InputError: its files are not there, or are not such a model.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as load_arrays

    try:
        facts = json.loads(_vocabulary(folder))
        words, counts = tuple(map(str, facts["words"])), tuple(map(int, facts["counts"]))
        output = load_arrays(paths.read_regular(folder / WEIGHTS, paths.MAX_FILE_BYTES, follow=True))[_OUTPUT]
        _require_sound(words, counts, output)
        return Model(words, counts, output, int(facts["negative"]), float(facts["sample"]))
    except (OSError, IntegrityError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise InputError(
            f"{folder} holds no document model: {error}. Expected {WEIGHTS} and {VOCABULARY}, as "
            "musicdata.music.features.doc2vec.save writes them; gensim's own files are pickles and are not read"
        ) from error


def _vocabulary(folder: Path) -> bytes:
    return paths.read_regular(folder / VOCABULARY, _MAX_JSON_BYTES, follow=True)


def _require_sound(words: Sequence[str], counts: Sequence[int], output: NDArray[Any]) -> None:
    if output.dtype != np.float32 or output.shape != (len(words), WIDTH) or not np.isfinite(output).all():
        raise ValueError(f"{_OUTPUT} is {output.dtype}{output.shape}, expected float32({len(words)}, {WIDTH}), finite")
    if len(set(words)) < len(words) or len(counts) != len(words) or min(counts, default=1) < 1:
        raise ValueError("words are there twice, or their counts are not one for each")


def digest(folder: Path) -> str:
    """Return the sha256 of a model's files.

    Raises:
        InputError: they are not there.
    """
    try:
        parts = [sha256_of_file(folder / name) for name in (WEIGHTS, VOCABULARY)]
    except OSError as error:
        raise InputError(f"{folder} holds no document model: {error.strerror}: {error.filename}") from error
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def library() -> str:
    """Return the library the vectors depend on."""
    return f"gensim {version('gensim')}"
