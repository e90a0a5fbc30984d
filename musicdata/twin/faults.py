"""What goes wrong, with which item, for how long: drawn once from a seed.

A fault that may pass (a refusal for now, a server error, a broken connection) either passes after one or two requests
of each service that is asked about the item, and the item is to end well; or it lasts until `Faults.heal`, and the item
is to end in the class of the fault. Faults that asking again does not cure (403, 404, what nobody can read) last.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import UsageError
from musicdata.twin.albums import targets
from musicdata.twin.exchange import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.twin.albums import AlbumPopulation
    from musicdata.twin.population import Population

STAGES = ("list_tracks", "fetch_lyrics", "find_videos", "fetch_clips")
ALBUM_STAGES = targets.STAGES
SERVICES = ("spotify", "musixmatch", "lrclib", "videos", "musicbrainz", "acousticbrainz")


class Kind(StrEnum):
    """Names what goes wrong."""

    RATE_SECONDS = "429_seconds"
    RATE_DATE = "429_date"
    RATE_BARE = "429_bare"
    QUOTA = "429_quota_exceeded"
    TOKEN_EXPIRED = "401_token_expired"  # noqa: S105 - no password
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    UNAVAILABLE_LATER = "503_later"
    STALL = "stall"
    DRIP = "drip"
    SHORT = "short_body"
    GARBAGE = "garbage"
    HTML = "html"
    NULL = "null"
    WRONG_SHAPE = "wrong_shape"
    REPEATED_PAGE = "repeated_page"
    ENDLESS_NEXT = "endless_next"


_OUTCOMES = {
    "rate_limited": (Kind.RATE_SECONDS, Kind.RATE_DATE, Kind.RATE_BARE, Kind.QUOTA),
    "blocked": (Kind.FORBIDDEN,),
    "gone": (Kind.NOT_FOUND,),
    "transient": (
        *(Kind.SERVER_ERROR, Kind.UNAVAILABLE, Kind.UNAVAILABLE_LATER),
        *(Kind.STALL, Kind.DRIP, Kind.SHORT),
    ),
    "invalid": (Kind.GARBAGE, Kind.HTML, Kind.NULL, Kind.WRONG_SHAPE, Kind.REPEATED_PAGE),
    "ok": (Kind.TOKEN_EXPIRED, Kind.ENDLESS_NEXT),
}
OUTCOME_OF = {kind: outcome for outcome, kinds in _OUTCOMES.items() for kind in kinds}
# Those that make a crawler leave the whole service alone for a while.
PAUSING = frozenset({*_OUTCOMES["rate_limited"], Kind.UNAVAILABLE_LATER})
_OF_PAGES = frozenset({Kind.QUOTA, Kind.TOKEN_EXPIRED, Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT})
_PAGE = 50  # entries, at most
# That there is no such release is an answer; that there is no such page, where absent recordings are left out, is none.
_ENDS = {(targets.RECORDINGS, Kind.NOT_FOUND): "ok", (targets.DOCUMENTS, Kind.NOT_FOUND): "invalid"}
_OF_JSON = frozenset({Kind.NULL, Kind.WRONG_SHAPE})


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one item.

    Attributes:
        kind: of it.
        passes_after: requests of one service; None: it lasts.
        lasting_outcome: the class in which the item would end if it lasted.
    """

    kind: Kind
    passes_after: int | None
    lasting_outcome: str

    @property
    def outcome(self) -> str:
        """Return the class in which the item ends while the fault lasts."""
        return "ok" if self.passes_after is not None else self.lasting_outcome


@dataclass(frozen=True, slots=True)
class Script:
    """How faults are drawn.

    Attributes:
        share: of the items of each stage.
        seed: of the draws.
        stages: in whose items they are planted.
        kinds: that are drawn from.
        lasting: share of those faults that could pass but last.
        pausing: share of faults that make a crawler pause; a stage's other faults are equally frequent.
    """

    share: float = 0.0
    seed: int = 0
    stages: Sequence[str] = STAGES
    kinds: Sequence[Kind] = tuple(Kind)
    lasting: float = 0.5
    pausing: float = 0.02


