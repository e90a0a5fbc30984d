"""Control: no group in two splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from musicdata_baselines.suites.paired_views.controls.subject import Subject

CONTROL = "groups"


def check_groups(subject: Subject) -> ControlResult:
    """Look for groups that are in more than one split; one refuses."""
    splits: dict[str, set[str]] = {}
    for group, split in zip(subject.groups.tolist(), subject.split.tolist(), strict=True):
        splits.setdefault(str(group), set()).add(str(split))
    torn = sorted(group for group, parts in splits.items() if len(parts) > 1)
    n_groups = len(splits)
    summary = f"{len(torn)} of {n_groups} groups are in two splits (asked: none)"
    figures = {"n_groups": n_groups, "n_torn": len(torn)}
    findings: tuple[Finding, ...] = ()
    if torn:
        its_splits = " and ".join(sorted(splits[torn[0]]))
        message = (
            f"{len(torn)} of {n_groups} groups are in two splits, e.g. {torn[0]} in {its_splits}; place whole groups"
        )
        findings = (Finding(CONTROL, message, refuses=True, items=tuple(torn[:20])),)
    return ControlResult(CONTROL, "splits", summary, figures, findings)
