"""Embed each note's syllable and word → `features_lyrics`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import skip_gram, words
from musicdata.music.features.extractor import Extractor
from musicdata.stages.features import batches
from musicdata.stages.features.rows import NOTE_KEY, rows_of
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

_NOTES = [*NOTE_KEY, "syllable", "word", "word_index"]


class FeaturesLyrics(Parameters):
    """How the two skip-gram models, over syllables and over words, are fitted.

    Attributes:
        window: neighbours on each side that a token learns to predict.
        epochs: passes over the train split.
        negative: random tokens held against each neighbour; 0 takes hierarchical softmax instead.
        seed: of everything random.
    """

    window: int = Field(5, ge=1, le=20)
    epochs: int = Field(30, ge=1, le=1000)
    negative: int = Field(5, ge=0, le=100)
    seed: int = Field(0, ge=0, lt=2**32)


@dataclass(slots=True)
class _Corpus:
    """The sequences of the train split, one a sample."""

    syllables: list[list[str]] = field(default_factory=list)
    words: list[list[str]] = field(default_factory=list)

    def add(self, notes: pa.Table) -> None:
        sung, whole, index = (notes.column(name).to_pylist() for name in ("syllable", "word", "word_index"))
        self.syllables.append([token for syllable in sung if (token := words.token(syllable))])
        self.words.append(words.sung_words(whole, index))


def cut(_parameters: FeaturesLyrics, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: the models are fitted on all of the train split."""
    aligned = inputs.read("alignment", ["sample_id"]).column("sample_id")
    ids = pc.unique(aligned)
    digest = cutting.rows_digest(inputs, {"alignment": NOTE_KEY, "notes": _NOTES})
    yield Shard(ids[0].as_py(), ids[-1].as_py(), len(ids), digest)


def run(parameters: FeaturesLyrics, task: Task) -> None:
    """Fit both models on the train split and look every note up."""
    settings = parameters.model_dump()
    corpus = _Corpus()
    for sample in _samples(task.inputs):
        if sample.column("split")[0].as_py() == "train":
            corpus.add(sample)
    syllables, whole = skip_gram.fit(corpus.syllables, **settings), skip_gram.fit(corpus.words, **settings)
    extractor = Extractor(
        "skip_gram",
        f"1 (gensim {version('gensim')})",
        settings | {"vector_size": skip_gram.WIDTH, "fitted_on": "train"},
    )
    for notes in _aligned(task.inputs):
        values: dict[str, NDArray[Any]] = {}
        for unit, vectors in (("syllable", syllables), ("word", whole)):
            tokens = [words.token(text) for text in notes.column(unit).to_pylist()]
            values[f"{unit}_vector"], values[f"{unit}_known"] = skip_gram.look_up(vectors, tokens)
        task.sink.write("features_lyrics", rows_of(extractor, "features_lyrics", notes.select(NOTE_KEY), values))


def _samples(inputs: Inputs) -> Iterator[pa.Table]:
    for notes in _aligned(inputs):
        for span in batches.spans(notes):
            yield notes[span]


def _aligned(inputs: Inputs) -> Iterator[pa.Table]:
    """Yield the notes of the aligned samples, part by part; `alignment` itself does not number the words."""
    aligned = pc.unique(inputs.read("alignment", ["sample_id"]).column("sample_id"))
    for notes in inputs.iterate("notes", _NOTES):
        yield notes.filter(pc.is_in(notes.column("sample_id"), aligned))


def _tools(_parameters: FeaturesLyrics) -> Mapping[str, str]:
    return {"gensim": version("gensim")}


STAGE = Stage(
    name="features_lyrics",
    version=1,
    verb="embeds syllables and words",
    inputs=("alignment", "notes"),
    outputs=("features_lyrics",),
    needs=("gensim",),
    parameters=FeaturesLyrics,
    cut=cut,
    run=run,
    tools=_tools,
    deadline_s=6 * 3600,
    expect=as_many("alignment.sample_id", features_lyrics="alignment"),
    cost=Cost(cpu_s=0.004, bytes=1_100),  # docs/features.md
)
