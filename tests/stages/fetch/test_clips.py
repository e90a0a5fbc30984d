from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.definitions import contract
from musicdata.definitions.stage import Answer, Shard, Task
from musicdata.music.features.fingerprint import SAME, fingerprint, similarity
from musicdata.music.formats import sound_files
from musicdata.music.formats.sound_files import RATE_HZ
from musicdata.settings.services import Services
from musicdata.stages.fetch import clips as fetch_clips
from musicdata.stages.fetch.clips import FetchClips
from musicdata.system.http import HttpError
from musicdata.twin import Faults, Population, Twin
from musicdata.twin.track import RIGHT, Track
from tests.stages.crawled import Calls, Tables
from tests.stages.fetch.test_videos import table

POPULATION = Population(n_tracks=30, n_moods=2)
TRACKS = [track for track in POPULATION.tracks[:30] if track.isrc and POPULATION.winner(track)][:8]
THREE_S = FetchClips(clip_s=3.0)


def videos(twin: Twin, tracks: Sequence[Track], **changes: Any) -> Tables:
    rows = []
    for track in tracks:
        showing = next(one for one in RIGHT if one in track.showings)
        video_id = POPULATION.video_id(track, showing)
        url = f"{twin.services().urls['videos']}media/{video_id}.{POPULATION.extension(track)}"
        told = {"candidate": 0, "video_id": video_id, "url": url, "duration_s": POPULATION.length_s(track, showing)}
        told |= {"sample_id": track.sample_id, "split": "train", "chosen": True, "start_s": None}
        rows += [told | changes, told | {"candidate": 1, "chosen": False}]
    return Tables({"videos": table("videos", rows)})


def crawl(parameters: FetchClips, services: Services, tables: Tables, folder: Path) -> Tables:
    fetcher = fetch_clips.connect(parameters, services)
    answers, out = [], Tables()
    try:
        for item in fetch_clips.items(parameters, tables):
            scratch = folder / item.key
            scratch.mkdir(parents=True)
            try:
                path = fetcher.fetch(item, Calls(scratch))
                answers.append(Answer(item.key, item.request, "ok", path=path))
                assert list(scratch.iterdir()) == [path]
            except HttpError as error:
                answers.append(Answer(item.key, item.request, str(error.outcome), error.reason, str(error)))
    finally:
        fetcher.close()
    fetch_clips.run(
        parameters, Task(Shard("", "", len(answers), ""), tables, out, folder, answers=lambda: iter(answers))
    )
    return out


def test_clips_of_the_chosen_videos_and_what_is_said_of_them(tmp_path: Path) -> None:
    with Twin(POPULATION) as twin:
        found = crawl(THREE_S, twin.services(), videos(twin, TRACKS), tmp_path)
    assert not found.rejects
    audio, clips = (found.read(name).to_pylist() for name in ("audio", "clips"))
    assert [row["sample_id"] for row in audio] == [row["sample_id"] for row in clips]
    assert [row["sample_id"] for row in clips] == sorted(track.sample_id for track in TRACKS)
    track_of = {track.sample_id: track for track in TRACKS}
    for sound, clip in zip(audio, clips, strict=True):
        track = track_of[clip["sample_id"]]
        showing = next(one for one in RIGHT if one in track.showings)
        flac = sound["audio"]["bytes"]
        samples, rate_hz, _ = sound_files.decode_flac(flac)
        length_s = POPULATION.length_s(track, showing)
        assert (sound["n_samples"], sound["sample_rate"], rate_hz) == (3 * RATE_HZ, RATE_HZ, RATE_HZ)
        assert sound["sha256"] == hashlib.sha256(flac).hexdigest()
        assert sound["peak_dbfs"] <= 0
        assert abs(clip["start_s"] - (length_s - 3) / 2) < 0.002
        assert abs(clip["duration_s"] - length_s) < 0.01
        assert clip["pcm_sha256"] == hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()
        whole = POPULATION.samples(track, showing).astype(np.float32) / np.float32(32_768)
        start = round(clip["start_s"] * RATE_HZ)
        assert similarity(clip["fingerprint"], fingerprint(whole[start : start + 3 * RATE_HZ], RATE_HZ)) > SAME
    for name in ("audio", "clips"):
        assert not contract.load(name).problems(found.read(name))


@pytest.mark.long
def test_fetching_again_gives_the_same_tables(tmp_path: Path) -> None:
    with Twin(POPULATION) as twin:
        tables = videos(twin, TRACKS[:3])
        one, other = (crawl(THREE_S, twin.services(), tables, tmp_path / name) for name in ("a", "b"))
    assert all(one.read(name).equals(other.read(name)) for name in ("audio", "clips"))


def test_a_seed_draws_other_places_and_a_person_says_which(tmp_path: Path) -> None:
    with Twin(POPULATION) as twin:
        tables = videos(twin, TRACKS)
        drawn = [fetch_clips.items(FetchClips(start="seeded", seed=seed), tables) for seed in (0, 0, 1)]
        places = [[item.request["place"] for item in items] for items in drawn]
        said = crawl(THREE_S, twin.services(), videos(twin, TRACKS[:1], start_s=0.5), tmp_path)
    assert places[0] == places[1] != places[2]
    assert len(set(places[0])) == len(TRACKS)
    assert said.rows("clips")[0]["start_s"] == 0.5


def test_a_clip_longer_than_its_video_is_a_reject(tmp_path: Path) -> None:
    with Twin(POPULATION) as twin:
        found = crawl(FetchClips(clip_s=30.0), twin.services(), videos(twin, TRACKS[:1]), tmp_path)
    assert found.reasons() == ["too_short"]


def test_another_sound_than_was_announced_is_a_reject(tmp_path: Path) -> None:
    with Twin(POPULATION) as twin:
        found = crawl(THREE_S, twin.services(), videos(twin, TRACKS[:1], duration_s=60.0), tmp_path)
    assert found.reasons() == ["wrong_length"]


def test_every_fault_of_the_twin_ends_in_its_class(tmp_path: Path) -> None:
    for kind, reason in [("403", "forbidden"), ("404", "http_404"), ("500", "http_500"), ("short_body", "short_body"),
                         ("garbage", "not_sound"), ("html", "not_media"), ("429_seconds", "http_429"), ("stall", "timeout")]:  # fmt: skip
        faults = Faults.planted(1.0, stages=["fetch_clips"], kinds=[kind], lasting=1.0)
        with Twin(POPULATION, faults=faults, deadline_s=1.0) as twin:
            found = crawl(THREE_S, twin.services(), videos(twin, TRACKS[:1]), tmp_path / kind)
        assert found.reasons() == [reason], (kind, found.rejects)
