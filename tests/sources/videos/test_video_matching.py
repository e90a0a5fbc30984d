from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.sources.videos.explanation import Candidate, Song
from musicdata.sources.videos.matching import KINDS, Match, Thresholds, choose, kind_of, match

HELLO = Song("Adele", "Adele", "Hello", 295.0)
LIMITS = Thresholds()


def judged(title: str, channel: str = "AdeleVEVO", duration_s: float | None = 295.0, song: Song = HELLO) -> Match:
    return match(song, Candidate(title, channel, "", duration_s), LIMITS)


@pytest.mark.parametrize(
    ("title", "channel"),
    [
        ("Hello", "Adele - Topic"),
        ("Adele - Hello", "AdeleVEVO"),
        ("Adele - Hello (Official Audio)", "Adele"),
        ("ADELE – HELLO [Lyrics]", "7clouds"),
        ("Hello by Adele", "somebody"),
        ("Adele: Hello", "somebody"),
        ('Adele "Hello"', "somebody"),
        ("Hello - Adele (lyric video)", "somebody"),
        ("Adele - Hello (Remastered)", "somebody"),
    ],
)
def test_the_recording_is_known_however_it_is_written(title: str, channel: str) -> None:
    assert judged(title, channel).verdict == "accepted", judged(title, channel)


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Adele - Hello (Live at the BRITs)", "version: has live"),
        ("Adele - Hello live at Wembley", "version: has live"),
        ("Adele - Hello (Karaoke Version)", "version: has karaoke"),
        ("Adele - Hello (cover by Somebody)", "version: has cover"),
        ("Adele - Hello (Somebody Remix)", "version: has remix"),
        ("Adele - Hello (slowed + reverb)", "version: has reverb"),
        ("Adele - Hello (Acoustic)", "version: has acoustic"),
        ("Adele - Hello (Instrumental)", "version: has instrumental"),
        ("Adele - Hello 8D AUDIO", "version: has 8d"),
        ("Adele Hello bass boosted", "version: has bass_boosted"),
        ("Adele - Hello REACTION", "version: has reaction"),
        ("How to play Hello by Adele | guitar lesson", "version: has lesson"),
        ("Lionel Richie - Hello", "artist"),
        ("Adele - Someone Like You", "title"),
        ("Adele - Interview about 25", "title"),
    ],
)
def test_another_recording_is_rejected_and_the_reason_told(title: str, why: str) -> None:
    found = judged(title, "somebody" if "Lionel" in title else "AdeleVEVO")
    assert found.verdict == "rejected"
    assert found.reason.startswith(why), found.reason


def test_a_karaoke_channel_gives_itself_away() -> None:
    assert judged("Adele - Hello", "Sing King Karaoke").reason == "version: has karaoke"


def test_a_wanted_version_must_be_there() -> None:
    live = Song("Adele", "Adele", "Hello - Live at the Royal Albert Hall", 295.0)
    assert judged("Adele - Hello (Live at the Royal Albert Hall)", song=live).verdict == "accepted"
    assert judged("Adele - Hello", song=live).reason == "version: lacks live"


@pytest.mark.parametrize(
    "title", ["Live Forever", "Karaoke Queen", "Cover Me", "Live and Let Die", "Acoustic", "Infinite Loop"]
)
def test_such_a_word_in_the_songs_name_says_nothing(title: str) -> None:
    song = Song("Oasis", "Oasis", title, 250.0)
    for shown, channel in ((title, "Oasis - Topic"), (f"Oasis - {title} (Official Video)", "OasisVEVO")):
        found = match(song, Candidate(shown, channel, "", 250.0), LIMITS)
        assert found.verdict == "accepted", found


@pytest.mark.parametrize(
    ("difference_s", "verdict"),
    [
        (0, "accepted"),
        (3, "accepted"),
        (-3, "accepted"),
        (3.5, "review"),
        (-7, "review"),
        (7.5, "rejected"),
        (-60, "rejected"),
    ],
)
def test_the_length_decides(difference_s: float, verdict: str) -> None:
    found = judged("Adele - Hello", duration_s=295.0 + difference_s)
    assert (found.verdict, found.difference_s) == (verdict, difference_s)


def test_unknown_lengths() -> None:
    unknown = Song("Adele", "Adele", "Hello", None)
    assert judged("Adele - Hello", song=unknown).verdict == "review"
    assert judged("Adele - Hello", duration_s=None).verdict == "rejected"
    assert judged("Adele - Hello", duration_s=None, song=unknown).verdict == "rejected"


def test_a_loop_of_an_hour_is_one() -> None:
    assert judged("Adele - Hello", duration_s=3600.0).reason == "loop: 3600 s long"


def test_one_artist_of_several_is_enough() -> None:
    song = Song("Calvin Harris", "Calvin Harris; Rihanna", "This Is What You Came For", 222.0)
    shown = Candidate("This Is What You Came For (Official Video) ft. Rihanna", "CalvinHarrisVEVO", "", 222.0)
    assert match(song, shown, LIMITS).verdict == "accepted"


