"""Suites: how a kind of data set is validated, found by `task` in the recipe's `[validate]`.

Ours are modules of `musicdata_baselines.suites`; others come with plug-ins and installed packages. A suite declares its
settings and says what it measured; the course around it (check, clock, gate, report, files) is the same for all.
"""

from __future__ import annotations

import dataclasses
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from musicdata.definitions.registry import Registry
from musicdata.errors import RecipeError, SetupError, UsageError
from musicdata.system import packages
from musicdata.wording import counted, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from musicdata.definitions.captioning import Caption, CaptionRequest
    from musicdata.definitions.contract import HasTables
    from musicdata.definitions.joint_space import JointSpace
    from musicdata.definitions.search import Answer, Ask
    from musicdata.definitions.table_source import TableSource

PACKAGE = "musicdata_baselines"
FIRST = "paired-views"
"""The suite that is meant where none is named: recipes, validations and releases older than suites are of this one."""

Cell = str | bool | int | float | None


class Settings(BaseModel):
    """The base of a suite's settings: what a recipe's `[validate]` holds beside `task`.

    A validator's message is shown after ``recipe NAME: [validate]``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def columns(self) -> list[str]:
        """List every `table.column` that is named: a stage of the recipe must make it."""
        return []

    def among(self, _data: HasTables) -> Self:
        """Return the settings without what the suite can do without and the data does not have, as in a view."""
        return self


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks of one validation.

    Attributes:
        deep: fit the deep baselines too; None where that is possible.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of everything random.
        sweep: run a sweep to its end, wherever it runs; False for nothing of it, None for what is affordable.
        runs: random splits of the sweep; None for all of them.
        epochs: epochs of the sweep's deep methods as a share of the paper's.
        n_permutations: re-pairings or shuffles behind each p-value.
        export: folder for what was measured in the formats of other people's tools; None for nothing of it.
        keep: folder in which a suite may keep what it trained, and takes it up again where it was; None for nowhere.
    """

    deep: bool | None = None
    device: str = "auto"
    seed: int = 0
    sweep: bool | None = None
    runs: int | None = None
    epochs: float = 1.0
    n_permutations: int = 10_000
    export: Path | None = None
    keep: Path | None = None

    def asked(self) -> list[str]:
        """List the options that ask for what not every suite has, as the command calls them."""
        options = {
            "--deep": self.deep is True,
            "--device": self.device not in ("auto", "cpu"),
            "--sweep": self.sweep is True,
            "--runs": self.runs is not None,
            "--epochs": self.epochs != 1,
            "--export": self.export is not None,
        }
        return [option for option, is_asked in options.items() if is_asked]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the gate: what it asks, whether it holds, and what was found."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures for people: on the card of a release, and in a report whose suite has no pages of its own.

    Attributes:
        caption: what the figures are; a word between asterisks is emphasised.
        columns: headings; the first column names the method.
        rows: a cell a column: a text, a number, None for nothing.

    Raises:
        ValueError: a row has more or fewer cells than there are columns.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells, expected {len(self.columns)}, one a column")


@dataclass(frozen=True, slots=True)
class Result:
    """The base of what a suite measured, a frozen dataclass: its fields stand in `validation.json` beside those of all.

    Their names must be other ones; what is not finite in a field called ``figures`` or ``settings`` becomes null there.
    """

    def as_json(self) -> dict[str, Any]:
        """Return field → its value as JSON has it."""
        return dataclasses.asdict(self)

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> Self:
        """Rebuild it; `values` holds what all suites have too.

        Raises:
            pydantic.ValidationError: a value is missing or of another kind.
        """
        return TypeAdapter(cls).validate_python(values)


R = TypeVar("R", bound=Result)


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """What a suite found.

    Attributes:
        result: everything that it measured.
        n_samples: split → samples; `n_groups` split → groups.
        tables: digest of every table that was read.
        rules: of its gate, beside "contracts hold".
        notes: what it could not prove, one sentence each.
        card: tables for the card of a release.
        methods: figures of each method, ``name`` among them, that the record of a release keeps; nothing that
            differs when the same is measured again.
        device: what was computed on.
    """

    result: R
    n_samples: dict[str, int]
    n_groups: dict[str, int]
    tables: dict[str, str]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()
    card: tuple[FigureTable, ...] = ()
    methods: tuple[dict[str, Any], ...] = ()
    device: str = "cpu"


