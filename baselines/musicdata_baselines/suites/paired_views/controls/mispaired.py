"""Control: items whose views do not belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.suites.paired_views.controls.evidence import gather_evidence
from musicdata_baselines.suites.paired_views.controls.mixture import estimate_share
from musicdata_baselines.suites.paired_views.controls.rematching import rematch
from musicdata_baselines.suites.paired_views.controls.subject import label
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.evidence import Evidence
    from musicdata_baselines.suites.paired_views.controls.mixture import Mixture
    from musicdata_baselines.suites.paired_views.controls.rematching import Rematching
    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

CONTROL = "mis-paired items"
REFUSED_SHARE = 0.02
MIN_STRENGTH = 0.65
_STATISTIC = 25.0
_CAUTIOUS = 6.0
_FEWEST = 10
_GAUSSIAN = 1.1
_P_VALUE = 1e-4
_LISTED = 20


def check_mispaired(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """List the items whose two views fit worst, and say whether some were paired with another's.

    Two things count as evidence, and either is a finding; it refuses where the share is 2 % or more.

    - Items that do not fit their partners are each other's best match (p < 0.0001). Nothing honest does that.
    - A share of the pairs looks like re-paired ones (likelihood ratio statistic 25 or more, cautiously 6 or more, ten
      items at least), and the scores are as regular as Gaussian ones. Where they are not, honest items of poor quality
      look the same, and the share is reported as an upper bound only.

    Where a pair hardly fits better than a re-paired one, nothing can be told, and the result says so.
    """
    return [_check(subject, pair, seed) for pair in subject.pairs]


def _check(subject: Subject, pair: Pair, seed: int) -> ControlResult:
    evidence = gather_evidence(subject, pair, seed)
    figures = {"strength": evidence.strength, "suspicious": _worst(subject, evidence)}
    if evidence.strength < MIN_STRENGTH:
        fits = f"a pair fits better than a re-paired one in {evidence.strength:.0%} of cases (chance 50 %)"
        return ControlResult(CONTROL, label(pair), f"{label(pair)}: cannot tell, {fits}", figures)
    mixture = estimate_share(evidence.own, evidence.repaired)
    matching = rematch(subject, pair, evidence.residual, seed)
    figures |= {
        "unlinked_share": mixture.share,
        "statistic": mixture.statistic,
        "statistic_cautious": mixture.cautious,
        "dispersion": evidence.dispersion,
        "n_rematched": matching.n_matches,
        "n_rematched_by_chance": matching.expected,
        "p_rematched": matching.p_value,
    }
    summary = (
        f"{label(pair)}: at most {mixture.share:.1%} of the items look like re-paired ones; "
        f"{matching.n_matches} that do not fit their partner fit one another's, {matching.expected:.1f} by chance"
    )
    finding = _judge(subject, pair, evidence, mixture, matching)
    return ControlResult(CONTROL, label(pair), summary, figures, (finding,) if finding else ())


def _judge(subject: Subject, pair: Pair, evidence: Evidence, mixture: Mixture, matching: Rematching) -> Finding | None:
    ids = subject.sample_ids
    exchanged = matching.p_value < _P_VALUE
    sure = mixture.statistic >= _STATISTIC and mixture.cautious >= _CAUTIOUS
    stand_out = sure and mixture.share * len(ids) >= _FEWEST and evidence.dispersion <= _GAUSSIAN
    if not exchanged and not stand_out:
        return None
    share = mixture.share if stand_out else matching.share
    message = (
        f"{'' if stand_out else 'at least '}{share:.1%} of the items are mis-paired between {pair[0]} and {pair[1]}"
    )
    rows = _order(evidence).tolist()
    if exchanged:
        i, j = matching.matches[0]
        message += f"; {matching.n_matches} fit one another's partner, e.g. {pair[0]} of {ids[i]} {pair[1]} of {ids[j]}"
        rows = [row for match in matching.matches for row in match] + rows
    listed = tuple(str(ids[row]) for row in list(dict.fromkeys(rows))[:_LISTED])
    return Finding(CONTROL, f"{message}; look at the items listed", share >= REFUSED_SHARE, listed)


def _order(evidence: Evidence) -> NDArray[np.intp]:
    """Return the rows, those that fit worst first."""
    return np.lexsort((evidence.own[:, 0], -evidence.residual))


def _worst(subject: Subject, evidence: Evidence) -> list[tuple[str, float]]:
    """Return id and residual of the items that fit worst."""
    return [(str(subject.sample_ids[i]), round(float(evidence.residual[i]), 4)) for i in _order(evidence)[:_LISTED]]
