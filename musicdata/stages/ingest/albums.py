"""Read albums and their reviews → `albums`, `album_songs`, `reviews`."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from musicdata import settings
from musicdata.definitions import cutting
from musicdata.definitions.arrow import count_true
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.errors import FormatError
from musicdata.sources.albums import files, lines, places, records
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.sources.albums.files import LineFile
    from musicdata.sources.albums.places import Place
    from musicdata.sources.albums.records import Album, Review, Song

T = TypeVar("T")

_ALBUMS_A_SHARD = 5000
_MOST_SHARDS = 64  # each reads the files from their beginning
_ROWS_AT_ONCE = 4096
_LOOKED_AT = 1000  # albums by which songs are told
_MAPPED = ["n_songs", "release_mbid", "release_group_mbid"]


class IngestAlbums(Parameters):
    """Where albums come from.

    Attributes:
        input: folder or zip archive with `mard_metadata.json` and `mard_reviews.json`, or folder with `mard.zip`.
        limit: read at most so many albums, the first by their ids, with all of their reviews; 0 reads all.
    """

    input: str = ""
    limit: int = Field(0, ge=0)


def expect(parameters: IngestAlbums, _counts: Counts) -> Expected:
    """Tell albums and reviews from the length of the first lines, and songs from those of the first albums."""
    source = files.find(parameters.input)
    n_albums, n_reviews = source.metadata.n_lines(), source.reviews.n_lines()
    share = min(1.0, parameters.limit / n_albums) if parameters.limit and n_albums else 1.0
    n_songs = n_albums * _songs_an_album(source.metadata)
    rows = {"albums": n_albums * share, "album_songs": n_songs * share, "reviews": n_reviews * share}
    return Expected(rows["albums"], rows)


def _songs_an_album(file: LineFile) -> float:
    counts = []
    for _, line in itertools.islice(file.lines(), _LOOKED_AT):
        try:
            counts.append(len(records.album(lines.parse(line)).songs))
        except FormatError:
            continue
    return sum(counts) / max(len(counts), 1)


def cut(parameters: IngestAlbums, _inputs: Inputs) -> Iterator[Shard]:
    """Cut the albums into shards, each with the numbers of its lines; lines of no album go with the first."""
    found, loose = places.find(files.find(parameters.input), parameters.limit)
    least = len(found) // _MOST_SHARDS if settings.shard_items() else 1
    runs = list(cutting.grouped(found, _ALBUMS_A_SHARD, lambda place: place.album_id, least)) or [loose] * bool(loose)
    for number, run in enumerate(runs):
        items = tuple(str(place) for place in (loose if number == 0 and run is not loose else []) + run)
        yield Shard(run[0].album_id, run[-1].album_id, len(items), digest_of(items), items)


@dataclass(slots=True)
class _Gathered:
    """The lines of one album, each with its number; they are read when the album is written, and held as they are.

    Attributes:
        albums: lines that describe it; `reviews` those of its reviews.
    """

    albums: list[tuple[int, bytes | None]] = field(default_factory=list)
    reviews: list[tuple[int, bytes | None]] = field(default_factory=list)


@dataclass(slots=True)
class _Rows:
    """Gathers rows, and writes them when there are many: to write is dear, however few they are."""

    task: Task
    waiting: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    n_waiting: int = 0

    def add(self, album: Album, reviews: Sequence[Review]) -> None:
        """Take the rows of an album."""
        row: dict[str, Any] = {name: getattr(album, name) for name in records.ALBUM_COLUMNS}
        counts = {"n_songs": len(album.songs), "n_reviews": len(reviews)}
        self._take("albums", {name: [value] for name, value in (row | counts).items()})
        self._take_below("album_songs", album.album_id, "song_index", records.SONG_COLUMNS, album.songs)
        self._take_below("reviews", album.album_id, "review_index", records.REVIEW_COLUMNS, reviews)
        self.n_waiting += 1 + len(reviews)
        if self.n_waiting >= _ROWS_AT_ONCE:
            self.flush()

    def _take_below(
        self, table: str, album_id: str, index: str, columns: Sequence[str], rows: Sequence[Song | Review]
    ) -> None:
        """Take rows of an album, numbered."""
        numbered: dict[str, list[Any]] = {"album_id": [album_id] * len(rows), index: list(range(len(rows)))}
        self._take(table, numbered | {name: [getattr(row, name) for row in rows] for name in columns})

    def _take(self, table: str, rows: dict[str, list[Any]]) -> None:
        waiting = self.waiting.setdefault(table, {name: [] for name in rows})
        for name, values in rows.items():
            waiting[name].extend(values)

    def flush(self) -> None:
        """Write what is waiting."""
        for table, rows in self.waiting.items():
            self.task.sink.write(table, rows)
        self.waiting, self.n_waiting = {}, 0


def run(parameters: IngestAlbums, task: Task) -> None:
    """Read the shard's albums; a line that cannot be used, or says again what another says, becomes a reject."""
    source = files.find(parameters.input)
    wanted = [places.Place.read(item) for item in task.shard.items]
    gathered = [_Gathered() for _ in wanted]
    for index, file, number, line in places.read(source, wanted):
        said = gathered[index].albums if file is source.metadata else gathered[index].reviews
        said.append((number, line))
    rows = _Rows(task)
    for index, place in enumerate(wanted):
        of_album, gathered[index] = gathered[index], _Gathered()  # what is written is not held any longer
        albums = _usable(task, source.metadata, of_album.albums, functools.partial(_album, place))
        reviews = _usable(task, source.reviews, of_album.reviews, functools.partial(_review, place))
        if place.album_id != places.NO_ALBUM:
            _write(rows, source, albums, reviews)
    rows.flush()


