"""Divide the pairs in two, over and over: the paper's random runs, and one of disjoint artists → `splits`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_READS = {"pairs": ["sample_id", "split", "group_id"]}
ARTIST = "artist"


class SplitRuns(Parameters):
    """How the pairs are divided.

    Attributes:
        runs: random runs; the paper's figures are means of five (arXiv 1711.08976, section VI).
        train: share of the pairs on the side `train`, exact to one pair.
        seed: of all of them.
    """

    runs: int = Field(5, ge=0, le=100)
    train: float = Field(0.8, gt=0, lt=1)
    seed: int = Field(0, ge=0, lt=2**32)


def expect(parameters: SplitRuns, counts: Counts) -> Expected:
    """Return a row for each pair and scheme."""
    return Expected(counts["pairs"], {"splits": counts["pairs"] * (parameters.runs + 1)})


def cost(parameters: SplitRuns, _expected: Expected) -> Cost:
    """Return what a pair costs; 10,000 of them, the paper's five runs."""
    return Cost(cpu_s=5e-6 * (parameters.runs + 1), bytes=13.0 * (parameters.runs + 1))


def cut(_parameters: SplitRuns, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: exact shares depend on all of the pairs."""
    ids = strings(inputs.read("pairs", ["sample_id"]).column("sample_id"))
    if ids:
        yield Shard(ids[0], ids[-1], len(ids), cutting.rows_digest(inputs, _READS))


def run(parameters: SplitRuns, task: Task) -> None:
    """Write a row for each pair and run."""
    pairs = task.inputs.read("pairs", _READS["pairs"])
    ids, splits, groups = (strings(pairs.column(name)) for name in _READS["pairs"])
    train = {f"paper_{k}": random_train(ids, k, parameters) for k in range(parameters.runs)}
    train[ARTIST] = artist_train(ids, groups, parameters)
    schemes = sorted(train)
    n = len(schemes)
    task.sink.write(
        "splits",
        pa.table(
            {
                "sample_id": [sample_id for sample_id in ids for _ in range(n)],
                "split": [split for split in splits for _ in range(n)],
                "scheme": schemes * len(ids),
                "part": ["train" if i in train[scheme] else "test" for i in ids for scheme in schemes],
            }
        ),
    )


def random_train(ids: Sequence[str], run_number: int, parameters: SplitRuns) -> set[str]:
    """Return the ids in train of a random run: those with the smallest hashes, as many as the share says."""
    ordered = sorted(ids, key=lambda sample_id: _point(parameters.seed, f"paper_{run_number}", sample_id))
    return set(ordered[: n_train(len(ids), parameters)])


def artist_train(ids: Sequence[str], groups: Sequence[str], parameters: SplitRuns) -> set[str]:
    """Return the ids in train of the artist-disjoint run.

    Groups go to test in order of their hashes, each that still fits, so that test is as near its share as they allow.
    """
    members: dict[str, list[str]] = {}
    for sample_id, group in zip(ids, groups, strict=True):
        members.setdefault(group, []).append(sample_id)
    room = len(ids) - n_train(len(ids), parameters)
    train = set(ids)
    for group in sorted(members, key=lambda group: _point(parameters.seed, ARTIST, group)):
        if len(members[group]) <= room:
            room -= len(members[group])
            train.difference_update(members[group])
    return train


def n_train(n: int, parameters: SplitRuns) -> int:
    """Return how many of n pairs are in train."""
    return round(parameters.train * n)


def _point(seed: int, scheme: str, item: str) -> bytes:
    return hashlib.blake2b(f"{scheme}\n{item}".encode(), key=seed.to_bytes(4), digest_size=16).digest()


STAGE = Stage(
    name="split_runs",
    version=1,
    verb="divides the pairs for the paper's runs and without shared artists",
    inputs=("pairs",),
    outputs=("splits",),
    parameters=SplitRuns,
    cut=cut,
    run=run,
    expect=expect,
    cost=cost,
)