def test_better_kinds_come_first() -> None:
    titles = [
        ("Hello", "Adele - Topic"),
        ("Adele - Hello (Official Audio)", "Adele"),
        ("Adele - Hello (Official Video)", "Adele"),
    ]
    titles += [("Adele - Hello (Lyrics)", "fan"), ("Adele - Hello", "fan")]
    found = [judged(title, channel) for title, channel in titles]
    assert tuple(one.kind for one in found) == KINDS
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert choose(found) == 0
    assert choose(found[::-1]) == 4


def test_equal_candidates_are_taken_in_the_searchs_order() -> None:
    assert choose([judged("Adele - Hello")] * 3) == 0


def test_what_a_person_should_look_at_is_taken_only_if_told() -> None:
    found = [judged("Adele - Hello", duration_s=300.0), judged("Adele - Hello (Live)")]
    assert choose(found) is None
    assert choose(found, take_review=True) == 0
    assert choose([judged("Adele - Hello", duration_s=297.0), found[0]], take_review=True) == 0
    assert choose([]) is None


def test_a_label_in_the_description_makes_it_a_topic() -> None:
    assert kind_of(Candidate("Hello", "Adele", "Provided to YouTube by XL Recordings", 295.0)) == "topic"


TEXT = st.text(max_size=60)


@given(TEXT, TEXT, TEXT, TEXT, st.none() | st.floats(0, 1e5), st.none() | st.floats(0, 1e5))
def test_whatever_people_write_is_judged(
    artist: str, title: str, shown: str, channel: str, wanted_s: float | None, duration_s: float | None
) -> None:
    found = match(Song(artist, artist, title, wanted_s), Candidate(shown, channel, "", duration_s), LIMITS)
    assert found.kind in KINDS
    assert 0 <= found.score <= 1
    assert (found.verdict == "accepted") == (found.reason == "")


TRIALS = [json.loads(line) for line in Path(__file__).with_name("trials.jsonl").read_text("utf-8").splitlines()]
FIELD_CASES = Path("../shared/field-cases/video-matching/candidates.jsonl")


def chosen(trial: dict[str, Any]) -> int | None:
    told = {"artists": trial["song"]["artist"]} | trial["song"]
    shown = [Candidate(one["title"], one["channel"], "", one["duration_s"]) for one in trial["candidates"]]
    return choose([match(Song(**told), candidate, LIMITS) for candidate in shown])


def test_of_many_trials_no_wrong_video_is_taken_and_hardly_a_right_one_missed() -> None:
    choices = [(trial["case"], trial["right"], chosen(trial)) for trial in TRIALS]
    assert len(choices) > 550
    assert sum(right is not None for _, right, _ in choices) > 220
    assert [case for case, right, taken in choices if taken not in (None, right)] == []
    missed = [case for case, right, taken in choices if taken != right]
    assert len(missed) <= 0.02 * len(choices), missed


@pytest.mark.skipif(not FIELD_CASES.exists(), reason="the field cases lie beside the repository, and are not here")
def test_the_field_cases() -> None:
    trials = [json.loads(line) for line in FIELD_CASES.read_text("utf-8").splitlines()]
    assert [(trial["case"], chosen(trial)) for trial in trials] == [(trial["case"], trial["right"]) for trial in trials]


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Adele - Hello (Spanish Version)", "version: has version"),
        ("Adele - Hello Again", "title: nothing explains 'again'"),
        ("Adele - Hello (Someone)", "title: nothing explains 'someone'"),
        ("Adele - Hello (Radio Edit)", "version: has edit"),
        ("Adele - Hello (Clean)", "version: is clean"),
        ("Adele - Helo", "title: it is not 'Hello' word by word"),
    ],
)
def test_what_the_song_does_not_explain_is_not_taken_and_named(title: str, reason: str) -> None:
    doubted = judged(title)
    assert (doubted.verdict != "accepted", doubted.reason.startswith(reason)) == (True, True), doubted


def test_a_channel_of_somebody_who_performs_is_not_the_artists() -> None:
    assert judged("Hello (Adele)", "Zoe - Topic").reason == "channel: 'zoe' is somebody else's"
    assert judged("Adele - Hello", "Various Artists - Topic").verdict == "accepted"
    assert judged("Adele - Hello", "Zoe Sings").reason == "channel: 'sings' is in its name"


def test_a_song_that_is_known_to_be_clean_is_not_taken_explicit() -> None:
    clean, explicit = (Song("Adele", "Adele", "Hello", 295.0, explicit=marked) for marked in (False, True))
    assert judged("Adele - Hello (Clean Version)", song=clean).verdict == "accepted"
    assert judged("Adele - Hello (Explicit)", song=clean).reason == "version: is explicit"
    assert judged("Adele - Hello (Explicit)", song=explicit).verdict == "accepted"
    assert judged("Adele - Hello (Clean)", song=explicit).verdict == "rejected"


def test_a_distributor_names_the_artist_in_another_script() -> None:
    song = Song("Rainie Lam", "Rainie Lam", "夜的海", 240.0)
    credited = "Provided to YouTube by a label 夜的海 · Rainie Lam North Auto-generated by YouTube."
    assert match(song, Candidate("夜的海", "林小雨 - Topic", credited, 240.0), LIMITS).verdict == "accepted"
    assert match(song, Candidate("夜的海", "林小雨 - Topic", "", 240.0), LIMITS).verdict == "rejected"
