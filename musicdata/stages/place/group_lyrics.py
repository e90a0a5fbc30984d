"""Group songs whose words are nearly the same, and songs of the same works and artists → `lyric_groups`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import mapped, strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.similarity import texts
from musicdata.music.similarity.caps import capped
from musicdata.music.similarity.components import in_large
from musicdata.music.similarity.distinct import DistinctTexts
from musicdata.music.similarity.levels import group_levels
from musicdata.music.text.artists import song_artist
from musicdata.music.text.names import normalised
from musicdata.stages.place.placeholder_texts import placeholder_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from musicdata.definitions.reader import Inputs
    from musicdata.music.similarity.distinct import Nearest
    from musicdata.music.similarity.texts import Likeness

_SONG = ["song_id", "artist", "title", "work_id"]
_LEVELS = ("text_group", "group", "artist_group")
_SMALL = 100  # songs in a group of artists that is never too large, however few there are in all
_LARGE = 0.05
_SHOWN = 5


class GroupLyrics(Parameters):
    """When two songs belong together; `similarity.texts` has the figures behind the defaults.

    Attributes:
        min_containment: share of the shorter text's shingles, found in the other, from which two texts are one …
        min_jaccard: … and share of the shingles of either, found in both, that is enough too.
        max_group: different texts in a group; a larger one that is a chain is taken apart (`similarity.caps`).
        max_artist_share: share of the songs that a group of artists may have: covers tie artists to one another, and
            many of them all of a data set. In a larger one artists alone tie: songs with the same words, by several
            artists, may then be in several splits of the scheme by artist.
        max_artists: words that stand under more artists than this, and under more titles, are none: "Lyrics for this
            song have yet to be released". A carol that many sing keeps its title.
    """

    min_containment: float = Field(texts.LYRICS.min_containment, gt=0, le=1)
    min_jaccard: float = Field(texts.LYRICS.min_jaccard, gt=0, le=1)
    max_group: int = Field(20, ge=2)
    max_artist_share: float = Field(0.1, gt=0, le=1)
    max_artists: int = Field(20, ge=1)

    @property
    def likeness(self) -> Likeness:
        """Return from where on two texts are near-duplicates."""
        return replace(texts.LYRICS, min_containment=self.min_containment, min_jaccard=self.min_jaccard)


def cut(_parameters: GroupLyrics, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: any two songs may have the same words."""
    ids = strings(inputs.read("clean_lyrics", ["song_id"]).column("song_id"))
    if ids:
        digest = cutting.rows_digest(inputs, {"song_texts": _SONG})
        yield Shard(ids[0], ids[-1], len(ids), inputs.digest("clean_lyrics"), (digest,))


def run(parameters: GroupLyrics, task: Task) -> None:
    """Group all songs; groups of an earlier build of this workspace keep their names and members."""
    songs = _Songs.read(task.inputs)
    words = DistinctTexts.read(_texts(task.inputs), parameters.likeness)
    placeholders = placeholder_texts(words.rows_of, songs.artists, songs.titles, parameters.max_artists)
    copies = capped(words.copies(_texts(task.inputs), placeholders), parameters.max_group)
    for first, detail in placeholders.items():
        for row in words.rows_of[first]:
            task.sink.reject(songs.ids[row], "placeholder_text", detail)
    alike = [[songs.ids[row] for row in rows] for rows in words.rows_of.values()]
    alike += [[songs.ids[copy.one], songs.ids[copy.other]] for copy in copies]
    ties = [_several(sets) for sets in (alike, songs.by(songs.works), songs.by(songs.artists))]
    gone = {row for first in placeholders for row in words.rows_of[first]}
    left = [song_id for row, song_id in enumerate(songs.ids) if row not in gone]
    untied = in_large(left, chain.from_iterable(ties), max(parameters.max_artist_share * len(left), _SMALL))
    grouped = group_levels(left, ties, _kept(task), untied)
    for song_id, groups in grouped.bridging.items():
        detail = (
            f"belongs to songs in {len(groups)} groups that were apart in the last build ({', '.join(groups[:8])}); "
            "taking it in would move songs between splits. Build in a new workspace to join the groups"
        )
        task.sink.reject(song_id, "bridges_groups", detail)
    if grouped.group_ids[0]:
        nearest = words.nearest(songs.ids, copies, grouped.group_ids[0])
        works = {song_id: work for song_id, work in zip(songs.ids, songs.works, strict=True) if work is not None}
        task.sink.write("lyric_groups", _rows(grouped.group_ids, nearest, works))


def _texts(inputs: Inputs) -> Iterator[list[str]]:
    return (strings(part.column("text")) for part in inputs.iterate("clean_lyrics", ["text"]))


