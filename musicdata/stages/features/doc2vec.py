"""Embed each pair's lyrics as one vector → `features_doc2vec`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import doc2vec
from musicdata.music.features.extractor import Extractor
from musicdata.stages.features.rows import rows_of
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.reader import Inputs

_READS = ["sample_id", "split", "tokens"]
_KEY = ["sample_id", "split"]


class FeaturesDoc2vec(Parameters):
    """How the model is fitted on the train split, or which is taken, and how vectors are inferred.

    Attributes:
        model: folder of a model that `musicdata.music.features.doc2vec.save` wrote; when empty, one is fitted.
        lower: tokens are taken without case.
        epochs: passes over the train split.
        min_count: tokens that appear less often in the train split are left out.
        negative: random tokens held against each token.
        sample: share of the text above which a token is skipped at random; 0 keeps all.
        infer_epochs: passes over a document when its vector is inferred, those of the train split too.
        alpha: learning rate at the beginning of an inference.
        seed: of everything random.
    """

    model: str = ""
    lower: bool = True
    epochs: int = Field(40, ge=1, le=1000)
    min_count: int = Field(3, ge=1)
    negative: int = Field(5, ge=1, le=100)
    sample: float = Field(1e-4, ge=0, lt=1)
    infer_epochs: int = Field(50, ge=1, le=1000)
    alpha: float = Field(0.025, gt=0, le=1)
    seed: int = Field(0, ge=0, lt=2**32)


def cost(parameters: FeaturesDoc2vec, _expected: Expected) -> Cost:
    """Return what a document costs; 300 of 300 words took 0.25 ms an epoch to fit and 0.11 ms one to infer."""
    fitting_s = 0.0 if parameters.model else 0.00025 * parameters.epochs
    return Cost(cpu_s=fitting_s + 0.00011 * parameters.infer_epochs, bytes=1_300)


def cut(_parameters: FeaturesDoc2vec, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: the model is fitted on all of the train split."""
    ids = strings(inputs.read("tokens", ["sample_id"]).column("sample_id"))
    if ids:
        yield Shard(ids[0], ids[-1], len(ids), cutting.rows_digest(inputs, {"tokens": _READS}))


def run(parameters: FeaturesDoc2vec, task: Task) -> None:
    """Fit the model, or load it, and infer every document's vector."""
    settings = parameters.model_dump(exclude={"model"})
    if parameters.model:
        model = doc2vec.load(Path(parameters.model))
        settings = {name: settings[name] for name in ("lower", "infer_epochs", "alpha", "seed")}
        settings["model_sha256"] = doc2vec.digest(Path(parameters.model))
    else:
        train = [tokens for row, tokens in _documents(parameters, task.inputs) if row["split"] == "train"]
        fitted = {name: settings[name] for name in ("epochs", "min_count", "negative", "sample", "seed")}
        model = doc2vec.fit(train, **fitted)
        settings["fitted_on"] = "train"
        del train
    inference = doc2vec.Inference(model, epochs=parameters.infer_epochs, alpha=parameters.alpha, seed=parameters.seed)
    extractor = Extractor("doc2vec", f"1 ({doc2vec.library()})", settings | {"vector_size": doc2vec.WIDTH})
    for part in task.inputs.iterate("tokens", _READS):
        inferred = [inference.vector(_tokens(parameters, row["tokens"])) for row in part.to_pylist()]
        values = {
            "vector": np.stack([vector for vector, _ in inferred]),
            "known": np.array([share for _, share in inferred], np.float32),
        }
        task.sink.write("features_doc2vec", rows_of(extractor, "features_doc2vec", part.select(_KEY), values))


def _documents(parameters: FeaturesDoc2vec, inputs: Inputs) -> Iterator[tuple[dict[str, Any], list[str]]]:
    for part in inputs.iterate("tokens", _READS):
        for row in part.to_pylist():
            yield row, _tokens(parameters, row["tokens"])


def _tokens(parameters: FeaturesDoc2vec, text: str) -> list[str]:
    # One object for each word, however often it is sung: a corpus is many words and few different ones.
    return [sys.intern(token) for token in (text.lower() if parameters.lower else text).split()]


def _tools(_parameters: FeaturesDoc2vec) -> Mapping[str, str]:
    return {"gensim": version("gensim")}


STAGE = Stage(
    name="features_doc2vec",
    version=1,
    verb="embeds each pair's lyrics",
    inputs=("tokens",),
    outputs=("features_doc2vec",),
    needs=("gensim", "safetensors"),
    parameters=FeaturesDoc2vec,
    cut=cut,
    run=run,
    source_digest=lambda parameters: doc2vec.digest(Path(parameters.model)) if parameters.model else "",
    tools=_tools,
    deadline_s=6 * 3600,
    location_parameters=("model",),
    expect=as_many("tokens", features_doc2vec="tokens"),
    cost=cost,
)
