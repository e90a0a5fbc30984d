"""Set the words of each matched review beside its sample, so that they go where it goes → `review_texts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs

_KEY = ["sample_id", "split", "review_index"]
_WORDS = ["summary", "text"]
_ALBUMS_A_SHARD = 2048


class ReviewTexts(Parameters):
    """There is nothing to choose."""


def cut(_parameters: ReviewTexts, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards."""
    reviews = inputs.digest("reviews")
    for shard in cutting.by_key(inputs, {"review_matches": _KEY}, _ALBUMS_A_SHARD):
        yield Shard(shard.first, shard.last, shard.n_items, shard.digest + reviews)


def run(_parameters: ReviewTexts, task: Task) -> None:
    """Write the words of the shard's reviews; a sample is called after its album.

    Raises:
        IntegrityError: a review that was matched is not there.
    """
    matches = task.inputs.read("review_matches", _KEY, task.shard.first, task.shard.last)
    reviews = task.inputs.read("reviews", ["album_id", "review_index", *_WORDS], task.shard.first, task.shard.last)
    ids, matched = reviews.column("album_id"), pc.unique(matches.column("sample_id"))
    rows = reviews.filter(pc.is_in(ids, matched))
    for left, right in (("album_id", "sample_id"), ("review_index", "review_index")):
        if not rows.column(left).equals(matches.column(right)):
            raise IntegrityError(
                f"the reviews from {task.shard.first} to {task.shard.last} are not those that were matched; "
                "the command that built them builds them anew"
            )
    columns = [*(matches.column(name) for name in _KEY), *(rows.column(name) for name in _WORDS)]
    task.sink.write("review_texts", pa.table(columns, names=[*_KEY, *_WORDS]))


STAGE = Stage(
    name="review_texts",
    version=1,
    verb="sets the words of each review beside its album",
    inputs=("review_matches", "reviews"),
    outputs=("review_texts",),
    parameters=ReviewTexts,
    cut=cut,
    run=run,
    expect=as_many("review_matches", review_texts="review_matches"),
    cost=Cost(cpu_s=2e-5, bytes=500),
)
