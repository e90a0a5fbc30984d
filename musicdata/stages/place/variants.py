"""Set comments beside their samples, with the variants of the data set that each is in → `interpretations`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from musicdata.definitions import cutting
from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.splits import Split
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from musicdata.definitions.arrow import Array, ChunkedArray, Values
    from musicdata.definitions.reader import Inputs

_SAMPLES, _COMMENTS, _COPIES = "interpretation_samples", "clean_interpretations", "interpretation_copies"
_SAMPLE = ["sample_id", "split", "n_interpretations"]
_CARRIED = ("text", "text_raw_sha256", "votes", "n_words", "n_characters", "quotes_lyrics", "language")
_COPY = ["song_id", "interpretation_id", "is_kept", "n_copies"]
_READS = {_SAMPLES: _SAMPLE, _COMMENTS: ["song_id", "interpretation_id", "votes", "given_in"], _COPIES: _COPY}
_SONGS_A_SHARD = 1024
_TOLD, _UNTOLD = ("votes told",), ("votes not told",)
_VARIANTS = ("full", "not_negative", "positive")


class Variants(Parameters):
    """How comments are placed one by one, as the papers did: only to show what that gives away.

    Attributes:
        valid: share of the comments in valid, `test` in test; the others are in train.
        seed: of the placing.
    """

    valid: float = Field(0.1, ge=0, le=1)
    test: float = Field(0.1, ge=0, le=1)
    seed: int = Field(0, ge=0, lt=2**32)

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.valid + self.test > 1:
            raise ValueError(f"valid and test are {self.valid + self.test:g} of the comments together, at most 1")
        return self

    @property
    def split(self) -> Split:
        """Return what places a comment by its id."""
        return Split(by="sample_id", train=1 - self.valid - self.test, valid=self.valid, test=self.test, seed=self.seed)


def cut(_parameters: Variants, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; each knows whether the source tells votes of any comment."""
    known = inputs.read(_COMMENTS, ["votes", "given_in"])
    is_told = any(column.null_count < len(column) for column in known.columns)
    for shard in cutting.by_key(inputs, _READS, _SONGS_A_SHARD):
        told = _TOLD if is_told else _UNTOLD
        yield Shard(shard.first, shard.last, shard.n_items, f"{shard.digest}{told[0]}", told)


def run(parameters: Variants, task: Task) -> None:
    """Write the comments of the shard's songs that are kept; a sample is called after its song.

    Raises:
        IntegrityError: a song has another number of comments than when it was placed.
    """
    first, last = task.shard.first, task.shard.last
    samples = task.inputs.read(_SAMPLES, _SAMPLE, first, last)
    copies = task.inputs.read(_COPIES, _COPY, first, last)
    copies = copies.filter(copies.column("is_kept"))
    comments = task.inputs.read(_COMMENTS, ["song_id", "interpretation_id", "given_in", *_CARRIED], first, last)
    place = pc.index_in(_named(comments), _named(copies))
    sample = pc.index_in(comments.column("song_id"), samples.column("sample_id"))
    is_kept = pc.and_(pc.is_valid(place), pc.is_valid(sample))
    rows = comments.filter(is_kept)
    _check_counts(samples, rows.column("song_id"))
    split = samples.column("split").take(sample.filter(is_kept))
    ids = rows.column("interpretation_id")
    votes, given = rows.column("votes").to_pylist(), rows.column("given_in").to_pylist()
    is_held_out = [one != "train" for one in split.to_pylist()] if task.shard.items == _TOLD else [False] * len(rows)
    columns: dict[str, Values] = {
        "sample_id": rows.column("song_id"),
        "split": split,
        "interpretation_id": ids,
        "row_split": pa.array([parameters.split.place(one) for one in strings(ids)], pa.string()),
        **{name: rows.column(name) for name in _CARRIED},
        "n_copies": copies.column("n_copies").take(place.filter(is_kept)),
        "in_full": pa.array([True] * len(rows), pa.bool_()),
        "in_not_negative": _among(votes, given, is_held_out, "not_negative", lambda n: n >= 0),
        "in_positive": _among(votes, given, is_held_out, "positive", lambda n: n > 0),
    }
    task.sink.write("interpretations", pa.table(list(columns.values()), names=list(columns)))


def _named(rows: pa.Table) -> ChunkedArray:
    named: ChunkedArray = pc.call_function(
        "binary_join_element_wise", [rows.column("song_id"), rows.column("interpretation_id"), pa.scalar("\n")]
    )
    return named


def _check_counts(samples: pa.Table, song_ids: ChunkedArray) -> None:
    found = Counter(strings(song_ids))
    for sample_id, _, n in zip(*(column.to_pylist() for column in samples.columns), strict=True):
        if found[sample_id] != n:
            raise IntegrityError(
                f"song {sample_id} has {found[sample_id]} comments, it had {n} when it was placed; "
                "the command that built them builds them anew"
            )


def _among(
    votes: Sequence[int | None],
    given: Sequence[str | None],
    is_held_out: Sequence[bool],
    variant: str,
    wins: Callable[[int], bool],
) -> Array:
    """Return whether each comment is in a variant: by its votes, else by the files that have it; None where neither is.

    What is held out always is, where votes are told of any comment: there is one test.
    """

    def one(n: int | None, files: str | None) -> bool | None:
        if n is not None:
            return wins(n)
        return None if files is None else variant in files.split(" | ")

    made = [held or one(n, files) for n, files, held in zip(votes, given, is_held_out, strict=True)]
    return pa.array(made, pa.bool_())


def remark(_parameters: Variants, inputs: Inputs) -> Remark:
    """Tell how many comments of train each variant has, and which one has none."""
    rows = inputs.read("interpretations", ["split", *(f"in_{name}" for name in _VARIANTS)])
    train = rows.filter(pc.equal(rows.column("split"), pa.scalar("train")))
    told = [name for name in _VARIANTS if train.column(f"in_{name}").null_count < len(train)]
    counts = {name: count_true(train.column(f"in_{name}")) for name in told}
    empty = [name for name, n in counts.items() if not n]
    text = f"no comment of train is in the variant {' or '.join(empty)}: no votes are for them" if empty else ""
    if len(train) and told == ["full"]:
        text = "the source tells no votes: there is one variant, full"
    return Remark({"comments": len(rows), "train": counts}, text)


STAGE = Stage(
    name="variants",
    version=1,
    verb="sets comments beside their songs, and says which variants of the data set they are in",
    inputs=(_SAMPLES, _COMMENTS, _COPIES),
    outputs=("interpretations",),
    parameters=Variants,
    cut=cut,
    run=run,
    expect=as_many(_SAMPLES, interpretations=_COMMENTS),
    cost=Cost(cpu_s=2e-4, bytes=10_000),
    remark=remark,
)