class Faults:
    """Strikes requests; made by `none`, `planted` or `quota`.

    Attributes:
        retry_after_s: what a refusal says.
        stall_s: how long a stalled or dripping answer takes before the connection is closed.
        plan: item → fault; empty until the faults are bound to a population. Batches of recordings come to it as they
            are asked for, since which there are hangs on the crawl.
    """

    def __init__(
        self,
        script: Script,
        *,
        retry_after_s: float = 1,
        stall_s: float = 2.0,
        quota: tuple[str, int] | None = None,
    ) -> None:
        self.retry_after_s = retry_after_s
        self.stall_s = stall_s
        self.plan: dict[Target, Fault] = {}
        self._script = script
        self._quota = quota
        self._healed = False
        self._n_struck: Counter[tuple[Target, str]] = Counter()
        self._n_asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    @classmethod
    def none(cls) -> Faults:
        """Return no faults."""
        return cls(Script())

    @classmethod
    def planted(
        cls,
        share: float,
        seed: int = 0,
        *,
        retry_after_s: float = 1,
        stall_s: float = 2.0,
        lasting: float = 0.5,
        pausing: float = 0.02,
        stages: Sequence[str] = STAGES,
        kinds: Sequence[Kind | str] = tuple(Kind),
    ) -> Faults:
        """Return faults in a share of the items of each stage; those of albums are struck where they are named.

        Raises:
            UsageError: a share, a stage or a kind is none.
        """
        if not all(0 <= part <= 1 for part in (share, lasting, pausing)):
            raise UsageError(f"shares of faults lie between 0 and 1, not {share}, {lasting}, {pausing}")
        known = (*STAGES, *ALBUM_STAGES)
        if unknown := set(stages) - set(known) | {str(kind) for kind in kinds} - set(Kind):
            raise UsageError(
                f"{sorted(unknown)} are no stages or kinds of faults: stages are {known}, kinds {list(Kind)}"
            )
        script = Script(share, seed, tuple(stages), tuple(Kind(kind) for kind in kinds), lasting, pausing)
        return cls(script, retry_after_s=retry_after_s, stall_s=stall_s)

    @classmethod
    def quota(cls, service: str, after: int, retry_after_s: float = 86400) -> Faults:
        """Return a service that refuses everything after so many requests.

        Raises:
            UsageError: there is no such service.
        """
        if service not in SERVICES:
            raise UsageError(f"{service!r} is no service of the twin: they are {', '.join(SERVICES)}")
        return cls(Script(), retry_after_s=retry_after_s, quota=(service, after))

    def bind(self, population: Population, albums: AlbumPopulation | None = None) -> None:
        """Draw which items are struck."""
        if not self._script.share or self.plan:
            return
        for number, stage in enumerate(STAGES):
            if stage in self._script.stages:
                drawn = _drawn(self._script, stage, _keys(population, stage), number)
                self.plan |= {target: fault for target, fault in drawn.items() if _shows(target, fault, population)}
        if albums and targets.RECORDINGS in self._script.stages:
            asked = list(targets.album_of_group(albums).values())
            drawn = _drawn(self._script, targets.RECORDINGS, asked, len(STAGES))
            self.plan |= {
                target: fault
                for target, fault in drawn.items()
                if fault.kind is not Kind.REPEATED_PAGE or targets.has_pages(albums, target.key)
            }

    def heal(self) -> None:
        """Switch all faults off."""
        self._healed = True

    def expected(self) -> dict[tuple[str, str], str]:
        """Return, for every item with a fault, the class in which it is to end while the faults last."""
        with self._lock:
            return {(target.stage, target.key): fault.outcome for target, fault in self.plan.items()}

    def is_used_up(self, service: str) -> bool:
        """Count a request; say whether the service's quota is used up."""
        if self._quota is None or self._quota[0] != service or self._healed:
            return False
        with self._lock:
            self._n_asked[service] += 1
            return self._n_asked[service] > self._quota[1]

    def strike(self, target: Target | None, service: str) -> Kind | None:
        """Return what goes wrong with this request, if anything does."""
        if target is None or self._healed:
            return None
        with self._lock:
            if target.stage == targets.DOCUMENTS and (drawn := _drawn_alone(self._script, target)):
                self.plan[target] = drawn
            if (fault := self.plan.get(target)) is None:
                return None
            self._n_struck[target, service] += 1
            has_passed = fault.passes_after is not None and self._n_struck[target, service] > fault.passes_after
        return None if has_passed else fault.kind


