"""Fetch a clip of each chosen video → `audio`, `clips`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin

from pydantic import Field

from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Caller, Item, Network, Parameters, Pieces, Stage, Task
from musicdata.errors import FormatError
from musicdata.settings.reach import Reach, place_of
from musicdata.sources.videos import overrides
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from musicdata.definitions.reader import Inputs
    from musicdata.definitions.stage import Answer
    from musicdata.settings.services import Services
    from musicdata.sources.videos.clips import Clip

    Row = dict[str, Any]

MAX_BYTES = 64 << 20
_CLIP_BYTES_A_S = 22_000  # FLAC, mono, 22,050 Hz
_SOURCE_BYTES_A_S = 16_000  # audio as a video host sends it
_SONG_S = 220.0
_CLIPS_A_SHARD = 200  # of 30 s: 130 MB
_VIDEO = ["sample_id", "split", "video_id", "url", "duration_s", "start_s", "chosen"]


class FetchClips(Parameters):
    """Which clip is taken, and how it is fetched.

    Attributes:
        clip_s: its length, in seconds.
        start: "middle", or "seeded": anywhere, by a keyed hash of the sample's id.
        seed: of that hash.
        fetch: "whole" fetches the video's whole sound and cuts it here, "section" only what is needed: fewer bytes,
            but through ffmpeg, which YouTube often serves slowly or not at all.
    """

    clip_s: float = Field(30.0, ge=1, le=600)
    start: Literal["middle", "seeded"] = "middle"
    seed: int = Field(0, ge=0, lt=2**32)
    fetch: Literal["whole", "section"] = "whole"


def download_bytes(parameters: FetchClips) -> float:
    """Return what is received for a clip: of a whole song, or of the section alone."""
    return _SOURCE_BYTES_A_S * (parameters.clip_s if parameters.fetch == "section" else _SONG_S)


def items(parameters: FetchClips, inputs: Inputs) -> Iterator[Item]:
    """Yield the chosen videos, in order of the key."""
    for part in inputs.iterate("videos", _VIDEO):
        for row in part.to_pylist():
            if row["chosen"]:
                yield Item(row["sample_id"], request_of(parameters, row))


def request_of(parameters: FetchClips, row: Row) -> Row:
    """Return all that fetching a video's clip needs."""
    request = {"url": row["url"], "video_id": row["video_id"], "duration_s": row["duration_s"]}
    request |= {"clip_s": parameters.clip_s, "section": parameters.fetch == "section"}
    if row["start_s"] is not None:
        return request | {"start_s": row["start_s"]}
    return request | {"place": 0.5 if parameters.start == "middle" else _place(row["sample_id"], parameters.seed)}


def _place(sample_id: str, seed: int) -> float:
    """Return a number from 0 to 1 that depends on the id and the seed alone."""
    hashed = hashlib.blake2b(sample_id.encode(), key=seed.to_bytes(4, "big"), digest_size=4)
    return round(int.from_bytes(hashed.digest(), "big") / 2**32, 6)


class ClipFetcher:
    """Lets yt-dlp fetch, one video at a time, in a process that is kept."""

    def __init__(self, services: Services) -> None:
        from musicdata.sources.videos.process import YtDlp

        self._ytdlp = YtDlp()
        self._base = services.url("videos")
        self._reach = services.reach("videos")
        self._deadline_s = services.deadline_s

    def fetch(self, item: Item, caller: Caller) -> Path:
        """Return the clip as a FLAC file.

        Raises:
            HttpError: the video cannot be had, or is not the sound that was announced (`invalid`).
            SetupError: yt-dlp, ffmpeg or a JavaScript runtime is missing.
        """
        request = dict(item.request)
        reply = caller.call("youtube.media", request, lambda: self._ask(request, caller.scratch))
        path = caller.scratch / "fetched.flac"
        path.write_bytes(reply)
        return path

    def _ask(self, request: Mapping[str, Any], scratch: Path) -> bytes:
        from musicdata.system import paths, processes

        with processes.private_folder(scratch, "clip-") as folder:
            spec = {name: value for name, value in request.items() if name not in ("url", "video_id")}
            question = {"ask": "clip", "url": urljoin(self._base, request["url"]), "wanted": spec}
            question |= {"folder": str(folder), "max_bytes": MAX_BYTES}
            question |= {"reach": self._reach_of(question["url"], request["video_id"]).packed()}
            answer = self._ytdlp.ask(question, f"video {request['video_id']}", self._deadline_s)
            return paths.read_inside(folder, str(answer["file"]), MAX_BYTES)

    def _reach_of(self, url: str, video_id: str) -> Reach:
        """Return where fetching a video may lead: one of another site is there because the user named it."""
        place = place_of(url)
        if not overrides.is_elsewhere(video_id) or place is None:
            return self._reach
        return Reach(None, self._reach.places | {place})

    def close(self) -> None:
        """End yt-dlp."""
        self._ytdlp.close()


