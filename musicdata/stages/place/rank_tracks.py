"""Rank the tracks of each mood, each recording once, and place them in splits → `tracks`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.splits import Split
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.text.names import normalised, title_parts
from musicdata.sources import recordings
from musicdata.sources.recordings import Listing, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_COLUMNS = list(Listing.__slots__)
_NOT_MUSIC = (
    "white noise",
    "brown noise",
    "pink noise",
    "rain sounds",
    "nature sounds",
    "sound effects",
    "asmr",
    "audiobook",
)
RankSource = Literal["popularity", "playlist_count", "position", "given"]


class RankTracks(Parameters):
    """Which tracks of a mood are kept, and in which order.

    Attributes:
        per_mood: tracks kept of a mood.
        rank_by: what ranks follow; "auto" takes popularity where every track of the mood has it, else the order of
            the file for imports, else the number of the mood's playlists that have the track where that differs, else
            the place in the list. With "popularity", tracks without it come last.
        min_duration_s: shorter tracks are dropped. Unknown lengths are kept.
        max_duration_s: longer tracks are dropped.
        drop_versions: versions without the song's own singing, as titles call them (`text.names.title_parts`).
        not_music: words in a title, artist or album by which what is no song is known.
        group_by: "artists" keeps tracks together that share any artist, directly or through others; "first_artist"
            looks at the first only: guests may then be in several splits.
        split: shares of the splits, by group_id or sample_id.
    """

    per_mood: int = Field(1000, ge=1)
    rank_by: Literal["auto", "popularity", "playlist_count", "position", "given"] = "auto"
    min_duration_s: float = Field(35.0, ge=0)
    max_duration_s: float = Field(900.0, gt=0)
    drop_versions: tuple[str, ...] = ("instrumental", "karaoke")
    not_music: tuple[str, ...] = _NOT_MUSIC
    group_by: Literal["artists", "first_artist"] = "artists"
    split: Split = Field(default_factory=Split)

    @field_validator("split")
    @classmethod
    def _goes_by_what_tracks_have(cls, split: Split) -> Split:
        return split.among(("group_id", "sample_id"), "tracks")


def expect(parameters: RankTracks, counts: Counts) -> Expected:
    """Tell how many tracks are kept at most; figures are those of 2,000 made-up tracks in 6,000 places."""
    tracks = min(counts["listings"], parameters.per_mood * counts["listings.mood"])
    return Expected(tracks, {"tracks": tracks, "tracks.mood": counts["listings.mood"]})


def cut(_parameters: RankTracks, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: any two lists may have a track in common."""
    keys = inputs.read("listings", ["playlist_key"]).column("playlist_key")
    if len(keys):
        yield Shard(keys[0].as_py(), keys[-1].as_py(), len(keys), inputs.digest("listings"))


def run(parameters: RankTracks, task: Task) -> None:
    """Rank all tracks."""
    merged = recordings.merge(_listings(task.inputs))
    usable = []
    for recording in merged:
        for other in recording.merged_ids:
            detail = f"the same recording as {recording.sample_id}, {recording.best.artist!r}: {recording.best.title!r}"
            task.sink.reject(other, "duplicate", detail)
        if problem := _problem(parameters, recording):
            task.sink.reject(recording.sample_id, *problem)
        else:
            usable.append(recording)
    ranked = _ranked(parameters, usable)
    kept = []
    for mood, (source, places) in ranked.items():
        for rank, recording in enumerate(places, 1):
            if rank <= parameters.per_mood:
                kept.append((recording, mood, rank, source))
            else:
                detail = f"rank {rank} of mood {mood}, of which {parameters.per_mood} are kept"
                task.sink.reject(recording.sample_id, "beyond_per_mood", detail)
    kept.sort(key=lambda entry: entry[0].sample_id)
    if kept:
        task.sink.write("tracks", _rows(parameters, kept))


def _listings(inputs: Inputs) -> Iterator[Listing]:
    for part in inputs.iterate("listings", _COLUMNS):
        for batch in part.to_batches(max_chunksize=4096):
            for values in zip(*(batch.column(name).to_pylist() for name in _COLUMNS), strict=True):
                yield Listing(*values)


