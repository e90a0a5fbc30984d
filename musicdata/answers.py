"""What became of a network stage's items, as shards of work and as answers to read."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from musicdata import contract as contracts
from musicdata import cutting
from musicdata.errors import PartialError
from musicdata.ledger import Ledger
from musicdata.stage import Answer, Shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from musicdata.ledger import Entry
    from musicdata.stage import Inputs, Stage
    from musicdata.workspace import Workspace


def cut(ledger: Ledger, stage: Stage[Any], inputs: Inputs) -> Iterator[Shard]:
    """Cut a network stage's items into shards; one changes when an answer or a row that it may read does."""
    assert stage.network is not None, "only network stages have items"
    key = contracts.load(stage.outputs[0]).key[0]
    aligned: dict[str, Sequence[str] | None] = {
        table: None for table in stage.inputs if contracts.load(table).key[0] == key
    }
    others = [inputs.digest(table) for table in stage.inputs if table not in aligned]
    keys, prints = [], []
    for entry in ledger.entries(stage.name):
        keys.append(entry.key)
        prints.append(hashlib.sha256(entry.fingerprint()).digest())
    for start, stop in cutting.runs(keys, stage.network.shard_items):
        first, last = keys[start], keys[stop - 1]
        gathered = hashlib.sha256(b"".join(prints[start:stop]))
        rows = cutting.rows_digest(inputs, aligned, first, last) if aligned else ""
        gathered.update("".join([rows, *others]).encode())
        yield Shard(first, last, stop - start, gathered.hexdigest())


def of(workspace: Workspace, stage: Stage[Any], shard: Shard) -> Callable[[], Iterator[Answer]]:
    """Return what yields the answers of a shard; nothing, for a stage that is none of the network."""

    def read() -> Iterator[Answer]:
        with Ledger(workspace, read_only=True) as ledger:
            for entry in ledger.entries(stage.name, shard.first, shard.last):
                yield _answer(ledger, stage.name, entry)

    return read if stage.network is not None else lambda: iter(())


def _answer(ledger: Ledger, stage: str, entry: Entry) -> Answer:
    request = json.loads(entry.request)
    if entry.outcome != "ok":
        return Answer(entry.key, request, entry.outcome or "transient", entry.reason, entry.detail)
    payload = ledger.payload(stage, entry.key)
    if payload is not None:
        return Answer(entry.key, request, "ok", payload=payload)
    path = ledger.file(stage, entry.digest)
    if not path.is_file():
        raise PartialError(
            f"{stage}: what was fetched for {entry.key} is gone ({path}); "
            "the same command, run once more, fetches it again"
        )
    return Answer(entry.key, request, "ok", path=path)
