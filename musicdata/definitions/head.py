"""What a recipe says about the data set apart from its stages, as models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from musicdata.definitions.identifiers import ColumnName, DatasetName, WebAddress  # noqa: TC001  # pydantic reads them


class Dataset(BaseModel):
    """The recipe's head: name, title and modalities of the data set.

    Attributes:
        name: by which it is built, released and loaded: small letters, digits, ``.``, ``-`` and ``_``.
        title: for people.
        modalities: what a sample has of each item: ``audio``, ``sheet``, ``lyrics`` …
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    name: DatasetName
    title: str
    modalities: tuple[ColumnName, ...]


@dataclass(frozen=True, slots=True)
class Validate:
    """How the data set is validated.

    Attributes:
        task: name of the suite.
        settings: of the suite, as plain data.
    """

    task: str
    settings: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """Return it as a recipe has it."""
        return {"task": self.task} | self.settings


View = Literal["full", "open", "features", "ids"]


class Author(BaseModel):
    """Names one author of a data set, as its citation does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family_names: str
    given_names: str
    orcid: str = ""


def _authors(given: object) -> object:
    """Return authors that are given as text: names separated by semicolons, the family name last, or before a comma."""
    names = given.split(";") if isinstance(given, str) else given
    if not isinstance(names, list | tuple):
        return given
    return [_author(name) if isinstance(name, str) else name for name in names if name != ""]


def _author(name: str) -> dict[str, str]:
    """Return the parts of a name.

    >>> _author("Ada King Lovelace"), _author("van Gogh, Vincent")
    ({'family_names': 'Lovelace', 'given_names': 'Ada King'}, {'family_names': 'van Gogh', 'given_names': 'Vincent'})
    """
    family, comma, given = (part.strip() for part in name.partition(","))
    if not comma:
        given, _, family = (part.strip() for part in name.strip().rpartition(" "))
    return {"family_names": family, "given_names": given}


def _papers(given: object) -> object:
    return [given] if isinstance(given, str) else given


class Releases(BaseModel):
    """What a release of the data set holds and tells about it.

    Attributes:
        complete: table whose samples have every modality; a release has exactly these.
        views: views that may be published at most; rights may forbid more.
        description: what the data set is, in a paragraph.
        authors: who is cited; also as text, ``"Ada Lovelace; van Beethoven, Ludwig"``.
        licence: SPDX identifier of the licence of what is ours: alignment, metadata, features; works keep their own.
        papers: what to cite beside it, a line each.
        url: page or DOI at which the data set is found, for the citation; None where there is none yet.
        answers: question of the datasheet → answer, for what no number tells.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    complete: str
    views: tuple[View, ...] = ("full", "open", "features", "ids")
    description: str = ""
    authors: Annotated[tuple[Author, ...], BeforeValidator(_authors)] = ()
    licence: str = "CC-BY-4.0"
    papers: Annotated[tuple[str, ...], BeforeValidator(_papers)] = ()
    url: WebAddress | None = None
    answers: dict[str, str] = Field(default_factory=dict)


class PluginTable(BaseModel):
    """A recipe's `[plugins]`: what it adds of its own; paths are read from the recipe's folder.

    Attributes:
        modules: files that end in ``.py``, or folders with an ``__init__.py``.
        manifests: folder of contracts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    modules: tuple[str, ...] = ()
    manifests: str = "manifests"


class Budget(BaseModel):
    """How often a service is called, at most.

    Attributes:
        interval_s: seconds from one call to the next.
        per_day: calls a day (UTC); 0 for no limit of ours.
        threads: items that draw on it at the same time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_s: float = Field(default=0.0, ge=0)
    per_day: int = Field(default=0, ge=0)
    threads: int = Field(default=1, ge=1, le=64)


class Crawl(BaseModel):
    """How a crawl treats the services it calls.

    Attributes:
        budgets: service → its budget; what stands before a dot in its name is paused together.
        longest_wait_s: the longest wait that is slept through; a longer one ends the run with the time to come back.
        deadline_s: of a single call, whatever the server does.
        attempts: of a call that fails in a way that may pass.
        first_wait_s: before the second attempt, doubled for each further one.
        refused_wait_s: after a refusal for our rate that names no time, doubled for each further one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    budgets: dict[str, Budget]
    longest_wait_s: float = Field(default=300.0, ge=0)
    deadline_s: float = Field(default=60.0, gt=0)
    attempts: int = Field(default=3, ge=1)
    first_wait_s: float = Field(default=1.0, ge=0)
    refused_wait_s: float = Field(default=30.0, gt=0)


@dataclass(frozen=True, slots=True)
class Head:
    """What a recipe says about the data set, apart from how it is made.

    Attributes:
        dataset: name, title, modalities.
        release: what a release holds; None where it says nothing of it.
        validate: how it is validated; None where it is not.
        split_by: stage whose parameters say how samples are split; "" for none.
    """

    dataset: Dataset
    release: Releases | None
    validate: Validate | None = None
    split_by: str = ""
