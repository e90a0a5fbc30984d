"""All recordings of an album: which way is taken, which release of a group, which rows come of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest

from musicdata.sources.musicbrainz import albums
from musicdata.sources.musicbrainz.albums import Lookup, OfGroup, Origin, Wanted
from musicdata.sources.musicbrainz.documents import Release, Track, read_release
from tests.sources.musicbrainz.releases import body, mbid, medium, release, track

ORDER: tuple[Origin, ...] = ("songs", "release", "release_group")
WHOLE: tuple[Origin, ...] = ("release", "release_group", "songs")
RELEASE, GROUP = mbid(50), mbid(60)


class Known:
    """A library of these releases, which notes what it is asked."""

    def __init__(self, *releases: Release) -> None:
        self.releases = releases
        self.asked: list[str] = []

    def release(self, release_id: str) -> Release | None:
        self.asked.append("release")
        return next((one for one in self.releases if one.release_id == release_id), None)

    def releases_of(self, group_id: str, *, official: bool) -> Sequence[Release]:
        self.asked.append("official" if official else "all")
        of_group = [one for one in self.releases if one.group_id == group_id]
        return [one for one in of_group if one.is_official or not official]


def made(number: int, *recordings: int, **facts: Any) -> Release:
    tracks = tuple(Track(recording_id=mbid(one), title=f"Song {one}", position=one) for one in recordings)
    known = {"group_id": GROUP, "status": "Official", "date": "1994-05-01", "is_disc": True}
    return Release(release_id=mbid(number), tracks=tracks, **(known | facts))


def want(order: Sequence[Origin] = ORDER, of_group: OfGroup = "choose", **known: Any) -> Wanted:
    given: dict[str, Any] = {"has_songs": False, "release_id": RELEASE, "group_id": GROUP}
    return albums.wanted(order, of_group, **(given | known))


# which way


@pytest.mark.parametrize(
    ("order", "known", "origins"),
    [
        (ORDER, {"has_songs": True}, ("songs",)),
        (ORDER, {}, ("release", "release_group")),
        (ORDER, {"release_id": None}, ("release_group",)),
        (ORDER, {"release_id": "", "group_id": "no id"}, ()),
        (WHOLE, {"has_songs": True}, WHOLE),
        (("release", "songs", "release_group"), {"has_songs": True}, ("release", "songs")),
        (("release_group",), {}, ("release_group",)),
    ],
)
def test_ways_are_tried_in_order_and_none_after_songs(
    order: Sequence[Origin], known: dict[str, Any], origins: tuple[Origin, ...]
) -> None:
    wanted = want(order, **known)
    assert wanted.origins == origins
    assert wanted.asks == any(origin != "songs" for origin in origins)
    assert bool(wanted.release_id) == ("release" in origins)
    assert bool(wanted.group_id) == ("release_group" in origins)
    assert Wanted.model_validate(wanted.request()) == wanted


def test_ids_are_compared_in_lower_case() -> None:
    assert want(release_id=RELEASE.upper()) == want()


def test_what_is_not_asked_for_is_no_part_of_the_request() -> None:
    assert want(has_songs=True).request() == {"origins": ["songs"]}
    assert want(has_songs=True, of_group="union") == want(has_songs=True)
    assert want(of_group="union").request()["of_group"] == "union"


@pytest.mark.parametrize(
    ("there", "origin", "failed", "asked"),
    [
        ([made(50, 1)], "release", (), ["release"]),
        ([made(51, 1)], "release_group", (("release", "release_not_found"),), ["release", "official"]),
        ([made(50), made(51, 1)], "release_group", (("release", "no_tracks"),), ["release", "official"]),
        ([made(50, n_videos=2), made(51, 1)], "release_group", (("release", "only_video"),), ["release", "official"]),
        (
            [made(51, 1, status="Promotion"), made(52)],
            "release_group",
            (("release", "release_not_found"),),
            ["release", "official", "all"],
        ),
    ],
)
def test_only_what_is_not_there_moves_on(
    there: list[Release], origin: Origin, failed: tuple[tuple[Origin, str], ...], asked: list[str]
) -> None:
    library = Known(*there)
    lookup = albums.look_up(want(), library)
    assert (lookup.origin, lookup.failed, library.asked) == (origin, failed, asked)
    assert [one.tracks[0].recording_id for one in lookup.releases] == [mbid(1)]


@pytest.mark.parametrize(
    ("wanted", "there", "reason", "told"),
    [
        (want(release_id=None, group_id=None), [], "no_musicbrainz_ids", "no id of"),
        (want(group_id=None), [], "release_not_found", f"release {RELEASE}: there is no such release"),
        (want(), [], "release_group_not_found", f"release group {GROUP}: there is no release of such a group"),
        (want(), [made(50)], "no_tracks", f"release {RELEASE}: no track is listed; release group {GROUP}: no track"),
        (want(), [made(51, n_videos=3, status="")], "only_video", "all that is listed is video"),
    ],
)
def test_why_an_album_has_none_is_told(wanted: Wanted, there: list[Release], reason: str, told: str) -> None:
    lookup = albums.look_up(wanted, Known(*there))
    assert albums.rows("B000000001", lookup, []) == []
    found, detail = lookup.problem(wanted)
    assert found == reason
    assert told in detail
    assert Lookup.model_validate_json(lookup.packed()) == lookup


# which release of a group

BETTER_FIRST = [
    made(59, 1),
    made(51, 1, 2, 3, date="1994-05-02"),
    made(52, 1, 2, 3, date="1994-99-99"),
    made(53, 1, 2, 3, date="1995-01-01"),
    made(54, 1, 2, 3, date="1995-01-01", is_disc=False),
    made(55, 1, 2, date="1995-01-01", is_disc=False),
    made(56, 1, 1, 1, date="1995-01-01", is_disc=False),
    made(57, 1, date="1995-01-01", is_disc=False),
    made(49, 1, date="9999-99-99"),
]


def test_the_release_is_official_early_on_disc_and_long_in_this_order() -> None:
    for seed in range(5):
        there = BETTER_FIRST.copy()
        random.Random(seed).shuffle(there)
        for best in BETTER_FIRST:
            (chosen,) = albums.look_up(want(("release_group",)), Known(*there)).releases
            assert chosen == best
            there.remove(best)


def test_where_none_is_official_the_others_have_an_order_too() -> None:
    better_first = [
        made(54, 1, status="promotion", date="2001-01-01"),
        made(55, 1, status="", date="2002-01-01"),
        made(51, 1, status="Bootleg", date="1990-01-01"),
        made(52, 1, status="Pseudo-Release", date="1991-01-01"),
    ]
    for there in itertools.permutations(better_first):
        (chosen,) = albums.look_up(want(("release_group",)), Known(*there)).releases
        assert chosen == better_first[0]


def test_a_union_has_the_recordings_of_all_official_releases_once() -> None:
    there = [made(51, 2, 3, 4, date="2001-01-01"), made(52, 1, 2), made(53, 9, status="Bootleg")]
    lookup = albums.look_up(want(("release_group",), "union"), Known(*there))
    rows = albums.rows("B000000001", lookup, [])
    assert [(row["recording_id"], row["release_id"]) for row in rows] == [
        (mbid(1), mbid(52)), (mbid(2), mbid(52)), (mbid(3), mbid(51)), (mbid(4), mbid(51)),
    ]  # fmt: skip


# rows


def test_songs_of_the_list_are_rows_each_once_in_order() -> None:
    songs: list[dict[str, Any]] = [
        {"title": "One", "recording_id": mbid(3)},
        {"title": "Two", "recording_id": None},
        {"title": None, "recording_id": mbid(1)},
        {"title": "One again", "recording_id": mbid(3)},
        {"title": "Odd", "recording_id": "no id"},
    ]
    assert albums.have_ids(songs)
    assert not albums.have_ids([songs[1], songs[4]])
    rows = albums.rows("B000000001", Lookup(origin="songs"), songs)
    assert [(row["track_index"], row["recording_id"], row["title"], row["from_what"]) for row in rows] == [
        (0, mbid(3), "One", "songs"),
        (1, mbid(1), None, "songs"),
    ]
    assert {row[name] for row in rows for name in ("recording_id_given", "length_s", "release_id", "medium")} == {None}


def test_a_release_is_rows_with_all_that_is_told() -> None:
    tracks = [
        track(7, "One"),
        track(8, "", 2, title="", length=None) | {"length": None, "number": ""},
        track(7, "One", 3),
    ]
    found = read_release(body(release(50, medium(tracks, 2))), "here")
    rows = albums.rows("B000000001", Lookup(origin="release", releases=(found,)), [])
    assert rows == [
        {
            "album_id": "B000000001",
            "track_index": 0,
            "recording_id": mbid(7),
            "recording_id_given": None,
            "title": "One",
            "length_s": 200.0,
            "release_id": mbid(50),
            "medium": 2,
            "position": 1,
            "number": "1",
            "from_what": "release",
        },
        {
            "album_id": "B000000001",
            "track_index": 1,
            "recording_id": mbid(8),
            "recording_id_given": None,
            "title": None,
            "length_s": None,
            "release_id": mbid(50),
            "medium": 2,
            "position": 2,
            "number": None,
            "from_what": "release",
        },
    ]


def test_a_song_that_is_on_the_release_by_another_id_keeps_the_one_that_is_given() -> None:
    tracks = [
        track(1, "Night  Drive!"),
        track(2, "Intro", 2),
        track(3, "Intro", 3),
        track(4, "Rain", 4),
        track(5, "Sun", 5),
    ]
    songs: list[dict[str, Any]] = [
        {"title": "Night drive", "recording_id": mbid(101)},  # merged into 1 since
        {"title": "Intro", "recording_id": mbid(102)},  # nobody knows into which
        {"title": "Rain", "recording_id": mbid(4)},  # the same still
        {"title": "Rain", "recording_id": mbid(104)},
        {"title": "", "recording_id": mbid(105)},
        {"title": "Sun", "recording_id": None},
    ]
    found = read_release(body(release(50, medium(tracks))), "here")
    rows = albums.rows("B000000001", Lookup(origin="release", releases=(found,)), songs)
    assert [(row["recording_id"], row["recording_id_given"]) for row in rows] == [
        (mbid(1), mbid(101)), (mbid(2), None), (mbid(3), None), (mbid(4), None), (mbid(5), None),
    ]  # fmt: skip
