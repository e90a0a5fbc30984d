"""Fetching against a real server: every outcome is written down, no reply is asked for twice, nothing is asked too soon."""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from musicdata.definitions.recipe import Step
from musicdata.definitions.stage import Caller, Item, Network, Parameters, Stage
from musicdata.engine.fetching.rate_limits import RateLimiter, RetryPolicy
from musicdata.engine.fetching.threads import Fetching
from musicdata.engine.progress import Progress
from musicdata.errors import PausedError, SetupError
from musicdata.settings import Secret
from musicdata.settings.services import Services
from musicdata.system.http import Client, Limits
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from tests.loopback import Behaviour, Loopback, message, serving

PATIENCE = RetryPolicy(longest_s=5, attempts=2, refusals=2, first_wait_s=0.01, refused_wait_s=0.05)


@dataclass
class Pages:
    """Fetches /<key>/0, /<key>/1 … as the item asks for."""

    url: str
    client: Client = field(default_factory=lambda: Client(Limits(attempts=1, deadline_s=1.0, stall_s=0.5)))

    def fetch(self, item: Item, caller: Caller) -> bytes | Path:
        if item.key == "unusable":
            raise SetupError("the key is wrong")
        pages = [
            caller.call("x", {"page": n}, functools.partial(self.ask, item.key, n))
            for n in range(item.request["pages"])
        ]
        if item.request.get("file"):
            path = caller.scratch / "fetched"
            path.write_bytes(b"".join(pages))
            return path
        return b"".join(pages)

    def ask(self, key: str, page: int) -> bytes:
        return self.client.request("GET", f"{self.url}/{key}/{page}").body

    def close(self) -> None:
        self.client.__exit__(None, None, None)