def _usable(
    task: Task, file: LineFile, numbered: Sequence[tuple[int, bytes | None]], read: Callable[[dict[str, Any]], T]
) -> list[tuple[int, T]]:
    """Return number and content of the lines that can be used; others are rejects."""
    usable = []
    for number, line in numbered:
        try:
            usable.append((number, read(lines.parse(line))))
        except FormatError as error:
            task.sink.reject(_line_name(file, number), error.reason, error.detail)
    return usable


def _line_name(file: LineFile, number: int) -> str:
    return f"{file.name} line {number}"


def _review(place: Place, record: Mapping[str, Any]) -> Review:
    """Return a review of an album that is described.

    Raises:
        FormatError: it cannot be used, or nothing is said of its album.
    """
    album_id = records.album_id(record)
    if place.album_id == places.NO_ALBUM:
        raise FormatError("unknown_album", f"album {album_id}, of which {files.METADATA} says nothing")
    places.require_named(place, album_id)
    return records.review(record)


def _album(place: Place, record: Mapping[str, Any]) -> Album:
    """Return an album.

    Raises:
        FormatError: it cannot be used.
    """
    album = records.album(record)
    places.require_named(place, album.album_id)
    return album


def _piece_name(item: str) -> str:
    """Return under which key the lines of an item are rejected: their album, or the line that has none."""
    place = places.Place.read(item)
    if place.album_id != places.NO_ALBUM:
        return place.album_id
    name = files.METADATA if place.metadata else files.REVIEWS
    return f"{name} line {(place.metadata or place.reviews)[0]}"


def _write(
    rows: _Rows, source: files.AlbumFiles, albums: Sequence[tuple[int, Album]], reviews: Sequence[tuple[int, Review]]
) -> None:
    """Write an album, or reject its reviews where no line that describes it can be used."""
    reject = rows.task.sink.reject
    if not albums:
        for number, _ in reviews:
            detail = "no line that describes the album can be used"
            reject(_line_name(source.reviews, number), "unusable_album", detail)
        return
    (line, album), *others = _fullest_first(albums)
    for number, _ in others:
        detail = f"album {album.album_id}: line {line} says as much or more"
        reject(_line_name(source.metadata, number), "duplicate_album", detail)
    different: dict[tuple[object, ...], tuple[int, Review]] = {}
    for number, review in sorted(reviews, key=lambda entry: (entry[1].order, entry[0])):
        first, _ = different.setdefault(review.identity, (number, review))
        if first != number:
            detail = f"album {album.album_id}: the same review as line {first}"
            reject(_line_name(source.reviews, number), "duplicate_review", detail)
    rows.add(album, [review for _, review in different.values()])


def _fullest_first(albums: Sequence[tuple[int, Album]]) -> list[tuple[int, Album]]:
    """Sort lines of one album by how much they say, then by what, so that their order in the file decides nothing."""
    return sorted(albums, key=lambda entry: (*(-much for much in entry[1].fullness), repr(entry[1]), entry[0]))


def remark(_parameters: IngestAlbums, inputs: Inputs) -> Remark:
    """Say how many albums have songs or a MusicBrainz id by which they are found: no others can have audio features."""
    rows = inputs.read("albums", _MAPPED)
    has_songs = pc.greater(rows.column("n_songs"), pa.scalar(0))
    has_id = pc.or_(pc.is_valid(rows.column("release_mbid")), pc.is_valid(rows.column("release_group_mbid")))
    facts = {"albums": len(rows), "with_songs": count_true(has_songs), "mapped": count_true(pc.or_(has_songs, has_id))}
    text = (
        f"no songs can be found for {len(rows) - facts['mapped']:,} of {len(rows):,} albums: without a MusicBrainz id"
    )
    return Remark(facts, text if facts["mapped"] < len(rows) else "")


STAGE = Stage(
    name="ingest.albums",
    version=1,
    verb="reads albums and their reviews",
    inputs=(),
    outputs=("albums", "album_songs", "reviews"),
    parameters=IngestAlbums,
    cut=cut,
    run=run,
    pieces=Pieces("items", _piece_name),
    source_digest=lambda parameters: files.find(parameters.input).digest(),
    location_parameters=("input",),
    expect=expect,
    cost=Cost(cpu_s=0.001, bytes=2300),
    remark=remark,
)
