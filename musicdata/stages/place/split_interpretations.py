"""Place songs with interpretations in splits, by groups and by artists → `interpretation_samples`."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
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
from musicdata.stages.place.interpreted_songs import official_songs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Inputs

_GROUPS = ["group_id", "artist_group_id"]
_READS: dict[str, list[str]] = {
    "interpretation_groups": ["song_id", *_GROUPS],
    "interpreted_songs": ["song_id", "artist", "title", "songmeanings_id"],
    "clean_song_lyrics": ["song_id", "text_sha256", "language", "n_lines", "n_words"],
    "interpretation_copies": ["song_id", "is_kept"],
}
_SONGS_A_SHARD = 8192


class SplitInterpretations(Parameters):
    """How the samples are placed.

    Attributes:
        split: shares of the splits and their seed; `artist_split` has the same. By group_id no two songs that were tied
            to one another are in two of them; by artist_group_id no artist is either.
        official: whether a test split that the source states is kept: a group with one of its songs is test as a whole,
            nothing else is, and the other groups are train or valid as their shares are to one another.
    """

    split: Split = Field(default_factory=Split)
    official: bool = True

    @field_validator("split")
    @classmethod
    def _keeps_groups_together(cls, split: Split) -> Split:
        return split.among(tuple(_GROUPS), "songs with interpretations")


@dataclass(frozen=True, slots=True)
class _Official:
    """The source's own test split.

    Attributes:
        songs: in it.
        groups: of these songs, of the scheme that decides; none where the source has no test split, or it is not kept.
    """

    songs: frozenset[str]
    groups: frozenset[str]

    @classmethod
    def read(cls, parameters: SplitInterpretations, inputs: Inputs) -> _Official:
        """Read it."""
        songs = official_songs(inputs)
        if not songs or not parameters.official:
            return cls(songs, frozenset())
        rows = inputs.read("interpretation_groups", ["song_id", parameters.split.by])
        is_official = pc.is_in(rows.column("song_id"), pa.array(sorted(songs), pa.string()))
        return cls(songs, frozenset(strings(rows.column(parameters.split.by).filter(is_official))))

    def digest(self) -> str:
        """Return a hash of all of it: a song's split depends on the songs of other shards."""
        told = "\n".join([*sorted(self.songs), "", *sorted(self.groups)])
        return hashlib.sha256(told.encode()).hexdigest()

    def place(self, split: Split, group_id: str, lent: Mapping[str, str]) -> str:
        """Return the split of a group."""
        return "test" if group_id in self.groups else self.left(split).place(group_id, lent)

    def left(self, split: Split) -> Split:
        """Return what places the groups that the source says nothing of."""
        if not self.groups:
            return split
        left = split.train + split.valid
        train = split.train / left if left else 1.0
        return split.model_copy(update={"train": train, "valid": 1.0 - train, "test": 0.0})

    def lent(self, split: Split, inputs: Inputs) -> dict[str, str]:
        """Return the groups that fill a split which would be empty."""
        told = inputs.read("interpretation_copies", ["song_id", "is_kept"])
        kept = pc.unique(told.filter(told.column("is_kept")).column("song_id"))
        rows = inputs.read("interpretation_groups", ["song_id", split.by])
        rows = rows.filter(pc.is_in(rows.column("song_id"), kept))
        groups = (one for one in strings(rows.column(split.by)) if one not in self.groups)
        return self.left(split).lent(groups)


