"""The ledger: what is wanted, what became of it, and what a killed run leaves to the next."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from musicdata.errors import StorageError
from musicdata.workspace import ledger as ledgers
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger, ServiceState
from musicdata.workspace.recovery import reopen_lost


def test_what_is_wanted_is_due_in_order(tmp_path: Path) -> None:
    with Ledger(Workspace(tmp_path)) as ledger:
        assert ledger.want("s", "plan", [(k, {"q": k}) for k in ("c", "a", "b")]) == 3
        assert [key for key, _ in ledger.due("s", time.time(), 2)] == ["a", "b", "c"]
        assert (ledger.n_open("s"), ledger.n_wanted("s"), ledger.plan("s")) == (3, 3, "plan")
        assert ledger.n_open("other") == ledger.n_wanted("other") == 0


def test_an_item_keeps_what_became_of_it_until_its_request_changes(tmp_path: Path) -> None:
    with Ledger(Workspace(tmp_path)) as ledger:
        ledger.want("s", "1", [("a", {"q": 1}), ("b", {"q": 1})])
        ledger.conclude("s", "a", b"A")
        ledger.conclude("s", "b", b"B")
        ledger.want("s", "2", [("a", {"q": 1}), ("b", {"q": 2}), ("c", {"q": 1})])
        assert [(e.key, e.outcome) for e in ledger.entries("s")] == [("a", "ok"), ("b", None), ("c", None)]
        assert ledger.payload("s", "a") == b"A"
        ledger.want("s", "3", [("c", {"q": 1})])
        assert [e.key for e in ledger.entries("s")] == ["c"]
        ledger.want("s", "4", [("a", {"q": 1}), ("c", {"q": 1})])  # it comes back with what it had
        assert [(e.key, e.outcome) for e in ledger.entries("s")] == [("a", "ok"), ("c", None)]


def test_failures_that_may_pass_are_due_again_and_others_only_when_asked_for(tmp_path: Path) -> None:
    with Ledger(Workspace(tmp_path)) as ledger:
        ledger.want("s", "1", [(outcome, {}) for outcome in ledgers.OUTCOMES[1:]])
        for outcome in ledgers.OUTCOMES[1:]:
            ledger.fail("s", outcome, outcome, f"why_{outcome}", "…")
        assert ledger.n_open("s") == 0
        assert [key for key, _ in ledger.due("s", time.time() + 1, 10)] == ["rate_limited", "transient"]
        assert ledger.retry(["gone", "blocked"], reasons=["why_gone"]) == 1
        assert ledger.retry(["gone", "blocked"], stages=["elsewhere"]) == 0
        assert ledger.n_open("s") == 1
        assert ledger.counts("s")["", ""] == 1
        assert ledger.counts("s")["blocked", "why_blocked"] == 1


def test_the_digest_says_what_became_of_all_and_nothing_of_when(tmp_path: Path) -> None:
    digests = []
    for n, order in enumerate((["a", "b"], ["b", "a"])):
        with Ledger(Workspace(tmp_path / str(n))) as ledger:
            ledger.want("s", "1", [(key, {}) for key in order])
            open_digest = ledger.digest("s")
            for key in order:
                ledger.fail("s", key, "transient", "x", "")
                ledger.conclude("s", key, key.encode())
            digests.append(ledger.digest("s"))
            assert digests[-1] != open_digest
            assert ledger.digest("s") == digests[-1]
    assert digests[0] == digests[1]


def test_a_fetched_file_is_taken_over_and_missed_when_it_is_gone(tmp_path: Path) -> None:
    with Ledger(Workspace(tmp_path)) as ledger:
        ledger.want("s", "1", [("a", {}), ("b", {})])
        for key in ("a", "b"):
            fetched = tmp_path / "unfinished"
            fetched.write_bytes(key.encode() * 1000)
            ledger.conclude_file("s", key, fetched)
            assert not fetched.exists()
        paths = [ledger.file("s", entry.digest) for entry in ledger.entries("s")]
        assert [path.read_bytes()[:1] for path in paths] == [b"a", b"b"]
        assert reopen_lost(ledger, "s") == 0
        paths[1].unlink()
        assert reopen_lost(ledger, "s", lambda: {paths[1].name}) == 0  # it is kept elsewhere
        assert reopen_lost(ledger, "s") == 1
        assert [key for key, _ in ledger.due("s", time.time(), 10)] == ["b"]


def test_replies_wait_until_their_item_has_ended(tmp_path: Path) -> None:
    with Ledger(Workspace(tmp_path)) as ledger:
        ledger.want("s", "1", [("a", {})])
        ledger.keep_reply("s", "a", "call 1", b"page 1")
        assert ledger.reply("s", "a", "call 1") == b"page 1"
        assert ledger.reply("s", "a", "call 2") is None
        ledger.conclude("s", "a", b"all pages")
        assert ledger.reply("s", "a", "call 1") is None


def test_what_is_written_down_outlives_a_kill(tmp_path: Path) -> None:
    code = f"""
        import os, signal
        from pathlib import Path
        from musicdata.workspace.ledger import Ledger, ServiceState
        from musicdata.workspace.folder import Workspace
        ledger = Ledger(Workspace(Path({str(tmp_path)!r})))
        ledger.want("s", "1", [(str(n), {{}}) for n in range(10)])
        ledger.conclude("s", "3", b"three")
        ledger.keep_reply("s", "4", "call", b"reply")
        ledger.note_service("x", ServiceState(not_before=5.0))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    with Ledger(Workspace(tmp_path)) as ledger:
        assert ledger.n_open("s") == 9
        assert ledger.payload("s", "3") == b"three"
        assert ledger.reply("s", "4", "call") == b"reply"
        assert ledger.service("x").not_before == 5.0


def test_services_are_remembered(tmp_path: Path) -> None:
    with Ledger(Workspace(tmp_path)) as ledger:
        assert ledger.service("x") == ServiceState()
        ledger.note_service("x", ServiceState(1.0, 2.0, 3.0, "2026-01-01", 4))
        assert ledger.services() == {"x": ServiceState(1.0, 2.0, 3.0, "2026-01-01", 4)}


def test_a_damaged_ledger_says_what_to_do(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with Ledger(workspace) as ledger:
        ledger.want("s", "1", [("a", {})])
    assert ledgers.exists(workspace)
    for path in tmp_path.rglob("ledger.sqlite*"):
        path.write_bytes(b"not a database at all, but long enough to be one" * 100)
    with pytest.raises(StorageError, match="move it away"), Ledger(workspace) as ledger:
        ledger.n_open("s")


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with Ledger(workspace) as ledger:
        ledger.want("s", "1", [("a", {})])
    with Ledger(workspace, read_only=True) as reader:
        assert len(reader.digest("s")) == 64
        with pytest.raises(StorageError):
            reader.conclude("s", "a", b"")
    with sqlite3.connect(tmp_path / "state" / "ledger.sqlite") as db:
        assert db.execute("SELECT digest FROM stages").fetchall() == [(None,)]
    db.close()
