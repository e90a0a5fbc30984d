"""Embed each review by a sentence encoder of the user's → `features_review_encoder`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from musicdata.definitions import contract as contracts
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import UsageError
from musicdata.music.features import sentence_encoder
from musicdata.music.features.extractor import Extractor
from musicdata.music.features.sentence_encoder import SentenceEncoder
from musicdata.stages.features import review_texts
from musicdata.stages.features.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.reader import Inputs

_TABLE = "features_review_encoder"
_SAMPLES_A_SHARD = 256


class FeaturesReviewEncoder(Parameters):
    """Which encoder is used.

    Attributes:
        model: folder of a model in ONNX, with its tokenizer; vectors of 384 numbers.
        max_tokens: tokens of a review that it reads; what is longer is cut. MiniLM was trained on 256.
    """

    model: str = ""
    max_tokens: int = Field(256, ge=3, le=8192)


def cut(_parameters: FeaturesReviewEncoder, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards."""
    yield from review_texts.shards(inputs, samples=_SAMPLES_A_SHARD)


def run(parameters: FeaturesReviewEncoder, task: Task) -> None:
    """Encode the shard's reviews."""
    width = contracts.load(_TABLE).column("vector").shape[0]
    folder = _folder(parameters)
    encoder = SentenceEncoder(folder, width=width, max_tokens=parameters.max_tokens)
    settings = {"max_tokens": parameters.max_tokens, "model_sha256": sentence_encoder.digest(folder)}
    libraries = ", ".join(f"{name} {version}" for name, version in sentence_encoder.require(_TABLE).items())
    extractor = Extractor("sentence_encoder", f"1 ({libraries})", settings)
    for keys, texts in review_texts.iterate(task.inputs, task.shard.first, task.shard.last):
        encoded = [encoder.encode(text) for text in texts]
        values = {
            "vector": np.stack([vector for vector, _ in encoded]),
            "n_tokens": np.array([n for _, n in encoded], np.int32),
        }
        task.sink.write(_TABLE, rows_of(extractor, _TABLE, keys, values))


def _folder(parameters: FeaturesReviewEncoder) -> Path:
    if not parameters.model:
        raise UsageError(
            f"stage {_TABLE} has no model: set {_TABLE}.model to the folder of one ({sentence_encoder.MODEL} and "
            f"{sentence_encoder.TOKENIZER}), or leave the stage out of the recipe"
        )
    return Path(parameters.model)


def _tools(_parameters: FeaturesReviewEncoder) -> Mapping[str, str]:
    return sentence_encoder.require(f"stage {_TABLE}")


STAGE = Stage(
    name=_TABLE,
    version=1,
    verb="embeds each review by a sentence encoder",
    inputs=(review_texts.MATCHES, review_texts.REVIEWS),
    outputs=(_TABLE,),
    parameters=FeaturesReviewEncoder,
    cut=cut,
    run=run,
    source_digest=lambda parameters: sentence_encoder.digest(_folder(parameters)),
    tools=_tools,
    deadline_s=6 * 3600,
    location_parameters=("model",),
    expect=as_many("review_matches", features_review_encoder="review_matches"),
    cost=Cost(cpu_s=0.1, bytes=1_700),
)
