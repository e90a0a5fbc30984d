"""Group songs that no split may tear apart, and find copies → `interpretation_groups`, `interpretation_copies`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.similarity import texts
from musicdata.music.similarity.components import in_large
from musicdata.music.similarity.levels import Levels, group_levels
from musicdata.stages.place.compared_interpretations import Interpretations
from musicdata.stages.place.compared_texts import ComparedTexts
from musicdata.stages.place.interpreted_songs import SONG, InterpretedSongs
from musicdata.stages.place.placeholder_texts import placeholder_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.similarity.distinct import DistinctTexts, Nearest
    from musicdata.music.similarity.texts import Likeness

_LEVELS = ("group", "artist_group")
_SMALL = 100  # songs in a group of artists that is never too large, however few there are in all
_LARGE = 0.05
_SHOWN = 5

Ties = dict[str, list[list[str]]]


class GroupInterpretations(Parameters):
    """When two songs belong together, and which interpretations are copies; `similarity.texts` has the figures.

    Attributes:
        min_containment: share of the shorter lyrics' shingles, found in the other, from which two texts are one …
        min_jaccard: … and share of the shingles of either, found in both, that is enough too.
        min_copied: share of the shorter interpretation's shingles, found in the other, from which two are copies.
        least_words_compared: shorter interpretations resemble each other without being copies: captions of a sentence.
        max_group: different texts in a group of near-duplicates; a larger one that is a chain is taken apart
            (`similarity.caps`), and texts that still tie two groups are dropped.
        most_songs: an interpretation that stands under more songs is about none of them.
        max_artists: lyrics that stand under more artists than this, and under more titles, are none.
        max_artist_share: share of the songs that a group of artists may have; in a larger one artists alone tie, so
            that a group of songs by several artists may be in several splits of the scheme by artist.
    """

    min_containment: float = Field(texts.LYRICS.min_containment, gt=0, le=1)
    min_jaccard: float = Field(texts.LYRICS.min_jaccard, gt=0, le=1)
    min_copied: float = Field(texts.COMMENTS.min_containment, gt=0, le=1)
    least_words_compared: int = Field(25, ge=1)
    max_group: int = Field(20, ge=2)
    most_songs: int = Field(20, ge=2)
    max_artists: int = Field(20, ge=1)
    max_artist_share: float = Field(0.1, gt=0, le=1)

    @property
    def lyrics(self) -> Likeness:
        """Return from where on two lyrics are near-duplicates."""
        return replace(texts.LYRICS, min_containment=self.min_containment, min_jaccard=self.min_jaccard)

    @property
    def interpretations(self) -> Likeness:
        """Return from where on two interpretations are."""
        return replace(texts.COMMENTS, min_containment=self.min_copied)


def cut(_parameters: GroupInterpretations, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: any two songs may have the same lyrics."""
    ids = strings(inputs.read("clean_song_lyrics", ["song_id"]).column("song_id"))
    if ids:
        others = (cutting.rows_digest(inputs, {"interpreted_songs": SONG}), inputs.digest("clean_interpretations"))
        yield Shard(ids[0], ids[-1], len(ids), inputs.digest("clean_song_lyrics"), others)


def run(parameters: GroupInterpretations, task: Task) -> None:
    """Group all songs; groups of an earlier build of this workspace keep their names and members."""
    songs = InterpretedSongs.read(task.inputs)
    lyrics, placeholders = _lyrics(parameters, songs, task.inputs)
    comments = Interpretations.read(
        task.inputs,
        songs.ids,
        parameters.interpretations,
        max_group=parameters.max_group,
        least_words=parameters.least_words_compared,
    )
    boilerplate = comments.boilerplate(parameters.most_songs)
    comments = comments.without(boilerplate)
    ties = {
        "id": songs.by_id(parameters.most_songs),
        "artist_title": songs.by_name(),
        "lyrics": lyrics.ties(),
        "interpretation": comments.compared.ties(),
    }
    grouped, rejects = _grouped(songs, ties, lyrics, _kept(task), parameters.max_artist_share, placeholders)
    for song_id, (reason, detail) in sorted(rejects.items()):
        task.sink.reject(song_id, reason, detail)
    for place, n_songs in boilerplate.items():
        task.sink.reject(comments.key(place), "boilerplate", f"it stands under {n_songs} songs, nearly the same")
    group_ids = grouped.group_ids[0]
    torn = comments.apart(group_ids)
    for place in sorted(torn):
        task.sink.reject(comments.key(place), "bridges_groups", _TORN)
    if group_ids:
        nearest = _nearer(lyrics.nearest(group_ids), comments.compared.nearest(group_ids))
        task.sink.write("interpretation_groups", _rows(grouped.group_ids, nearest, ties))
        if rows := comments.rows(group_ids, {*boilerplate, *torn}):
            task.sink.write("interpretation_copies", rows)


