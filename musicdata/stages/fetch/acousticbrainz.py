"""Ask AcousticBrainz for the documents of the recordings → `acousticbrainz_lowlevel`, `acousticbrainz_highlevel`.

Up to 25 recordings are asked for at once; such a batch is an item, and its documents are kept under its name. What is
fetched is kept as it came, so that another reading of it needs no new call.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Answer, Caller, Item, Network, Parameters, Pieces, Stage, Task
from musicdata.sources.acousticbrainz import api
from musicdata.sources.acousticbrainz.document import MBID
from musicdata.sources.acousticbrainz.tables import HIGHLEVEL, LOWLEVEL, DocumentTables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.settings.services import Services

_IS_MBID = re.compile(MBID)
_BATCHES_A_SHARD = 20
_BATCH = 22.0  # recordings of a batch on the average
_FOUND, _SUBMISSIONS = 0.8, 3.9  # share of recordings that have documents; how many each has
_DOCUMENT_BYTES = 60_000  # of both kinds, as they are sent
_ROW_BYTES = 10_200  # of both kinds, on disk
_READ_S = 0.006


class FetchDocuments(Parameters):
    """What is asked for.

    Attributes:
        keep: of a recording's documents, "first": the one with number 0, or "all", for which it is first asked how
            many there are.
        high_level: ask for the high-level documents too.
    """

    keep: Literal["first", "all"] = "first"
    high_level: bool = True


def expect(parameters: FetchDocuments, counts: Counts) -> Expected:
    """Count the batches, and the documents that are usually found."""
    rows = counts["recordings"] * _FOUND * (_SUBMISSIONS if parameters.keep == "all" else 1.0)
    high = {HIGHLEVEL: rows} if parameters.high_level else {HIGHLEVEL: 0.0}
    return Expected(counts["recordings"] / _BATCH, {LOWLEVEL: rows, **high})


def cost(parameters: FetchDocuments, _expected: Expected) -> Cost:
    """Return what a batch costs."""
    n_documents = _documents(parameters)
    return Cost(_READ_S * n_documents, _ROW_BYTES * n_documents)


def calls(parameters: FetchDocuments, _counts: Counts) -> dict[str, float]:
    """Return the calls a batch costs."""
    kinds = 2.0 if parameters.high_level else 1.0
    of_all = 1.0 + kinds * max(_documents(parameters) / api.MOST, 1.0)
    return {api.NAME: of_all if parameters.keep == "all" else kinds}


def _documents(parameters: FetchDocuments) -> float:
    return _BATCH * _FOUND * (_SUBMISSIONS if parameters.keep == "all" else 1.0)


def items(parameters: FetchDocuments, inputs: Inputs) -> Iterator[Item]:
    """Yield the batches, named by their first recording."""
    ids: set[str] = set()
    for part in inputs.iterate("recordings", ["recording_id", "recording_id_given"]):
        ids.update(strings(part.column("recording_id")))
        ids.update(strings(part.column("recording_id_given").drop_null()))
    for batch in api.batches([one for one in ids if _IS_MBID.fullmatch(one)]):
        yield Item(f"api-{batch[0]}", {"ids": batch, **parameters.model_dump()})


class DocumentFetcher:
    """Fetches one batch at a time."""

    def __init__(self, services: Services) -> None:
        self._service = api.AcousticBrainz(services)

    def fetch(self, item: Item, caller: Caller) -> bytes:
        """Return the documents of a batch.

        Raises:
            HttpError: AcousticBrainz could not be asked, or said what nobody can read.
        """
        ids: list[str] = item.request["ids"]
        asked = [(one, 0) for one in ids]
        if item.request["keep"] == "all":
            counts = self._service.counts(ids, caller)
            asked = [(one, number) for one in ids for number in range(counts.get(one, 0))]
        fetched: dict[str, Any] = {"lowlevel": self._service.documents("low-level", asked, caller)}
        if item.request["high_level"]:
            there = [(one, number) for one, number in asked if number in fetched["lowlevel"].get(one, {})]
            fetched["highlevel"] = self._service.documents("high-level", there, caller)
        return api.packed(fetched)

    def close(self) -> None:
        """Close the connections."""
        self._service.close()


def connect(_parameters: FetchDocuments, services: Services) -> DocumentFetcher:
    """Return a fetcher."""
    return DocumentFetcher(services)


def run(_parameters: FetchDocuments, task: Task) -> None:
    """Write the documents of the shard's batches."""
    for answer in task.answers():
        if answer.outcome == "ok":
            _write(task, answer)
        else:
            task.sink.reject(answer.key, answer.reason, answer.detail)


def _write(task: Task, answer: Answer) -> None:
    tables = DocumentTables(answer.key, task.sink, task.scratch)
    kinds = api.unpacked(answer.content())
    for kind, recordings in kinds.items():
        for recording_id, submissions in recordings.items():
            for number, document in submissions.items():
                tables.take(kind, recording_id, int(number), _readable(document))
    for recording_id in answer.request["ids"]:
        if recording_id not in kinds["lowlevel"]:
            task.sink.reject(recording_id, "not_in_acousticbrainz", "AcousticBrainz has no document of this recording")
    tables.write()


def _readable(document: Any) -> bytes | Mapping[str, Any]:
    """Return a document as it is; what is none as bytes, so that it is refused as such."""
    return document if isinstance(document, dict) else json.dumps(document).encode()


STAGE = Stage(
    name="acousticbrainz.api",
    version=1,
    verb="asks AcousticBrainz for the documents of the recordings",
    inputs=("recordings",),
    outputs=(LOWLEVEL, HIGHLEVEL),
    parameters=FetchDocuments,
    run=run,
    pieces=Pieces("keys"),
    network=Network(
        services=(api.NAME,),
        items=items,
        connect=connect,
        shard_items=_BATCHES_A_SHARD,
        calls=calls,
        download_bytes=lambda parameters: _DOCUMENT_BYTES * _documents(parameters),
    ),
    expect=expect,
    cost=cost,
)