def _keys(population: Population, stage: str) -> list[str]:
    """Return the items of a stage that can be told by their key and, without a fault, end well."""
    if stage == "list_tracks":
        return [playlist.playlist_id for some in population.playlists.values() for playlist in some]
    remastered = {track.song for track in population.tracks[population.n_tracks :]}
    plain = [track for track in population.tracks[: population.n_tracks] if track.isrc and track.song not in remastered]
    if stage == "fetch_lyrics":
        plain = [track for track in plain if track.has_words]
    elif stage == "fetch_clips":
        plain = [track for track in plain if track.has_video]
    return [track.sample_id for track in plain]


def _shows(target: Target, fault: Fault, population: Population) -> bool:
    """Say whether a fault can be seen: a list of one page has none to repeat."""
    if fault.kind is not Kind.REPEATED_PAGE:
        return True
    lists = (playlist for some in population.playlists.values() for playlist in some)
    return any(one.playlist_id == target.key and len(one.entries) > _PAGE for one in lists)


def _possible(kinds: Sequence[Kind], stage: str) -> list[Kind]:
    without = frozenset() if stage == "list_tracks" else _OF_PAGES
    if stage == targets.RECORDINGS:
        without -= {Kind.REPEATED_PAGE}
    return [kind for kind in kinds if kind not in without and not (stage == "fetch_clips" and kind in _OF_JSON)]


def _drawn(script: Script, stage: str, keys: Sequence[str], number: int) -> dict[Target, Fault]:
    draws = np.random.default_rng([script.seed, number, 9]).random((len(keys), 5)).tolist()
    faults = {key: _fault(script, stage, draw) for key, draw in zip(keys, draws, strict=True)}
    return {Target(stage, key): fault for key, fault in faults.items() if fault}


def _drawn_alone(script: Script, target: Target) -> Fault | None:
    """Return the fault of an item that nobody can tell before it is asked for: what is drawn hangs on its key alone."""
    if target.stage not in script.stages:
        return None
    rng = np.random.default_rng([script.seed, zlib.crc32(target.key.encode()), 10])
    return _fault(script, target.stage, rng.random(5).tolist())


def _fault(script: Script, stage: str, draw: Sequence[float]) -> Fault | None:
    hit, pauses, which, lasts, after = draw
    possible = _possible(script.kinds, stage)
    pausing = [kind for kind in possible if kind in PAUSING]
    plain = [kind for kind in possible if kind not in PAUSING]
    among = pausing if pausing and (pauses < script.pausing or not plain) else plain
    if hit >= script.share or not among:
        return None
    kind = among[int(which * len(among))]
    may_pass = OUTCOME_OF[kind] in ("transient", "rate_limited")
    passes = kind is Kind.TOKEN_EXPIRED or (may_pass and lasts >= script.lasting)
    after_n = 1 if kind is Kind.TOKEN_EXPIRED else 1 + int(after * 2)
    return Fault(kind, after_n if passes else None, _ENDS.get((stage, kind), OUTCOME_OF[kind]))