@dataclass(frozen=True)
class Validation(Generic[R]):
    """Everything a validation found.

    Attributes:
        dataset: name; `title` its long name.
        musicdata: version of the package.
        checks_passed: what `musicdata check` looked at; `check_findings` what it found wrong.
        seconds: part of the validation → wall time.
        task: name of the suite.

    The others are those of `Outcome`.
    """

    __pydantic_config__: ClassVar = ConfigDict(arbitrary_types_allowed=True)

    dataset: str
    title: str
    musicdata: str
    seed: int
    device: str
    tables: dict[str, str]
    n_samples: dict[str, int]
    n_groups: dict[str, int]
    checks_passed: tuple[str, ...]
    check_findings: tuple[str, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    result: R
    task: str
    card: tuple[FigureTable, ...] = ()
    methods: tuple[dict[str, Any], ...] = ()

    def __repr__(self) -> str:
        n_broken = sum(not rule.holds for rule in self.rules)
        said = f"{counted(n_broken, 'rule')} of the gate broken" if n_broken else "the gate holds"
        return f"<Validation {self.dataset} by {self.task}: {said}>"

    @property
    def holds(self) -> bool:
        """Say whether the gate holds: every rule does."""
        return all(rule.holds for rule in self.rules)

    @property
    def reason(self) -> str:
        """Return in one line why the gate refuses; that it holds, if it does."""
        broken = [f"{rule.name}: {rule.found}" for rule in self.rules if not rule.holds]
        return "; ".join(broken) if broken else "every rule of the gate holds"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, with the verdict beside.

        Raises:
            ValueError: a field of the suite's result is called like one of all suites.
        """
        facts = {
            one.name: _plain(getattr(self, one.name)) for one in dataclasses.fields(self) if one.name != "result"
        } | {"schema": 1, "gate_holds": self.holds, "reason": self.reason}
        measured = self.result.as_json()
        if clashing := sorted(facts.keys() & measured.keys()):
            raise ValueError(f"suite {self.task}: its result has {', '.join(clashing)}, which every validation has")
        return facts | measured


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value


Place = Literal["summary", "data", "results", "limits", "reading"]


@dataclass(frozen=True, slots=True)
class Section:
    """A suite's part of the page.

    Attributes:
        html: markup, every text in it escaped.
        place: where it stands: before the gate, in the part on the data, after it, in the part on limits, at the end.
        id: of the element a link of the page leads to; `title` the link's text, "" for none.
    """

    html: str
    place: Place = "results"
    id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a suite puts on the page.

    Attributes:
        sections: in their order.
        groups: what a group is, a sentence; "" for nothing.
        again: options beside seed and device that give the same figures, `` --sweep``.
    """

    sections: tuple[Section, ...] = ()
    groups: str = ""
    again: str = ""


class Clock:
    """The wall time of each part of a validation; tells what is done.

    Attributes:
        progress: is told what is done next.
        seconds: part → wall time.
    """

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Take the time of what is done inside."""
        self.progress(name)
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 2)


def _require_nothing(_data: TableSource, _settings: Any, _options: Options) -> None:
    """Refuse nothing."""


def _announce_nothing(_data: TableSource, _settings: Any, _options: Options) -> str:
    """Announce nothing."""
    return ""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A text of a data set that lies near to a file of the user's own.

    Attributes:
        sample_id: of the sample it belongs to.
        index: which of the sample's texts it is.
        score: cosine in the joint space, −1 to 1.
        facts: what the data set says of it: ids, split, class.
        text: its words, None where the data set has them not.
    """

    sample_id: str
    index: int
    score: float
    facts: dict[str, Cell]
    text: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Description:
    """What a data set says about a file of the user's own.

    Attributes:
        file: its name.
        method: what was fitted.
        nearest: texts, nearest first.
        n_candidates: texts they were chosen from.
        right: share of held-out items of the data set, asked in the same way, among whose nearest texts is one of their
            own; `chance` what that is for texts in random order.
        mean_score: of all texts; `deviation` the standard deviation of their scores.
        notes: what it was made of, and what it cannot know, a sentence each.
    """

    file: str
    method: str
    nearest: tuple[Nearest, ...]
    n_candidates: int
    right: float
    chance: float
    mean_score: float
    deviation: float
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        best = ", ".join(one.sample_id for one in self.nearest[:3])
        return f"<Description of {self.file}: nearest of {counted(self.n_candidates, 'text')} {best}>"


@dataclass(frozen=True)
class Suite(Generic[R]):
    """How a kind of data set is validated. What takes long to import is imported in `run`, `lines` and `page`.

    Attributes:
        name: the recipe's `task`.
        settings: what a recipe may set.
        result: what it measures.
        run: measures a workspace or a release; it gets the settings, the options and the clock.
        require: refuses at once what `run` would refuse after minutes.
        announce: says what of `run` will take minutes, how many, and how to leave it out; "" for nothing.
        options: options of the command that not every suite has, and this one has: ``--sweep``.
        needs: packages beyond the core without which none of it can run.
        lines: its part of the report on a terminal; when None, the tables of the card.
        page: its part of the page; when None, the tables of the card.
        describe: finds the texts nearest to a file of the user's own; it gets the settings, the file, how many texts
            are wanted and the device. None where there are no texts, or nothing leads from a file to them.
        search: finds the samples that answer a query in words; it gets the settings, the question, the folder of its
            index and what is told of things that take long. None where there are no words to search.
        caption: puts a song of the user's own into words, by a model that `run` trained and kept; None where none does.
        join: places the modalities of all samples in one space; it gets the settings and what is told of things that
            take long. None where they have no common space.
        finds_doubts: that space tells which modalities of a sample fit badly (`JointSpace.find_doubts`).
    """

    name: str
    settings: type[Settings]
    result: type[R]
    run: Callable[[TableSource, Any, Options, Clock], Outcome[R]]
    require: Callable[[TableSource, Any, Options], None] = _require_nothing
    announce: Callable[[TableSource, Any, Options], str] = _announce_nothing
    options: frozenset[str] = field(default_factory=frozenset)
    needs: tuple[str, ...] = ()
    lines: Callable[[Validation[R]], Iterable[str]] | None = None
    page: Callable[[Validation[R]], Page] | None = None
    describe: Callable[[TableSource, Any, Path, int, str], Description] | None = None
    search: Callable[[TableSource, Any, Ask, Path, Callable[[str], None]], Answer] | None = None
    caption: Callable[[CaptionRequest], Caption] | None = None
    join: Callable[[TableSource, Any, Callable[[str], None]], JointSpace] | None = None
    finds_doubts: bool = False

    def require_packages(self) -> None:
        """Refuse to begin without a package that it needs.

        Raises:
            SetupError: one is not installed; the message says what brings it.
        """
        packages.require(self.needs, f"suite {self.name}", "validate")

    def require_options(self, options: Options) -> None:
        """Refuse an option that the suite has not.

        Raises:
            UsageError: with the options it has.
        """
        if odd := [option for option in options.asked() if option not in self.options]:
            has = ["--seed", *sorted(self.options)]
            raise UsageError(f"suite {self.name} has no {', '.join(odd)}; it has {', '.join(has)}")


SUITES: Registry[Suite[Any]] = Registry("suite", f"{PACKAGE}.suites", "SUITE", Suite, RecipeError, nested=False)


def find(name: str) -> Suite[Any]:
    """Return the suite called `name`.

    Raises:
        RecipeError: there is none; the message lists those there are.
        SetupError: the package of ours is not installed.
    """
    try:
        return SUITES.find(name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != PACKAGE:
            raise
        raise SetupError(
            f"suite {name}: package {PACKAGE} is not installed ({error}); install musicdata anew"
        ) from error


def settings_of(task: str, given: dict[str, Any]) -> Settings:
    """Return the settings of a suite as its model has them.

    Raises:
        RecipeError: there is no such suite, or it cannot have these; the message begins after ``[validate]``.
        SetupError: see `find`.
    """
    try:
        suite = find(task)
    except RecipeError as error:
        raise RecipeError(f"task: {error}") from error
    try:
        return suite.settings(**given)
    except ValidationError as error:
        raise RecipeError(invalid(error, suite.settings)) from error
    except TypeError as error:
        raise RecipeError(f"is wrong: {error}") from error
