"""A crawled data set in small: tracks, words, videos and clips are made up, and real stages compute all that follows.

Two moods: of `happy` more tracks are complete than are taken, `sad` is short. Some tracks lack their words, their video,
an accepted one, or their clip.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import soundfile
from numpy.typing import NDArray

from musicdata.definitions import contract as contracts
from musicdata.definitions import stage as stages
from musicdata.definitions.reader import Reject
from musicdata.definitions.recipe import Recipe, Step
from musicdata.definitions.recipe import load as load_recipe
from musicdata.definitions.splits import Split
from musicdata.definitions.stage import Shard, Task
from musicdata.engine.manifest import seal
from musicdata.engine.state import WorkspaceState
from musicdata.music.text.lyric_cleaning import text_sha256
from musicdata.workspace.folder import Workspace
from musicdata.workspace.parts import PartWriter
from musicdata.workspace.reader import TableReader, read_rejects
from tests.release.made import rows_of

RATE_HZ, CLIP_S = 22_050, 1.0
PER_MOOD = 20
TRACKS = {"happy": 30, "sad": 12}
LACKS = {3: "lyrics", 5: "videos", 7: "chosen", 9: "clips"}
"""Rank in a mood → what the track of that rank lacks."""

FIRST_UNASKED = {"happy": 27, "sad": 11}
"""Mood → rank from which on nothing was fetched."""

DROPPED = {
    "fetch_lyrics": {("happy", 3): ("not_english", "language es"), ("sad", 11): ("http_500", "answered 500")},
    "find_videos": {("happy", 5): ("no_hits", "no hits"), ("happy", 7): ("no_accepted_video", "the best is too long")},
    "fetch_clips": {("happy", 9): ("wrong_length", "61 s"), ("happy", 28): ("gone", "of a track nobody asked for")},
}
"""Stage → mood and rank of what it rejected → reason and detail; of `sad`, 11 was the last that was asked for."""

MADE_BY = {
    "playlists": "find_playlists", "listings": "list_tracks", "tracks": "rank_tracks", "lyrics": "fetch_lyrics",
    "videos": "find_videos", "audio": "fetch_clips", "clips": "fetch_clips",
}  # fmt: skip
CRAWLED = tuple(dict.fromkeys(MADE_BY.values()))
COMPUTED = (
    "pair", "rights.services", "tokenise", "split_runs", "features_mfcc.clips", "features_logmel", "features_doc2vec",
    "features_track",
)  # fmt: skip
PARAMETERS: dict[str, dict[str, Any]] = {
    "fetch_clips": {"clip_s": CLIP_S},
    "pair": {"per_mood": PER_MOOD},
    "tokenise": {"tokenizer": "simple"},
    "features_doc2vec": {"epochs": 2, "infer_epochs": 2, "min_count": 1},
}
_WORDS = {
    "happy": [
        "sun",
        "light",
        "dance",
        "summer",
        "morning",
        "laughing",
        "we're",
        "golden",
        "hands",
        "bright",
        "singing",
        "street",
    ],
    "sad": ["rain", "cold", "alone", "night", "grey", "crying", "can't", "empty", "winter", "gone", "letters", "door"],
}
_COMMON = ["the", "a", "my", "your", "and", "I", "love", "you", "in"]

Rows = Sequence[Mapping[str, Any]]


def recipe(
    folder: Path, stages_: Sequence[str] = (*CRAWLED, *COMPUTED), views: Sequence[str] = ("ids", "features")
) -> Recipe:
    """Return a recipe of a crawled data set."""
    lines = ['[dataset]\nname = "moods"\ntitle = "Moods: lyrics and clips"\nmodalities = ["audio", "lyrics"]']
    services = {s for name in stages_ if (network := stages.find(name).network) for s in network.services}
    lines.append("[crawl.budgets]\n" + "\n".join(f'"{service}" = {{}}' for service in sorted(services)))
    for name in stages_:
        given = "\n".join(f"{key} = {_toml(value)}" for key, value in PARAMETERS.get(name, {}).items())
        lines.append(f'[[stage]]\nuse = "{name}"\n{given}')
    told = ", ".join(f'"{view}"' for view in views)
    lines.append(f'[release]\ncomplete = "pairs"\nviews = [{told}]\ndescription = "Made-up tracks."')
    path = folder / "moods.toml"
    path.write_text("\n\n".join(lines), "utf-8")
    return load_recipe(str(path))


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def build(work: Path, folder: Path) -> Path:
    """Make the whole workspace and return its folder."""
    made = recipe(folder)
    workspace = Workspace(work)
    tables = made_up()
    with workspace.hold("tests"):
        workspace.write_json(work / "run.json", {})
        (work / "recipe.toml").write_text(made.toml(), "utf-8")
        for step in made.steps:
            if step.stage.name in CRAWLED:
                made_by = {table: tables[table] for table in step.stage.outputs}
                seal_rows(workspace, step, made_by, dropped(step.stage.name))
            else:
                compute(workspace, step)
    return work


def dropped(stage: str) -> list[Reject]:
    """Return what a stage that fetched rejected."""
    return [Reject(sample_id(*track), *why) for track, why in DROPPED.get(stage, {}).items()]


def seal_rows(workspace: Workspace, step: Step, tables: Mapping[str, pa.Table], rejects: Sequence[Reject] = ()) -> None:
    """Seal a stage with these rows and rejects, as if it had made them."""
    sink = _Sink(workspace, step)
    for table, rows in tables.items():
        sink.write(table, rows)
    for reject in rejects:
        sink.reject(reject.key, reject.reason, reject.detail)
    _seal(workspace, step, [sink.record(Shard("", "", len(next(iter(tables.values()))), ""), 0)])


def compute(workspace: Workspace, step: Step) -> None:
    """Run a compute stage in this process, and seal it."""
    reader, records = TableReader(workspace), []
    assert step.stage.cut is not None
    for ordinal, shard in enumerate(step.stage.cut(step.parameters, reader)):
        sink = _Sink(workspace, step)
        rejects = functools.partial(read_rejects, workspace)
        step.stage.run(step.parameters, Task(shard, reader, sink, workspace.scratch, rejects=rejects))
        records.append(sink.record(shard, ordinal))
    _seal(workspace, step, records)


def _seal(workspace: Workspace, step: Step, records: list[dict[str, Any]]) -> None:
    seal(known(workspace).state_of(step), records)


def known(workspace: Workspace) -> WorkspaceState:
    """Return the state of a workspace of which every sealed stage is up to date."""
    state = WorkspaceState(workspace)
    for stage in workspace.sealed_stages():
        state.add(stage, workspace.manifest(stage) or {})
    return state


class _Sink:
    """Writes parts of a stage's tables, and its rejects."""

    def __init__(self, workspace: Workspace, step: Step) -> None:
        self._workspace = workspace
        self._stage = step.stage
        self._writers: dict[str, PartWriter] = {}
        self.rejected: list[tuple[str, str, str]] = []

    def write(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        assert table in self._stage.outputs
        self._append(table, rows)

    def _append(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        if table not in self._writers:
            self._writers[table] = PartWriter(contracts.load(table), self._workspace.scratch / f"{table}.parquet")
        self._writers[table].write(rows)

    def reject(self, key: str, reason: str, detail: str) -> None:
        self.rejected.append((key, reason, detail))

    def record(self, shard: Shard, ordinal: int) -> dict[str, Any]:
        parts = {}
        for key, reason, detail in sorted(self.rejected):
            row = {"stage": self._stage.name, "key": key, "reason": reason, "detail": detail}
            self._append("rejects", {name: [value] for name, value in row.items()})
        for table, writer in self._writers.items():
            writer.close()
            facts = {"rows": writer.rows, "first": writer.first, "last": writer.last}
            if writer.rows:
                is_rejects, name = table == "rejects", self._stage.name
                folder = self._workspace.rejects_folder(name) if is_rejects else self._workspace.table_folder(table)
                parts[table] = self._workspace.commit_part(writer.path, folder, ordinal) | facts
        found = {"key": f"k{ordinal}", "first": shard.first, "last": shard.last, "n_items": shard.n_items}
        reasons = dict(Counter(reason for _, reason, _ in self.rejected))
        return found | {"rejects": parts.pop("rejects", None), "parts": parts, "reasons": reasons}


def made_up() -> dict[str, pa.Table]:
    """Return the tables that the crawl would have made."""
    rng = np.random.default_rng(0)
    tracks = sorted(_tracks(), key=lambda row: row["sample_id"])
    known = [row for row in tracks if _has(row, "lyrics")]
    sung = [{**_key(row), **_lyrics(row)} for row in known]
    videos = [video for row in known if _has(row, "videos") for video in _videos(row)]
    cut = [row for row in known if _has(row, "videos") and _has(row, "chosen") and _has(row, "clips")]
    sounds = [sound(row["sample_id"]) for row in cut]
    files = [
        {"bytes": _flac(samples), "path": f"{row['sample_id']}.flac"} for row, samples in zip(cut, sounds, strict=True)
    ]
    audio = [
        {**_key(row), "audio": file, "sample_rate": RATE_HZ, "n_samples": len(samples), "peak_dbfs": -6.0}
        for row, file, samples in zip(cut, files, sounds, strict=True)
    ]
    clips = [
        {**_key(row), "video_id": _video_id(row), "start_s": 30.0, "n_padded": 0,
         "pcm_sha256": hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()}
        for row, samples in zip(cut, sounds, strict=True)
    ]  # fmt: skip
    lists = [{"playlist_key": f"{mood}/0001", "mood": mood} for mood in TRACKS]
    entries = [{"playlist_key": f"{mood}/0001", "mood": mood, "position": 0} for mood in TRACKS]
    found: dict[str, Rows] = {
        "playlists": lists, "listings": entries, "tracks": tracks, "lyrics": sung, "videos": videos, "audio": audio, "clips": clips,
    }  # fmt: skip
    return {table: _table(table, rows, rng) for table, rows in found.items()}


def _table(table: str, rows: Rows, rng: np.random.Generator) -> pa.Table:
    types = {column.name: column.arrow_type for column in contracts.load(table).columns}
    given = {name: pa.array([row[name] for row in rows], types[name]) for name in rows[0]}
    made = rows_of(table, given, rng)
    key = contracts.load(table).key
    return made.take(pc.sort_indices(made.select(list(key)), sort_keys=[(name, "ascending") for name in key]))


def _tracks() -> list[dict[str, Any]]:
    split = Split()
    found = []
    for mood, n in TRACKS.items():
        for rank in range(1, n + 1):
            artist = f"Artist {mood} {rank // 2}"  # two tracks each
            group = hashlib.sha256(artist.encode()).hexdigest()[:16]
            found.append(
                {
                    "sample_id": sample_id(mood, rank),
                    "split": split.place(group), "group_id": group, "mood": mood, "mood_rank": rank,
                    "title": f"Song {rank}", "artist": artist, "isrc": f"XX{rank:010d}", "spotify_id": None,
                    "duration_s": 180.0,
                }
            )  # fmt: skip
    return found


def sample_id(mood: str, rank: int) -> str:
    """Return the id of a track."""
    return hashlib.sha256(f"{mood} {rank}".encode()).hexdigest()[:16]


def _has(track: Mapping[str, Any], part: str) -> bool:
    return track["mood_rank"] < FIRST_UNASKED[track["mood"]] and LACKS.get(track["mood_rank"]) != part


def _key(track: Mapping[str, Any]) -> dict[str, Any]:
    return {"sample_id": track["sample_id"], "split": track["split"]}


def _lyrics(track: Mapping[str, Any]) -> dict[str, Any]:
    rng = np.random.default_rng(int(track["sample_id"], 16) % 2**32)
    words = [*_WORDS[track["mood"]], *_COMMON]
    lines = [" ".join(rng.choice(words, 6)) for _ in range(8)]
    text = "\n".join(lines)
    is_synced = track["mood_rank"] % 2 == 0
    return {
        "source": "musixmatch" if is_synced else "lrclib", "text": text, "language": "en", "is_english": True,
        "synced": "\n".join(f"[00:{26 + k}.50]{line}" for k, line in enumerate(lines)) if is_synced else None,
        "truncated": track["mood_rank"] % 4 == 0, "instrumental": False, "n_words": len(text.split()),
        "text_sha256": text_sha256(text), "copyright": None,
    }  # fmt: skip


def _videos(track: Mapping[str, Any]) -> list[dict[str, Any]]:
    is_chosen = _has(track, "chosen")
    first = {
        **_key(track), "candidate": 0, "video_id": _video_id(track), "duration_s": 181.0 if track["mood_rank"] % 3 else 240.0,
        "verdict": "accepted" if is_chosen else "rejected", "reason": "" if is_chosen else "length",
        "chosen": is_chosen,
    }  # fmt: skip
    second = first | {
        "candidate": 1,
        "video_id": "other" + track["sample_id"][:6],
        "verdict": "rejected",
        "chosen": False,
    }
    return [first, second]


def _video_id(track: Mapping[str, Any]) -> str:
    return str(track["sample_id"])[:11]


def sound(sample_id: str) -> NDArray[np.int16]:
    """Return a second of sound of a pitch and a beat of its own, shape (n,)."""
    number = int(sample_id, 16)
    times = np.arange(round(RATE_HZ * CLIP_S)) / RATE_HZ
    tone = np.sin(2 * np.pi * 220 * 2 ** (number % 12 / 12) * times) * (
        np.sin(2 * np.pi * (2 + number % 3) * times) > 0
    )
    return (8000 * tone).astype(np.int16)


def _flac(samples: NDArray[np.int16]) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE_HZ, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def step(made: Recipe, name: str) -> Step:
    """Return the step of a stage."""
    return next(one for one in made.steps if one.stage.name == name)