@dataclass(frozen=True, slots=True)
class _Songs:
    """The songs with words, in order of their ids, and what ties them beside the words.

    Attributes:
        ids: of the songs.
        artists: artist of each, normalised; None for nobody.
        titles: title of each, normalised; None where there is none.
        works: work of each; None where none is stated.
    """

    ids: list[str]
    artists: list[str | None]
    titles: list[str | None]
    works: list[str | None]

    @classmethod
    def read(cls, inputs: Inputs) -> _Songs:
        """Read them."""
        ids = inputs.read("clean_lyrics", ["song_id"]).column("song_id")
        rows = inputs.read("song_texts", _SONG)
        rows = rows.take(pc.index_in(ids, rows.column("song_id")))
        makers = {"artist": song_artist, "title": _title, "work_id": _work}
        return cls(strings(ids), *(mapped(rows.column(name), make) for name, make in makers.items()))

    def by(self, values: Sequence[str | None]) -> Iterable[list[str]]:
        """Return the sets of songs that have a value in common, in order."""
        sets: dict[str, list[str]] = {}
        for song_id, value in zip(self.ids, values, strict=True):
            if value is not None:
                sets.setdefault(value, []).append(song_id)
        return sets.values()


def _title(title: str | None) -> str | None:
    return normalised(title or "") or None


def _work(work_id: str | None) -> str | None:
    return (work_id or "").strip() or None


def _several(sets: Iterable[list[str]]) -> list[list[str]]:
    return [one for one in sets if len(one) > 1]


def _kept(task: Task) -> list[dict[str, str]]:
    """Return item → group of each level in the last build."""
    if task.kept is None:
        return [{} for _ in _LEVELS]
    columns = ["song_id", *(f"{level}_id" for level in _LEVELS)]
    song_ids, *levels = (strings(column) for column in task.kept.read("lyric_groups", columns).columns)
    return [dict(zip(song_ids, groups, strict=True)) for groups in levels]


def _rows(levels: Sequence[Mapping[str, str]], nearest: Nearest, works: Mapping[str, str]) -> dict[str, list[Any]]:
    song_ids = sorted(levels[0])
    columns: dict[str, list[Any]] = {"song_id": song_ids}
    for name, group_ids in zip(_LEVELS, levels, strict=True):
        sizes = Counter(group_ids.values())
        columns[f"{name}_id"] = [group_ids[one] for one in song_ids]
        columns[f"{name}_size"] = [sizes[group_ids[one]] for one in song_ids]
    n_of_work = Counter((levels[1][one], works[one]) for one in song_ids if one in works)
    by_work = (one in works and n_of_work[levels[1][one], works[one]] > 1 for one in song_ids)
    kinds = zip((size > 1 for size in columns["text_group_size"]), by_work, strict=True)
    named = (" + ".join(name for name, is_so in zip(("text", "work"), both, strict=True) if is_so) for both in kinds)
    return columns | {
        "linked_by": [name or None for name in named],
        "nearest_song_id": [nearest[one][1] if one in nearest else None for one in song_ids],
        "similarity": [nearest[one][0] if one in nearest else None for one in song_ids],
    }


def remark(_parameters: GroupLyrics, inputs: Inputs) -> Remark:
    """Tell how large the groups are: one that holds much of the data makes uneven splits."""
    rows = inputs.read("lyric_groups", [f"{level}_{what}" for level in _LEVELS for what in ("id", "size")])
    facts: dict[str, Any] = {"songs": len(rows)}
    torn = rows.group_by("group_id", use_threads=False).aggregate([("artist_group_id", "count_distinct")])
    facts["groups_of_several_artist_groups"] = len(torn.filter(pc.field("artist_group_id_count_distinct") > 1))
    for level in _LEVELS:
        groups = rows.group_by(f"{level}_id", use_threads=False).aggregate([(f"{level}_size", "max")])
        largest = (
            groups.sort_by([(f"{level}_size_max", "descending"), (f"{level}_id", "ascending")])
            .slice(0, _SHOWN)
            .to_pylist()
        )
        facts[f"{level}s"] = len(groups)
        facts[f"largest_{level}s"] = [[one[f"{level}_id"], one[f"{level}_size_max"]] for one in largest]
    most = {level: next((size for _, size in facts[f"largest_{level}s"]), 0) for level in _LEVELS}
    n_copies = len(rows) - facts["text_groups"]
    text = (
        f"{n_copies:,} of {len(rows):,} songs have words that another has; the largest group of texts has "
        f"{most['text_group']:,}, of texts and works {most['group']:,}, of artists {most['artist_group']:,}"
    )
    if n_torn := facts["groups_of_several_artist_groups"]:
        text += (
            f"; {n_torn:,} groups are by artists that would tie too many together: the scheme by artist may tear them"
        )
    if most["artist_group"] > max(_LARGE * len(rows), 1 / _LARGE):
        text += "; the split of that scheme which takes the largest cannot keep its share"
    return Remark(facts, text) if len(rows) else Remark(facts)


STAGE = Stage(
    name="group_lyrics",
    version=1,
    verb="groups songs with nearly the same words, and songs of the same works and artists",
    inputs=("song_texts", "clean_lyrics"),
    outputs=("lyric_groups",),
    needs=("scipy",),
    parameters=GroupLyrics,
    cut=cut,
    run=run,
    keeps=True,
    deadline_s=3600.0,
    expect=as_many("clean_lyrics", lyric_groups="clean_lyrics"),
    cost=Cost(cpu_s=0.00013, bytes=60),
    remark=remark,
)
