"""What a release is made of: the names of its files, and `RELEASE.json`, which tells of all the others.

    RELEASE/
      README.md                         the dataset card, with the YAML head that `datasets.load_dataset` reads
      RELEASE.json                      this module's `Record`
      RELEASE.json.minisig              a signature of it, where somebody signed the release
      PUBLICATION.json                  where it was published first, once it is; no part of the release
      SHA256SUMS                        of every file but itself and the signature
      CITATION.cff  croissant.json      how to cite it; the same facts as JSON-LD
      recipe.toml                       the recipe with every parameter
      manifests/<table>.toml            the contract of each table, as it was then
      data/<config>/<split>-00000-of-00001.parquet

A *config* is what one call of `load_dataset` reads. Tables with a row a sample are joined in the config `samples`;
every other table is a config by itself. A table without a `split` column stands in the split `whole`.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    field_validator,
    model_validator,
)

from musicdata.definitions.identifiers import (  # pydantic reads them
    ColumnName,  # noqa: TC001
    DatasetName,  # noqa: TC001
    TableName,  # noqa: TC001
    WebAddress,  # noqa: TC001
)
from musicdata.definitions.suite import FIRST, FigureTable
from musicdata.errors import InputError
from musicdata.system import paths
from musicdata.system.digests import digest_of
from musicdata.wording import invalid

RECORD, SUMS, CARD, CITATION, CROISSANT = "RELEASE.json", "SHA256SUMS", "README.md", "CITATION.cff", "croissant.json"
SIGNATURE, PUBLICATION = f"{RECORD}.minisig", "PUBLICATION.json"
UNLISTED = (RECORD, SUMS, SIGNATURE, PUBLICATION)
"""The files of a release that its record does not list: they are about the record itself."""
RECIPE, CONTRACTS, DATA = "recipe.toml", "manifests", "data"
SAMPLES = "samples"
WHOLE = "whole"
SPLITS = ("train", "valid", "test")
FORMAT: Literal[1] = 1

MAX_RECORD_BYTES = paths.MAX_TEXT_BYTES
"""`RELEASE.json` is not larger."""
MAX_PUBLICATION_BYTES = 1 << 20
"""`PUBLICATION.json` is not larger."""

View = Literal["full", "open", "features", "ids"]
Split = Annotated[str, Field(pattern="^(train|valid|test|whole)$")]
Version = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

_LONGEST_PATH = 500
_MAY_BE_UNSTATED = ("date", "url")
"""What a record leaves out where nobody stated it, as records older than these facts do."""


def a_day(text: str) -> str:
    """Return a day, ``2026-11-29``; nothing stays nothing.

    Raises:
        ValueError: there is no such day, or it is written otherwise.
    """
    if text and (len(text) != len("2026-11-29") or dt.date.fromisoformat(text).isoformat() != text):
        raise ValueError(f"{text!r} is no day; write it like 2026-11-29")
    return text


Date = Annotated[str, AfterValidator(a_day)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class File(_Model):
    """One file of a release: its path in it, the sha256 of its bytes and their number."""

    path: str
    sha256: Sha256
    bytes: int = Field(ge=0)

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        parts = PurePosixPath(path).parts
        is_odd = not path.isprintable() or "\\" in path or len(path) > _LONGEST_PATH
        if not parts or path != "/".join(parts) or parts[0] == "/" or ".." in parts or is_odd:
            raise ValueError(f"{path[:_LONGEST_PATH]!r} is not the path of a file inside the release")
        return path


class Table(_Model):
    """One table of a release.

    Attributes:
        config: where it is.
        columns: column of the table → column of the config.
        rows: split → rows.
        digests: column → split → sha256 of its values in order, whatever the encoding (`digests.ColumnDigest`).
    """

    config: TableName
    columns: dict[ColumnName, ColumnName]
    rows: dict[Split, NonNegativeInt]
    digests: dict[ColumnName, dict[Split, Sha256]]


class Gate(_Model):
    """What the gate said of the workspace.

    Attributes:
        rules: what it asks, each with what was found.
        baselines: figures of each method, as the suite tells them; `card` its tables for the card, empty in releases
            older than suites.
        notes: what could not be proved.
        task: the suite.
    """

    holds: bool
    reason: str
    rules: list[dict[str, Any]]
    baselines: list[dict[str, Any]]
    notes: list[str] = Field(default_factory=list)
    check_findings: list[str]
    seed: int
    task: str = FIRST
    card: list[FigureTable] = Field(default_factory=list)


class Previous(_Model):
    """Names the release that this one follows."""

    version: Version
    content_root: Sha256


class Tombstone(_Model):
    """Marks an item that was taken down: which table's key it is, its id, in which version it went, and why."""

    table: TableName
    id: str
    version: Version
    reason: str


