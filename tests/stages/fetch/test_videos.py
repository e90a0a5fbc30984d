from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions import contract
from musicdata.errors import InputError
from musicdata.stages.fetch import videos
from musicdata.stages.fetch.videos import FindVideos
from musicdata.twin import Faults, Population, Twin
from musicdata.twin.track import RIGHT, Track
from tests.release.made import rows_of
from tests.stages.crawled import Calls, Tables, crawl

POPULATION = Population(n_tracks=60, n_moods=3)
PLAIN = [track for track in POPULATION.tracks[:60] if track.isrc]


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    types = {column.name: column.arrow_type for column in contract.load(name).columns}
    rows = sorted(rows, key=lambda row: str(row["sample_id"]))
    given = {column: pa.array([row[column] for row in rows], types[column]) for column in rows[0]}
    return rows_of(name, given, np.random.default_rng(0))


def inputs(tracks: Sequence[Track], n_without_words: int = 0) -> Tables:
    ranks = dict.fromkeys(POPULATION.moods, 0)
    rows = []
    for track in tracks:
        ranks[track.mood] += 1
        told = {"mood": track.mood, "mood_rank": ranks[track.mood], "isrc": track.isrc, "duration_s": track.duration_s}
        told |= {"artist": track.artist, "artists": "; ".join(track.artists), "title": track.title, "split": "train"}
        rows.append({"sample_id": track.sample_id, **told})
    words = [{"sample_id": row["sample_id"]} for row in rows[n_without_words:]]
    return Tables({"tracks": table("tracks", rows), "lyrics": table("lyrics", words)})


def test_the_right_video_is_chosen_and_all_are_kept() -> None:
    calls = Calls()
    with Twin(POPULATION) as twin:
        found = crawl(videos.STAGE, FindVideos(), twin.services(), inputs(PLAIN), calls)
        assert len(twin.requests) == len(calls.made) == len(PLAIN)
    rows = found.rows("videos")
    chosen = {row["sample_id"]: row["video_id"] for row in rows if row["chosen"]}
    assert chosen == {track.sample_id: POPULATION.winner(track) for track in PLAIN if POPULATION.winner(track)}
    without = {track.sample_id for track in PLAIN if not set(track.showings) & set(RIGHT)}
    assert {key for key, _, _ in found.rejects} == without
    assert set(found.reasons()) <= {"no_accepted_video", "no_hits"}
    for track in PLAIN:
        own = [row for row in rows if row["sample_id"] == track.sample_id]
        assert [row["candidate"] for row in own] == list(range(min(5, len(track.showings))))
        assert all(row["reason"] for row in own if row["verdict"] != "accepted")


def test_only_the_first_tracks_with_words_are_searched_for() -> None:
    tables = inputs(PLAIN, n_without_words=10)
    items = list(videos.items(FindVideos(per_mood=2), tables))
    tracks = {row["sample_id"]: row for row in tables.rows("tracks")}
    with_words = {row["sample_id"] for row in tables.rows("lyrics")}
    for mood in POPULATION.moods:
        ranked = sorted(
            (row["mood_rank"], key) for key, row in tracks.items() if row["mood"] == mood and key in with_words
        )
        assert {item.key for item in items if tracks[item.key]["mood"] == mood} == {key for _, key in ranked[:2]}


def test_a_person_can_overrule_the_search(tmp_path: Path) -> None:
    track, other = PLAIN[:2]
    path = tmp_path / "videos.csv"
    path.write_text(f"isrc,video,start_s\n{track.isrc},dQw4w9WgXcQ,12.5\n")
    with Twin(POPULATION) as twin:
        calls = Calls()
        found = crawl(videos.STAGE, FindVideos(overrides=str(path)), twin.services(), inputs([track, other]), calls)
    assert len(calls.made) == 1
    (row,) = [row for row in found.rows("videos") if row["sample_id"] == track.sample_id]
    assert (row["video_id"], row["start_s"], row["chosen_by"], row["chosen"]) == ("dQw4w9WgXcQ", 12.5, "override", True)
    with pytest.raises(InputError, match="line 2"):
        path.write_text("isrc,video\nX,nothing\n")
        list(videos.items(FindVideos(overrides=str(path)), inputs([track])))


def test_what_a_person_should_look_at_is_taken_only_if_told() -> None:
    many = Population(n_tracks=1000, n_moods=3)
    late = next(track for track in many.tracks if "late" in track.showings and not set(track.showings) & set(RIGHT))
    with Twin(many) as twin:
        careful, bold = (
            crawl(videos.STAGE, FindVideos(take_review=take, n_candidates=20), twin.services(), inputs([late]))
            for take in (False, True)
        )
    assert not any(row["chosen"] for row in careful.rows("videos"))
    assert [row["verdict"] for row in bold.rows("videos") if row["chosen"]] == ["review"]


@pytest.mark.parametrize(
    ("kind", "reason"), [("html", "not_json"), ("403", "http_403"), ("null", "wrong_shape"), ("500", "http_500")]
)
def test_a_failed_search_is_a_reject_with_its_reason(kind: str, reason: str) -> None:
    faults = Faults.planted(1.0, stages=["find_videos"], kinds=[kind], lasting=1.0)
    track = next(track for track in PLAIN if track.has_video)
    with Twin(POPULATION, faults=faults) as twin:
        found = crawl(videos.STAGE, FindVideos(), twin.services(), inputs([track]))
    assert found.reasons() == [reason]
