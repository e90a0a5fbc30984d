"""Group re-issues of albums, and albums of the same artists, so that no split tears them apart → `album_groups`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.similarity import texts
from musicdata.music.similarity.levels import group_levels
from musicdata.music.text import album_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

    Numbers = NDArray[np.int64]

_ALBUM = ["album_id", "title", "artist", "artist_mbid", "release_group_mbid", "release_mbid"]
_BATCH = 512
_LARGE = 0.05


class GroupAlbums(Parameters):
    """When two albums belong together.

    Attributes:
        min_words: shorter reviews, such as "Great CD!", tie nothing together.
        max_albums: a review that stands with more albums is none of an album's editions, and ties nothing together.
        min_similarity: share of the shorter review's shingles from which two are near-duplicates
            (`similarity.texts`).
    """

    min_words: int = Field(20, ge=1)
    max_albums: int = Field(30, ge=2)
    min_similarity: float = Field(texts.REVIEWS.min_containment, gt=0, le=1)


def cut(_parameters: GroupAlbums, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: any two albums may be editions of one."""
    album_ids = strings(inputs.read("albums", ["album_id"]).column("album_id"))
    if album_ids:
        yield Shard(album_ids[0], album_ids[-1], len(album_ids), inputs.digest("albums"), (inputs.digest("reviews"),))


@dataclass(slots=True)
class _Ties:
    """Sets of albums that belong together.

    Attributes:
        editions: kind of tie → sets of albums that are editions of one another.
        artists: sets of albums of one artist.
        nearest: album → the other album with the most similar review, and the similarity.
    """

    editions: dict[str, list[list[str]]] = field(default_factory=dict)
    artists: list[list[str]] = field(default_factory=list)
    nearest: dict[str, tuple[float, str]] = field(default_factory=dict)


def run(parameters: GroupAlbums, task: Task) -> None:
    """Group all albums; groups of an earlier build of this workspace keep their names and members."""
    albums = task.inputs.read("albums", _ALBUM).to_pylist()
    ties = _ties_by_names(albums)
    _add_reviews(ties, parameters, task.inputs)
    editions = [one for sets in ties.editions.values() for one in sets]
    grouped = group_levels([album["album_id"] for album in albums], [editions, ties.artists], _kept(task))
    for album_id, groups in grouped.bridging.items():
        detail = (
            f"belongs to albums in {len(groups)} groups that were apart in the last build ({', '.join(groups[:8])}); "
            "taking it in would move albums between splits. Build in a new workspace to join the groups"
        )
        task.sink.reject(album_id, "bridges_groups", detail)
    if grouped.group_ids[0]:
        task.sink.write("album_groups", _rows(grouped.group_ids[0], grouped.group_ids[1], ties))


def _ties_by_names(albums: Sequence[Mapping[str, Any]]) -> _Ties:
    """Tie albums by what is said of them: ids, artist and title."""
    release_group, release, artist_title, mbid, name = (dict[object, list[str]]() for _ in range(5))
    for album in albums:
        artist, title = album_names.artist_name(album["artist"]), album_names.bare_title(album["title"] or "")
        keys = (
            (release_group, album["release_group_mbid"]),
            (release, album["release_mbid"]),
            (artist_title, (artist, title) if artist and title else None),
            (mbid, album_names.artist_mbid(album["artist_mbid"])),
            (name, artist),
        )
        for sets, key in keys:
            if key is not None:
                sets.setdefault(key, []).append(album["album_id"])
    editions = {"release_group": release_group, "release": release, "artist_title": artist_title}
    return _Ties(
        {kind: _several(sets.values()) for kind, sets in editions.items()}, _several([*mbid.values(), *name.values()])
    )


def _several(sets: Iterable[list[str]]) -> list[list[str]]:
    return [one for one in sets if len(one) > 1]


def _add_reviews(ties: _Ties, parameters: GroupAlbums, inputs: Inputs) -> None:
    """Tie albums that have a review in common, equal or nearly so."""
    reviews = _Reviews.read(inputs, parameters)
    found = ties.editions["reviews"] = []
    for albums in reviews.albums_of:
        if len(albums) > 1:
            found.append(albums)
            _note_nearest(ties, albums, albums, 1.0)
    signer = texts.Signer()
    for batch in reviews.texts(inputs, np.arange(len(reviews.rows))):
        signer.add(list(batch.values()))
    pairs = [(one, other) for one, other in signer.candidates().tolist() if reviews.are_apart(one, other)]
    wanted = np.unique(np.array(pairs, np.int64).reshape(-1))
    known = {number: text for batch in reviews.texts(inputs, wanted) for number, text in batch.items()}
    for copy in texts.verified(pairs, known, replace(texts.REVIEWS, min_containment=parameters.min_similarity)):
        one, other = reviews.albums_of[copy.one], reviews.albums_of[copy.other]
        found.append(sorted({*one, *other}))
        _note_nearest(ties, one, other, copy.similarity)
        _note_nearest(ties, other, one, copy.similarity)


def _note_nearest(ties: _Ties, albums: Iterable[str], others: Iterable[str], share: float) -> None:
    """Note for each album the first of the others, if none was nearer."""
    for album_id in albums:
        other = next((other for other in others if other != album_id), "")
        much, nearest = ties.nearest.get(album_id, (0.0, ""))
        if other and (share > much or (share == much and other < nearest)):
            ties.nearest[album_id] = share, other


