"""Where shards are computed: one protocol of three methods, so that a cluster can take the place of this machine.

A place is a module here, or in a plug-in, with a module-level `EXECUTOR`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from musicdata.definitions.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

Handle = int
DIED, HUNG, MEMORY = "died", "hung", "memory"


@dataclass(frozen=True, slots=True)
class Spec:
    """What to compute, in under 1 kB: names and numbers, never rows.

    Attributes:
        operation: "want" writes down what a network stage wants, "cut" splits a stage's work into shards, "prepare"
            reads once what all of them need, "shard" computes one of them; "count", "piece" and "merge" compute one in
            pieces, "idle" does nothing.
        workspace: folder of the workspace.
        stage: name of the stage.
        ordinal: place of the shard in the stage's plan.
        start: of a piece, its first item; `stop` the item after its last.
        memory_bytes: beyond which the worker is ended; 0 for what the machine has.
    """

    operation: str
    workspace: str
    stage: str
    ordinal: int = -1
    start: int = 0
    stop: int = 0
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went, in under 1 kB.

    Attributes:
        handle: what `submit` returned.
        spec: what was to be computed.
        error: name of the error's class in `musicdata.errors`, `DIED` for a worker that vanished, `HUNG` for one that
            did not answer in time, `MEMORY` for one that took too much of it, or another exception's name; empty when
            all went well.
        message: the error's message.
        facts: counts for progress.
    """

    handle: Handle
    spec: Spec
    error: str = ""
    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Executor(Protocol):
    """What computes shards somewhere; it keeps no state of the run, which belongs to the engine."""

    def submit(self, spec: Spec) -> Handle:
        """Take a spec; it starts as soon as a worker is free."""
        ...

    def wait(self, timeout_s: float) -> list[Outcome]:
        """Return what has ended, waiting up to `timeout_s` for the first."""
        ...

    def cancel(self, handle: Handle, *, force: bool) -> None:
        """Take back a spec that has not started; with `force`, kill the worker of one that has."""
        ...

    def __enter__(self) -> Executor: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A place where shards can be computed.

    Attributes:
        name: it is found by.
        start: makes an executor of so many workers.
    """

    name: str
    start: Callable[[int], Executor]


PLACES: Registry[Place] = Registry("executor", "musicdata.engine.executor", "EXECUTOR", Place)


def open(name: str, workers: int) -> Executor:  # noqa: A001 - of what it opens, the module's name tells
    """Return an executor of so many workers in the place called `name`.

    Raises:
        UsageError: there is no such place; the message lists those there are.
    """
    return PLACES.find(name).start(workers)