def _problem(parameters: RankTracks, recording: Recording) -> tuple[str, str] | None:
    """Return why a recording is dropped: reason and detail."""
    best, length_s = recording.best, recording.best.duration_s
    if length_s is not None and length_s < parameters.min_duration_s:
        return "too_short", f"{length_s:g} s; at least {parameters.min_duration_s:g} s"
    if length_s is not None and length_s > parameters.max_duration_s:
        return "too_long", f"{length_s:g} s; at most {parameters.max_duration_s:g} s"
    if unwanted := sorted(title_parts(best.title)[1] & set(parameters.drop_versions)):
        return "unwanted_version", f"{best.title!r} is {unwanted[0]}"
    text = f" {normalised(best.title)} | {normalised(best.artist)} | {normalised(best.album)} "
    if word := next((word for word in parameters.not_music if f" {normalised(word)} " in text), ""):
        return "not_music", f"{best.artist!r}: {best.title!r} has {word!r} in its title, artist or album"
    return None


def _ranked(parameters: RankTracks, usable: Sequence[Recording]) -> dict[str, tuple[RankSource, list[Recording]]]:
    """Return mood → what its ranks follow, and its tracks in order; each track in the mood where it ranks best."""
    of_mood: dict[str, list[Recording]] = {}
    for recording in usable:
        for mood in recording.moods:
            of_mood.setdefault(mood, []).append(recording)
    sources = {mood: _source(parameters, mood, tracks) for mood, tracks in sorted(of_mood.items())}
    best: dict[str, tuple[int, str]] = {}
    for mood, source in sources.items():
        of_mood[mood].sort(key=partial(_order, mood=mood, source=source))
        for rank, recording in enumerate(of_mood[mood]):
            best[recording.sample_id] = min(best.get(recording.sample_id, (rank, mood)), (rank, mood))
    return {
        mood: (source, [track for track in of_mood[mood] if best[track.sample_id][1] == mood])
        for mood, source in sources.items()
    }


def _source(parameters: RankTracks, mood: str, tracks: Sequence[Recording]) -> RankSource:
    """Return what the ranks of a mood follow: one thing for all of its tracks."""
    if parameters.rank_by != "auto":
        return parameters.rank_by
    if all(track.popularity is not None for track in tracks):
        return "popularity"
    if all(track.best.mode == "import" for track in tracks):
        return "given"
    counts = {track.moods[mood].n_playlists for track in tracks}
    return "playlist_count" if len(counts) > 1 else "position"


def _value(recording: Recording, mood: str, source: RankSource) -> float | None:
    if source == "popularity":
        return None if recording.popularity is None else float(recording.popularity)
    placed = recording.moods[mood]
    return float(placed.n_playlists if source == "playlist_count" else placed.position)


def _order(recording: Recording, mood: str, source: RankSource) -> tuple[float, float, int, int, str]:
    """Return what a mood's tracks are sorted by; what ties is told apart by playlists, then places, then the id."""
    value, placed = _value(recording, mood, source), recording.moods[mood]
    rising = source in ("position", "given")
    first = float("inf") if value is None else value if rising else -value
    return first, -placed.n_playlists, placed.position, placed.playlist_rank, recording.sample_id


def _rows(parameters: RankTracks, kept: Sequence[tuple[Recording, str, int, RankSource]]) -> dict[str, list[Any]]:
    first_only = parameters.group_by == "first_artist"
    groups = recordings.artist_groups([recording for recording, *_ in kept], first_only=first_only)
    ids = [recording.sample_id for recording, *_ in kept]
    split, placed = parameters.split, groups if parameters.split.by == "group_id" else ids
    lent = split.lent(placed)
    rows: dict[str, list[Any]] = {}
    for item, (recording, mood, rank, source), group_id in zip(placed, kept, groups, strict=True):
        best, sample_id = recording.best, recording.sample_id
        row = {
            "sample_id": sample_id,
            "split": split.place(item, lent),
            "group_id": group_id,
            "mood": mood,
            "mood_rank": rank,
            "rank_source": source,
            "rank_value": _value(recording, mood, source),
            "popularity": recording.popularity,
            "n_playlists": recording.moods[mood].n_playlists,
            "other_moods": "; ".join(other for other in sorted(recording.moods) if other != mood),
        }
        same = (
            "mode",
            "isrc",
            "spotify_id",
            "title",
            "artist",
            "artists",
            "album",
            "release_date",
            "duration_s",
            "explicit",
        )
        for name, value in (row | {name: getattr(best, name) for name in same}).items():
            rows.setdefault(name, []).append(value)
    return rows


STAGE = Stage(
    name="rank_tracks",
    version=3,
    verb="ranks the tracks of each mood",
    inputs=("listings",),
    outputs=("tracks",),
    parameters=RankTracks,
    cut=cut,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=0.0005, bytes=70),
)
