"""The web service of AcousticBrainz: the documents of 25 recordings a call.

Read in the server's code: recordings that it does not know are missing from an answer, without a word; beside those it
knows an answer has the key `mbid_mapping`; a recording's documents stand under their number, which is a text. It counts
calls, ten in ten seconds, and says in its headers how many are left and when there are more: no call is made until
then. Not known: how long it will still be there. It takes no documents since 2022, so that dumps have all it has.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from musicdata.errors import FormatError
from musicdata.sources.acousticbrainz import document as documents
from musicdata.system.http import Client, HttpError, Limits, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from musicdata.definitions.stage import Caller
    from musicdata.settings.services import Services
    from musicdata.system.http import Reply

NAME = "acousticbrainz"
MOST = 25  # recordings of a call

What = Literal["low-level", "high-level", "count"]
Documents = dict[str, dict[int, Any]]
"""Recording → number of a submission → document, as JSON has it."""

_MAX_BYTES = 256 << 20  # of an answer: 25 documents have some 3 MB, those of recordings of hours more
_LEAST = 17  # of a batch that ends where a hash says so
_ENDS = 8  # one id in so many is an end
_WAIT_S = re.compile(r"\d{1,5}(\.\d+)?")


def batches(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield ids in the runs in which they are asked for, in their order.

    A run ends where an id says so, not at a count from the beginning: an added id changes the runs about it only.

    >>> [len(run) for run in batches([f"{n:032x}" for n in range(100)])]
    [24, 24, 24, 24, 4]
    """
    run: list[str] = []
    for one in sorted(ids):
        run.append(one)
        is_end = int(one.replace("-", "")[-8:], 16) % _ENDS == _ENDS - 1
        if len(run) == MOST or (len(run) >= _LEAST and is_end):
            yield run
            run = []
    if run:
        yield run


class AcousticBrainz:
    """Asks AcousticBrainz; to be used by one thread.

    Args:
        services: where it is.
    """

    def __init__(self, services: Services) -> None:
        self._url = services.url(NAME).rstrip("/")
        limits = Limits(attempts=1, deadline_s=services.deadline_s, max_bytes=_MAX_BYTES)
        self._client = Client(limits, services.reach(NAME))
        self._opens_s = 0.0  # monotonic: when there are calls left again

    def close(self) -> None:
        """Close the connections."""
        self._client.__exit__(None, None, None)

    def counts(self, ids: Sequence[str], caller: Caller) -> dict[str, int]:
        """Return how many submissions there are of each recording that is known.

        Raises:
            HttpError: it could not be asked, or said what nobody can read.
        """
        answer = self._answer("count", ids, caller)
        counts = {one: entry.get("count") for one, entry in answer.items() if isinstance(entry, dict)}
        if odd := [one for one, count in counts.items() if type(count) is not int or count < 0]:
            message = f"AcousticBrainz count: no number of submissions of {odd[0]}"
            raise HttpError(message, Outcome.INVALID, reason="wrong_shape")
        return {one: count for one, count in counts.items() if isinstance(count, int)}

    def documents(
        self, what: Literal["low-level", "high-level"], asked: Sequence[tuple[str, int]], caller: Caller
    ) -> Documents:
        """Return the documents that there are of these recordings and numbers of submissions.

        Raises:
            HttpError: it could not be asked, or said what nobody can read.
        """
        answers: Documents = {}
        for start in range(0, len(asked), MOST):
            some = asked[start : start + MOST]
            answer = self._answer(what, [f"{one}:{number}" if number else one for one, number in some], caller)
            for one, number in some:
                entry = answer.get(one)
                if isinstance(entry, dict) and str(number) in entry:
                    answers.setdefault(one, {})[number] = entry[str(number)]
        return answers

    def _answer(self, what: What, ids: Sequence[str], caller: Caller) -> dict[str, Any]:
        """Return what stands under each recording in the answer to a call."""
        body = caller.call(NAME, {"what": what, "ids": list(ids)}, lambda: packed(self._ask(what, ids)))
        return {one: entry for one, entry in unpacked(body).items() if one != "mbid_mapping"}

    def _ask(self, what: What, ids: Sequence[str]) -> dict[str, Any]:
        where = f"AcousticBrainz {what}"
        wait_s = self._opens_s - time.monotonic()
        if wait_s > 0:
            message = f"{where}: no calls are left for {wait_s:.1f} s, as it said"
            raise HttpError(message, Outcome.RATE_LIMITED, None, wait_s, "no_calls_left")
        try:
            reply = self._client.request("GET", f"{self._url}/{what}", params={"recording_ids": ";".join(ids)})
        except HttpError as error:
            refused = error
        else:
            self._note(reply)
            return _answer_to(ids, _document(reply.body, where), where)
        if refused.status == 404:
            message = f"{refused}. {where} is not known there at all: check ACOUSTICBRAINZ_URL"
            raise HttpError(message, Outcome.INVALID, 404, reason="unexpected_404") from None
        raise refused

    def _note(self, reply: Reply) -> None:
        """Remember how long to wait, if there are no calls left."""
        wait = reply.headers.get("x-ratelimit-reset-in", "").strip()
        if reply.headers.get("x-ratelimit-remaining", "").strip() == "0" and _WAIT_S.fullmatch(wait):
            self._opens_s = time.monotonic() + float(wait)


def _document(body: bytes, where: str) -> dict[str, Any]:
    try:
        return documents.parsed(body)
    except FormatError as error:
        message = f"{where}: {len(body):,} bytes, which are not JSON ({error.reason})"
    raise HttpError(message, Outcome.INVALID, reason="not_json")


def _answer_to(ids: Sequence[str], answer: dict[str, Any], where: str) -> dict[str, Any]:
    """Return an answer that is one: that none of the ids is known is said by one that has a mapping of ids."""
    if "mbid_mapping" in answer or any(one.partition(":")[0] in answer for one in ids):
        return answer
    message = f"{where}: JSON that has neither mbid_mapping nor one of the {len(ids)} ids asked for"
    raise HttpError(message, Outcome.INVALID, reason="wrong_shape")


def packed(value: Mapping[str, Any]) -> bytes:
    """Return JSON in few bytes, the same for the same value."""
    return bytes(pa.compress(json.dumps(value, sort_keys=True).encode(), codec="zstd", asbytes=True))


def unpacked(data: bytes) -> dict[str, Any]:
    """Return what `packed` made."""
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        value: dict[str, Any] = json.loads(stream.read())
    return value
