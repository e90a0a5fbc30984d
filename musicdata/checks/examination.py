"""Proves that the tables of a workspace or a release are what they say, from their rows to the ink in their boxes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.checks import alignment, clips, features, files, media, pairing, rows
from musicdata.definitions.reader import Reader
from musicdata.errors import ContractError, InputError, IntegrityError
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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

    def add(self, check: str, problems: Iterable[tuple[str, str]]) -> None:
        """Take in what one check found: (table, message) of each problem."""
        found = []
        try:
            found = [Finding(check, table, message) for table, message in problems]
        except (ContractError, IntegrityError, OSError, ValueError) as error:
            found.append(Finding(check, "", f"could not be looked at: {error}"))
        if not found:
            self.passed.append(check)
        self.findings += found[:_SHOWN_OF_ONE_KIND]
        if len(found) > _SHOWN_OF_ONE_KIND:
            self.findings.append(Finding(check, "", f"and {len(found) - _SHOWN_OF_ONE_KIND} more of this kind"))

    @property
    def ok(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings


_Look = Callable[[Reader], Iterator[tuple[str, str]]]

# Later checks read what earlier ones have proved; with torn files or broken contracts they would only echo them.
_TABLES: dict[str, _Look] = {
    "rows fit their contracts": rows.check_contracts,
    "keys are unique and in order": rows.check_keys,
}
_OF_WINDOWS: tuple[dict[str, _Look], ...] = (
    _TABLES,
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
_OF_TRACKS: tuple[dict[str, _Look], ...] = (
    _TABLES,
    {
        "references lead somewhere": rows.check_references,
        "split is the same in every table": rows.check_split_column,
        "no group is in two splits": rows.check_groups,
        "every ranked track is paired or missing with a reason": pairing.check_completeness,
        "pairs are in order of rank and no more than asked": pairing.check_ranks,
        "lyrics are what their hash says, in pairs too": pairing.check_lyrics,
        "runs are 80/20 and no artist is on both sides": pairing.check_splits,
        "features, tokens and runs are of every pair, by one extractor": features.check_features,
    },
    {"sound is as its row says": media.check_audio, "clips are as long as asked and as hashed": clips.check_clips},
)
_OVER_ALL_SPLITS = {rows.check_groups, pairing.check_completeness, pairing.check_ranks, pairing.check_splits}
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
    report.add("every part is whole and no file is astray", files.check_parts(workspace))
    if report.ok:
        reader = TableReader(workspace)
        examine([reader], reader, report)
    return report


def examine(splits: Sequence[Reader], whole: Reader, report: CheckReport) -> None:
    """Check the rows of tables, their sounds and their pictures.

    Args:
        splits: readers that together read every row, each in order of the key.
        whole: reads all of them.
        report: is told what was found.
    """
    is_crawled = {"playlists", "tracks"} & set(whole.tables)
    for group in _OF_TRACKS if is_crawled else _OF_WINDOWS:
        for name, look in group.items():
            readers = [whole] if look in _OVER_ALL_SPLITS else splits
            report.add(name, itertools.chain.from_iterable(map(look, readers)))
        if not report.ok:
            break
