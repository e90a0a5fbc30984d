"""Group songs whose words are nearly the same, and songs of the same works and artists → `lyric_groups`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.similarity import texts
from musicdata.music.similarity.levels import group_levels
from musicdata.music.text.artists import song_artist
from musicdata.music.text.names import normalised
from musicdata.stages.place.lyric_copies import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from musicdata.definitions.reader import Inputs
    from musicdata.music.similarity.texts import Copy, Likeness

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
    words = Words.read(task.inputs)
    placeholders = _placeholders(songs, words, parameters.max_artists)
    copies = words.copies(task.inputs, parameters.likeness, parameters.max_group, placeholders)
    for first, detail in placeholders.items():
        for row in words.rows_of[first]:
            task.sink.reject(songs.ids[row], "placeholder_text", detail)
    alike = [[songs.ids[row] for row in rows] for rows in words.rows_of.values()]
    alike += [[songs.ids[copy.one], songs.ids[copy.other]] for copy in copies]
    ties = [_several(sets) for sets in (alike, songs.by(songs.works), songs.by(songs.artists))]
    gone = {row for first in placeholders for row in words.rows_of[first]}
    left = [song_id for row, song_id in enumerate(songs.ids) if row not in gone]
    grouped = group_levels(left, ties, _kept(task), _untied(left, ties, parameters.max_artist_share))
    for song_id, groups in grouped.bridging.items():
        detail = (
            f"belongs to songs in {len(groups)} groups that were apart in the last build ({', '.join(groups[:8])}); "
            "taking it in would move songs between splits. Build in a new workspace to join the groups"
        )
        task.sink.reject(song_id, "bridges_groups", detail)
    if grouped.group_ids[0]:
        nearest = _nearest(songs.ids, words, copies, grouped.group_ids[0])
        works = {song_id: work for song_id, work in zip(songs.ids, songs.works, strict=True) if work is not None}
        task.sink.write("lyric_groups", _rows(grouped.group_ids, nearest, works))


def _untied(song_ids: Collection[str], ties: Sequence[Sequence[Sequence[str]]], most: float) -> set[str]:
    """Return the songs of groups of artists that are too large, as they would be if songs were grouped afresh."""
    by_artist = group_levels(song_ids, ties, [{} for _ in _LEVELS]).group_ids[-1]
    sizes = Counter(by_artist.values())
    large = {name for name, size in sizes.items() if size > max(most * len(song_ids), _SMALL)}
    return {song_id for song_id, name in by_artist.items() if name in large}


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
        return cls(strings(ids), *(_each(rows.column(name), make) for name, make in makers.items()))

    def by(self, values: Sequence[str | None]) -> Iterable[list[str]]:
        """Return the sets of songs that have a value in common, in order."""
        sets: dict[str, list[str]] = {}
        for song_id, value in zip(self.ids, values, strict=True):
            if value is not None:
                sets.setdefault(value, []).append(song_id)
        return sets.values()


def _each(column: Any, make: Callable[[str | None], str | None]) -> list[str | None]:
    """Return what is made of each value; of equal ones once."""
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    made = pa.array([make(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return list(made.take(encoded.indices).to_pylist())


def _title(title: str | None) -> str | None:
    return normalised(title or "") or None


def _work(work_id: str | None) -> str | None:
    return (work_id or "").strip() or None


def _several(sets: Iterable[list[str]]) -> list[list[str]]:
    return [one for one in sets if len(one) > 1]


def _placeholders(songs: _Songs, words: Words, max_artists: int) -> dict[int, str]:
    """Return text → why it is no song's, of those that stand under too many artists and titles."""
    found = {}
    for first, rows in words.rows_of.items():
        if len(rows) > max_artists:
            n_artists = len({songs.artists[row] for row in rows} - {None})
            titles = Counter(songs.titles[row] for row in rows)
            n_titles = len(titles) + max(titles[None] - 1, 0)  # nothing says that songs without one have the same
            if min(n_artists, n_titles) > max_artists:
                found[first] = f"its words stand under {n_artists} artists and {n_titles} titles"
    return found


def _kept(task: Task) -> list[dict[str, str]]:
    """Return item → group of each level in the last build."""
    if task.kept is None:
        return [{} for _ in _LEVELS]
    columns = ["song_id", *(f"{level}_id" for level in _LEVELS)]
    song_ids, *levels = (strings(column) for column in task.kept.read("lyric_groups", columns).columns)
    return [dict(zip(song_ids, groups, strict=True)) for groups in levels]


Nearest = dict[str, tuple[float, str]]


def _nearest(ids: Sequence[str], words: Words, copies: Iterable[Copy], group_ids: Mapping[str, str]) -> Nearest:
    """Return song → similarity and id of the other song of its group whose words are most like its own."""
    nearest: Nearest = {}

    def note(song_id: str, others: Iterable[str], similarity: float) -> None:
        """Note the first of the others that is in the group, if none was nearer."""
        there = (one for one in others if one != song_id and group_ids.get(one) == group_ids.get(song_id, ""))
        other = next(there, None)
        if other and (-similarity, other) < (-nearest.get(song_id, (0.0, ""))[0], nearest.get(song_id, (0.0, ""))[1]):
            nearest[song_id] = similarity, other

    for rows in words.rows_of.values():
        songs = [ids[row] for row in rows]
        for song_id in songs if len(songs) > 1 else ():
            note(song_id, songs, 1.0)
    for copy in copies:
        one, other = ([ids[row] for row in words.rows_of[text]] for text in copy[:2])
        for here, there in ((one, other), (other, one)):
            for song_id in here:
                note(song_id, there, copy.similarity)
    return nearest


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
    parameters=GroupLyrics,
    cut=cut,
    run=run,
    keeps=True,
    deadline_s=3600.0,
    expect=as_many("clean_lyrics", lyric_groups="clean_lyrics"),
    cost=Cost(cpu_s=0.00015, bytes=60),
    remark=remark,
)