_TORN = (
    "it is a near-duplicate of one under a song of another group: only through it, or through a chain of others, would "
    "the groups be one"
)


def _lyrics(
    parameters: GroupInterpretations, songs: InterpretedSongs, inputs: Inputs
) -> tuple[ComparedTexts, dict[str, str]]:
    """Return the lyrics that were compared, and song → why its lyrics are no song's."""
    rows = songs.with_words
    artists, titles = ([values[row] for row in rows] for values in (songs.artists, songs.titles))
    names = [songs.ids[row] for row in rows]
    placeholders: dict[str, str] = {}

    def excluded(distinct: DistinctTexts) -> dict[int, str]:
        found = placeholder_texts(distinct.rows_of, artists, titles, parameters.max_artists)
        placeholders.update((names[row], detail) for text, detail in found.items() for row in distinct.rows_of[text])
        return found

    def parts() -> Iterator[list[str]]:
        for part in inputs.iterate("clean_song_lyrics", ["text", "n_words"]):
            columns = (part.column(name).to_pylist() for name in ("text", "n_words"))
            yield [text for text, n_words in zip(*columns, strict=True) if n_words]

    return ComparedTexts.read(names, parts, parameters.lyrics, parameters.max_group, excluded), placeholders


@dataclass(frozen=True, slots=True)
class _Before:
    """The last build of this workspace: song → group of each level."""

    levels: list[dict[str, str]]

    def rank(self, song_id: str) -> tuple[object, ...]:
        """Return what orders songs of which one has to go: those that were there stay."""
        return song_id not in self.levels[0], song_id


def _kept(task: Task) -> _Before:
    if task.kept is None:
        return _Before([{} for _ in _LEVELS])
    columns = ["song_id", *(f"{level}_id" for level in _LEVELS)]
    song_ids, *levels = (strings(column) for column in task.kept.read("interpretation_groups", columns).columns)
    return _Before([dict(zip(song_ids, groups, strict=True)) for groups in levels])


def _grouped(
    songs: InterpretedSongs,
    ties: Ties,
    lyrics: ComparedTexts,
    before: _Before,
    max_artist_share: float,
    placeholders: Mapping[str, str],
) -> tuple[Levels, dict[str, tuple[str, str]]]:
    """Return the groups, and song → reason and detail of those that have none."""
    gone = {song_id: ("placeholder_text", detail) for song_id, detail in placeholders.items()}
    levels = [list(chain.from_iterable(ties.values())), songs.by_artist()]
    while True:
        left = [song_id for song_id in songs.ids if song_id not in gone]
        untied = in_large(left, chain.from_iterable(levels), max(max_artist_share * len(left), _SMALL))
        grouped = group_levels(left, levels, before.levels, untied)
        apart = lyrics.apart(grouped.group_ids[0], lambda row: before.rank(lyrics.songs[row]))
        more = {lyrics.songs[row]: ("bridges_groups", _LYRICS_TORN) for row in apart}
        more |= dict.fromkeys(_movers(songs, grouped.group_ids[0], before.levels[0]), ("moves_group", _MOVES))
        if not more:
            break
        gone |= more
    for song_id, names in grouped.bridging.items():
        told = (
            f"belongs to songs in {len(names)} groups that were apart in the last build ({', '.join(names[:8])}); "
            "taking it in would move songs between splits. Build in a new workspace to join the groups"
        )
        gone[song_id] = "bridges_groups", told
    return grouped, gone


_LYRICS_TORN = (
    "its lyrics are nearly those of a song of another group: only through it, or through a chain of others, would the "
    "groups be one"
)
_MOVES = (
    "the source has it in its test split, and its group was placed in the last build without a song of that; taking it "
    "in would move songs between splits. Build in a new workspace to have it"
)


