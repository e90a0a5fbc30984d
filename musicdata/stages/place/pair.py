"""Pair each mood's first complete tracks, and say of every other one why it is missing → `pairs`, `missing`."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.text import synced_lyrics
from musicdata.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs, Reject

    Row = dict[str, Any]

_READS: dict[str, list[str]] = {
    "tracks": [
        "sample_id", "split", "group_id", "mood", "mood_rank", "title", "artist", "isrc", "spotify_id", "duration_s",
    ],
    "lyrics": ["sample_id", "n_words", "language", "text_sha256"],
    "videos": ["sample_id", "candidate", "video_id", "duration_s", "verdict", "reason", "chosen"],
    "clips": ["sample_id", "video_id", "start_s"],
    "audio": ["sample_id", "sample_rate", "n_samples"],
}  # fmt: skip
_WORDS = ["sample_id", "text", "synced"]
_ASKED = {"fetch_lyrics": "lyrics", "find_videos": "videos", "fetch_clips": "clips"}  # stage → table it makes


class Pair(Parameters):
    """What is taken.

    Attributes:
        per_mood: complete tracks of a mood, at most; the paper's 500.
        max_length_difference_s: a video whose length differs more from the track's is not the same recording from
            beginning to end: then the lines' times say nothing about the clip.
    """

    per_mood: int = Field(500, ge=1, le=100_000)
    max_length_difference_s: float = Field(3.0, ge=0)


def expect(parameters: Pair, counts: Counts) -> Expected:
    """Tell how many pairs there are at most; figures are those of pairs of made-up tracks."""
    pairs = min(parameters.per_mood * counts["tracks.mood"], counts["audio"])
    return Expected(pairs, {"pairs": pairs, "missing": counts["tracks"] - pairs})


def remark(parameters: Pair, inputs: Inputs) -> Remark:
    """Say which moods have fewer pairs than are wanted, if any has, and what helps."""
    n_pairs = Counter(inputs.read("pairs", ["mood"]).column(0).to_pylist())
    moods = sorted(set(strings(inputs.read("tracks", ["mood"]).column(0))))
    short = {mood: n_pairs[mood] for mood in moods if n_pairs[mood] < parameters.per_mood}
    facts = {"per_mood": parameters.per_mood, "moods": len(moods), "short": short}
    if not short:
        return Remark(facts)
    named = ", ".join(f"{mood} {n:,}" for mood, n in short.items())
    text = (
        f"{len(short):,} of {counted(len(moods), 'mood')} have fewer than "
        f"{counted(parameters.per_mood, 'pair')}: {named}. "
        "The table missing says why; where the reason is not_asked, greater fetch_lyrics.candidates and "
        "find_videos.per_mood ask for more"
    )
    return Remark(facts, text)


def cut(_parameters: Pair, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: whether a track is taken depends on all before it in its mood."""
    ids = strings(inputs.read("tracks", ["sample_id"]).column("sample_id"))
    if ids:
        digest = cutting.rows_digest(inputs, _READS | {"lyrics": [*_READS["lyrics"], "synced"]})
        yield Shard(ids[0], ids[-1], len(ids), digest)


def run(parameters: Pair, task: Task) -> None:
    """Go through each mood in order of rank until it has enough."""
    facts = _Facts(task)
    taken, missing = _chosen(parameters, facts)
    _write_pairs(parameters, task, facts, taken)
    for row in sorted(missing, key=lambda row: row["sample_id"]):
        task.sink.write("missing", {name: [value] for name, value in row.items()})