def cut(parameters: SplitInterpretations, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards."""
    official = _Official.read(parameters, inputs)
    shards = (
        replace(shard, digest=hashlib.sha256(f"{shard.digest}\n{official.digest()}".encode()).hexdigest())
        for shard in cutting.by_key(inputs, _READS, _SONGS_A_SHARD)
    )
    return split_filling.marked(shards, official.lent(parameters.split, inputs))


def run(parameters: SplitInterpretations, task: Task) -> None:
    """Write a row for each of the shard's songs that has an interpretation left.

    Raises:
        IntegrityError: a table before this one lacks a song that was grouped.
    """
    groups = task.inputs.read("interpretation_groups", _READS["interpretation_groups"], *_span(task))
    counts = _counts(task)
    is_told = pc.is_in(groups.column("song_id"), pa.array(sorted(counts), pa.string()))
    for song_id in strings(groups.column("song_id").filter(pc.invert(is_told))):
        task.sink.reject(song_id, "no_interpretations", _NONE_LEFT)
    groups = groups.filter(is_told)
    if not len(groups):
        return
    ids = groups.column("song_id")
    songs, lyrics = (_beside(task, table, ids) for table in ("interpreted_songs", "clean_song_lyrics"))
    split, official = parameters.split, _Official.read(parameters, task.inputs)
    lent = split_filling.read(task.shard)
    columns: dict[str, Values] = {
        "sample_id": ids,
        "split": pa.array([official.place(split, one, lent) for one in strings(groups.column(split.by))], pa.string()),
        "artist_split": pa.array([split.place(one) for one in strings(groups.column("artist_group_id"))], pa.string()),
        "is_official_test": pa.array([song_id in official.songs for song_id in strings(ids)], pa.bool_()),
        **{name: songs.column(name) for name in ("artist", "title")},
        "language": lyrics.column("language"),
        **{name: groups.column(name) for name in _GROUPS},
        **{name: lyrics.column(name) for name in ("n_lines", "n_words")},
        "n_interpretations": pa.array([counts[song_id] for song_id in strings(ids)], pa.int32()),
        "lyrics_sha256": lyrics.column("text_sha256"),
        "songmeanings_id": songs.column("songmeanings_id"),
    }
    task.sink.write("interpretation_samples", pa.table(list(columns.values()), list(columns)))


_NONE_LEFT = "all of its interpretations were dropped, or are copies of one that another song keeps"


def _span(task: Task) -> tuple[str, str]:
    return task.shard.first, task.shard.last


def _counts(task: Task) -> Counter[str]:
    """Return song → its interpretations that are kept, of songs that have any."""
    rows = task.inputs.read("interpretation_copies", _READS["interpretation_copies"], *_span(task))
    return Counter(strings(rows.filter(rows.column("is_kept")).column("song_id")))


def _beside(task: Task, table: str, ids: Values) -> pa.Table:
    """Return the rows of a table that are of these songs, in their order."""
    rows = task.inputs.read(table, _READS[table], *_span(task))
    places = pc.index_in(ids, rows.column("song_id"))
    if places.null_count:
        lacking = ids.filter(pc.is_null(places))
        raise IntegrityError(
            f"{table} lacks {len(lacking)} songs that were grouped, e.g. {lacking[0]}; "
            "the command that built it builds it anew"
        )
    return rows.take(places)


def remark(parameters: SplitInterpretations, inputs: Inputs) -> Remark:
    """Tell how many songs each split has, and what keeping the source's test split took out of train."""
    rows = inputs.read("interpretation_samples", ["split", "artist_split", "is_official_test"])
    facts: dict[str, object] = {"songs": len(rows)}
    for scheme in ("split", "artist_split"):
        facts[scheme] = {split: count_true(pc.equal(rows.column(scheme), pa.scalar(split))) for split in SPLITS}
    n_official = count_true(rows.column("is_official_test"))
    n_test = count_true(pc.equal(rows.column("split"), pa.scalar("test")))
    facts["official_test"] = n_official
    if not n_official:
        return Remark(facts)
    if not parameters.official:
        return Remark(facts, f"the source has {n_official:,} songs in a test split of its own, which is not kept")
    facts["tied_to_official_test"] = n_test - n_official
    tied = f"{n_test - n_official:,} songs are in test because they are tied to one"
    text = f"{tied} of the source's {n_official:,} test songs"
    return Remark(facts, text if n_test > n_official else "")


STAGE = Stage(
    name="split_interpretations",
    version=2,
    verb="places songs with interpretations in splits, by groups and by artists",
    inputs=(
        "interpreted_songs",
        "clean_song_lyrics",
        "clean_interpretations",
        "interpretation_groups",
        "interpretation_copies",
    ),
    outputs=("interpretation_samples",),
    parameters=SplitInterpretations,
    cut=cut,
    run=run,
    expect=as_many("interpretation_groups", interpretation_samples="interpretation_groups"),
    cost=Cost(cpu_s=3e-5, bytes=150),
    remark=remark,
)
