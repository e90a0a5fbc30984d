"""What a stage declares, and the registry of them.

A stage is one module with a module-level `STAGE`, in `musicdata/stages` or a plug-in. Adding one touches that module
and its test.

A compute stage cuts its work into shards and computes each from tables. A network stage says which items it wants and
how one is fetched (`Network`); what became of every item stands in the ledger, and `run` makes rows of the answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.registry import Registry
from musicdata.errors import RecipeError
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs, Reject
    from musicdata.settings.services import Services


class Parameters(BaseModel):
    """The base of every stage's parameters: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Shard:
    """The unit in which a stage commits: a range of the key, or some of the source's files.

    Attributes:
        first: smallest value of the first key column in the shard; `last` the largest.
        n_items: items in the shard, for progress and plans.
        digest: sha256 of everything the shard reads, so that an unchanged shard is not computed again.
        items: names the stage needs to find its input again, when a key range does not say it.
    """

    first: str
    last: str
    n_items: int
    digest: str
    items: tuple[str, ...] = ()


class Sink(Protocol):
    """Where a stage puts what it makes: rows in order of the key, and rejects."""

    def write(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        """Append rows to the shard's part of `table`."""
        ...

    def reject(self, key: str, reason: str, detail: str) -> None:
        """Record that the item `key` is dropped, with a reason code and what was found."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a network stage wants.

    Attributes:
        key: its name in the stage; rows made of it begin with it, so its order is that of the stage's tables.
        request: JSON values, all that fetching it needs; another request under the same key is fetched anew.
    """

    key: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an item.

    Attributes:
        key: of the item; `request` what was asked for.
        outcome: ``ok``, ``gone``, ``blocked``, ``rate_limited``, ``transient`` or ``invalid``.
        reason: short code of what went wrong, e.g. ``http_404``; empty when it is ok.
        detail: the same for people.
        payload: what was fetched, when it is ok and was handed over as bytes, or is in a table already.
        path: the file with what was fetched, when it is ok, was handed over as a file and is not in a table yet.
    """

    key: str
    request: Mapping[str, Any]
    outcome: str
    reason: str = ""
    detail: str = ""
    payload: bytes | None = None
    path: Path | None = None

    def content(self) -> bytes:
        """Return what was fetched, wherever it is."""
        if self.path is not None:
            return paths.read_regular(self.path, paths.MAX_FILE_BYTES)
        assert self.payload is not None, "an answer that is not ok has no content"
        return self.payload


class Caller(Protocol):
    """Makes the calls that one item needs: within budgets, tried again where that helps, recorded as they succeed."""

    @property
    def scratch(self) -> Path:
        """Return a folder for the item's unfinished files; it is emptied when the item has ended."""
        ...

    def call(self, service: str, what: Mapping[str, Any], ask: Callable[[], bytes]) -> bytes:
        """Return the reply to a call: the one an interrupted run got, or what `ask` returns now.

        Args:
            service: whose budget it draws on, e.g. ``musixmatch``; what stands before a dot is paused together.
            what: JSON values that identify the call, without secrets.
            ask: makes one attempt within a deadline of its own; what it raises as HttpError decides what follows.

        Raises:
            HttpError: it did not succeed, and trying again now would not help.
        """
        ...


class Fetcher(Protocol):
    """Fetches items, one at a time; each thread has its own."""

    def fetch(self, item: Item, caller: Caller) -> bytes | Path:
        """Return what was asked for, as bytes or as a file in the caller's scratch folder.

        Every call to a service goes through `caller`. The same replies must give the same bytes.

        Raises:
            HttpError: the item cannot be had; its outcome is the item's.
            SetupError: no other item could be had either: a key is wrong, a program is missing.
        """
        ...

    def close(self) -> None:
        """Close connections and end processes."""
        ...


@dataclass(frozen=True, slots=True)
class Network(Generic[P]):
    """What a network stage fetches and from whom.

    Attributes:
        services: services it calls, as budgets and terms name them.
        items: what it wants, in order of the key, as a function of parameters and tables.
        connect: makes a fetcher; called once a thread, in that thread.
        shard_items: items in a shard, about.
        kept_in: table of the stage that holds the files as they were fetched (media, and their `sha256`): once it is
            sealed, those beside the ledger are not needed any more. "" keeps what was fetched in the ledger.
        calls: service → calls that an item costs on the average, given how much there is of the tables before it; None
            where nobody knows.
        download_bytes: what is received for an item, on the average; None where nobody knows.
    """

    services: tuple[str, ...]
    items: Callable[[P, Inputs], Iterator[Item]]
    connect: Callable[[P, Services], Fetcher]
    shard_items: int = 500
    kept_in: str = ""
    calls: Callable[[P, Counts], Mapping[str, float]] | None = None
    download_bytes: Callable[[P], float] | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What `run` gets: the shard, where to read and write, and an empty folder for scratch files.

    Attributes:
        kept: the stage's own earlier output in this workspace, for stages that must not move what they once
            placed; None at the first build.
        answers: of a network stage: what became of each item of the shard, in order of the key.
        rejects: all that a stage before this one dropped, in order of the key; nothing for a stage that the recipe
            does not have. Only of stages that this one declares to read.
        prepared: folder with what the stage's `prepare` wrote, for all shards to read; None where it has none.
    """

    shard: Shard
    inputs: Inputs
    sink: Sink
    scratch: Path
    kept: Inputs | None = None
    answers: Callable[[], Iterator[Answer]] = lambda: iter(())
    rejects: Callable[[str], Iterator[Reject]] = lambda _stage: iter(())
    prepared: Path | None = None


@dataclass(frozen=True, slots=True)
class Pieces:
    """How a shard whose worker dies is computed in pieces, so that the item at fault is found and dropped alone.

    Only for stages whose rows of an item depend on no other item of the shard.

    Attributes:
        of: what an item of the shard is: one of `Shard.items` ("items"), or a value of the first key column ("keys").
        reject_key: under which key an item is rejected.
    """

    of: Literal["items", "keys"]
    reject_key: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Remark:
    """What is worth telling of a sealed stage.

    Attributes:
        facts: JSON values.
        text: a sentence for people, where something should be said or done; "" where all is as it should be.
    """

    facts: Mapping[str, Any]
    text: str = ""


@dataclass(frozen=True)
class Stage(Generic[P]):
    """Declares a stage: a named, versioned function from tables to tables.

    Attributes:
        name: as recipes use it.
        version: raised whenever the same input would give other rows.
        verb: what it does, for people.
        inputs: tables it reads; `outputs` tables it writes.
        parameters: model of its parameters.
        run: computes one shard.
        cut: splits the work into shards, in order of the key; None for a network stage, whose items say it.
        network: what it fetches; None for a compute stage.
        prepare: of a compute stage, reads once what would else be read for each shard, and writes it into a folder in
            the order in which shards want it; it runs before any shard is computed, and the folder goes when all are.
        reads_rejects: stages before it whose rejects it reads, where the recipe has them; any change among these
            makes all of its shards stale.
        source_digest: for stages that read files: content hash of what they will read.
        tools: names and versions of the programs the output depends on; raises SetupError when one is missing.
        needs: packages beyond the core without which it cannot run, whatever its parameters; they are looked for before
            anything is built.
        may_be_empty: it is for some of the items only, and there may be none of these; what is given none ends a build
            otherwise.
        keeps: earlier output is handed to `run` as `Task.kept`.
        deadline_s: time after which a shard is taken as hung.
        memory_bytes: of a worker, beyond which it is ended; 0 for what the machine has.
        pieces: how a shard whose worker dies is computed in pieces; None where its rows depend on each other.
        location_parameters: parameters that say where input lies, not what it holds; they do not count as changes.
        expect: how much it works on and makes, given how much there is of the tables before it; may look at its
            source. None where nobody can tell: plans say so.
        cost: of an item; a function where it depends on parameters or on what is expected.
        remark: what is worth telling once it is sealed, from parameters and tables.
        plugin: of a stage that is not ours: name → sha256 of the module it stands in, which is part of what its output
            depends on.
    """

    name: str
    version: int
    verb: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: type[P]
    run: Callable[[P, Task], None]
    cut: Callable[[P, Inputs], Iterator[Shard]] | None = None
    network: Network[P] | None = None
    prepare: Callable[[P, Inputs, Path], None] | None = None
    reads_rejects: tuple[str, ...] = ()
    source_digest: Callable[[P], str] | None = None
    tools: Callable[[P], Mapping[str, str]] = field(default=lambda _parameters: {})
    needs: tuple[str, ...] = ()
    may_be_empty: bool = False
    keeps: bool = False
    deadline_s: float = 1800.0
    memory_bytes: int = 0
    pieces: Pieces | None = None
    location_parameters: tuple[str, ...] = ()
    expect: Callable[[P, Counts], Expected] | None = None
    cost: Cost | Callable[[P, Expected], Cost] = field(default_factory=Cost)
    remark: Callable[[P, Inputs], Remark | None] | None = None
    plugin: Mapping[str, str] = field(default_factory=dict)

    def facts(self, parameters: Parameters) -> dict[str, Any]:
        """Return what the output depends on apart from input and tools, as JSON values."""
        values = parameters.model_dump(mode="json", exclude=set(self.location_parameters))
        facts = {"stage": self.name, "version": self.version, "parameters": values}
        return facts | ({"plugin": dict(self.plugin)} if self.plugin else {})

    def cost_of(self, parameters: P, expected: Expected) -> Cost:
        """Return what an item costs, of as many as are expected."""
        return self.cost if isinstance(self.cost, Cost) else self.cost(parameters, expected)


STAGES: Registry[Stage[Any]] = Registry("stage", "musicdata.stages", "STAGE", Stage, RecipeError)


def find(name: str) -> Stage[Any]:
    """Return the stage called `name`; that of a plug-in knows the plug-in's name and hash.

    Raises:
        RecipeError: there is none; the message lists those there are.
    """
    entry = STAGES.entry(name)
    return replace(entry.item, plugin={entry.plugin: entry.sha256}) if entry.plugin else entry.item
