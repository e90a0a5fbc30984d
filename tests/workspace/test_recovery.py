"""What a ledger lost or holds damaged is told, and due again; all else keeps what became of it."""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicdata.errors import IntegrityError
from musicdata.workspace import recovery
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import FILE, Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of four items: three that were fetched, one of them as a file, and one that failed."""
    with Ledger(Workspace(tmp_path)) as ledger:
        ledger.want("s", "plan", [(key, {"of": key}) for key in "abcd"])
        ledger.conclude("s", "a", b"what a was")
        ledger.conclude("s", "b", b"what b was")
        (tmp_path / "c").write_bytes(b"what c was")
        ledger.conclude_file("s", "c", tmp_path / "c")
        ledger.fail("s", "d", "gone", "http_404", "")
        yield ledger


def change(ledger: Ledger, statement: str, *values: object) -> None:
    """Change the ledger behind its back."""
    with sqlite3.connect(ledger.path) as db:
        db.execute(statement, values)
    db.close()


def open_items(ledger: Ledger) -> list[str]:
    return [entry.key for entry in ledger.entries("s") if entry.outcome is None]


def test_a_whole_ledger_has_no_problems_and_nothing_is_lost(ledger: Ledger) -> None:
    assert list(recovery.problems(ledger)) == []
    assert recovery.reopen_lost(ledger, "s") == 0


@pytest.mark.parametrize(
    "data", [b"", b"noise", zlib.compress(b"something else"), zlib.compress(b"what a was")[:-3], "text", None]
)
def test_a_damaged_payload_is_told_never_handed_out_and_fetched_anew(data: object, ledger: Ledger) -> None:
    if data is None:
        change(ledger, "DELETE FROM payloads WHERE key = 'a'")
    else:
        change(ledger, "UPDATE payloads SET data = ? WHERE key = 'a'", data)
        with pytest.raises(IntegrityError, match=r"what was fetched for a is damaged; .*fetches it again"):
            ledger.payload("s", "a")
    assert [problem.rpartition(" is ")[0] for problem in recovery.problems(ledger)] == ["s: what was fetched for a"]
    assert recovery.reopen_lost(ledger, "s") == 1
    assert open_items(ledger) == ["a"]
    assert ledger.payload("s", "b") == b"what b was"


def test_a_fetched_file_that_changed_is_fetched_anew_unless_it_is_kept_elsewhere(ledger: Ledger) -> None:
    digest = hashlib.sha256(b"what c was").hexdigest()
    ledger.file("s", digest).write_bytes(b"what c xas")
    assert recovery.reopen_lost(ledger, "s", lambda: {digest}) == 0
    assert recovery.reopen_lost(ledger, "s") == 1
    assert open_items(ledger) == ["c"]


def test_an_outcome_that_there_is_not_is_no_outcome(ledger: Ledger) -> None:
    change(ledger, "UPDATE items SET outcome = 'o+' WHERE key = 'b'")
    assert recovery.reopen_lost(ledger, "s") == 1
    assert open_items(ledger) == ["b"]


def test_a_request_that_is_no_json_has_the_list_made_again(ledger: Ledger) -> None:
    assert not recovery.has_odd_requests(ledger, "s")
    change(ledger, "UPDATE items SET request = '{' WHERE key = 'b'")
    assert recovery.has_odd_requests(ledger, "s")
    assert list(recovery.problems(ledger)) == ["s: a request is no JSON"]
    ledger.want("s", "plan", [(key, {"of": key}) for key in "abcd"])
    assert not recovery.has_odd_requests(ledger, "s")
    assert open_items(ledger) == ["b"]


def test_noise_in_the_middle_of_the_file_is_told(ledger: Ledger, tmp_path: Path) -> None:
    ledger.want("t", "plan", [(f"{number:05}", {"of": "x" * 200}) for number in range(500)])
    change(ledger, "PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray((tmp_path / "state" / FILE).read_bytes())
    for place in range(len(data) // 2, len(data) // 2 + 20_000, 7):
        data[place] ^= 0x55
    (tmp_path / "state" / FILE).write_bytes(data)
    with Ledger(Workspace(tmp_path), read_only=True) as damaged:
        assert list(recovery.problems(damaged))


def test_what_failed_while_the_clock_was_years_ahead_is_due(ledger: Ledger) -> None:
    ledger.fail("s", "d", "transient", "timeout", "")
    now = time.time()
    change(ledger, "UPDATE items SET next_try = ? WHERE key = 'd'", now + 5 * 365 * 86_400)
    assert ledger.n_due("s", now) == 0
    ledger.forget_future("s", now)
    assert [key for key, _ in ledger.due("s", now, 10)] == ["d"]
    assert open_items(ledger) == []  # what became of it stays until it is fetched
