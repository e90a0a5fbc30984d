"""Which system may be called better than which: what a card says is computed here, and nothing is said without proof.

A network is better where it scores more, paired by song, over at least three seeds, *and* scores more with the song's
own sound than with another song's. One that was aligned must also beat itself aligned on pairs of different songs:
otherwise the gain is not from what was aligned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from musicdata_baselines.suites.captioning.results import CLAIMS, SHUFFLED_OF, Claim, Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from musicdata_baselines.retrieval.paired import PairedDraws

LEAST_SEEDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known of one kind of network.

    Attributes:
        seeds: networks.
        score: (songs,) mean over them of the main metric.
        wrong: (songs,) likewise with another song's sound; None where it hears nothing.
    """

    seeds: int
    score: NDArray[np.float64]
    wrong: NDArray[np.float64] | None = None


def look_at(evidence: Mapping[str, Evidence], draws: PairedDraws) -> Iterator[Claim]:
    """Yield the claims whose two systems were both trained.

    Args:
        evidence: name of a system → what is known of it.
        draws: of groups of the songs.
    """
    for better, than in CLAIMS:
        if better in evidence and than in evidence:
            yield _claim(better, than, evidence, draws)


def lacking(claim: Claim) -> str:
    """Say what a claim lacks to be made; "" where it lacks nothing."""
    if not claim.gap.is_above_zero:
        return "it does not score more"
    if claim.seeds < LEAST_SEEDS:
        return f"{claim.seeds} of {LEAST_SEEDS} seeds were trained"
    if claim.right_minus_wrong is None or not claim.right_minus_wrong.is_above_zero:
        return "it scores no more with the song's own sound than with another's"
    if claim.is_aligned and claim.over_shuffled is None:
        return "it was not trained on shuffled pairs, beside which alignment has to show itself (--sweep)"
    if claim.is_aligned and claim.over_shuffled is not None and not claim.over_shuffled.is_above_zero:
        return "aligned on shuffled pairs it does as well"
    return ""


def _claim(better: str, than: str, evidence: Mapping[str, Evidence], draws: PairedDraws) -> Claim:
    ours, theirs = evidence[better], evidence[than]
    shuffled = evidence.get(SHUFFLED_OF.get(better, ""))
    claim = Claim(
        better=better,
        than=than,
        gap=difference(ours.score, theirs.score, draws),
        seeds=min(ours.seeds, theirs.seeds),
        right_minus_wrong=difference(ours.score, ours.wrong, draws) if ours.wrong is not None else None,
        over_shuffled=difference(ours.score, shuffled.score, draws) if shuffled is not None else None,
        is_aligned=better in SHUFFLED_OF,
        is_made=False,
        why="",
    )
    why = lacking(claim)
    return replace(claim, is_made=not why, why=why)


def difference(ours: NDArray[np.float64], theirs: NDArray[np.float64], draws: PairedDraws) -> Estimate:
    """Return the mean of ours less theirs, both (songs,), with bounds by bootstrap of groups."""
    found = draws.compare(ours, theirs)
    return Estimate(found.mean, found.low, found.high)
