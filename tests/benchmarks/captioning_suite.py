"""Measures what the suite of captioning takes at the size of the papers' data set, networks apart.

Songs have 200 words of lyrics and 15 captions of 110 words on average, drawn from a vocabulary with Zipf's frequencies;
each caption stands in one split, and in others when captions are placed one by one. Processor seconds of one thread by
part of the course, and the peak of memory. Scores mean nothing here.

Run as ``python -m tests.benchmarks.captioning_suite [SONGS CAPTIONS]``; 20,672 and 310,315 without.
"""

from __future__ import annotations

import resource
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from musicdata.definitions.suite import Clock, Options
from musicdata_baselines.suites.captioning import course
from tests.baselines.suites.captioning import made
from tests.benchmarks.printing import describe_machine, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = (20_672, 310_315)
WORDS = 40_000
LYRICS, CAPTION = 200, 110


class ProcessorClock(Clock):
    """Takes processor time in the place of wall time."""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Take the time of what is done inside."""
        started = time.process_time()
        yield
        self.seconds[name] = round(time.process_time() - started, 2)


def texts(rng: np.random.Generator, lengths: np.ndarray, vocabulary: np.ndarray, shares: np.ndarray) -> list[str]:
    """Return texts of so many words."""
    words = rng.choice(vocabulary, int(lengths.sum()), p=shares).tolist()
    ends = np.cumsum(lengths).tolist()
    return [" ".join(words[end - length : end]) for end, length in zip(ends, lengths.tolist(), strict=True)]


def source(n_songs: int, n_captions: int, seed: int = 0) -> made.Tunes:
    """Return a data set of that size, without sound and facts."""
    rng = np.random.default_rng(seed)
    vocabulary = np.array([f"w{number:05d}" for number in range(WORDS)])
    shares = 1 / (np.arange(WORDS) + 10.0)
    shares /= shares.sum()
    ids = [f"t{number:06d}" for number in range(n_songs)]
    split = rng.choice(["train", "valid", "test"], n_songs, p=[0.7, 0.15, 0.15])
    owner = np.sort(np.concatenate([np.arange(n_songs), rng.integers(0, n_songs, n_captions - n_songs)]))
    votes = np.where(split[owner] == "train", rng.integers(-2, 6, n_captions), 1)
    lengths = np.maximum(20, rng.lognormal(np.log(CAPTION), 0.6, n_captions).astype(int))
    lyrics = texts(rng, rng.poisson(LYRICS, n_songs), vocabulary, shares)
    columns: dict[str, dict[str, Any]] = {
        "tunes": {
            "sample_id": ids,
            "split": split.tolist(),
            "artist_split": rng.permutation(split).tolist(),
            "is_official_test": [False] * n_songs,
            "group_id": ids,
        },
        "verses": {"sample_id": ids, "split": split.tolist(), "text": lyrics},
        "remarks": {
            "sample_id": [ids[number] for number in owner.tolist()],
            "split": split[owner].tolist(),
            "remark_id": [f"{number:07d}" for number in range(n_captions)],
            "row_split": rng.choice(["train", "valid", "test"], n_captions, p=[0.8, 0.1, 0.1]).tolist(),
            "text": texts(rng, lengths, vocabulary, shares),
            "in_full": [True] * n_captions,
            "in_not_negative": (votes >= 0).tolist(),
            "in_positive": (votes > 0).tolist(),
        },
    }
    return made.Tunes({name: _table(name, of) for name, of in columns.items()})


def _table(name: str, columns: dict[str, Any]) -> pa.Table:
    return pa.table(columns, schema=pa.schema([column.field() for column in made.CONTRACTS[name].columns]))


def main(n_songs: int, n_captions: int) -> None:
    """Print what each part takes."""
    data = source(n_songs, n_captions)
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    clock = ProcessorClock(lambda _text: None)
    settings = made.SETTINGS.among(data)
    outcome = course.run(data, settings, Options(deep=False, device="cpu"), clock)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    rows = [(name, f"{seconds:.1f}") for name, seconds in clock.seconds.items()]
    print_table(
        f"Captioning without networks: {n_songs:,} songs, {n_captions:,} captions, {outcome.result.n_scored} captioned",
        ("part", "CPU s"),
        [
            *rows,
            ("all", f"{sum(clock.seconds.values()):.1f}"),
            ("memory, MB", f"{peak_mb:,.0f} ({before_mb:,.0f} the data)"),
        ],
    )


if __name__ == "__main__":
    print(describe_machine(), "\n")
    main(*(map(int, sys.argv[1:]) if len(sys.argv) > 1 else SIZE))