class _Facts:
    """Holds what the tables and the rejects say of every track, by its id; no words and no sound."""

    def __init__(self, task: Task) -> None:
        self.tracks, self.lyrics, self.clips, self.audio = (
            {row["sample_id"]: row for row in task.inputs.read(table, _READS[table]).to_pylist()}
            for table in ("tracks", "lyrics", "clips", "audio")
        )
        self.videos: dict[str, list[Row]] = defaultdict(list)
        for row in task.inputs.read("videos", _READS["videos"]).to_pylist():
            self.videos[row["sample_id"]].append(row)
        self.rejects: dict[str, dict[str, Reject]] = {
            stage: {reject.key: reject for reject in task.rejects(stage)} for stage in _ASKED
        }
        self._last_asked = {
            "fetch_lyrics": self._last({*self.lyrics, *self.rejects["fetch_lyrics"]}),
            "find_videos": self._last({*self.videos, *self.rejects["find_videos"]}),
        }

    def _last(self, ids: set[str]) -> dict[str, int]:
        """Return mood → rank of its last track that is among the ids."""
        last: dict[str, int] = {}
        for sample_id in ids:
            if track := self.tracks.get(sample_id):
                last[track["mood"]] = max(last.get(track["mood"], 0), track["mood_rank"])
        return last

    def chosen(self, sample_id: str) -> Row | None:
        """Return the video that was chosen for a track."""
        return next((row for row in self.videos.get(sample_id, ()) if row["chosen"]), None)

    def lack(self, track: Row) -> tuple[str, str, str] | None:
        """Return stage, reason and detail of what a track lacks; None when it has everything.

        The stage is the first without which the track goes no further; the reason is that stage's own, or where it
        rejected nothing, what the tables tell.
        """
        sample_id = track["sample_id"]
        if sample_id not in self.lyrics:
            stage = "fetch_lyrics"
        elif self.chosen(sample_id) is None:
            stage = "find_videos"
        elif sample_id not in self.clips or sample_id not in self.audio:
            stage = "fetch_clips"
        else:
            return None
        if reject := self.rejects[stage].get(sample_id):
            return stage, reject.reason, reject.detail
        return stage, *self._told_by_tables(stage, track)

    def _told_by_tables(self, stage: str, track: Row) -> tuple[str, str]:
        """Return reason and detail of what a track lacks that no stage rejected."""
        if stage == "fetch_clips":
            return "no_clip", "a video was chosen, and no clip of it is there"
        videos = self.videos.get(track["sample_id"], [])
        if stage == "find_videos" and videos:
            first = min(videos, key=lambda row: row["candidate"])
            summary = f"{len(videos)} candidates, the first is {first['verdict']}"
            return "no_accepted_video", f"{summary}: {first['reason']}" if first["reason"] else summary
        table, last = _ASKED[stage], self._last_asked[stage].get(track["mood"], 0)
        if track["mood_rank"] > last:
            return "not_asked", f"no track of the mood from rank {last + 1} on has a row in {table} or was rejected"
        reason = {"fetch_lyrics": "no_usable_lyrics", "find_videos": "no_video"}[stage]
        return reason, f"it has no row in {table}, though tracks of a later rank were asked for"


def _chosen(parameters: Pair, facts: _Facts) -> tuple[dict[str, int], list[Row]]:
    """Return track → rank among the pairs of its mood, and rows of `missing`."""
    of_mood: dict[str, list[Row]] = defaultdict(list)
    for track in facts.tracks.values():
        of_mood[track["mood"]].append(track)
    taken: dict[str, int] = {}
    missing: list[Row] = []
    for tracks in of_mood.values():
        n_taken = 0
        for track in sorted(tracks, key=lambda row: row["mood_rank"]):
            if n_taken == parameters.per_mood:
                break
            lack = facts.lack(track)
            if lack is None:
                n_taken += 1
                taken[track["sample_id"]] = n_taken
            else:
                entry = {name: track[name] for name in ("sample_id", "split", "mood", "mood_rank")}
                missing.append(entry | dict(zip(("stage", "reason", "detail"), lack, strict=True)))
    return taken, missing


def _write_pairs(parameters: Pair, task: Task, facts: _Facts, taken: dict[str, int]) -> None:
    """Write the pairs, reading the words part by part."""
    for part in task.inputs.iterate("lyrics", _WORDS):
        for words in part.to_pylist():
            sample_id = words["sample_id"]
            if sample_id in taken:
                row = _pair(parameters, facts, words) | {"pair_rank": taken[sample_id]}
                task.sink.write("pairs", {name: [value] for name, value in row.items()})


def _pair(parameters: Pair, facts: _Facts, words: Row) -> Row:
    sample_id = words["sample_id"]
    track, lyrics, clip = facts.tracks[sample_id], facts.lyrics[sample_id], facts.clips[sample_id]
    copied = ("sample_id", "split", "group_id", "mood", "mood_rank", "title", "artist", "isrc", "spotify_id")
    return {
        **{name: track[name] for name in copied},
        "lyrics": words["text"],
        "clip_words": _clip_words(parameters, facts, words),
        "n_words": lyrics["n_words"],
        "language": lyrics["language"],
        "video_id": clip["video_id"],
        "start_s": clip["start_s"],
    }


def _clip_words(parameters: Pair, facts: _Facts, words: Row) -> str | None:
    """Return the words of the lines that begin inside the clip; None where the lines' times do not tell."""
    sample_id = words["sample_id"]
    video_s = (facts.chosen(sample_id) or {}).get("duration_s")
    track_s = facts.tracks[sample_id]["duration_s"]
    lines = synced_lyrics.parse(words["synced"]) if words["synced"] else []
    if not lines or video_s is None or track_s is None:
        return None
    if abs(video_s - track_s) > parameters.max_length_difference_s:
        return None
    audio = facts.audio[sample_id]
    length_s = audio["n_samples"] / audio["sample_rate"]
    return synced_lyrics.words_inside(lines, facts.clips[sample_id]["start_s"], length_s)


STAGE = Stage(
    name="pair",
    version=1,
    verb="pairs lyrics and clips, and says what is missing",
    inputs=("tracks", "lyrics", "videos", "clips", "audio"),
    outputs=("pairs", "missing"),
    parameters=Pair,
    cut=cut,
    run=run,
    reads_rejects=tuple(_ASKED),
    expect=expect,
    cost=Cost(cpu_s=0.001, bytes=900),
    remark=remark,
)
