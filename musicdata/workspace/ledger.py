"""The ledger: what became of every item that a network stage wants, in `state/ledger.sqlite` of a workspace.

An item is written down when it is wanted, and again when it has ended; what was fetched is kept with it until its
request changes: small replies in the ledger, large ones as files beside it. While an item is under way, the replies to
its calls are kept too, so that a killed run repeats none. Budgets of services and the times they asked us to wait for
are here as well, so that a new run honours what an old one was told.

SQLite in write-ahead mode: a killed process loses nothing, a power loss at most the last seconds, and never the whole.
Times are wall-clock seconds and never reach a table.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.errors import IntegrityError, StorageError
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file
from musicdata.system.files import move_whole, storage_faults, sync_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from musicdata.workspace.folder import Workspace

FILE = "ledger.sqlite"
RETRYABLE = ("transient", "rate_limited")
OUTCOMES = ("ok", "gone", "blocked", "rate_limited", "transient", "invalid")
_BATCH = 2000
_LARGE_BYTES = 64 << 10
_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    stage TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, wanted INTEGER NOT NULL DEFAULT 1,
    outcome TEXT, reason TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0, next_try REAL DEFAULT 0, ended REAL, is_file INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (stage, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due ON items (stage, next_try, key) WHERE wanted = 1 AND next_try IS NOT NULL;
CREATE TABLE IF NOT EXISTS payloads (
    stage TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (stage, key)
);
CREATE TABLE IF NOT EXISTS replies (
    stage TEXT NOT NULL, key TEXT NOT NULL, call TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (stage, key, call)
);
CREATE TABLE IF NOT EXISTS stages (stage TEXT PRIMARY KEY, plan TEXT NOT NULL, n_wanted INTEGER NOT NULL, digest TEXT);
CREATE TABLE IF NOT EXISTS services (
    name TEXT PRIMARY KEY, not_before REAL NOT NULL DEFAULT 0, asked_s REAL NOT NULL DEFAULT 0,
    last_call REAL NOT NULL DEFAULT 0, day TEXT NOT NULL DEFAULT '', n_calls INTEGER NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as the ledger has it.

    Attributes:
        key: of the item; `request` what was asked for, as JSON text.
        outcome: what became of it; None while that is open.
        reason: short code of a failure; `detail` the same for people.
        digest: sha256 of what was fetched; empty for a failure.
        attempts: times it was fetched, or tried to be.
    """

    key: str
    request: str
    outcome: str | None
    reason: str
    detail: str
    digest: str
    attempts: int

    def fingerprint(self) -> bytes:
        """Return what a table can depend on of it, as bytes."""
        return json.dumps([self.key, self.request, self.outcome, self.reason, self.detail, self.digest]).encode()


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What is known of a service's patience.

    Attributes:
        not_before: wall-clock time before which it is not to be called.
        asked_s: the wait that it asked for, so that a clock that was set back cannot make it longer.
        last_call: wall-clock time of the last call.
        day: day (UTC) that `n_calls` counts.
    """

    not_before: float = 0.0
    asked_s: float = 0.0
    last_call: float = 0.0
    day: str = ""
    n_calls: int = 0


class Ledger:
    """The ledger of a workspace; one connection, shared by the threads of this process."""

    def __init__(self, workspace: Workspace, *, read_only: bool = False) -> None:
        self.path = workspace.place(f"state/{FILE}")
        self._workspace = workspace
        for suffix in ("", "-wal", "-shm", "-journal"):  # SQLite would follow a link, and write to a pipe
            _require_regular(workspace.place(f"state/{FILE}{suffix}"))
        self._lock = threading.RLock()
        with storage_faults(self.path), _sqlite_faults(self.path):
            if not read_only:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "ro" if read_only else "rwc"
            uri = f"{self.path.absolute().as_uri()}?mode={mode}"
            self._db = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=60)
            if not read_only:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.executescript(_SCHEMA)

    def __enter__(self) -> Ledger:
        """Return the ledger itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._db.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Make what happens inside one transaction."""
        with self._lock, storage_faults(self.path), _sqlite_faults(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def read(self, query: str, *values: object) -> list[Any]:
        """Return the rows that a query gives."""
        with self._lock, _sqlite_faults(self.path):
            return self._db.execute(query, values).fetchall()

    # what is wanted

    def plan(self, stage: str) -> str:
        """Return the digest of what the stage's list of items was made from; "" when there is none yet."""
        rows = self.read("SELECT plan FROM stages WHERE stage = ?", stage)
        return str(rows[0][0]) if rows else ""

    def want(self, stage: str, plan: str, items: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
        """Write down what a stage wants: (key, request) of each item; return how many they are.

        An item that has the request it had keeps what became of it; one that is not wanted any more is kept aside.
        """
        n_wanted = 0
        with self._writing() as db:
            db.execute("UPDATE items SET wanted = 0 WHERE stage = ?", [stage])
            for batch in _batches(items, _BATCH):
                rows = [(stage, key, json.dumps(request, sort_keys=True, ensure_ascii=False)) for key, request in batch]
                db.executemany(
                    "INSERT INTO items (stage, key, request) VALUES (?, ?, ?) ON CONFLICT (stage, key) DO UPDATE SET"
                    " wanted = 1, request = excluded.request,"
                    " outcome = CASE request WHEN excluded.request THEN outcome END,"
                    " next_try = CASE request WHEN excluded.request THEN next_try ELSE 0 END",
                    rows,
                )
                n_wanted += len(rows)
            db.execute("INSERT OR REPLACE INTO stages VALUES (?, ?, ?, NULL)", [stage, plan, n_wanted])
        return n_wanted

    def n_wanted(self, stage: str) -> int:
        """Count the items that a stage wants."""
        rows = self.read("SELECT n_wanted FROM stages WHERE stage = ?", stage)
        return int(rows[0][0]) if rows else 0

    def n_open(self, stage: str) -> int:
        """Count the wanted items of which nothing has become yet."""
        query = "SELECT count(*) FROM items WHERE stage = ? AND wanted = 1 AND next_try IS NOT NULL AND outcome IS NULL"
        return int(self.read(query, stage)[0][0])

    def forget_future(self, stage: str, now: float) -> None:
        """Make due what failed later than now, as the ledger has it: the clock was ahead then."""
        query = "UPDATE items SET next_try = ?1 WHERE stage = ?2 AND next_try > ?1"
        with self._writing() as db:
            db.execute(query, [now, stage])

    def n_due(self, stage: str, now: float) -> int:
        """Count the wanted items to be fetched now: open ones, and failures that may pass."""
        query = "SELECT count(*) FROM items WHERE stage = ? AND wanted = 1 AND next_try IS NOT NULL AND next_try <= ?"
        return int(self.read(query, stage, now)[0][0])

    def due(self, stage: str, now: float, n: int) -> Iterator[tuple[str, str]]:
        """Yield (key, request) of the items that were due at `now`, `n` of them in memory at a time."""
        last = (-1.0, "")
        while True:
            rows = self.read(
                "SELECT next_try, key, request FROM items WHERE stage = ? AND wanted = 1 AND next_try IS NOT NULL"
                " AND next_try <= ? AND (next_try, key) > (?, ?) ORDER BY next_try, key LIMIT ?",
                stage,
                now,
                *last,
                n,
            )
            if not rows:
                return
            last = rows[-1][:2]
            yield from ((key, request) for _, key, request in rows)

    # what became of it

    def conclude(self, stage: str, key: str, payload: bytes) -> None:
        """Write down that an item was fetched, with what was fetched."""
        data = zlib.compress(payload, 6)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO payloads VALUES (?, ?, ?)", [stage, key, data])
            self._end(db, stage, key, "ok", digest=hashlib.sha256(payload).hexdigest())

    def conclude_file(self, stage: str, key: str, fetched: Path) -> None:
        """Write down that an item was fetched as a file, which is taken over."""
        digest = sha256_of_file(fetched)
        final = self.file(stage, digest)
        with storage_faults(final, fetched.stat().st_size):
            final.parent.mkdir(parents=True, exist_ok=True)
            sync_file(fetched)
            move_whole(fetched, final)
        with self._writing() as db:
            db.execute("DELETE FROM payloads WHERE stage = ? AND key = ?", [stage, key])
            self._end(db, stage, key, "ok", digest=digest, is_file=True)

    def fail(self, stage: str, key: str, outcome: str, reason: str, detail: str) -> None:
        """Write down that an item could not be had; one that may pass is due again in the next run."""
        next_try = time.time() if outcome in RETRYABLE else None
        with self._writing() as db:
            self._end(db, stage, key, outcome, reason=reason, detail=detail, next_try=next_try)

    def _end(
        self,
        db: sqlite3.Connection,
        stage: str,
        key: str,
        outcome: str,
        *,
        reason: str = "",
        detail: str = "",
        digest: str = "",
        next_try: float | None = None,
        is_file: bool = False,
    ) -> None:
        db.execute(
            "UPDATE items SET outcome = ?, reason = ?, detail = ?, digest = ?, next_try = ?, attempts = attempts + 1,"
            " ended = ?, is_file = ? WHERE stage = ? AND key = ?",
            [outcome, reason, detail, digest, next_try, time.time(), is_file, stage, key],
        )
        db.execute("DELETE FROM replies WHERE stage = ? AND key = ?", [stage, key])
        db.execute("UPDATE stages SET digest = NULL WHERE stage = ? AND digest IS NOT NULL", [stage])

    def retry(self, outcomes: Sequence[str], reasons: Sequence[str] = (), stages: Sequence[str] = ()) -> int:
        """Make failures due again, whatever became of them; return how many.

        Args:
            outcomes: of these classes.
            reasons: of these reason codes only, if any are given.
            stages: of these stages only, if any are given.
        """
        query = (
            "UPDATE items SET outcome = NULL, next_try = 0 WHERE outcome != 'ok'"
            " AND outcome IN (SELECT value FROM json_each(?1))"
            " AND (?2 = '[]' OR reason IN (SELECT value FROM json_each(?2)))"
            " AND (?3 = '[]' OR stage IN (SELECT value FROM json_each(?3)))"
        )
        values = [json.dumps(list(names)) for names in (outcomes, reasons, stages)]
        with self._writing() as db:
            n_items = db.execute(query, values).rowcount
            db.execute("UPDATE stages SET digest = NULL")
        return n_items

    def reopen(self, stage: str, keys: Sequence[str]) -> None:
        """Make items due again as if nothing had become of them."""
        with self._writing() as db:
            again = "UPDATE items SET outcome = NULL, next_try = 0 WHERE stage = ? AND key = ?"
            db.executemany(again, [(stage, key) for key in keys])
            db.execute("UPDATE stages SET digest = NULL WHERE stage = ?", [stage])

    def entries(self, stage: str, first: str = "", last: str | None = None) -> Iterator[Entry]:
        """Yield the wanted items whose key lies in first..last, in order of the key."""
        query = (
            "SELECT key, request, outcome, reason, detail, digest, attempts FROM items WHERE stage = ?1 AND wanted = 1"
            " AND key >= ?2 AND (?3 IS NULL OR key <= ?3) AND (?4 IS NULL OR key > ?4) ORDER BY key LIMIT ?5"
        )
        rows: list[Any] = []
        while rows := self.read(
            query, stage, rows[-1][0] if rows else first, last, rows[-1][0] if rows else None, _BATCH
        ):
            yield from (Entry(*row) for row in rows)

    def digest(self, stage: str) -> str:
        """Return the sha256 of what became of every item that a stage wants."""
        rows = self.read("SELECT digest FROM stages WHERE stage = ?", stage)
        if rows and rows[0][0]:
            return str(rows[0][0])
        gathered = hashlib.sha256()
        for entry in self.entries(stage):
            gathered.update(entry.fingerprint())
        digest = gathered.hexdigest()
        with contextlib.suppress(sqlite3.OperationalError, StorageError), self._writing() as db:  # read-only: not kept
            db.execute("UPDATE stages SET digest = ? WHERE stage = ?", [digest, stage])
        return digest

    def counts(self, stage: str) -> dict[tuple[str, str], int]:
        """Return (outcome, reason) → number of the items that a stage wants; the outcome of open ones is ""."""
        query = (
            "SELECT coalesce(outcome, ''), CASE WHEN outcome IS NULL THEN '' ELSE reason END, count(*) FROM items"
            " WHERE stage = ? AND wanted = 1 GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return {(outcome, reason): n for outcome, reason, n in self.read(query, stage)}

    def dates(self, stage: str) -> tuple[float, float] | None:
        """Return the wall-clock times of the first and the last item that was fetched; None when none was."""
        first, last = self.read(
            "SELECT min(ended), max(ended) FROM items WHERE stage = ? AND wanted = 1 AND outcome = 'ok'", stage
        )[0]
        return None if first is None else (float(first), float(last))

    # what was fetched

    def payload(self, stage: str, key: str) -> bytes | None:
        """Return what was fetched, or None when it was handed over as a file.

        Raises:
            IntegrityError: it is damaged.
        """
        rows = self.read(
            "SELECT data, digest FROM payloads JOIN items USING (stage, key) WHERE stage = ? AND key = ?", stage, key
        )
        if not rows:
            return None
        if fault := payload_fault(*rows[0]):
            raise IntegrityError(
                f"{stage}: what was fetched for {key} {fault}; the same command, run once more, fetches it again"
            )
        return zlib.decompress(rows[0][0])

    def file(self, stage: str, digest: str) -> Path:
        """Return the path of a fetched file with that sha256, whether it is there or not."""
        return self._workspace.place(f"state/fetched/{stage}/{digest[:2]}/{digest}")

    def reply(self, stage: str, key: str, call: str) -> bytes | None:
        """Return the reply to a call of an item that has not ended, if one came."""
        rows = self.read("SELECT data FROM replies WHERE stage = ? AND key = ? AND call = ?", stage, key, call)
        with contextlib.suppress(zlib.error):  # a damaged one is asked for again
            return zlib.decompress(rows[0][0]) if rows else None
        return None

    def keep_reply(self, stage: str, key: str, call: str, data: bytes) -> None:
        """Keep the reply to a call until its item has ended."""
        packed = zlib.compress(data, 1 if len(data) < _LARGE_BYTES else 0)  # what is large is packed sound
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", [stage, key, call, packed])

    # services

    def service(self, name: str) -> ServiceState:
        """Return what is known of a service's patience."""
        query = "SELECT not_before, asked_s, last_call, day, n_calls FROM services WHERE name = ?"
        rows = self.read(query, name)
        return ServiceState(*rows[0]) if rows else ServiceState()

    def services(self) -> dict[str, ServiceState]:
        """Return name → what is known of it, for every service that was called."""
        rows = self.read("SELECT name, not_before, asked_s, last_call, day, n_calls FROM services ORDER BY name")
        return {row[0]: ServiceState(*row[1:]) for row in rows}

    def note_service(self, name: str, state: ServiceState) -> None:
        """Write down what is known of a service's patience."""
        values = [name, state.not_before, state.asked_s, state.last_call, state.day, state.n_calls]
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO services VALUES (?, ?, ?, ?, ?, ?)", values)


def exists(workspace: Workspace) -> bool:
    """Say whether a workspace has a ledger."""
    return workspace.place(f"state/{FILE}").is_file()


def _require_regular(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        paths.open_regular(path).close()


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def payload_fault(data: bytes | None, digest: str) -> str:
    """Return what is wrong with a payload as it is kept; "" for nothing."""
    if data is None:
        return "is gone"
    try:
        is_right = hashlib.sha256(zlib.decompress(data)).hexdigest() == digest
    except (zlib.error, TypeError):
        is_right = False
    return "" if is_right else "is damaged"


@contextlib.contextmanager
def _sqlite_faults(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a full disk or a damaged file into StorageError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"the ledger {path} cannot be used: {error}. Make room or fix the permissions and run the same command "
            "again. If the file is damaged, move it away: lost with it are what was fetched and is in no table yet, "
            "which is fetched anew, what failed and why, the calls counted today and the waits that services asked for"
        ) from error