@dataclass(frozen=True, slots=True)
class _Reviews:
    """The different texts of reviews that may tie albums together.

    Attributes:
        rows: place in the table of the first review that has each text, ascending.
        albums_of: albums that each text stands with, in order.
    """

    rows: Numbers
    albums_of: list[list[str]]

    @classmethod
    def read(cls, inputs: Inputs, parameters: GroupAlbums) -> _Reviews:
        """Find the texts that are long enough, and with no more albums than editions may be."""
        table = inputs.read("reviews", ["album_id", "n_words", "text_sha256"])
        long_enough = np.flatnonzero(table.column("n_words").to_numpy() >= parameters.min_words)
        table = table.take(long_enough)
        hashes, album_ids = (strings(table.column(name)) for name in ("text_sha256", "album_id"))
        numbers: dict[str, int] = {}
        first: list[int] = []
        albums_of: list[list[str]] = []
        for place, (text, album_id) in enumerate(zip(hashes, album_ids, strict=True)):
            number = numbers.setdefault(text, len(first))
            if number == len(first):
                first.append(place)
                albums_of.append([album_id])
            elif albums_of[number][-1] != album_id:  # an album's reviews stand together
                albums_of[number].append(album_id)
        kept = [number for number, albums in enumerate(albums_of) if len(albums) <= parameters.max_albums]
        rows = long_enough[np.array(first, np.int64)[kept]] if kept else np.zeros(0, np.int64)
        return cls(rows, [albums_of[number] for number in kept])

    def texts(self, inputs: Inputs, numbers: Numbers) -> Iterator[dict[int, str]]:
        """Yield number → text, in batches and in order, of the texts of these numbers."""
        rows = self.rows[numbers]
        start = 0
        for part in inputs.iterate("reviews", ["text"]) if len(rows) else ():
            here = slice(*np.searchsorted(rows, [start, start + len(part)]))
            for begin in range(here.start, here.stop, _BATCH):
                batch = slice(begin, min(begin + _BATCH, here.stop))
                words = strings(part.column("text").take(rows[batch] - start))
                yield dict(zip(numbers[batch].tolist(), words, strict=True))
            start += len(part)

    def are_apart(self, one: int, other: int) -> bool:
        """Say whether two texts stand with other albums: those of one album tie nothing together."""
        return len({*self.albums_of[one], *self.albums_of[other]}) > 1


def _kept(task: Task) -> tuple[dict[str, str], dict[str, str]]:
    if task.kept is None:
        return {}, {}
    columns = ("album_id", "group_id", "artist_group_id")
    rows = task.kept.read("album_groups", list(columns))
    album_ids, groups, by_artist = (strings(rows.column(name)) for name in columns)
    return dict(zip(album_ids, groups, strict=True)), dict(zip(album_ids, by_artist, strict=True))


def _rows(group_ids: Mapping[str, str], artist_group_ids: Mapping[str, str], ties: _Ties) -> dict[str, list[Any]]:
    sizes, artist_sizes = Counter(group_ids.values()), Counter(artist_group_ids.values())
    kinds = _kinds(group_ids, ties)
    nearest = {
        album_id: near
        for album_id, near in ties.nearest.items()
        if album_id in group_ids and group_ids.get(near[1]) == group_ids[album_id]
    }
    album_ids = sorted(group_ids)
    return {
        "album_id": album_ids,
        "group_id": [group_ids[one] for one in album_ids],
        "group_size": [sizes[group_ids[one]] for one in album_ids],
        "linked_by": [" + ".join(kinds[one]) if one in kinds else None for one in album_ids],
        "nearest_album_id": [nearest[one][1] if one in nearest else None for one in album_ids],
        "review_similarity": [nearest[one][0] if one in nearest else None for one in album_ids],
        "artist_group_id": [artist_group_ids[one] for one in album_ids],
        "artist_group_size": [artist_sizes[artist_group_ids[one]] for one in album_ids],
    }


def _kinds(group_ids: Mapping[str, str], ties: _Ties) -> dict[str, dict[str, None]]:
    """Return album → kinds of ties to other albums of its group."""
    kinds: dict[str, dict[str, None]] = {}
    for kind, sets in ties.editions.items():
        for one in sets:
            counts = Counter(group_ids[album_id] for album_id in one if album_id in group_ids)
            for album_id in one:
                if counts[group_ids.get(album_id, "")] > 1:
                    kinds.setdefault(album_id, {})[kind] = None
    return kinds


def remark(_parameters: GroupAlbums, inputs: Inputs) -> Remark:
    """Tell how large the groups are: one artist group that holds much of the data makes uneven splits."""
    rows = inputs.read("album_groups", ["group_id", "group_size", "artist_group_id", "artist_group_size"])
    facts: dict[str, Any] = {"albums": len(rows)}
    for name in ("group", "artist_group"):
        facts[f"{name}s"] = pc.count_distinct(rows.column(f"{name}_id")).as_py()
        facts[f"largest_{name}"] = pc.max(rows.column(f"{name}_size")).as_py() or 0
    share = facts["largest_artist_group"] / max(len(rows), 1)
    text = (
        f"the largest group of artists has {facts['largest_artist_group']:,} of {len(rows):,} albums ({share:.1%}), "
        f"the largest of re-issues {facts['largest_group']:,}"
    )
    uneven = ": the split that takes it cannot keep its share. See its albums, and what ties them, in album_groups"
    return Remark(facts, text + (uneven if share > _LARGE and len(rows) >= 1 / _LARGE else ""))


STAGE = Stage(
    name="group_albums",
    version=1,
    verb="groups re-issues of albums and albums of the same artists",
    inputs=("albums", "reviews"),
    outputs=("album_groups",),
    parameters=GroupAlbums,
    cut=cut,
    run=run,
    keeps=True,
    deadline_s=3600.0,
    expect=as_many("albums", album_groups="albums"),
    cost=Cost(cpu_s=0.0004, bytes=8),
    remark=remark,
)
