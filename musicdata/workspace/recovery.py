"""What of a ledger is lost or damaged: found, told, and made due again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from musicdata.errors import StorageError
from musicdata.system.digests import sha256_of_file
from musicdata.workspace.ledger import OUTCOMES, payload_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from musicdata.workspace.ledger import Ledger

_AT_ONCE = 100
_FILES = "SELECT key, digest FROM items WHERE stage = ? AND wanted = 1 AND is_file = 1 AND outcome = 'ok'"
_PAYLOADS = (
    "SELECT key, digest, data FROM items LEFT JOIN payloads USING (stage, key) WHERE stage = ?1 AND wanted = 1"
    " AND outcome = 'ok' AND is_file = 0 AND key > ?2 ORDER BY key LIMIT ?3"
)
_ODD_OUTCOMES = (
    "SELECT key FROM items WHERE stage = ? AND wanted = 1 AND outcome NOT IN (SELECT value FROM json_each(?))"
)
_ODD_REQUESTS = "SELECT count(*) FROM items WHERE stage = ? AND wanted = 1 AND NOT json_valid(request)"


def reopen_lost(ledger: Ledger, stage: str, elsewhere: Callable[[], Container[str]] = frozenset) -> int:
    """Make items due again of which what was fetched is gone or damaged; return how many.

    Args:
        ledger: of the workspace.
        stage: whose items.
        elsewhere: returns the sha256 of files that are kept in another place; called when it is needed.
    """
    lost = [key for key, _ in damaged_payloads(ledger, stage)]
    missing = [(key, digest) for key, digest in ledger.read(_FILES, stage) if not _has_file(ledger, stage, digest)]
    kept = elsewhere() if missing else ()
    lost += [key for key, digest in missing if digest not in kept]
    lost += [key for (key,) in ledger.read(_ODD_OUTCOMES, stage, json.dumps(OUTCOMES))]
    if lost:
        ledger.reopen(stage, lost)
    return len(lost)


def _has_file(ledger: Ledger, stage: str, digest: str) -> bool:
    path = ledger.file(stage, digest)
    return path.is_file() and sha256_of_file(path) == digest


def damaged_payloads(ledger: Ledger, stage: str) -> Iterator[tuple[str, str]]:
    """Yield key, and what is wrong, of wanted items whose payload is not what was fetched."""
    last = ""
    while rows := ledger.read(_PAYLOADS, stage, last, _AT_ONCE):
        for key, digest, data in rows:
            if fault := payload_fault(data, digest):
                yield key, fault
        last = rows[-1][0]


def has_odd_requests(ledger: Ledger, stage: str) -> bool:
    """Say whether a request of a stage is not what was written, so that its list has to be made again."""
    return bool(ledger.read(_ODD_REQUESTS, stage)[0][0])


def problems(ledger: Ledger) -> Iterator[str]:
    """Yield what is wrong with a ledger, as far as it can be seen."""
    try:
        integrity = [str(row[0]) for row in ledger.read("PRAGMA integrity_check(5)")]
        yield from (line.replace("\n", "; ") for line in integrity if line != "ok")
        for (stage,) in ledger.read("SELECT DISTINCT stage FROM items ORDER BY 1"):
            for key, fault in damaged_payloads(ledger, stage):
                yield f"{stage}: what was fetched for {key} {fault}"
            if has_odd_requests(ledger, stage):
                yield f"{stage}: a request is no JSON"
    except StorageError as error:
        yield str(error)
