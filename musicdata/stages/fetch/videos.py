"""Search for the video of each track, and judge what is found → `videos`."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pydantic import Field

from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Answer, Caller, Item, Network, Parameters, Pieces, Stage, Task
from musicdata.music.text.names import title_parts
from musicdata.sources.videos import matching, overrides
from musicdata.sources.videos.explanation import Candidate, Song

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.settings.services import Services
    from musicdata.sources.videos.search import Hit, VideoSearch

    Row = dict[str, Any]

_SONG = ["sample_id", "split", "artist", "artists", "title", "duration_s", "album", "explicit"]
_QUERY_CHARACTERS = 200


class FindVideos(Parameters):
    """How videos are searched for and chosen.

    Attributes:
        per_mood: tracks of each mood, in order of rank, of those with words.
        n_candidates: hits of a search that are looked at.
        accept_s: a video whose length differs more from the track's is not taken by itself.
        review_s: one whose length differs more than that is rejected.
        artist_similarity: of the artist's name, at least; `title_similarity` of the title.
        take_review: take a video that a person should look at where there is no better one.
        overrides: CSV file of videos that a person chose: `sample_id,isrc,artist,title,video,start_s`.
    """

    per_mood: int = Field(650, ge=1, le=100_000)
    n_candidates: int = Field(5, ge=1, le=20)
    accept_s: float = Field(3.0, ge=0)
    review_s: float = Field(7.0, ge=0)
    artist_similarity: float = Field(0.7, ge=0, le=1)
    title_similarity: float = Field(0.6, ge=0, le=1)
    take_review: bool = False
    overrides: str = ""


def expect(parameters: FindVideos, counts: Counts) -> Expected:
    """Count the tracks whose video is searched for, at most."""
    tracks = min(parameters.per_mood * counts["tracks.mood"], counts["lyrics"])
    return Expected(tracks, {"videos": tracks * parameters.n_candidates, "videos.sample_id": tracks})


def items(parameters: FindVideos, inputs: Inputs) -> Iterator[Item]:
    """Yield the first tracks with words of each mood, in order of the key."""
    chosen = overrides.load(parameters.overrides)
    with_words = set(inputs.read("lyrics", ["sample_id"]).column("sample_id").to_pylist())
    rows = inputs.read("tracks", ["sample_id", "mood", "mood_rank", "isrc", "artist", "title"]).to_pylist()
    rows = sorted((row for row in rows if row["sample_id"] in with_words), key=itemgetter("mood", "mood_rank"))
    moods = [list(tracks)[: parameters.per_mood] for _, tracks in groupby(rows, key=itemgetter("mood"))]
    for row in sorted((row for mood in moods for row in mood), key=itemgetter("sample_id")):
        override = chosen.of(row["sample_id"], row["isrc"], row["artist"], row["title"])
        if override is not None:
            request = {"video_id": override.video_id, "url": override.url, "start_s": override.start_s}
            yield Item(row["sample_id"], {"override": request})
        else:
            yield Item(row["sample_id"], {"query": query_of(row["artist"], row["title"]), "n": parameters.n_candidates})


def query_of(artist: str, title: str) -> str:
    """Return the words to search for: without guests and remasters, with the version if it is another one.

    >>> query_of("Oasis", "Wonderwall - Remastered 2014"), query_of("Oasis", "Wonderwall - Live")
    ('Oasis Wonderwall', 'Oasis Wonderwall - Live')
    """
    core, words = title_parts(title)
    words_that_matter = words - {"remaster", "edit", "version"}
    return " ".join(f"{artist} {title if words_that_matter else core}".split())[:_QUERY_CHARACTERS]


class VideoFinder:
    """Searches, one track at a time."""

    def __init__(self, services: Services) -> None:
        from musicdata.sources.videos import search

        self._search: VideoSearch = search.connect(services)

    def fetch(self, item: Item, caller: Caller) -> bytes:
        """Return the hits for a track as JSON; none where a person chose the video.

        Raises:
            HttpError: the search failed, or found nothing (`gone`, ``no_hits``).
        """
        from musicdata.sources.videos import search
        from musicdata.system.http import HttpError, Outcome

        if "override" in item.request:
            return b'{"entries": []}'
        query, n = str(item.request["query"]), int(item.request["n"])
        reply = caller.call("youtube.search", {"query": query, "n": n}, lambda: self._search.search(query, n))
        if not search.unpacked(reply):
            raise HttpError(f"video search {query!r}: no hits", Outcome.GONE, reason="no_hits")
        return reply

    def close(self) -> None:
        """Close connections and end processes."""
        self._search.close()


def connect(_parameters: FindVideos, services: Services) -> VideoFinder:
    """Return a fetcher."""
    return VideoFinder(services)


def run(parameters: FindVideos, task: Task) -> None:
    """Judge the candidates of the shard's tracks."""
    tracks = task.inputs.read("tracks", _SONG, task.shard.first, task.shard.last).to_pylist()
    track_of = {row["sample_id"]: row for row in tracks}
    for answer in task.answers():
        if answer.outcome != "ok":
            task.sink.reject(answer.key, answer.reason, answer.detail)
            continue
        rows = rows_of(parameters, track_of[answer.key], answer)
        task.sink.write("videos", {name: [row[name] for row in rows] for name in rows[0]})
        if not any(row["chosen"] for row in rows):
            best = max(rows, key=itemgetter("score"))
            detail = f"{len(rows)} candidates; the best is {best['video_id']} ({best['verdict']}, {best['reason']})"
            task.sink.reject(answer.key, "no_accepted_video", detail)