def _movers(songs: InterpretedSongs, group_ids: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """Return the new official test songs whose group was placed without one, if official songs were placed at all."""
    placed = {before[song_id] for song_id in songs.official if song_id in before}
    if not placed:
        return []
    old = set(before.values()) - placed
    return sorted(one for one in songs.official if one not in before and group_ids.get(one) in old)


def _nearer(*found: Nearest) -> Nearest:
    """Return for each song the nearest by any kind of text; of several as near, the one of the smallest id."""
    nearest: Nearest = {}
    for one in found:
        for song_id, (similarity, other) in one.items():
            known = nearest.get(song_id)
            if known is None or (-similarity, other) < (-known[0], known[1]):
                nearest[song_id] = similarity, other
    return nearest


def _rows(levels: Sequence[Mapping[str, str]], nearest: Nearest, ties: Ties) -> dict[str, list[Any]]:
    song_ids = sorted(levels[0])
    columns: dict[str, list[Any]] = {"song_id": song_ids}
    for name, group_ids in zip(_LEVELS, levels, strict=True):
        sizes = Counter(group_ids.values())
        columns[f"{name}_id"] = [group_ids[one] for one in song_ids]
        columns[f"{name}_size"] = [sizes[group_ids[one]] for one in song_ids]
    linked = {kind: _linked(sets, levels[0]) for kind, sets in ties.items()}
    named = (" + ".join(kind for kind, some in linked.items() if one in some) for one in song_ids)
    return columns | {
        "linked_by": [names or None for names in named],
        "nearest_song_id": [nearest[one][1] if one in nearest else None for one in song_ids],
        "similarity": [nearest[one][0] if one in nearest else None for one in song_ids],
    }


def _linked(sets: Iterable[Sequence[str]], group_ids: Mapping[str, str]) -> set[str]:
    """Return the songs that one of the sets has together with another song of their group."""
    linked: set[str] = set()
    for one in sets:
        counts = Counter(group_ids[song_id] for song_id in one if song_id in group_ids)
        linked.update(song_id for song_id in one if counts.get(group_ids.get(song_id, ""), 0) > 1)
    return linked


def expect(_parameters: GroupInterpretations, counts: Counts) -> Expected:
    """Return a row for each song and each interpretation; what is dropped is not known beforehand."""
    n_songs, n_comments = counts["clean_song_lyrics"], counts["clean_interpretations"]
    return Expected(n_songs, {"interpretation_groups": n_songs, "interpretation_copies": n_comments})


def cost(_parameters: GroupInterpretations, expected: Expected) -> Cost:
    """Return what a song costs: its lyrics, and its share of the interpretations."""
    n_comments = expected.rows["interpretation_copies"] / max(expected.items, 1)
    return Cost(cpu_s=0.00013 + 0.0001 * n_comments, bytes=60 + 40 * n_comments)


def remark(_parameters: GroupInterpretations, inputs: Inputs) -> Remark:
    """Tell how large the groups are, and how many interpretations are copies."""
    rows = inputs.read("interpretation_groups", [f"{level}_{what}" for level in _LEVELS for what in ("id", "size")])
    if not len(rows):
        return Remark({"songs": 0})
    facts: dict[str, Any] = {"songs": len(rows)}
    for level in _LEVELS:
        sizes = Counter(strings(rows.column(f"{level}_id")))
        facts[f"{level}s"] = len(sizes)
        largest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        facts[f"largest_{level}s"] = [list(item) for item in largest]
    kept = inputs.read("interpretation_copies", ["is_kept"]).column("is_kept")
    facts |= {"interpretations": len(kept), "copies": len(kept) - count_true(kept)}
    most = {level: facts[f"largest_{level}s"][0][1] for level in _LEVELS}
    text = (
        f"{facts['songs'] - facts['groups']:,} of {facts['songs']:,} songs are tied to another, the largest group has "
        f"{most['group']:,}, of artists {most['artist_group']:,}; {facts['copies']:,} of {facts['interpretations']:,} "
        "interpretations are copies"
    )
    if most["group"] > max(_LARGE * len(rows), 1 / _LARGE):
        text += "; the split that takes the largest group cannot keep its share"
    return Remark(facts, text)


STAGE = Stage(
    name="group_interpretations",
    version=1,
    verb="groups songs that share ids, names, lyrics or interpretations",
    inputs=("interpreted_songs", "clean_song_lyrics", "clean_interpretations"),
    outputs=("interpretation_groups", "interpretation_copies"),
    needs=("scipy",),
    parameters=GroupInterpretations,
    cut=cut,
    run=run,
    keeps=True,
    deadline_s=3600.0,
    expect=expect,
    cost=cost,
    remark=remark,
)
