"""Number the words of the train split's reviews → `review_vocabulary`; each review by them → `review_tokens`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import Field

from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected, as_many
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.text import prose
from musicdata.stages.features import review_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

UNKNOWN, FIRST = 1, 2  # 0 is for padding, which is no token of a review
_LONGEST = 60  # letters of a word; what is longer is no word
_VOCABULARY = "review_vocabulary"


class ReviewVocabulary(Parameters):
    """Which words get a number.

    Attributes:
        words: the most frequent so many of the train split, the paper's 60,000 with padding and the unknown word.
        min_count: words that are there less often get none.
    """

    words: int = Field(59_998, ge=1, le=2**30)
    min_count: int = Field(1, ge=1)


class ReviewTokens(Parameters):
    """Numbering has nothing to choose; the vocabulary is a stage of its own."""


def cut_vocabulary(_parameters: ReviewVocabulary, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: what is frequent depends on all reviews of the train split."""
    ids = strings(inputs.read(review_texts.MATCHES, ["sample_id"]).column("sample_id"))
    if ids:
        yield Shard(ids[0], ids[-1], len(ids), review_texts.train_digest(inputs))


def run_vocabulary(parameters: ReviewVocabulary, task: Task) -> None:
    """Count the words of the train split; of equally frequent ones the first in the alphabet goes first."""
    counts: Counter[str] = Counter()
    for _, texts in review_texts.of_train(task.inputs):
        for text in texts:
            counts.update(prose.words(text))
    frequent = [word for word, n in counts.items() if n >= parameters.min_count and len(word) <= _LONGEST]
    frequent.sort(key=lambda word: (-counts[word], word))
    kept = sorted((word, FIRST + place) for place, word in enumerate(frequent[: parameters.words]))
    words, numbers = [word for word, _ in kept], [number for _, number in kept]
    rows: dict[str, list[Any]] = {"word": words, "token_id": numbers, "count": [counts[word] for word in words]}
    task.sink.write(_VOCABULARY, rows)


def cut_tokens(_parameters: ReviewTokens, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards; each depends on the vocabulary."""
    yield from review_texts.shards(inputs, inputs.digest(_VOCABULARY))


def run_tokens(_parameters: ReviewTokens, task: Task) -> None:
    """Number the words of the shard's reviews."""
    rows = task.inputs.read(_VOCABULARY, ["word", "token_id"])
    number_of = dict(zip(strings(rows.column("word")), rows.column("token_id").to_pylist(), strict=True))
    kind = contracts.load("review_tokens").column("token_ids").arrow_type
    for keys, texts in review_texts.iterate(task.inputs, task.shard.first, task.shard.last):
        numbers = [[number_of.get(word, UNKNOWN) for word in prose.words(text)] for text in texts]
        columns: dict[str, Values] = {name: keys.column(name) for name in keys.column_names}
        columns |= {
            "token_ids": pa.array(numbers, kind),
            "n_tokens": pa.array([len(some) for some in numbers], pa.int32()),
            "n_unknown": pa.array([some.count(UNKNOWN) for some in numbers], pa.int32()),
        }
        task.sink.write("review_tokens", pa.table(list(columns.values()), list(columns)))


def expect_vocabulary(parameters: ReviewVocabulary, counts: Counts) -> Expected:
    """Tell the words at most."""
    return Expected(counts[review_texts.MATCHES], {_VOCABULARY: float(parameters.words)})


def remark(_parameters: ReviewTokens, inputs: Inputs) -> Remark:
    """Tell how many tokens the vocabulary does not have."""
    rows = inputs.read("review_tokens", ["n_tokens", "n_unknown"])
    tokens, unknown = (int(rows.column(name).to_numpy().sum()) for name in ("n_tokens", "n_unknown"))
    return Remark({"tokens": tokens, "unknown": unknown, "words": len(inputs.read(_VOCABULARY, ["word"]))})


VOCABULARY = Stage(
    name=_VOCABULARY,
    version=1,
    verb="numbers the words of the train split's reviews",
    inputs=(review_texts.MATCHES, review_texts.REVIEWS),
    outputs=(_VOCABULARY,),
    parameters=ReviewVocabulary,
    cut=cut_vocabulary,
    run=run_vocabulary,
    expect=expect_vocabulary,
    cost=Cost(cpu_s=0.0002, bytes=5),
)
TOKENS = Stage(
    name="review_tokens",
    version=1,
    verb="numbers the words of each review",
    inputs=(review_texts.MATCHES, review_texts.REVIEWS, _VOCABULARY),
    outputs=("review_tokens",),
    parameters=ReviewTokens,
    cut=cut_tokens,
    run=run_tokens,
    expect=as_many("review_matches", review_tokens="review_matches"),
    cost=Cost(cpu_s=0.0003, bytes=300),
    remark=remark,
)
STAGES = (VOCABULARY, TOKENS)
