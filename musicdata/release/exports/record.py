"""`VIEW.json`: what an exported folder says of itself."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from musicdata.definitions.contract import introduced_by
from musicdata.definitions.identifiers import DatasetName, TableName  # noqa: TC001  # pydantic reads them
from musicdata.errors import InputError
from musicdata.release.record import layout  # noqa: TC001  # pydantic reads it
from musicdata.system import paths
from musicdata.wording import invalid

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.release.reading.release import Release

EXPORT_RECORD = "VIEW.json"
_BATCH = 65_536


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ids(_Model):
    """Which samples there are: their number, and the sha256 over the sorted lines ``sample_id<tab>split``."""

    n: int = Field(ge=0)
    sha256: layout.Sha256


class ExportRecord(_Model):
    """`VIEW.json`.

    Attributes:
        format: of this file.
        name: of the data set, with `version` and `content_root` as the release has them.
        release_view: the rights view of the release it was made from: full, open, features or ids.
        view: which export it is: files, webdataset, lhotse …
        options: the export's options.
        ids: which samples there are.
        files: every file but `VIEW.json`, in order of their paths.
    """

    format: Literal[1] = 1
    name: DatasetName
    version: layout.Version
    content_root: layout.Sha256
    release_view: layout.View
    view: TableName
    options: dict[str, int] = Field(default_factory=dict)
    ids: Ids
    files: list[layout.File]

    def encode(self) -> bytes:
        """Return the bytes of `VIEW.json`."""
        return (json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @property
    def identity(self) -> str:
        """Return what the export is a function of; two with the same identity are the same, byte for byte."""
        facts = self.model_dump(mode="json", exclude={"files"})
        return json.dumps(facts, sort_keys=True)


def read_export_record(folder: Path) -> ExportRecord:
    """Read `VIEW.json` of an exported folder.

    Raises:
        InputError: there is none, or it is not a record.
        IntegrityError: it is a link, a pipe or the like, or too large to be one.
    """
    path = folder / EXPORT_RECORD
    try:
        return ExportRecord.model_validate_json(paths.read_inside(folder, EXPORT_RECORD))
    except OSError as error:
        raise InputError(f"{folder} is no finished export: {path.name} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        raise InputError(f"{path} is not the record of an export: {invalid(error, ExportRecord)}") from error


def ids_of(release: Release) -> Ids:
    """Return which samples the release has."""
    rows = release.table(introduced_by(release), ["sample_id", "split"]).sort_by([("sample_id", "ascending")])
    digest = hashlib.sha256()
    for batch in rows.to_batches(max_chunksize=_BATCH):
        lines = zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
        digest.update("".join(f"{sample_id}\t{split}\n" for sample_id, split in lines).encode())
    return Ids(n=len(rows), sha256=digest.hexdigest())