def connect(_parameters: FetchClips, services: Services) -> ClipFetcher:
    """Return a fetcher; the process of yt-dlp starts with its first item."""
    return ClipFetcher(services)


def run(_parameters: FetchClips, task: Task) -> None:
    """Write the shard's clips, and what can be said of them."""
    from musicdata.sources.videos import clips

    rows = task.inputs.read("videos", ["sample_id", "split"], task.shard.first, task.shard.last).to_pylist()
    split_of = {row["sample_id"]: row["split"] for row in rows}
    for answer in task.answers():
        if answer.outcome != "ok":
            task.sink.reject(answer.key, answer.reason, answer.detail)
            continue
        flac = answer.content()
        try:
            clip = clips.read(flac, float(answer.request["clip_s"]))
        except FormatError as error:
            task.sink.reject(answer.key, error.reason, error.detail)
            continue
        key = {"sample_id": answer.key, "split": split_of[answer.key]}
        for table, row in (("audio", _audio_row(answer.key, flac, clip)), ("clips", _clip_row(answer, clip))):
            task.sink.write(table, {name: [value] for name, value in (key | row).items()})


def _audio_row(sample_id: str, flac: bytes, clip: Clip) -> Row:
    from musicdata.music.formats.sound_files import RATE_HZ

    return {
        "audio": {"bytes": flac, "path": f"{sample_id}.flac"},
        "sha256": hashlib.sha256(flac).hexdigest(),
        "sample_rate": RATE_HZ,
        "n_samples": len(clip.samples),
        "peak_dbfs": clip.peak_dbfs(),
    }


def _clip_row(answer: Answer, clip: Clip) -> Row:
    import numpy as np

    from musicdata.music.features import fingerprint
    from musicdata.music.formats.sound_files import RATE_HZ

    samples = clip.samples.astype(np.float32) / np.float32(32_768)
    return {
        "video_id": answer.request["video_id"],
        "url": answer.request["url"],
        "start_s": clip.origin.start_s,
        "duration_s": clip.origin.duration_s,
        "n_padded": clip.origin.n_padded,
        "fetch": clip.origin.fetch,
        "pcm_sha256": clip.pcm_sha256(),
        "fingerprint": fingerprint.fingerprint(samples, RATE_HZ),
    }


def _tools(_parameters: FetchClips) -> Mapping[str, str]:
    from musicdata.music.formats import sound_files

    return {"soundfile": version("soundfile"), "soxr": version("soxr"), "ffmpeg": sound_files.ffmpeg_version()}


STAGE = Stage(
    name="fetch_clips",
    version=1,
    verb="fetches a clip of each chosen video",
    inputs=("videos",),
    outputs=("audio", "clips"),
    needs=("soxr",),
    parameters=FetchClips,
    run=run,
    pieces=Pieces("keys"),
    network=Network(
        services=("youtube.media",),
        items=items,
        connect=connect,
        shard_items=_CLIPS_A_SHARD,
        kept_in="audio",
        calls=lambda _parameters, _counts: {"youtube.media": 1.0},
        download_bytes=download_bytes,
    ),
    tools=_tools,
    expect=as_many("videos.sample_id", audio="videos.sample_id", clips="videos.sample_id"),
    cost=lambda parameters, _expected: Cost(bytes=parameters.clip_s * _CLIP_BYTES_A_S),
)
