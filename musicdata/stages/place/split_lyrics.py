"""Place songs with words in splits, by groups, by artists and one by one → `lyric_samples`."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from musicdata.definitions import cutting, split_filling
from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.splits import SPLITS, Split
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.arrow import Array, Values
    from musicdata.definitions.reader import Inputs

_GROUPS = ["text_group_id", "group_id", "artist_group_id"]
_SONG = {"artist": "artist", "title": "title", "genre": "genre", "year": "year", "work_id": "work_id"}
_READS: dict[str, list[str]] = {
    "lyric_groups": ["song_id", *_GROUPS],
    "song_texts": ["song_id", *_SONG, "text_sha256"],
    "clean_lyrics": ["song_id", "text", "n_lines", "n_words", "lines_lost"],
    "lyric_languages": ["song_id", "language", "language_given", "languages_agree"],
}
_SONGS_A_SHARD = 8192
_HELD_OUT = b"held out"


class SplitLyrics(Parameters):
    """How the samples are placed.

    Attributes:
        split: shares of the splits and their seed; `artist_split` and `random_split` have the same. By group_id no two
            songs with the same words are in two of them; by artist_group_id no artist is either.
        held_out: share of the text groups of valid and test that are absent from the index while searches are
            validated.
    """

    split: Split = Field(default_factory=Split)
    held_out: float = Field(0.1, ge=0, lt=1)

    @field_validator("split")
    @classmethod
    def _keeps_groups_together(cls, split: Split) -> Split:
        return split.among(("group_id", "artist_group_id"), "songs that are searched")


def cut(parameters: SplitLyrics, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; each knows which groups fill a split that would be empty."""
    groups = inputs.read("lyric_groups", ["song_id", parameters.split.by])
    lent = parameters.split.lent(strings(groups.column(parameters.split.by)))
    return split_filling.marked(cutting.by_key(inputs, _READS, _SONGS_A_SHARD), lent)


def run(parameters: SplitLyrics, task: Task) -> None:
    """Write a row for each of the shard's songs.

    Raises:
        IntegrityError: a table before this one lacks a song that was grouped.
    """
    groups = task.inputs.read("lyric_groups", _READS["lyric_groups"], task.shard.first, task.shard.last)
    ids = groups.column("song_id")
    songs, words, languages = (_beside(task, table, ids) for table in list(_READS)[1:])
    split = parameters.split
    placed = _splits(split, groups.column(split.by), split_filling.read(task.shard))
    columns: dict[str, Values] = {
        "sample_id": ids,
        "split": placed,
        "artist_split": _splits(split, groups.column("artist_group_id")),
        "random_split": _splits(split, ids),
        **{name: songs.column(column) for name, column in _SONG.items()},
        **{name: languages.column(name) for name in _READS["lyric_languages"][1:]},
        **{name: groups.column(name) for name in _GROUPS},
        **{name: words.column(name) for name in _READS["clean_lyrics"][2:]},
        "is_held_out": _held_out(parameters, placed, groups.column("text_group_id")),
        "text_sha256": pa.array([hashlib.sha256(text.encode()).hexdigest() for text in strings(words.column("text"))]),
        "source_text_sha256": songs.column("text_sha256"),
    }
    task.sink.write("lyric_samples", pa.table(list(columns.values()), list(columns)))


def _beside(task: Task, table: str, ids: Values) -> pa.Table:
    """Return the rows of a table that are of these songs, in their order."""
    rows = task.inputs.read(table, _READS[table], task.shard.first, task.shard.last)
    places = pc.index_in(ids, rows.column("song_id"))
    if places.null_count:
        lacking = ids.filter(pc.is_null(places))
        raise IntegrityError(
            f"{table} lacks {len(lacking)} songs that were grouped, e.g. {lacking[0]}; "
            "the command that built it builds it anew"
        )
    return rows.take(places)


def _splits(split: Split, items: Values, lent: Mapping[str, str] = MappingProxyType({})) -> Array:
    return pa.array([split.place(item, lent) for item in strings(items)], pa.string())


def _held_out(parameters: SplitLyrics, placed: Array, text_groups: Values) -> Array:
    """Say of each song whether it is absent while searches are validated."""
    key = _HELD_OUT + parameters.split.seed.to_bytes(4)
    most = int(parameters.held_out * 2**64)
    hashes = (hashlib.blake2b(one.encode(), key=key, digest_size=8).digest() for one in strings(text_groups))
    is_drawn = (int.from_bytes(digest) < most for digest in hashes)
    return pa.array([drawn and part != SPLITS[0] for drawn, part in zip(is_drawn, strings(placed), strict=True)])


def remark(_parameters: SplitLyrics, inputs: Inputs) -> Remark:
    """Tell how many songs each split has, and what placing songs one by one would have given away."""
    rows = inputs.read("lyric_samples", ["split", "artist_split", "random_split", "is_held_out", "text_group_id"])
    facts: dict[str, object] = {"songs": len(rows), "held_out": count_true(rows.column("is_held_out"))}
    for scheme in ("split", "artist_split", "random_split"):
        facts[scheme] = {split: count_true(pc.equal(rows.column(scheme), pa.scalar(split))) for split in SPLITS}
    is_train, is_test = (pc.equal(rows.column("random_split"), pa.scalar(split)) for split in ("train", "test"))
    known = pc.unique(rows.filter(is_train).column("text_group_id"))
    n_known = count_true(pc.is_in(rows.filter(is_test).column("text_group_id"), known))
    facts["test_words_in_train_at_random"] = n_known
    text = f"placed one by one, {n_known:,} songs of test would have words that are in train too"
    return Remark(facts, text if n_known else "")


STAGE = Stage(
    name="split_lyrics",
    version=2,
    verb="places songs in splits, by groups, by artists and one by one",
    inputs=("song_texts", "clean_lyrics", "lyric_languages", "lyric_groups"),
    outputs=("lyric_samples",),
    parameters=SplitLyrics,
    cut=cut,
    run=run,
    expect=as_many("lyric_groups", lyric_samples="lyric_groups"),
    cost=Cost(cpu_s=2e-5, bytes=150),
    remark=remark,
)
