from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from musicdata.definitions import trial
from musicdata.settings.services import Services
from musicdata.stages.fetch import acousticbrainz as stage
from musicdata.stages.fetch.acousticbrainz import STAGE, FetchDocuments
from tests.acousticbrainz import highlevel, lowlevel, mbid
from tests.loopback import Asked, Behaviour, message, says, serving
from tests.stages.crawled import Calls, Tables, crawl

LOW, HIGH = "acousticbrainz_lowlevel", "acousticbrainz_highlevel"
API = "/api/v1"
SUBMISSIONS = {mbid(1): 3, mbid(2): 1}
NAME = f"api-{mbid(1)}"


def recordings(*ids: str, given: dict[str, str] | None = None) -> Tables:
    rows = [
        {
            "album_id": "B0",
            "track_index": index,
            "recording_id": one,
            "recording_id_given": (given or {}).get(one),
            "from_what": "songs",
        }
        for index, one in enumerate(ids)
    ]
    return Tables({"recordings": trial._table("recordings", rows)})


def has(kind: str) -> Behaviour:
    """Answer as a server does that has some submissions of some recordings."""

    def document(one: str, number: int) -> Any:
        return lowlevel(one, number) if kind == "low-level" else highlevel(one, number)

    def behave(connection: socket.socket, asked: Asked, _number: int) -> None:
        answer: dict[str, Any] = {"mbid_mapping": {}}
        for pair in parse_qs(urlsplit(asked.target).query)["recording_ids"][0].split(";"):
            one, _, number = pair.partition(":")
            if kind == "count" and one in SUBMISSIONS:
                answer[one] = {"count": SUBMISSIONS[one]}
            elif int(number or 0) < SUBMISSIONS.get(one, 0):
                answer.setdefault(one, {})[number or "0"] = document(one, int(number or 0))
        connection.sendall(message(200, json.dumps(answer).encode()))

    return behave


def fetched(tables: Tables, calls: Calls | None = None, *, low: Behaviour | None = None, **parameters: Any) -> Tables:
    behaviours = {f"{API}/{kind}": has(kind) for kind in ("low-level", "high-level", "count")}
    with serving(behaviours | ({f"{API}/low-level": low} if low else {})) as server:
        services = Services({"acousticbrainz": f"{server.url}{API}/"}, deadline_s=5)
        return crawl(STAGE, FetchDocuments(**parameters), services, tables, calls)


def keys(made: Tables, table: str) -> list[tuple[str, str, int]]:
    return [(row["archive"], row["recording_id"], row["submission"]) for row in made.rows(table)]


def test_documents_are_kept_under_the_batch_and_absent_recordings_are_told() -> None:
    calls = Calls()
    made = fetched(recordings(mbid(1), mbid(2), mbid(3)), calls)
    assert keys(made, LOW) == keys(made, HIGH) == [(NAME, mbid(1), 0), (NAME, mbid(2), 0)]
    assert [reject[:2] for reject in made.rejects] == [(mbid(3), "not_in_acousticbrainz")]
    assert [(call["what"], len(call["ids"])) for call in calls.made] == [("low-level", 3), ("high-level", 2)]
    [row, _] = made.rows(LOW)
    assert row["rhythm_bpm"] == pytest.approx(lowlevel(mbid(1))["rhythm"]["bpm"], rel=1e-6)


def test_all_submissions() -> None:
    calls = Calls()
    made = fetched(recordings(mbid(1), mbid(2), mbid(3)), calls, keep="all", high_level=False)
    assert keys(made, LOW) == [(NAME, mbid(1), 0), (NAME, mbid(1), 1), (NAME, mbid(1), 2), (NAME, mbid(2), 0)]
    assert keys(made, HIGH) == []
    assert [call["what"] for call in calls.made] == ["count", "low-level"]
    assert made.reasons() == ["not_in_acousticbrainz"]


def test_the_id_before_a_merge_is_asked_for_too_and_what_is_no_id_is_not() -> None:
    calls = Calls()
    made = fetched(recordings(mbid(7), "no id", given={mbid(7): mbid(2)}), calls, high_level=False)
    assert keys(made, LOW) == [(f"api-{mbid(2)}", mbid(2), 0)]
    assert calls.made[0]["ids"] == [mbid(2), mbid(7)]


def test_a_batch_that_cannot_be_had_is_a_reject() -> None:
    made = fetched(recordings(mbid(1)), low=says(message(500, b"{}")))
    assert made.tables == {}
    assert [reject[:2] for reject in made.rejects] == [(NAME, "http_500")]


@pytest.mark.parametrize(("document", "reason"), [([1], "not_json"), ({}, "no_lowlevel"), (None, "not_json")])
def test_a_document_that_is_none_is_a_reject_and_the_others_stay(document: object, reason: str) -> None:
    body = {mbid(1): {"0": document}, mbid(2): {"0": lowlevel(mbid(2))}, "mbid_mapping": {}}
    made = fetched(recordings(mbid(1), mbid(2)), low=says(message(200, json.dumps(body).encode())), high_level=False)
    assert keys(made, LOW) == [(NAME, mbid(2), 0)]
    assert [reject[:2] for reject in made.rejects] == [(f"{mbid(1)}-0", reason)]


def test_the_plan_tells_calls_and_rows() -> None:
    counts = {"recordings": 2200.0}
    assert stage.expect(FetchDocuments(), counts).items == 100
    assert stage.calls(FetchDocuments(), counts) == {"acousticbrainz": 2.0}
    assert stage.calls(FetchDocuments(keep="all", high_level=False), counts)["acousticbrainz"] > 3
    rows = stage.expect(FetchDocuments(keep="all", high_level=False), counts).rows
    assert rows[LOW] == pytest.approx(2200 * 0.8 * 3.9)
    assert rows[HIGH] == 0
    cost = STAGE.cost_of(FetchDocuments(), stage.expect(FetchDocuments(), counts))
    assert (cost.cpu_s or 0) > 0
