"""Proves that a workspace's tables are what they say: files, contracts, keys, splits, alignment, sound and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.checks import alignment, features, files, media, rows
from musicdata.errors import ContractError, InputError
from musicdata.tables import TableReader
from musicdata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which check found it, in which table, and what it saw."""

    check: str
    table: str
    message: str


@dataclass(slots=True)
class CheckReport:
    """What `check` looked at and what it found.

    Attributes:
        findings: what is wrong; empty when the workspace is as it should be.
        passed: checks that found nothing, with what they looked at.
    """

    findings: list[Finding] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings


# Later checks read what earlier ones have proved; with torn files or broken contracts they would only echo them.
_GROUPS: tuple[dict[str, Callable[[Workspace, TableReader], Iterator[tuple[str, str]]]], ...] = (
    {"every part is whole and no file is astray": files.check_parts},
    {"rows fit their contracts": rows.check_contracts, "keys are unique and in order": rows.check_keys},
    {
        "references lead somewhere": rows.check_references,
        "split is the same in every table": rows.check_split_column,
        "no group is in two splits": rows.check_groups,
        "every sample has its notes": rows.check_note_counts,
        "every sample is aligned or rejected": alignment.check_completeness,
        "alignment repeats what the other tables say": alignment.check_agreement,
        "onsets are in order and inside the audio": alignment.check_times,
        "boxes are in order and inside the picture": alignment.check_boxes,
        "as many heads on the page as notes": alignment.check_heads,
        "features are of every aligned sample, by one extractor": features.check_features,
    },
    {"sound is as its row says": media.check_audio, "pictures are as their rows say": media.check_pictures},
)
_SHOWN_OF_ONE_KIND = 5


def check(path: Path) -> CheckReport:
    """Check the workspace at `path`, from its files to the ink in its boxes.

    Raises:
        InputError: there is no workspace there.
    """
    workspace = Workspace(path)
    if not workspace.sealed_stages():
        raise InputError(
            f"{path} is no workspace with a finished stage; build one with: musicdata build NAME --work {path}"
        )
    report = CheckReport()
    for group in _GROUPS:
        for name, look in group.items():
            _apply(name, look, workspace, report)
        if report.findings:
            break
    return report


def _apply(
    name: str,
    look: Callable[[Workspace, TableReader], Iterator[tuple[str, str]]],
    workspace: Workspace,
    report: CheckReport,
) -> None:
    found = []
    try:
        found = [Finding(name, table, message) for table, message in look(workspace, TableReader(workspace))]
    except (ContractError, OSError, ValueError) as error:
        found.append(Finding(name, "", f"could not be looked at: {error}"))
    if not found:
        report.passed.append(name)
    report.findings += found[:_SHOWN_OF_ONE_KIND]
    if len(found) > _SHOWN_OF_ONE_KIND:
        report.findings.append(Finding(name, "", f"and {len(found) - _SHOWN_OF_ONE_KIND} more of this kind"))