class Told(Progress):
    """Counts what fetching says."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def fetched(self, outcome: str, key: str = "", reason: str = "") -> None:
        self.outcomes.append(outcome)


def step(url: str) -> Step:
    network: Network[Parameters] = Network(("x",), lambda _p, _i: iter(()), lambda _p, _s: Pages(url))
    stage = Stage("s", 1, "fetches", (), ("songs",), Parameters, run=lambda _p, _t: None, network=network)
    return Step(stage, Parameters())


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def fetch(work: Workspace, server: Loopback, patience: RetryPolicy = PATIENCE, n_threads: int = 2) -> list[str]:
    told = Told()
    with Ledger(work) as ledger:
        gate = RateLimiter(ledger, {}, patience, told)
        Fetching(step(server.url), ledger, gate, Services(), work.scratch, told).run(n_threads=n_threads)
    return sorted(told.outcomes)


def want(work: Workspace, items: dict[str, dict[str, Any]]) -> None:
    with Ledger(work) as ledger:
        ledger.want("s", json.dumps(sorted(items)), items.items())


def outcomes(work: Workspace) -> dict[str, tuple[str | None, str]]:
    with Ledger(work) as ledger:
        return {entry.key: (entry.outcome, entry.reason) for entry in ledger.entries("s")}


def says(status: int, body: bytes = b"", **headers: Any) -> Behaviour:
    return lambda connection, _asked, _n: connection.sendall(message(status, body, **headers))


def after(n_times: int, first: Behaviour, then: Behaviour) -> Behaviour:
    return lambda connection, asked, n: (first if n < n_times else then)(connection, asked, n)


def drips(connection: Any, _asked: Any, _n: int) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.1)


def test_a_key_that_a_service_says_back_is_not_kept(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    key, short = Secret('canary/5b1d9e+77c0aa=="é'), "love"
    monkeypatch.setenv("HF_TOKEN", "hf_canary_0123456789")
    monkeypatch.setenv("MUSIXMATCH_API_KEY", short)  # no key is as short as a word of a song
    text = f"{key.reveal()} | {quote(key.reveal(), safe='')} | hf_canary_0123456789 | {short} me do"
    forms = [json.dumps({"lyrics": text}), json.dumps({"lyrics": text}, ensure_ascii=False), text]
    forms.append(json.dumps({"lyrics": text}).replace("/", "\\/"))
    sound = b"fLaC\xff\xf8" + b"hf_canary_0123456789"
    want(work, {str(n): {"pages": 1} for n in range(len(forms) + 1)})
    behaviours = {f"/{n}/0": says(200, form.encode()) for n, form in enumerate(forms)}
    with serving({**behaviours, f"/{len(forms)}/0": says(200, sound)}) as server:
        assert fetch(work, server) == ["ok"] * (len(forms) + 1)
    with Ledger(work) as ledger:
        *payloads, kept_sound = (ledger.payload("s", str(n)) or b"" for n in range(len(forms) + 1))
    for payload in payloads:
        assert b"canary" not in payload
        assert payload.count(b"***") == 3
        assert b"love me do" in payload
    assert [list(json.loads(payload)) for payload in (*payloads[:2], payloads[3])] == [["lyrics"]] * 3
    assert kept_sound == sound


def test_every_item_ends_in_its_class(work: Workspace) -> None:
    failures = {
        "gone": (says(404), ("gone", "http_404")),
        "blocked": (says(403), ("blocked", "http_403")),
        "broken": (says(500), ("transient", "http_500")),
        "refused": (says(429), ("rate_limited", "http_429")),
        "redirected": (says(302), ("invalid", "http_302")),
        "dripping": (drips, ("transient", "no_answer")),
    }
    passing = {
        "good": says(200, b"good"),
        "hiccup": after(1, says(503), says(200, b"hiccup")),
        "busy": after(1, says(429, Retry_After="1"), says(200, b"busy")),
    }
    behaviours = {f"/{key}/0": behaviour for key, (behaviour, _) in failures.items()}
    behaviours |= {f"/{key}/0": behaviour for key, behaviour in passing.items()}
    want(work, {key.split("/")[1]: {"pages": 1} for key in behaviours})
    with serving(behaviours) as server:
        assert fetch(work, server).count("ok") == 3
        found = outcomes(work)
        assert {key: found[key] for key in failures} == {key: expected for key, (_, expected) in failures.items()}
        assert all(found[key] == ("ok", "") for key in passing)
        with Ledger(work) as ledger:
            assert ledger.payload("s", "hiccup") == b"hiccup"
        n_asked = len(server.asked)
        assert fetch(work, server) == ["rate_limited", "transient", "transient"]  # only these may pass
        assert {asked.target for asked in server.asked[n_asked:]} == {"/broken/0", "/refused/0", "/dripping/0"}


@pytest.mark.parametrize("when", ["1", "date"])
def test_nothing_is_asked_sooner_than_the_server_allows(work: Workspace, when: str) -> None:
    def refuse(connection: Any, asked: Any, n: int) -> None:
        moment = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2)) if when == "date" else when
        now = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        connection.sendall(message(429, b"", Retry_After=moment, Date=now))

    want(work, {"a": {"pages": 1}, **{f"b{n}": {"pages": 1} for n in range(5)}})
    ok = {f"/b{n}/0": says(200, b"b") for n in range(5)}
    with serving({"/a/0": after(1, refuse, says(200, b"a")), **ok}) as server:
        assert fetch(work, server, n_threads=1) == ["ok"] * 6
        first, *others = server.asked
        assert first.target == "/a/0"
        assert others[0].at_s - first.at_s >= 1.0  # nor for another item


def test_a_long_wait_ends_the_run_and_the_next_one_does_not_ask_either(work: Workspace) -> None:
    want(work, {"a": {"pages": 1}, "b": {"pages": 1}})
    with serving({"/a/0": says(429, Retry_After="86400"), "/b/0": says(200, b"b")}) as server:
        for _ in range(2):
            with pytest.raises(PausedError, match="x asks us to wait: come back after"):
                fetch(work, server, n_threads=1)
        assert [asked.target for asked in server.asked] == ["/a/0"]
        assert outcomes(work) == {"a": (None, ""), "b": (None, "")}


def test_the_pages_of_an_interrupted_item_are_not_asked_for_again(work: Workspace) -> None:
    want(work, {"a": {"pages": 3}})
    pages = {f"/a/{n}": says(200, str(n).encode()) for n in range(3)}
    with serving(pages | {"/a/2": after(1, says(429, Retry_After="3600"), says(200, b"2"))}) as server:
        with pytest.raises(PausedError):
            fetch(work, server)
        with Ledger(work) as ledger:
            ledger.note_service("x", ledger.service("never"))  # an hour later
        assert fetch(work, server) == ["ok"]
        assert [asked.target for asked in server.asked] == ["/a/0", "/a/1", "/a/2", "/a/2"]
        with Ledger(work) as ledger:
            assert ledger.payload("s", "a") == b"012"


def test_a_file_is_kept_beside_the_ledger(work: Workspace) -> None:
    want(work, {"a": {"pages": 1, "file": True}})
    with serving({"/a/0": says(200, b"sound")}) as server:
        fetch(work, server)
    with Ledger(work) as ledger:
        (entry,) = ledger.entries("s")
        assert ledger.file("s", entry.digest).read_bytes() == b"sound"
    assert not work.scratch.exists() or not any(path.is_file() for path in work.scratch.rglob("*"))


def test_what_all_items_would_meet_ends_the_run_at_once(work: Workspace) -> None:
    want(work, {"unusable": {"pages": 1}, **{f"z{n:03d}": {"pages": 1} for n in range(300)}})
    with serving({f"/z{n:03d}/0": says(200, b"z") for n in range(300)}) as server:
        with pytest.raises(SetupError, match="the key is wrong"):
            fetch(work, server)
        assert len(server.asked) < 300


def test_a_fault_of_ours_is_not_taken_for_the_items(work: Workspace) -> None:
    want(work, {"a": {}})  # the fetcher asks for "pages"
    with serving({}) as server, pytest.raises(KeyError):
        fetch(work, server)
    assert outcomes(work) == {"a": (None, "")}


def test_a_failure_is_told_without_what_is_secret(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSIXMATCH_API_KEY", "canary-4711")
    want(work, {"a": {"pages": 1}})
    with serving({"/a/0": says(404, b"no such thing for canary-4711")}) as server:
        fetch(work, server)
    with Ledger(work) as ledger:
        (entry,) = ledger.entries("s")
    assert "canary" not in entry.detail
    assert "no such thing" in entry.detail
