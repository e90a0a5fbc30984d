"""Controls: what is wrong with a data set that its contracts cannot see, and what would flatter every baseline."""

from __future__ import annotations

import dataclasses

from musicdata_baselines.suites.paired_views.controls import alignment, metadata, mispaired, pairing
from musicdata_baselines.suites.paired_views.controls.alignment import check_alignment
from musicdata_baselines.suites.paired_views.controls.compression import compress
from musicdata_baselines.suites.paired_views.controls.constant import check_constant, is_constant
from musicdata_baselines.suites.paired_views.controls.duplicates import check_duplicates
from musicdata_baselines.suites.paired_views.controls.groups import check_groups
from musicdata_baselines.suites.paired_views.controls.metadata import check_lengths, check_metadata
from musicdata_baselines.suites.paired_views.controls.mispaired import check_mispaired
from musicdata_baselines.suites.paired_views.controls.order import check_order
from musicdata_baselines.suites.paired_views.controls.pairing import check_real_pairs, check_shuffled_pairs
from musicdata_baselines.suites.paired_views.controls.shared import check_shared_numbers
from musicdata_baselines.suites.paired_views.controls.subject import Subject
from musicdata_baselines.suites.paired_views.controls.swapped import check_swapped
from musicdata_baselines.suites.paired_views.results import ControlResult

__all__ = [
    "Subject",
    "check_alignment",
    "check_constant",
    "check_duplicates",
    "check_groups",
    "check_lengths",
    "check_metadata",
    "check_mispaired",
    "check_order",
    "check_real_pairs",
    "check_shared_numbers",
    "check_shuffled_pairs",
    "check_swapped",
    "run_all",
]


_LEARNING = {
    metadata.METADATA: check_metadata,
    metadata.LENGTH: check_lengths,
    pairing.REAL: check_real_pairs,
    pairing.SHUFFLED: check_shuffled_pairs,
    alignment.CONTROL: check_alignment,
    mispaired.CONTROL: check_mispaired,
}


def run_all(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """Run every control.

    A modality that is constant is found as such, and left out of the others. Where the splits are too small to learn
    from and to test on, the controls that do so say that they could not look.

    Args:
        subject: the data set; its views may have some thousand features, controls that fit models compress them.
        seed: of every draw.
    """
    results = [check_groups(subject), *check_constant(subject), check_duplicates(subject, seed)]
    usable = tuple(name for name in subject.names if not is_constant(subject, name))
    if len(usable) < 2:
        return results
    subject = dataclasses.replace(
        subject,
        names=usable,
        certain_pairs=tuple(pair for pair in subject.certain_pairs if set(pair) <= set(usable)),
        tied_pairs=tuple(pair for pair in subject.tied_pairs if set(pair) <= set(usable)),
    )
    results += [*check_order(subject, seed), *check_shared_numbers(subject), *check_swapped(subject)]
    if reason := subject.too_small:
        return results + [ControlResult(name, "splits", f"not looked for: {reason}", {}) for name in _LEARNING]
    compressed = compress(subject)
    return results + [result for check in _LEARNING.values() for result in check(compressed, seed)]
