from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.settings.services import Services
from musicdata.sources.acousticbrainz import api
from musicdata.sources.acousticbrainz.api import AcousticBrainz
from musicdata.system.http import HttpError, Outcome
from tests.acousticbrainz import mbid
from tests.loopback import Behaviour, Loopback, message, says, serving
from tests.stages.crawled import Calls

A, B = mbid(1), mbid(2)
LOW, HIGH, COUNT = "/api/v1/low-level", "/api/v1/high-level", "/api/v1/count"
IDS = st.sets(st.uuids(version=4).map(str), max_size=200)


@pytest.fixture
def asks() -> Iterator[Any]:
    """Make what asks a server that behaves so; it is closed in the end."""
    clients: list[AcousticBrainz] = []

    def ask(server: Loopback) -> AcousticBrainz:
        clients.append(AcousticBrainz(Services({"acousticbrainz": f"{server.url}/api/v1/"}, deadline_s=5)))
        return clients[-1]

    yield ask
    for client in clients:
        client.close()


def reply(body: object, **headers: object) -> bytes:
    return message(200, json.dumps(body).encode(), **headers)


def failed(asks: Any, behaviour: Behaviour) -> HttpError:
    with serving({LOW: behaviour}) as server, pytest.raises(HttpError) as caught:
        asks(server).documents("low-level", [(A, 0)], Calls())
    return caught.value


def test_documents_are_those_asked_for(asks: Any) -> None:
    body = {A: {"0": {"lowlevel": 1}, "3": {"lowlevel": 2}}, mbid(9): {"0": {}}, "mbid_mapping": {A.upper(): A}}
    with serving({LOW: says(reply(body))}) as server:
        got = asks(server).documents("low-level", [(A, 0), (A, 3), (B, 0)], Calls())
    assert got == {A: {0: {"lowlevel": 1}, 3: {"lowlevel": 2}}}
    assert server.asked[0].target == f"{LOW}?recording_ids={A}%3B{A}%3A3%3B{B}"


def test_more_than_a_call_takes_are_asked_for_in_several(asks: Any) -> None:
    with serving({LOW: says(reply({A: {str(n): n for n in range(60)}}))}) as server:
        got = asks(server).documents("low-level", [(A, n) for n in range(60)], Calls())
    assert got == {A: {n: n for n in range(60)}}
    assert [asked.target.count("%3B") + 1 for asked in server.asked] == [25, 25, 10]


def test_counts(asks: Any) -> None:
    with serving({COUNT: says(reply({A: {"count": 4}, "mbid_mapping": {}}))}) as server:
        assert asks(server).counts([A, B], Calls()) == {A: 4}
    for odd in ({"count": -1}, {"count": "4"}, {}):
        with serving({COUNT: says(reply({A: odd}))}) as server, pytest.raises(HttpError, match="no number of"):
            asks(server).counts([A], Calls())


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (message(404, b'{"message": "Not found"}'), Outcome.INVALID, "unexpected_404"),
        (message(400, b'{"message": "Missing `recording_ids` parameter"}'), Outcome.INVALID, "http_400"),
        (message(500, b'{"message": "An unknown error occurred"}'), Outcome.TRANSIENT, "http_500"),
        (message(502, b"<html><body>Bad Gateway</body></html>"), Outcome.TRANSIENT, "http_502"),
        (message(200, b"<html><body>Down for maintenance</body></html>"), Outcome.INVALID, "not_json"),
        (message(200, b'{"0dad": {"0": '), Outcome.INVALID, "not_json"),
        (message(200, b"[]"), Outcome.INVALID, "not_json"),
        (message(200, b"{}"), Outcome.INVALID, "wrong_shape"),
        (message(200, b'{"message": "An unknown error occurred"}'), Outcome.INVALID, "wrong_shape"),
        (message(429, b"{}"), Outcome.RATE_LIMITED, "http_429"),
    ],
)
def test_what_fails_is_told(asks: Any, answer: bytes, outcome: Outcome, reason: str) -> None:
    error = failed(asks, says(answer))
    assert (error.outcome, error.reason) == (outcome, reason)


def test_a_refusal_says_how_long(asks: Any) -> None:
    assert failed(asks, says(message(429, b"{}", X_RateLimit_Reset_In=7))).wait_s == 7.0


def test_no_call_is_made_while_none_is_left(asks: Any) -> None:
    used_up = reply({"mbid_mapping": {}}, X_RateLimit_Remaining=0, X_RateLimit_Reset_In=60)
    with serving({LOW: says(used_up)}) as server:
        client = asks(server)
        client.documents("low-level", [(A, 0)], Calls())
        with pytest.raises(HttpError, match=r"no calls are left for (59|60)\.\d s") as caught:
            client.documents("low-level", [(B, 0)], Calls())
        assert len(server.asked) == 1
    assert (caught.value.outcome, caught.value.reason) == (Outcome.RATE_LIMITED, "no_calls_left")
    assert 55 < (caught.value.wait_s or 0) <= 60


@pytest.mark.parametrize(
    "headers",
    [
        {"X_RateLimit_Remaining": 3, "X_RateLimit_Reset_In": 60},
        {"X_RateLimit_Remaining": 0, "X_RateLimit_Reset_In": "soon"},
        {"X_RateLimit_Remaining": 0},
        {},
    ],
)
def test_other_headers_hold_nothing_up(asks: Any, headers: dict[str, object]) -> None:
    with serving({LOW: says(reply({"mbid_mapping": {}}, **headers))}) as server:
        client = asks(server)
        for one in (A, B):
            client.documents("low-level", [(one, 0)], Calls())
        assert len(server.asked) == 2


def test_what_is_kept_of_an_answer_is_the_same_for_the_same() -> None:
    value = {"b": ["\ud800", 1.0, None], "a": {}}
    assert api.unpacked(api.packed(value)) == value
    assert api.packed(value) == api.packed(dict(reversed(value.items())))


@settings(max_examples=60, deadline=None)
@given(IDS)
def test_batches_hold_all_in_order_and_never_too_many(ids: set[str]) -> None:
    batches = list(api.batches(ids))
    assert sorted(ids) == [one for batch in batches for one in batch]
    assert all(len(batch) <= api.MOST for batch in batches)
    assert all(len(batch) >= 17 for batch in batches[:-1])
    assert list(api.batches(sorted(ids, reverse=True))) == batches


def test_an_added_recording_changes_few_batches() -> None:
    chance = random.Random(0)
    ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(4000)]
    before, after = (set(map(tuple, api.batches(some))) for some in (ids, [*ids, f"0{ids[0][1:]}"]))
    assert 4000 / 25 < len(before) < 4000 / 20
    assert len(before - after) < 30


def test_the_calls_of_an_item_are_kept(asks: Any, tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    with serving({LOW: says(reply({A: {"0": {}}}))}) as server:
        client = asks(server)
        assert client.documents("low-level", [(A, 0)], calls) == client.documents("low-level", [(A, 0)], calls)
        assert len(server.asked) == 1
