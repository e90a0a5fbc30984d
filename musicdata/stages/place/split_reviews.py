"""Hold reviews out in two ways, at random as the paper did and by artist → `review_splits`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_READS = ["sample_id", "split", "review_index"]
_SAMPLES_A_SHARD = 8192
DISJOINT, PAPER = "disjoint", "paper"


class SplitReviews(Parameters):
    """How pairs of album and review are held out at random.

    Attributes:
        test: share of the pairs on the side `test` of the scheme `paper`; each falls by its own hash, so that another
            review moves none.
        seed: of these hashes.
    """

    test: float = Field(0.10, gt=0, lt=1)
    seed: int = Field(0, ge=0, lt=2**32)


def expect(_parameters: SplitReviews, counts: Counts) -> Expected:
    """Return two rows for each review."""
    return Expected(counts["review_matches"], {"review_splits": 2 * counts["review_matches"]})


def cut(_parameters: SplitReviews, inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards."""
    return cutting.by_key(inputs, {"review_matches": _READS}, _SAMPLES_A_SHARD)


def run(parameters: SplitReviews, task: Task) -> None:
    """Write two rows for each of the shard's reviews."""
    matches = task.inputs.read("review_matches", _READS, task.shard.first, task.shard.last)
    ids, splits = (strings(matches.column(name)) for name in ("sample_id", "split"))
    numbers: list[int] = matches.column("review_index").to_numpy().tolist()
    parts: list[str] = []
    for sample_id, split, number in zip(ids, splits, numbers, strict=True):
        parts += [split, side(parameters, sample_id, number)]
    twice = matches.take([row for row in range(len(matches)) for _ in range(2)])
    schemes = pa.array([DISJOINT, PAPER] * len(matches), pa.string())
    task.sink.write("review_splits", twice.append_column("scheme", schemes).append_column("part", pa.array(parts)))


def side(parameters: SplitReviews, sample_id: str, review_index: int) -> str:
    """Return the side of a pair of album and review when pairs are held out at random."""
    item = f"{sample_id}\n{review_index}".encode()
    hashed = hashlib.blake2b(item, key=parameters.seed.to_bytes(4), digest_size=8)
    return "test" if int.from_bytes(hashed.digest()) / 2**64 < parameters.test else "train"


def remark(_parameters: SplitReviews, inputs: Inputs) -> Remark:
    """Tell of how many reviews held out at random the album is also among those learned from."""
    sides: dict[str, set[str]] = {"train": set(), "test": set()}
    n_test = n_known = 0
    tested: list[str] = []
    for part in inputs.iterate("review_splits", ["sample_id", "scheme", "part"]):
        for sample_id, scheme, side_of in zip(*(strings(column) for column in part.columns), strict=True):
            if scheme == PAPER:
                sides[side_of].add(sample_id)
                tested += [sample_id] if side_of == "test" else []
    n_test, n_known = len(tested), sum(sample_id in sides["train"] for sample_id in tested)
    text = f"scheme {PAPER}: of {n_test:,} reviews held out, {n_known:,} are of albums with other reviews in train"
    return Remark({"held_out": n_test, "of_known_albums": n_known}, text if n_known else "")


STAGE = Stage(
    name="split_reviews",
    version=1,
    verb="holds reviews out, at random and by artist",
    inputs=("review_matches",),
    outputs=("review_splits",),
    parameters=SplitReviews,
    cut=cut,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=1e-5, bytes=20),
    remark=remark,
)
