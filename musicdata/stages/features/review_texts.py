"""The words of matched reviews, a few albums at a time, and which of them models are fitted on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.stage import Shard
from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs

MATCHES, REVIEWS = "review_matches", "reviews"
KEY = ("sample_id", "split", "review_index")
_SAMPLES_A_SHARD = 2048
_READS = [*KEY, "text_sha256"]
_REVIEWS_AT_ONCE = 4096


def shards(inputs: Inputs, fitted: str = "", samples: int = _SAMPLES_A_SHARD) -> Iterator[Shard]:
    """Cut the albums into shards; the text of a review is told by its hash.

    Args:
        inputs: the tables.
        fitted: digest of what a model is fitted on, which every shard depends on.
        samples: in a shard, about.
    """
    for shard in cutting.by_key(inputs, {MATCHES: _READS}, samples):
        yield Shard(shard.first, shard.last, shard.n_items, shard.digest + fitted)


def train_digest(inputs: Inputs) -> str:
    """Return the digest of the reviews of the train split."""
    hashed = hashlib.sha256()
    for part in inputs.iterate(MATCHES, _READS):
        rows = part.filter(_is_train(part))
        for values in zip(*(rows.column(name).to_pylist() for name in _READS), strict=True):
            hashed.update(repr(values).encode())
    return hashed.hexdigest()


def iterate(inputs: Inputs, first: str | None = None, last: str | None = None) -> Iterator[tuple[pa.Table, list[str]]]:
    """Yield the keys of some reviews after the other, and their texts; of the samples in first..last.

    A sample is called after its album.

    Raises:
        IntegrityError: the reviews of a sample are not those that were matched.
    """
    for texts in inputs.iterate(REVIEWS, ["album_id", "review_index", "text"], first, last):
        if not len(texts):
            continue
        ids = texts.column("album_id")
        matches = inputs.read(MATCHES, list(KEY), ids[0].as_py(), ids[-1].as_py())
        rows = texts.filter(pc.is_in(ids, matches.column("sample_id")))
        for left, right in (("album_id", "sample_id"), ("review_index", "review_index")):
            if not rows.column(left).equals(matches.column(right)):
                raise IntegrityError(
                    f"tables {REVIEWS} and {MATCHES} differ in the reviews from {ids[0]} to {ids[-1]}; "
                    "the command that built them builds them anew"
                )
        for start in range(0, len(matches), _REVIEWS_AT_ONCE):
            some = slice(start, start + _REVIEWS_AT_ONCE)
            yield matches[some], strings(rows.column("text")[some])


def of_train(inputs: Inputs) -> Iterator[tuple[pa.Table, list[str]]]:
    """Yield the same of the reviews of the train split."""
    for keys, texts in iterate(inputs):
        learned = zip(texts, _is_train(keys).to_pylist(), strict=True)
        yield keys.filter(_is_train(keys)), [text for text, is_train in learned if is_train]


def _is_train(rows: pa.Table) -> Any:
    return pc.equal(rows.column("split"), pa.scalar("train"))
