"""Group near-duplicate songs, so that a split never tears them apart → `song_groups`."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from pydantic import Field

from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music import similarity
from musicdata.music.similarity import links as similarity_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from musicdata.definitions.reader import Inputs
    from musicdata.music.similarity import Link, SongContent

_COLUMNS = ["song_id", "pitch", "syllable"]


class Group(Parameters):
    """When two songs count as near-duplicates; `similarity.links` has the rule and the figures behind the defaults.

    Attributes:
        min_melody: share of the shorter melody's interval patterns that makes a link when found in the other.
        min_lyrics: the same for the letters of the two texts; half the share in both views makes a link too.
    """

    min_melody: float = Field(similarity_links.MIN_MELODY, gt=0, le=1)
    min_lyrics: float = Field(similarity_links.MIN_LYRICS, gt=0, le=1)


def cut(_parameters: Group, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: any two songs may be near-duplicates."""
    song_ids = strings(inputs.read("songs", ["song_id"]).column("song_id"))
    if song_ids:
        yield Shard(song_ids[0], song_ids[-1], len(song_ids), inputs.digest("song_notes"))


def run(parameters: Group, task: Task) -> None:
    """Group all songs; groups of an earlier build of this workspace keep their names and members."""
    links = similarity.find_links(
        _contents(task.inputs), min_melody=parameters.min_melody, min_lyrics=parameters.min_lyrics
    )
    song_ids = strings(task.inputs.read("songs", ["song_id"]).column("song_id"))
    grouping = similarity.group(song_ids, links, _kept(task))
    for song_id, groups in grouping.bridging.items():
        detail = (
            f"near-duplicate of songs in {len(groups)} groups that were apart in the last build ({', '.join(groups)}); "
            "taking it in would move samples between splits. Build in a new workspace to join the groups"
        )
        task.sink.reject(song_id, "bridges_groups", detail)
    nearest = _nearest(links, grouping.group_ids)
    sizes = Counter(grouping.group_ids.values())
    rows = sorted(grouping.group_ids.items())
    task.sink.write(
        "song_groups",
        {
            "song_id": [song_id for song_id, _ in rows],
            "group_id": [group_id for _, group_id in rows],
            "group_size": [sizes[group_id] for _, group_id in rows],
            "nearest_song_id": [nearest[s][0] if s in nearest else None for s, _ in rows],
            "melody_similarity": [nearest[s][1].melody_similarity if s in nearest else None for s, _ in rows],
            "lyrics_similarity": [nearest[s][1].lyrics_similarity if s in nearest else None for s, _ in rows],
        },
    )


def _contents(inputs: Inputs) -> Iterator[SongContent]:
    for part in inputs.iterate("song_notes", _COLUMNS):
        columns = (part.column(name).to_pylist() for name in _COLUMNS)
        for song_id, notes in groupby(zip(*columns, strict=True), key=itemgetter(0)):
            _, pitches, syllables = zip(*notes, strict=True)
            yield similarity.SongContent(song_id, pitches, syllables)


def _kept(task: Task) -> dict[str, str] | None:
    if task.kept is None:
        return None
    rows = task.kept.read("song_groups", ["song_id", "group_id"])
    return dict(zip(strings(rows.column("song_id")), strings(rows.column("group_id")), strict=True))


def _nearest(links: Iterable[Link], group_ids: Mapping[str, str]) -> dict[str, tuple[str, Link]]:
    """Return for each song its most similar other song of the same group."""
    nearest: dict[str, tuple[str, Link]] = {}
    for link in links:
        for one, other in ((link.song_id_a, link.song_id_b), (link.song_id_b, link.song_id_a)):
            if one not in group_ids or group_ids[one] != group_ids.get(other):
                continue
            if one not in nearest or _strength(link) > _strength(nearest[one][1]):
                nearest[one] = (other, link)
    return nearest


def _strength(link: Link) -> float:
    return max(link.melody_similarity, link.lyrics_similarity)


STAGE = Stage(
    name="group",
    version=1,
    verb="groups near-duplicate songs",
    inputs=("songs", "song_notes"),
    outputs=("song_groups",),
    parameters=Group,
    cut=cut,
    run=run,
    keeps=True,
    deadline_s=6 * 3600,
    expect=as_many("songs", song_groups="songs"),
    cost=Cost(cpu_s=0.0027, bytes=100),
)
