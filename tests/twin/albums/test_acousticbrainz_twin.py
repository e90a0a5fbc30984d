"""The part of the twin that speaks as AcousticBrainz, asked over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from musicdata.system.http import Client, HttpError
from musicdata.twin import AlbumPopulation, Twin
from musicdata.twin.albums.submissions import Submission
from tests.songs import shared
from tests.twin.albums.conftest import SMALL, TRACKS

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def ask(twin: Twin, client: Client, path: str, **query: str) -> Any:
    return client.request("GET", f"{twin.services().urls['acousticbrainz']}{path}", params=query).json()


def refusal(twin: Twin, client: Client, path: str, **query: str) -> tuple[int | None, str]:
    with pytest.raises(HttpError) as caught:
        ask(twin, client, path, **query)
    return caught.value.status, str(caught.value)


@pytest.fixture(scope="module")
def several(population: AlbumPopulation) -> list[Submission]:
    """Return the submissions of a recording that has some."""
    return next(stored for stored in population.by_document.values() if len(stored) > 2 and stored[1].has_highlevel)


def test_one_document_by_its_offset(
    twin: Twin, client: Client, population: AlbumPopulation, several: list[Submission]
) -> None:
    identity = several[0].recording_id
    whole = [json.loads(text) for text in population.lowlevel(several)]
    assert ask(twin, client, f"{identity}/low-level") == whole[0]
    assert ask(twin, client, f"{identity}/low-level", n="2") == whole[2]
    assert ask(twin, client, f"{identity}/high-level", n="1") == population.highlevel(several[1])
    assert ask(twin, client, f"{identity}/count") == {"mbid": identity, "count": len(several)}
    assert refusal(twin, client, f"{identity}/low-level", n="99")[0] == 404
    assert refusal(twin, client, f"{UNKNOWN}/low-level")[0] == 404
    assert refusal(twin, client, "abc/low-level")[0] == 400


def test_many_at_once_with_offsets_and_without_those_that_are_absent(
    twin: Twin, client: Client, population: AlbumPopulation, several: list[Submission]
) -> None:
    identity = several[0].recording_id
    other = next(one for one in population.by_document if one != identity)
    asked = f"{identity.upper()};{identity}:2;{other};{UNKNOWN}"
    told = ask(twin, client, "low-level", recording_ids=asked)
    assert set(told) == {identity, other, "mbid_mapping"}
    assert told["mbid_mapping"] == {identity.upper(): identity}
    assert list(told[identity]) == ["0", "2"]
    assert told[identity]["2"] == json.loads(population.lowlevel([several[2]])[0])
    counts = ask(twin, client, "count", recording_ids=f"{identity};{UNKNOWN}")
    assert counts == {identity: {"count": len(several)}, "mbid_mapping": {}}


def test_what_was_never_processed_is_absent_from_high_level_answers(
    twin: Twin, client: Client, population: AlbumPopulation
) -> None:
    one = next(submission for submission in population.submissions if not submission.has_highlevel)
    asked = f"{one.recording_id}:{one.offset}"
    assert ask(twin, client, "high-level", recording_ids=asked) == {"mbid_mapping": {}}
    assert refusal(twin, client, f"{one.recording_id}/high-level", n=str(one.offset))[0] == 404
    assert one.recording_id in ask(twin, client, "low-level", recording_ids=asked)


def test_classes_are_named_for_people_where_that_is_asked(
    twin: Twin, client: Client, several: list[Submission]
) -> None:
    identity = several[1].recording_id
    models = ask(twin, client, f"{identity}/high-level", n="1", map_classes="true")["highlevel"]
    assert "Classical" in models["genre_rosamerica"]["all"]


def test_some_features_come_as_in_a_real_answer(twin: Twin, client: Client, several: list[Submission]) -> None:
    (real, *_) = json.loads((shared("acousticbrainz") / "api" / "low-level-features.json").read_text("utf-8")).values()
    theirs = real["0"]
    names = [f"{room}.{name}" for room in ("lowlevel", "rhythm", "tonal") for name in theirs.get(room, {})]
    identity = several[0].recording_id
    told = ask(
        twin, client, "low-level", recording_ids=identity, features=";".join([*names, "metadata.tags", "no.such"])
    )
    ours = told[identity]["0"]
    for room in ("lowlevel", "rhythm", "tonal"):
        told_of = {name for name in theirs.get(room, {}) if not isinstance(theirs[room][name], dict)}
        assert told_of <= set(ours.get(room, {}))
    assert set(theirs["metadata"]) <= set(ours["metadata"])
    assert "barkbands" not in ours["lowlevel"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "Missing `recording_ids` parameter"),
        ("abc", "'abc' is not a valid UUID"),
        (";".join(sorted(SMALL.by_recording_id)[:26]), "More than 25 recordings not allowed per request"),
    ],
)
def test_what_makes_no_sense_is_refused_as_it_is(twin: Twin, client: Client, asked: str, said: str) -> None:
    status, message = refusal(twin, client, "low-level", recording_ids=asked)
    assert (status, said in message) == (400, True)


def test_headers_tell_of_the_rate_and_more_than_ten_in_ten_seconds_are_refused(client: Client) -> None:
    identity = next(iter(SMALL.by_document))
    with Twin(TRACKS, albums=SMALL, is_paced=True) as twin:
        url = f"{twin.services().urls['acousticbrainz']}{identity}/count"
        replies = [client.request("GET", url) for _ in range(10)]
        left = [int(reply.headers["x-ratelimit-remaining"]) for reply in replies]
        assert left == list(range(9, -1, -1))
        assert {reply.headers["x-ratelimit-limit"] for reply in replies} == {"10"}
        assert all(1 <= int(reply.headers["x-ratelimit-reset-in"]) <= 10 for reply in replies)
        status, said = refusal(twin, client, f"{identity}/count")
        assert (status, "rate limit" in said) == (429, True)


def test_without_a_pace_nobody_has_to_wait(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    url = f"{twin.services().urls['acousticbrainz']}{next(iter(population.by_document))}/count"
    assert all(int(client.request("GET", url).headers["x-ratelimit-remaining"]) > 0 for _ in range(12))
