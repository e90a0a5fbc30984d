"""The stage `fetch_recordings`, against a MusicBrainz on loopback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import ValidationError

from musicdata.definitions.stage import Item
from musicdata.settings.services import Services
from musicdata.stages.fetch import recordings
from musicdata.stages.fetch.recordings import STAGE, FetchRecordings
from tests.loopback import Behaviour, message, says, serving
from tests.sources.musicbrainz.lists import LIST, MERGED, RELEASES, WHOLE, album, listing
from tests.sources.musicbrainz.releases import MusicBrainz, mbid
from tests.stages.crawled import Calls, Tables, crawl


def fetched(
    behaviours: dict[str, Behaviour], inputs: Tables = LIST, calls: Calls | None = None, **parameters: Any
) -> Tables:
    with serving(behaviours) as server:
        services = Services({"musicbrainz": f"{server.url}/ws/2/"}, deadline_s=5)
        return crawl(STAGE, FetchRecordings(**parameters), services, inputs, calls)


def recordings_of(out: Tables) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in out.rows("recordings"):
        found.setdefault(row["album_id"], []).append(row["recording_id"])
    return found


def ids(*numbers: int) -> list[str]:
    return [mbid(number) for number in numbers]


def test_every_album_gets_its_recordings_or_a_reason() -> None:
    calls = Calls()
    out = fetched(MusicBrainz(RELEASES, MERGED), calls=calls)
    assert recordings_of(out) == {
        "B000000001": ids(1, 7),
        "B000000002": ids(1, 2, 3),
        "B000000003": ids(11, 12, 13),
        "B000000004": ids(11, 12, 13),
        "B000000009": ids(1, 2, 3),
    }
    assert {key: reason for key, reason, _ in out.rejects} == {
        "B000000005": "no_tracks",
        "B000000006": "only_video",
        "B000000007": "release_group_not_found",
        "B000000008": "no_musicbrainz_ids",
        "B00000000A": "no_musicbrainz_ids",
    }
    merged = [row for row in out.rows("recordings") if row["album_id"] == "B000000009"]
    assert {row["release_id"] for row in merged} == {mbid(50)}


def test_songs_that_are_listed_cost_no_call() -> None:
    only_songs = listing({"B000000001": (50, 60), "B000000008": (None, None)}, {"B000000001": [1, 7]})
    calls = Calls()
    out = crawl(STAGE, FetchRecordings(), Services(), only_songs, calls)  # nowhere, and nobody is named
    assert (recordings_of(out), calls.made) == ({"B000000001": ids(1, 7)}, [])


def test_whole_releases_can_be_wanted_before_songs() -> None:
    out = fetched(MusicBrainz(RELEASES, MERGED), order=WHOLE)
    assert recordings_of(out)["B000000001"] == ids(1, 2, 3)
    gone = fetched(MusicBrainz(RELEASES[1:]), order=WHOLE)
    assert recordings_of(gone)["B000000001"] == ids(1, 7)


def test_a_union_has_more_than_the_release_that_is_chosen() -> None:
    out = fetched(MusicBrainz([*RELEASES, album(57, 15, group=61, date="2005")]), of_group="union")
    assert recordings_of(out)["B000000003"] == ids(11, 12, 13, 15)


@pytest.mark.parametrize("behaviour", [says(message(502)), says(message(200, b"<html>")), says(message(429))])
def test_a_service_that_fails_is_not_one_that_has_nothing(behaviour: Behaviour) -> None:
    one = listing({"B000000004": (50, 61)}, {})
    out = fetched({f"/ws/2/release/{mbid(50)}": behaviour, "/ws/2/release": says(b"")}, one)
    assert "recordings" not in out.tables
    ((key, reason, _),) = out.rejects
    assert (key, reason in ("http_502", "not_json", "http_429")) == ("B000000004", True)


def test_a_request_holds_what_is_needed_and_no_more() -> None:
    def requests(**parameters: Any) -> Iterable[Item]:
        return recordings.items(FetchRecordings(**parameters), LIST)

    by_key = {item.key: item.request for item in requests()}
    assert by_key["B000000001"] == {"origins": ["songs"]}
    assert by_key["B000000004"] == {
        "origins": ["release", "release_group"], "release_id": mbid(99), "group_id": mbid(61),
    }  # fmt: skip
    assert by_key["B000000008"] == {}
    union = {item.key: item.request for item in requests(of_group="union")}
    assert [key for key in by_key if by_key[key] != union[key]] == [f"B00000000{n}" for n in (1, 3, 4, 5, 7)][1:]


@pytest.mark.parametrize("parameters", [{"order": []}, {"order": ["title"]}, {"of_group": "first"}])
def test_ways_that_are_none_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FetchRecordings(**parameters)


def test_plans_tell_the_calls_of_both_ways() -> None:
    counts = {"albums": 65_566.0, "album_songs": 343_882.0}
    assert recordings.expect(FetchRecordings(), counts).rows == {"recordings": 343_882.0}
    orders = (("songs",), ("songs", "release"), WHOLE)
    none, few, many = (65_566 * recordings.calls(FetchRecordings(order=o), counts)["musicbrainz"] for o in orders)
    assert none == 0 < few < 3_000 < 28_000 < many < 29_000  # a call a second: less than an hour, and eight
    assert STAGE.network is not None
    assert STAGE.network.download_bytes is not None
    assert STAGE.network.download_bytes(FetchRecordings(order=WHOLE)) < 6_000
