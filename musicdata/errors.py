"""The errors musicdata raises, drawn once.

    MusicdataError                  exit code 1
    ├── UsageError             2    the command or the recipe cannot mean anything
    │   ├── InputError         2    the input as a whole cannot be used (missing, empty, not a kind we read)
    │   ├── RecipeError        2    a recipe or an override is wrong
    │   └── UnknownNameError   2    there is no table, column, stage of this name; also a ContractError
    ├── ItemError              1    one item is at fault: the stage turns it into a reject and goes on
    │   ├── FormatError        1    a file is not what its name says, or not safe to read
    │   └── RenderError        1    a renderer could not make a picture or a sound of an item
    ├── ContractError          1    rows do not fit the table's contract
    ├── NothingLeftError       1    a stage rejected every item, so nothing can follow
    ├── IntegrityError         1    a release is not what it says it is
    ├── PartialError           3    some shards failed; what is done is kept, the same command goes on
    │   ├── TransferError      3    an upload or a download broke off; the same command goes on
    │   └── PausedError        3    a service asks us to come back later; the same command goes on then
    ├── SetupError             4    something on this machine is missing or broken
    │   └── StorageError       4    the disk is full or cannot be written
    ├── RefusedError           4    the gate, the rights or the version rules forbid it
    └── WorkspaceHeldError     5    another process writes this workspace

Every message says what went wrong, with which item, and what to do next.
"""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime, timedelta


class MusicdataError(Exception):
    """The root of every error raised on purpose; `exit_code` is what the command returns for it."""

    exit_code = 1


class UsageError(MusicdataError):
    """The command cannot mean anything as it was given."""

    exit_code = 2


class InputError(UsageError):
    """The input as a whole cannot be used."""


class RecipeError(UsageError):
    """A recipe, a parameter or an override is wrong."""


class ItemError(MusicdataError):
    """One item is at fault; a stage turns it into a reject row and goes on.

    Attributes:
        reason: a short code, the same for every item with this fault, e.g. ``corrupt_archive``.
        detail: what was found and what was expected, for a person to read.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class FormatError(ItemError):
    """A file is not what its name says, or is not safe to read."""


class RenderError(ItemError):
    """A renderer could not make a picture or a sound of an item."""


class ContractError(MusicdataError):
    """Rows do not fit the contract of their table."""


class NothingLeftError(MusicdataError):
    """A stage rejected every item it was given."""


class UnknownNameError(UsageError, ContractError):
    """There is no table or column of the name that was given."""


class IntegrityError(MusicdataError):
    """A release, or a copy of it, is not what its record says."""


class PartialError(MusicdataError):
    """Some shards failed; what is done is kept and the same command goes on from there."""

    exit_code = 3


class TransferError(PartialError):
    """An upload or a download broke off; the same command goes on from there."""


class PausedError(PartialError):
    """A service is not to be called before a certain time.

    Attributes:
        service: its name.
        until: wall-clock time, in seconds, at which to come back.
    """

    def __init__(self, service: str, until: float, why: str) -> None:
        moment = datetime.fromtimestamp(until, UTC)
        left = timedelta(seconds=math.ceil(max(until - time.time(), 0)))
        super().__init__(
            f"{why}: come back after {moment:%Y-%m-%d %H:%M:%S} UTC (in {left}). "
            "What was fetched is kept; the same command goes on then"
        )
        self.service = service
        self.until = until


class SetupError(MusicdataError):
    """Something on this machine is missing or broken, and how to mend it."""

    exit_code = 4


class StorageError(SetupError):
    """The disk is full or cannot be written."""


class RefusedError(MusicdataError):
    """Something could be done but must not be: the gate, the rights or the version rules forbid it."""

    exit_code = 4


class UnprovedWarning(UserWarning):
    """Something was read that nobody has proved to be what was asked for; the message says what proves it."""


class WorkspaceHeldError(MusicdataError):
    """Another process is writing this workspace."""

    exit_code = 5
