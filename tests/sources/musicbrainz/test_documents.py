"""Releases as the web service and the dump describe them: real answers, and what is odd about others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import MusicdataError
from musicdata.sources.musicbrainz.documents import Page, Release, is_mbid, read_page, read_release
from musicdata.system.http import HttpError, Outcome
from tests.songs import shared
from tests.sources.musicbrainz.releases import body, mbid, medium, release, track


def real(name: str) -> bytes:
    (path,) = shared("musicbrainz").glob(f"*/{name}.json")
    return Path(path).read_bytes()


def of(document: Any) -> Release:
    return read_release(body(document), "here")


# real answers


def test_a_real_release_has_its_tracks_in_order() -> None:
    found = read_release(real("release-aff4a693__inc-labels-recordings"), "here")
    assert (found.status, found.date, found.is_disc, found.n_videos) == ("Official", "2004-03-17", True, 0)
    assert [
        (one.recording_id, one.title, one.length_ms, one.medium, one.position, one.number) for one in found.tracks
    ] == [
        ("0cf3008f-e246-428f-abc1-35f87d584d60", "the Love Bug", 243000, 1, 1, "1"),
        ("84c98ebf-5d40-4a29-b7b2-0e9c26d9061d", "the Love Bug (Big Bug NYC remix)", 222000, 1, 2, "2"),
        ("3f33fc37-43d0-44dc-bfd6-60efd38810c5", "the Love Bug (cover)", 333000, 1, 3, "3"),
    ]


def test_what_is_hidden_before_the_first_track_is_one_too() -> None:
    found = read_release(real("release-ec0d0122__inc-artists-recordings-artist-credits"), "here")
    assert [(one.position, one.number, one.title) for one in found.tracks] == [
        (0, "0", "Hello Goodbye [hidden track]"),
        (1, "1", "Galaxie"),
        (2, "2", "2 X 4"),
    ]
    (same,) = read_page(real("release-browse__inc-recordings*"), "here").releases
    assert [one.recording_id for one in same.tracks] == [one.recording_id for one in found.tracks]


def test_videos_of_a_real_release_are_left_out() -> None:
    found = read_release(real("release_multidisc"), "here")
    assert (len(found.tracks), found.n_videos, found.is_disc) == (4, 3, False)
    assert {one.medium for one in found.tracks} == {1}
    assert found.group_id == "b89c4dbd-1734-4536-a16d-dde648f735c0"


def test_a_real_release_without_tracks_has_none() -> None:
    found = read_release(real("release_5medias"), "here")
    assert (found.tracks, found.n_videos, found.date) == ((), 0, "2011-07-11")


def test_a_real_lp_keeps_the_numbers_of_its_sides() -> None:
    found = read_release(real("release"), "here")
    assert [one.number for one in found.tracks][:6] == ["A1", "A2", "A3", "A4", "A5", "B1"]
    assert not found.is_disc


# oddities


def test_tracks_of_all_kinds_come_in_order() -> None:
    disc = medium([track(1, "One"), track(2, "Two", 2)], pregap=track(9, "Before", 0))
    second = medium([track(3, "Three")], 2, **{"data-tracks": [track(4, "Data", 2), track(5, "Film", 3, video=True)]})
    found = of(release(50, disc, second))
    assert [(one.medium, one.position, one.title) for one in found.tracks] == [
        (1, 0, "Before"), (1, 1, "One"), (1, 2, "Two"), (2, 1, "Three"), (2, 2, "Data"),
    ]  # fmt: skip
    assert found.n_videos == 1


@pytest.mark.parametrize(
    ("own", "recordings", "expected"),
    [(200_000, 1, 200_000), (None, 201_000, 201_000), (0, None, None), (-5, 10**12, None), ("long", True, None)],
)
def test_a_length_that_is_not_known_is_none(own: Any, recordings: Any, expected: float | None) -> None:
    (found,) = of(release(50, medium([track(1, "One", length=recordings) | {"length": own}]))).tracks
    assert found.length_ms == expected


@pytest.mark.parametrize(
    ("date", "comparable"),
    [("1994", "1994-99-99"), ("1994-05", "1994-05-99"), ("1994-05-01", "1994-05-01"), ("", "9999-99-99"),
     (None, "9999-99-99"), ("0000", "9999-99-99"), ("199?", "9999-99-99")],
)  # fmt: skip
def test_partial_dates_can_be_compared(date: str | None, comparable: str) -> None:
    assert of(release(50, date=date)).date == comparable


@pytest.mark.parametrize("nothing", [None, []])
def test_no_media_and_no_tracks_are_no_fault(nothing: Any) -> None:
    assert of(release(50, medium([], tracks=nothing)) | {"release-group": None}).tracks == ()
    assert of(release(50) | {"media": nothing}).tracks == ()


def test_ids_are_in_lower_case_and_texts_on_one_line() -> None:
    document = release(50, medium([track(1, "Two\nlines\x00") | {"number": " A1\t"}]))
    found = of(document | {"id": mbid(50).upper()})
    assert found.release_id == mbid(50)
    assert (found.tracks[0].title, found.tracks[0].number) == ("Two lines", "A1")


def test_a_title_of_the_track_goes_before_that_of_the_recording() -> None:
    tracks = [track(1, "Here", title="There"), track(2, "", title="There")]
    assert [one.title for one in of(release(50, medium(tracks))).tracks] == ["Here", "There"]


@pytest.mark.parametrize(
    "wrong",
    [{"id": "50"}, {"id": None}, {"media": 4}, {"media": [{"tracks": [{"title": "no recording"}]}]},
     {"media": [medium([track(1, "One") | {"position": -1}])]}, {"media": [medium([track(1, "One", id="../etc")])]}],
)  # fmt: skip
def test_another_shape_is_told_without_its_values(wrong: dict[str, Any]) -> None:
    with pytest.raises(HttpError, match="here: JSON of another shape") as caught:
        of(release(50) | wrong)
    assert (caught.value.outcome, caught.value.reason) == (Outcome.INVALID, "wrong_shape")
    assert "etc" not in str(caught.value)


@pytest.mark.parametrize("no_json", [b"", b"<html>", b'{"id":', b"\xff\xfe", b"[" * 100_000, body(release(50))[:-9]])
def test_what_is_no_json_is_told(no_json: bytes) -> None:
    with pytest.raises(HttpError) as caught:
        read_release(no_json, "here")
    assert caught.value.reason == "not_json"


@given(st.dictionaries(st.sampled_from([*release(1), "x"]), st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["tracks", "pregap", "recording", "id", "length"]), inner),
    max_leaves=8,
)))  # fmt: skip
def test_nothing_that_somebody_says_is_an_accident(document: dict[str, Any]) -> None:
    said = json.dumps(release(1) | document).encode()
    try:
        found = read_release(said, "here")
    except MusicdataError:
        return
    assert is_mbid(found.release_id)
    assert Release.model_validate_json(found.packed()) == found


def test_a_page_says_how_many_there_are() -> None:
    found = read_page(real("release-browse__artist*"), "here")
    assert (found.n_releases, found.offset, len(found.releases)) == (3, 2, 1)
    assert Page.model_validate_json(found.model_dump_json()) == found
    with pytest.raises(HttpError, match="release-count"):
        read_page(b'{"releases": []}', "here")