def rows_of(parameters: FindVideos, track: Row, answer: Answer) -> list[Row]:
    """Return the rows of a track: one a candidate, in the search's order."""
    from musicdata.sources.videos import search

    key = {"sample_id": track["sample_id"], "split": track["split"]}
    override = answer.request.get("override")
    if override is not None:
        return [key | _overridden(override)]
    song = Song(**{name: track[name] for name in _SONG[2:]})
    thresholds = matching.Thresholds(
        parameters.accept_s, parameters.review_s, parameters.artist_similarity, parameters.title_similarity
    )
    hits = search.unpacked(answer.payload or b"")
    matches = [matching.match(song, _candidate(hit), thresholds) for hit in hits]
    chosen = matching.choose(matches, take_review=parameters.take_review)
    return [key | _row(place, hits, matches, is_chosen=place == chosen) for place in range(len(hits))]


def _candidate(hit: Hit) -> Candidate:
    return Candidate(hit.title, hit.channel, hit.description, hit.duration)


def _row(place: int, hits: Sequence[Hit], matches: Sequence[matching.Match], *, is_chosen: bool) -> Row:
    hit, match = hits[place], matches[place]
    return {
        "candidate": place,
        "video_id": hit.id,
        "url": hit.url,
        "title": hit.title,
        "channel": hit.channel,
        "duration_s": hit.duration,
        "n_views": hit.view_count,
        "kind": match.kind,
        "artist_similarity": match.artist,
        "title_similarity": match.title,
        "difference_s": match.difference_s,
        "score": match.score,
        "verdict": match.verdict,
        "reason": match.reason,
        "chosen": is_chosen,
        "chosen_by": "score" if is_chosen else "",
        "start_s": None,
    }


def _overridden(override: Mapping[str, Any]) -> Row:
    """Return the row of a video that a person chose, of which nothing else is known."""
    unknown = ("title", "channel", "duration_s", "n_views", "artist_similarity", "title_similarity", "difference_s")
    return {
        "candidate": 0,
        "video_id": override["video_id"],
        "url": override["url"],
        **dict.fromkeys(unknown),
        "kind": "other",
        "score": 1.0,
        "verdict": "accepted",
        "reason": "a person chose it",
        "chosen": True,
        "chosen_by": "override",
        "start_s": override["start_s"],
    }


def _source_digest(parameters: FindVideos) -> str:
    overrides.load(parameters.overrides)  # raises for a wrong row before anything is asked
    return overrides.digest(parameters.overrides)


STAGE = Stage(
    name="find_videos",
    version=2,
    verb="searches for the video of each track",
    inputs=("tracks", "lyrics"),
    outputs=("videos",),
    parameters=FindVideos,
    run=run,
    pieces=Pieces("keys"),
    network=Network(
        services=("youtube.search",),
        items=items,
        connect=connect,
        calls=lambda _parameters, _counts: {"youtube.search": 1.0},
    ),
    source_digest=_source_digest,
    location_parameters=("overrides",),
    expect=expect,
    cost=Cost(bytes=400),
)