class Record(_Model):
    """`RELEASE.json`.

    Attributes:
        format: of this file.
        name: of the data set; `title` its long name.
        version: semantic version, ``1.0.0``.
        view: what of the release this folder shows; `full` for all of it.
        content_root: sha256 over `tables`; the same in every view of a release.
        tables: of the full release, with the digests of their columns.
        redacted: table → column → split → digest as this view has it, where it differs from the full release; a column
            that is not in the view has no splits. A table of which no contract is among the files is not in the view.
        added: tables that only this view has.
        files: every file but those of `UNLISTED`.
        stages: name, version and tools of each stage, and the parameters it ran with.
        sources: where the items come from: `files`, their number, `sha256` over all their hashes, `services`, from
            which items were fetched, and `tables`, the
            digests of the workspace's tables that were frozen.
        rejects: stage → reason → dropped items.
        tools: program or library → version.
        rights: modality → rights value → items.
        gate: what the gate said; None where the recipe has none.
        previous: the release before this one.
        tombstones: items that were taken down.
        date: the day it was released, as whoever released it states it, ``2026-11-29``; nothing in releases older than
            dates.
        url: page or DOI at which it is found, as far as that was stated when it was made.
    """

    format: Literal[1] = FORMAT
    name: DatasetName
    title: str
    version: Version
    view: View
    content_root: Sha256
    tables: dict[TableName, Table]
    redacted: dict[TableName, dict[ColumnName, dict[Split, Sha256]]] = Field(default_factory=dict)
    added: dict[TableName, Table] = Field(default_factory=dict)
    files: list[File]
    stages: list[dict[str, Any]]
    sources: dict[str, Any]
    rejects: dict[str, dict[str, int]]
    tools: dict[str, str]
    rights: dict[str, dict[str, int]]
    gate: Gate | None = None
    previous: Previous | None = None
    tombstones: list[Tombstone] = Field(default_factory=list)
    date: Date = ""
    url: WebAddress = ""

    def __repr__(self) -> str:
        samples = sum(self.n_samples.values())
        return (
            f"<Record {self.slug} ({self.view}): {samples:,} samples, {len(self.files):,} files, {self.content_root}>"
        )

    __str__ = __repr__

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.content_root != content_root(self.tables):
            raise ValueError("content_root is not that of the tables")
        if fault := self._fault_of_view():
            raise ValueError(fault)
        return self

    def _fault_of_view(self) -> str:
        """Say what a view must not differ in from the full release, whose digests `tables` has; "" where all is well.

        The full release differs in nothing; `open` has emptied cells, but every column; `features` and `ids` lack
        columns, and have the others as they are.
        """
        if self.view == "full" and (self.redacted or self.added):
            return "the view full can neither be redacted nor have tables of its own"
        if clash := sorted(self.tables.keys() & self.added.keys()):
            return f"added: {clash[0]} is a table of the full release"
        for table, facts in (self.tables | self.added).items():
            if facts.columns.keys() != facts.digests.keys():
                return f"{table}: its columns and its digests do not name the same"
        return next(filter(None, map(self._fault_of_redacted, self.redacted)), "")

    def _fault_of_redacted(self, table: str) -> str:
        for name, splits in self.redacted[table].items():
            if table not in self.tables or name not in self.tables[table].digests:
                return f"redacted: there is no {table}.{name}"
            if bool(splits) != (self.view == "open") or (splits and splits.keys() != self.tables[table].rows.keys()):
                return f"redacted: {table}.{name} cannot be like that in the view {self.view}"
        return ""

    def encode(self) -> bytes:
        """Return the bytes of `RELEASE.json`."""
        facts = self.model_dump(mode="json")
        facts = {name: fact for name, fact in facts.items() if fact or name not in _MAY_BE_UNSTATED}
        return (json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @property
    def n_samples(self) -> dict[str, int]:
        """Return split → samples, which are the rows of every table in the config `samples`."""
        return next((table.rows for table in self.tables.values() if table.config == SAMPLES), {})

    @property
    def slug(self) -> str:
        """Return name and version, as users say it: ``musictm@1.0.0``."""
        return f"{self.name}@{self.version}"


def content_root(tables: dict[str, Table]) -> str:
    """Return the sha256 over the digests of all columns of all tables: the identity of a release's content."""
    return digest_of({name: {"rows": table.rows, "digests": table.digests} for name, table in sorted(tables.items())})


def read_record(root: Path) -> Record:
    """Read `RELEASE.json` of the release at `root`.

    Raises:
        InputError: there is none, or it is not a record; the message says what is wrong with it.
        IntegrityError: it is a link, a pipe or the like, or too large to be one.
    """
    try:
        return decode(read_encoded(root), str(root / RECORD))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{root} is no release: it has no {RECORD}. Make one with: musicdata release build WORK --out {root}"
        ) from error


def read_encoded(root: Path) -> bytes:
    """Return the bytes of `RELEASE.json` of the release at `root`.

    Raises:
        IntegrityError: it is no regular file, or larger than a record.
        OSError: there is none.
    """
    return paths.read_inside(root, RECORD, MAX_RECORD_BYTES)


def decode(data: bytes, where: str) -> Record:
    """Read a record from its bytes.

    Raises:
        InputError: they are not a record; `where` stands in the message.
    """
    try:
        return Record.model_validate_json(data)
    except ValidationError as error:
        raise InputError(f"{where} is not a release record: {invalid(error, Record)}") from error


def data_file(config: str, split: str, number: int, of: int) -> str:
    """Return the path of one of a split's files.

    >>> data_file("samples", "train", 0, 3)
    'data/samples/train-00000-of-00003.parquet'
    """
    return f"{DATA}/{config}/{split}-{number:05d}-of-{of:05d}.parquet"
