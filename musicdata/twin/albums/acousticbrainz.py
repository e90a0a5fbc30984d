"""Speaks as the API of AcousticBrainz does: documents one by one or 25 recordings at once, and how many there are."""

from __future__ import annotations

import json
import math
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from musicdata.twin.albums import highlevel, targets
from musicdata.twin.albums.pace import Pace
from musicdata.twin.exchange import Asked, Reply, Target, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from musicdata.twin.albums.population import AlbumPopulation
    from musicdata.twin.albums.submissions import Submission

_MOST = 25
_LIMIT, _WINDOW_S = 10, 10.0
_UNPACED_LIMIT = 1000
_HISTOGRAM_PEAKS = tuple(f"rhythm.bpm_histogram_{which}_peak_bpm.mean" for which in ("first", "second"))
_FEATURES = frozenset(
    {
        *("lowlevel.average_loudness", "lowlevel.dynamic_complexity", "metadata.audio_properties.replay_gain"),
        *("metadata.tags", "rhythm.beats_count", "rhythm.beats_loudness.mean", "rhythm.bpm", *_HISTOGRAM_PEAKS),
        *("rhythm.danceability", "rhythm.onset_rate", "tonal.chords_key", "tonal.chords_scale"),
        *("tonal.chords_changes_rate", "tonal.key_key", "tonal.key_scale", "tonal.key_strength"),
        *("tonal.tuning_frequency", "tonal.tuning_equal_tempered_deviation"),
    }
)
_ALWAYS = ("metadata.version", "metadata.audio_properties")
TOO_FAST = (
    "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information on your current "
    "rate limit."
)


class AcousticBrainz:
    """Answers for AcousticBrainz.

    Args:
        population: that it knows.
        is_paced: refuses more than ten requests in ten seconds; otherwise its headers tell of a wide limit.
    """

    def __init__(self, population: AlbumPopulation, *, is_paced: bool = False) -> None:
        self._population = population
        self._batches = targets.Batches()
        self._is_paced = is_paced
        self._pace = Pace(_LIMIT if is_paced else _UNPACED_LIMIT, _WINDOW_S)

    def answer(self, asked: Asked) -> Reply:
        """Answer a request."""
        n_left, wait_s = self._pace.ask()
        is_refused = self._is_paced and n_left < 0
        reply = failure(429, TOO_FAST) if is_refused else self._answer(asked)
        headers = {
            "X-RateLimit-Limit": f"{self._pace.n_requests}",
            "X-RateLimit-Remaining": f"{max(0, n_left)}",
            "X-RateLimit-Reset-In": f"{math.ceil(wait_s)}",
            "X-RateLimit-Reset": f"{math.ceil(time.time() + wait_s)}",
        }
        return replace(reply, headers=headers)

    def _answer(self, asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        is_legacy = parts[:2] != ["api", "v1"]
        match parts if is_legacy else parts[2:]:
            case ["low-level" | "high-level" | "count" as what] if not is_legacy:
                return self._of_many(asked, what)
            case [identity, "low-level" | "high-level" | "count" as what]:
                return self._of_one(asked, identity, what, is_legacy=is_legacy)
        return failure(404, "Not found")

    def _of_one(self, asked: Asked, given: str, what: str, *, is_legacy: bool) -> Reply:
        identity = _normalised(given)
        if identity is None:
            return failure(404, "Not found") if is_legacy else failure(400, f"'{given}' is not a valid UUID")
        stored = self._population.by_document.get(identity, [])
        if what == "count":
            return Reply(payload={"mbid": identity, "count": len(stored)}) if stored else failure(404, "Not found")
        offset = whole_number(asked.query.get("n"), 0)
        if offset is None or offset >= len(stored):
            return failure(404, "Not found")
        texts = self._texts([stored[offset]], what, asked)
        return _reply(texts[0], None) if texts[0] else failure(404, "Not found")

    def _of_many(self, asked: Asked, what: str) -> Reply:
        pairs, refused = _pairs(asked.query.get("recording_ids", ""))
        if refused:
            return refused
        mapping = {given: identity for given, identity, _ in pairs if given != identity}
        target = Target(targets.DOCUMENTS, self._batches.key({identity for _, identity, _ in pairs}))
        known = self._population.by_document
        if what == "count":
            counts = {identity: {"count": len(known[identity])} for _, identity, _ in pairs if identity in known}
            return Reply(payload={**counts, "mbid_mapping": mapping}, target=target)
        wanted = list(dict.fromkeys((identity, offset) for _, identity, offset in pairs))
        some = [known[identity][offset] for identity, offset in wanted if offset < len(known.get(identity, ()))]
        documents: dict[str, dict[int, str]] = {}
        for submission, text in zip(some, self._texts(some, what, asked), strict=True):
            if text:
                documents.setdefault(submission.recording_id, {})[submission.offset] = text
        members = [f'"{identity}": {_object(texts)}' for identity, texts in documents.items()]
        body = "{" + ", ".join([*members, f'"mbid_mapping": {json.dumps(mapping)}']) + "}"
        return _reply(body, target)

    def _texts(self, some: Sequence[Submission], what: str, asked: Asked) -> list[str]:
        """Return documents as JSON; an empty text for one that is not there."""
        if what == "high-level":
            change = highlevel.with_names if asked.query.get("map_classes", "").lower() == "true" else dict
            return [
                highlevel.write(change(self._population.highlevel(one))) if one.has_highlevel else "" for one in some
            ]
        texts = self._population.lowlevel(some) if some else []
        features = [one for one in asked.query.get("features", "").split(";") if one]
        if not features:
            return texts
        return [json.dumps(_picked(json.loads(text), features)) for text in texts]


def failure(status: int, message: str) -> Reply:
    """Return an error as AcousticBrainz tells it."""
    return Reply(status, {"message": message})


def _reply(text: str, target: Target | None) -> Reply:
    body: Callable[[], bytes] = text.encode
    return Reply(body=body, target=target)


def _object(texts: Mapping[int, str]) -> str:
    return "{" + ", ".join(f'"{offset}": {text}' for offset, text in sorted(texts.items())) + "}"


def _normalised(given: str) -> str | None:
    try:
        return str(uuid.UUID(given)) if len(given) == 36 else None
    except ValueError:
        return None


def _pairs(text: str) -> tuple[list[tuple[str, str, int]], Reply | None]:
    """Return id as given, id and offset of each recording that is asked for; and a refusal."""
    if not text:
        return [], failure(400, "Missing `recording_ids` parameter")
    pairs: list[tuple[str, str, int]] = []
    for part in text.split(";"):
        given, _, number = part.partition(":")
        identity = _normalised(given)
        if identity is None:
            return [], failure(400, f"'{given}' is not a valid UUID")
        offset = whole_number(number or None, 0)
        pairs.append((given, identity, 0 if offset is None else offset))
    if len(pairs) > _MOST:
        return [], failure(400, f"More than {_MOST} recordings not allowed per request")
    return pairs, None


def _picked(document: Mapping[str, Any], features: Sequence[str]) -> dict[str, Any]:
    """Return the parts of a document that are asked for; names that there are not are passed over."""
    picked: dict[str, Any] = {}
    for path in (*_ALWAYS, *(feature for feature in features if feature in _FEATURES)):
        *above, name = path.split(".")
        source, branch = document, picked
        for part in above:
            source, branch = source[part], branch.setdefault(part, {})
        branch[name] = source[name]
    return picked
