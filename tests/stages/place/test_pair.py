"""Which tracks are paired, in which order, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

import musicdata
from musicdata.music.text import synced_lyrics
from tests import crawled as crawl

TOLD_BY_TABLES = {
    "lyrics": ("fetch_lyrics", "no_usable_lyrics"),
    "videos": ("find_videos", "no_video"),
    "chosen": ("find_videos", "no_accepted_video"),
    "clips": ("fetch_clips", "no_clip"),
}


def missing_of(work: Path) -> dict[tuple[str, int], tuple[str, str, str]]:
    """Return mood and rank of each missing track → stage, reason, detail."""
    rows = musicdata.open_work(work).rows("missing")
    return {(row["mood"], row["mood_rank"]): (row["stage"], row["reason"], row["detail"]) for row in rows}


def test_the_first_complete_tracks_of_a_mood_are_taken_and_no_more(crawled: Path) -> None:
    pairs = list(musicdata.open_work(crawled).rows("pairs"))
    for mood in crawl.TRACKS:
        ranks = [n for n in range(1, crawl.FIRST_UNASKED[mood]) if n not in crawl.LACKS][: crawl.PER_MOOD]
        found = sorted((row["pair_rank"], row["mood_rank"]) for row in pairs if row["mood"] == mood)
        assert found == list(enumerate(ranks, 1))


def test_every_track_whose_turn_came_is_told_of(crawled: Path) -> None:
    missing = missing_of(crawled)
    # Of the mood that is short every track is told of; of the other none after the last that was taken.
    assert {rank for mood, rank in missing if mood == "sad"} == {*crawl.LACKS, 11, 12}
    assert {rank for mood, rank in missing if mood == "happy"} == set(crawl.LACKS)


def test_a_rejected_track_has_the_reason_of_the_stage_that_rejected_it(crawled: Path) -> None:
    missing = missing_of(crawled)
    told = {("happy", rank): missing["happy", rank] for rank in crawl.LACKS} | {("sad", 11): missing["sad", 11]}
    dropped = {track: (stage, *why) for stage, tracks in crawl.DROPPED.items() for track, why in tracks.items()}
    del dropped["happy", 28]  # after the last that was taken
    assert told == dropped


def test_where_no_stage_rejected_it_the_tables_tell(crawled: Path) -> None:
    missing = missing_of(crawled)
    for rank, part in crawl.LACKS.items():
        assert missing["sad", rank][:2] == TOLD_BY_TABLES[part]
    assert missing["sad", 7][2] == "2 candidates, the first is rejected: length"
    assert missing["sad", 12][:2] == ("fetch_lyrics", "not_asked")
    assert "from rank 12 on" in missing["sad", 12][2]  # of rank 11 it is known that it was asked for


def test_the_words_of_the_clip_are_told_where_times_and_lengths_tell_them(crawled: Path) -> None:
    work = musicdata.open_work(crawled)
    lyrics = {row["sample_id"]: row for row in work.rows("lyrics")}
    videos = {row["sample_id"]: row["duration_s"] for row in work.rows("videos") if row["chosen"]}
    told = 0
    for pair in work.rows("pairs"):
        synced, is_same = lyrics[pair["sample_id"]]["synced"], abs(videos[pair["sample_id"]] - 180) <= 3
        if synced and is_same:
            line = next(line.text for line in synced_lyrics.parse(synced) if line.time_s == 30.5)
            assert pair["clip_words"] == line
            told += 1
        else:
            assert pair["clip_words"] is None
    assert told > 3
