"""Embed each review as the mean of its words' vectors, fitted on the train split → `features_review`."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from musicdata.definitions.cost import Cost, Expected, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import word_vectors
from musicdata.music.features.extractor import Extractor
from musicdata.music.text import prose
from musicdata.stages.features import review_texts
from musicdata.stages.features.rows import rows_of
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from musicdata.definitions.reader import Inputs

_FITTING = ("window", "negative", "sample", "min_count", "seed")


class FeaturesReview(Parameters):
    """How the skip-gram model is fitted on the reviews of the train split.

    Attributes:
        epochs: passes over them, at most.
        most_words: words gone through, in all passes together. Where one pass would go through more, only some reviews
            are learned from, drawn by the hash of their key; all reviews get a vector. 150,000 words take a second.
        window: neighbours on each side that a word learns to predict.
        negative: random words held against each neighbour.
        sample: share of all words above which a word is skipped at random; 0 keeps all.
        min_count: words that the reviews learned from have less often get no vector.
        seed: of everything random.
    """

    epochs: int = Field(10, ge=1, le=1000)
    most_words: int = Field(10_000_000, ge=1000)
    window: int = Field(5, ge=1, le=20)
    negative: int = Field(5, ge=1, le=100)
    sample: float = Field(1e-3, ge=0, lt=1)
    min_count: int = Field(5, ge=1)
    seed: int = Field(0, ge=0, lt=2**32)


def cost(parameters: FeaturesReview, expected: Expected) -> Cost:
    """Return what a review of 200 words costs; fitting goes through 150,000 words a second."""
    words = min(parameters.most_words, 200 * expected.items * parameters.epochs)
    return Cost(cpu_s=0.0005 + words / 150_000 / max(1.0, expected.items), bytes=1_300)


def cut(_parameters: FeaturesReview, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards; each depends on all reviews of the train split."""
    yield from review_texts.shards(inputs, review_texts.train_digest(inputs))


def prepare(parameters: FeaturesReview, inputs: Inputs, folder: Path) -> None:
    """Fit the model and keep it for the shards."""
    n_words = sum(len(prose.words(text)) for _, texts in review_texts.of_train(inputs) for text in texts)
    epochs = max(1, min(parameters.epochs, parameters.most_words // max(1, n_words)))
    learned = list(_learned(parameters, inputs, share=min(1.0, parameters.most_words / max(1, n_words))))
    settings = parameters.model_dump(include=set(_FITTING))
    word_vectors.fit(learned, epochs=epochs, **settings).save(folder)


def _learned(parameters: FeaturesReview, inputs: Inputs, share: float) -> Iterator[list[str]]:
    """Yield the words of the reviews that the model learns from, one object for each different word."""
    for keys, texts in review_texts.of_train(inputs):
        ids, numbers = (keys.column(name).to_pylist() for name in ("sample_id", "review_index"))
        for sample_id, number, text in zip(ids, numbers, texts, strict=True):
            if _point(parameters.seed, f"{sample_id}\n{number}") < share:
                yield [sys.intern(word) for word in prose.words(text)]


def _point(seed: int, item: str) -> float:
    """Return where an item stands between 0 and 1."""
    hashed = hashlib.blake2b(item.encode(), key=seed.to_bytes(4), digest_size=8)
    return int.from_bytes(hashed.digest()) / 2**64


def run(parameters: FeaturesReview, task: Task) -> None:
    """Look the words of the shard's reviews up."""
    assert task.prepared is not None, "the stage prepares its model"
    model = word_vectors.load(task.prepared)
    extractor = Extractor("mean_word_vector", f"1 (gensim {version('gensim')}, {prose.VERSION})", _settings(parameters))
    for keys, texts in review_texts.iterate(task.inputs, task.shard.first, task.shard.last):
        words = [prose.words(text) for text in texts]
        vectors, n_known = model.means(words)
        n_words = np.array([len(some) for some in words], np.int32)
        values = {"vector": vectors, "n_words": n_words, "n_known_words": n_known}
        task.sink.write("features_review", rows_of(extractor, "features_review", keys, values))


def _settings(parameters: FeaturesReview) -> dict[str, Any]:
    return parameters.model_dump() | {"vector_size": word_vectors.WIDTH, "fitted_on": "train"}


def _tools(_parameters: FeaturesReview) -> Mapping[str, str]:
    return {"gensim": version("gensim")}


STAGE = Stage(
    name="features_review",
    version=1,
    verb="embeds each review by its words",
    inputs=(review_texts.MATCHES, review_texts.REVIEWS),
    outputs=("features_review",),
    needs=("gensim", "safetensors", "scipy"),
    parameters=FeaturesReview,
    cut=cut,
    prepare=prepare,
    run=run,
    tools=_tools,
    deadline_s=6 * 3600,
    expect=as_many("review_matches", features_review="review_matches"),
    cost=cost,
)
