"""List the recordings of each album, asking MusicBrainz where its songs are not at hand → `recordings`.

An album whose songs are listed with their ids costs no call. Of the others the release is asked for, then the release
group. What is made of the answers is what is made of a dump (`musicdata.sources.musicbrainz.albums`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Answer, Caller, Item, Network, Parameters, Pieces, Stage, Task
from musicdata.sources.musicbrainz import albums
from musicdata.sources.musicbrainz.albums import Lookup, OfGroup, Origin, Wanted
from musicdata.sources.musicbrainz.listed import listed
from musicdata.sources.musicbrainz.web_service import WebService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.settings.services import Services

# Of MARD: albums that were mapped to MusicBrainz, 28,053 of 65,566, and songs of one. How many have an id and no songs
# nobody has told; how many groups have no official release, and so cost a second call, is a guess too.
_MAPPED, _SONGS_AN_ALBUM = 0.43, 12.3
_WITHOUT_SONGS, _CALLS_A_GROUP = 0.02, 1.1
_ANSWER_BYTES = 6_000  # of a release of 12 tracks, as the answers of its tests have them
_ROW_BYTES = 60


class FetchRecordings(Parameters):
    """How an album's recordings are found.

    Attributes:
        order: ways to them; the first that leads to any is taken. Where the songs that the list names do not come
            first, whole releases are asked for, a call each.
        of_group: choose one release of a group (official, earliest, CD or digital, most recordings), or take the
            union of the recordings of its official ones.
    """

    order: tuple[Origin, ...] = Field(("songs", "release", "release_group"), min_length=1)
    of_group: OfGroup = "choose"


def expect(parameters: FetchRecordings, counts: Counts) -> Expected:
    """Count the albums, and their recordings as the list has them, or as many as albums have."""
    n_albums = counts["albums"]
    n_songs = counts["album_songs"] if albums.SONGS in parameters.order else 0.0
    return Expected(n_albums, {"recordings": n_songs or n_albums * _MAPPED * _SONGS_AN_ALBUM})


def cost(_parameters: FetchRecordings, expected: Expected) -> Cost:
    """Return what an album costs: its rows on disk."""
    return Cost(bytes=_ROW_BYTES * expected.rows["recordings"] / max(expected.items, 1))


def calls(parameters: FetchRecordings, _counts: Counts) -> dict[str, float]:
    """Return the calls an album costs on the average."""
    if set(parameters.order) == {albums.SONGS}:
        return {"musicbrainz": 0.0}
    share = _WITHOUT_SONGS if parameters.order[0] == albums.SONGS else _MAPPED
    return {"musicbrainz": share * (1.0 if "release" in parameters.order else _CALLS_A_GROUP)}


def items(parameters: FetchRecordings, inputs: Inputs) -> Iterator[Item]:
    """Yield an item an album."""
    for album in listed(inputs):
        yield Item(album.album_id, album.wanted(parameters.order, parameters.of_group).request())


class RecordingFetcher:
    """Looks up one album at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._service: WebService | None = None

    def fetch(self, item: Item, caller: Caller) -> bytes:
        """Return what was found of an album.

        Raises:
            HttpError: MusicBrainz could not be asked, or said what nobody can read.
            SetupError: it is not told how to reach whoever crawls it.
        """
        wanted = Wanted.model_validate(item.request)
        if not wanted.asks:
            return Lookup(origin=albums.SONGS if wanted.origins else None).packed()
        self._service = self._service or WebService(self._services)
        return albums.look_up(wanted, self._service.library(caller)).packed()

    def close(self) -> None:
        """Close the connections."""
        if self._service is not None:
            self._service.close()


def connect(_parameters: FetchRecordings, services: Services) -> RecordingFetcher:
    """Return a fetcher."""
    return RecordingFetcher(services)


def run(_parameters: FetchRecordings, task: Task) -> None:
    """Write the recordings of the shard's albums."""
    songs_of = {album.album_id: album.songs for album in listed(task.inputs, task.shard.first, task.shard.last)}
    for answer in task.answers():
        if answer.outcome != "ok":
            task.sink.reject(answer.key, answer.reason, answer.detail)
            continue
        lookup = _lookup(answer)
        rows = albums.rows(answer.key, lookup, songs_of[answer.key])
        if rows:
            task.sink.write("recordings", albums.columns(rows))
        else:
            task.sink.reject(answer.key, *lookup.problem(Wanted.model_validate(answer.request)))


def _lookup(answer: Answer) -> Lookup:
    return Lookup.model_validate_json(answer.payload or b"")


STAGE = Stage(
    name="fetch_recordings",
    version=1,
    verb="lists the recordings of each album, asking MusicBrainz",
    inputs=("albums", "album_songs"),
    outputs=("recordings",),
    parameters=FetchRecordings,
    run=run,
    pieces=Pieces("keys"),
    network=Network(
        services=("musicbrainz",),
        items=items,
        connect=connect,
        calls=calls,
        download_bytes=lambda parameters: _ANSWER_BYTES * calls(parameters, {})["musicbrainz"],
    ),
    expect=expect,
    cost=cost,
)
