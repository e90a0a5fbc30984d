"""Where releases are published: a small file for each, by which they are found, fetched and checked.

    manifests/releases/<name>/<version>.json            the view of a version that was published first
    manifests/releases/<name>/<version>+<view>.json     another view of it, ``musictm@1.0.0+ids``

Records are looked for in the folder that is given, or else, together, in

1. the folder that MUSICDATA_RECORDS names,
2. `$MUSICDATA_HOME/records`,
3. those that ship with musicdata.

A record says where a release comes from, and what it is: whose records are taken decides what is loaded. So those in
`manifests/releases` of the current folder, which may be somebody else's, are named and not followed until
MUSICDATA_RECORDS names them.

A record is written to the folder that is given or that MUSICDATA_RECORDS names, or else both to `manifests/releases` of
the current folder, if that has `manifests` and is not itself a release, and to `$MUSICDATA_HOME/records`. It is never
changed: a version is published once.

The same record lies beside the published release, as `PUBLICATION.json` (`musicdata.release.publish.taking`).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError, field_validator

from musicdata import settings
from musicdata.definitions import identifiers, shipped
from musicdata.errors import InputError, IntegrityError, RefusedError
from musicdata.release.record import layout
from musicdata.system import paths
from musicdata.system.files import create_once

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(identifiers.DATASET)
_SHA256 = "^[0-9a-f]{64}$"


class Publication(BaseModel):
    """Where a release is published, and how to know it.

    Attributes:
        name: of the data set.
        version: of the release.
        view: of it that is published.
        content_root: the same in every view.
        release_json_sha256: of the published `RELEASE.json`, which has the sha256 of all other files.
        files: their number, `RELEASE.json` and `SHA256SUMS` among them.
        bytes: their size.
        rows: split → samples.
        url: where it is.
        claim: statement of the publisher to hold the rights of what has no free licence; empty where none was needed.
        signature: the file of its signature; None of a release that is not signed.
        published: the day, in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=f"^{_NAME.pattern}$")
    version: str = Field(pattern=r"^\d{1,6}\.\d{1,6}\.\d{1,6}$")
    view: layout.View
    content_root: str = Field(pattern=_SHA256)
    release_json_sha256: str = Field(pattern=_SHA256)
    files: int = Field(ge=2)
    bytes: int = Field(ge=0)
    rows: dict[layout.Split, NonNegativeInt]
    url: str
    claim: str = ""
    signature: layout.File | None = None
    published: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")

    @field_validator("url")
    @classmethod
    def _shows_nothing(cls, url: str) -> str:
        if "?" in url or settings.redact(url) != url or "://" not in url:
            raise ValueError("the URL has a scheme, and neither a user, a password nor a query")
        return url

    @property
    def slug(self) -> str:
        """Return name and version, as users say it: ``musictm@1.0.0``."""
        return f"{self.name}@{self.version}"

    def names_the_same(self, other: Self) -> bool:
        """Say whether both are of the same bytes, wherever they are."""
        return self.release_json_sha256 == other.release_json_sha256

    @property
    def facts(self) -> dict[str, Any]:
        """Return it as JSON values, without the signature where there is none."""
        return self.model_dump(mode="json", exclude={"signature"} if self.signature is None else None)


def encode(publication: Publication) -> bytes:
    """Return the bytes of a record's file."""
    return f"{json.dumps(publication.facts, indent=1, ensure_ascii=False)}\n".encode()


def decode(data: bytes, where: str) -> Publication:
    """Read a record from its bytes.

    Raises:
        InputError: they are not one; `where` stands in the message.
    """
    try:
        return Publication.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{where} is not the record of a release: {first['loc']}: {first['msg']}") from error


def folders(records: Path | None = None) -> list[Path]:
    """List the folders in which records are looked for."""
    if records is not None:
        return [records]
    told = settings.read()
    named = [told.records] if told.records is not None else []
    return [*named, told.home / "records", shipped.folder("manifests") / "releases"]


def written_to(records: Path | None = None) -> list[Path]:
    """List the folders that a record is written to."""
    told = settings.read()
    if named := records or told.records:
        return [named]
    return [*_of_current_folder(), told.home / "records"]


def _of_current_folder() -> list[Path]:
    here = Path.cwd()
    is_checkout = (here / "manifests").is_dir() and not (here / layout.RECORD).exists()
    return [here / "manifests" / "releases"] if is_checkout else []


def find(name: str, version: str | None = None, records: Path | None = None) -> Publication:
    """Return the record of a release.

    Args:
        name: of the data set.
        version: ``1.0.0``, or ``1.0.0+ids`` for that view of it; None for the highest there is.
        records: folder to look in; None for all of `folders`.

    Raises:
        InputError: there is none; the message says what there is.
        IntegrityError: two folders have records of it that contradict each other.
        RefusedError: the current folder has one, which nobody said is to be trusted.
    """
    publications = all_of(name, records)
    if version is None and publications:
        version = max(publications, key=lambda each: _order(each.version)).version
    number, _, view = (version or "").partition("+")
    matching = [each for each in publications if each.version == number and (not view or each.view == view)]
    if not matching:
        if records is None:
            _refuse_current_folder(name, number, view)
        views = dict.fromkeys(f"{each.version}+{each.view}" for each in publications)
        there = ", ".join(views) or _names_there(records)
        looked = ", ".join(map(str, folders(records)))
        slug = f"{name}@{version}" if version else name
        raise InputError(f"there is no record of {slug}; there is: {there} (looked in {looked})")
    return matching[0]


def _refuse_current_folder(name: str, version: str, view: str) -> None:
    """Raise RefusedError where the release that is looked for is on record in the current folder only."""
    for folder in set(_of_current_folder()) - set(folders()):
        for each in all_of(name, folder):
            if version in ("", each.version) and view in ("", each.view):
                raise RefusedError(
                    f"only {folder}, in the current folder, has a record of {each.slug}; by that it is at {each.url}, "
                    f"and its RELEASE.json has the sha256 {each.release_json_sha256[:12]}…. Whoever made this folder "
                    f"would decide what you load. If you trust it: export MUSICDATA_RECORDS={shlex.quote(str(folder))}"
                )


def all_of(name: str, records: Path | None = None) -> list[Publication]:
    """Return the records of a data set's releases, in order of their versions; the view published first comes first.

    Raises:
        InputError: that is no name, or a file is no record.
        IntegrityError: two folders have records of one release that contradict each other.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is not the name of a data set; write NAME@VERSION, as in musictm@1.0.0")
    publications: dict[tuple[str, str], tuple[Publication, Path]] = {}
    for folder in folders(records):
        for path in sorted((folder / name).glob("*.json")):
            each = _read(path)
            first, where = publications.setdefault((each.version, each.view), (each, path))
            if not first.names_the_same(each):
                raise IntegrityError(
                    f"{where} and {path} contradict each other: by the first, RELEASE.json has the sha256 "
                    f"{first.release_json_sha256[:12]}…, by the other {each.release_json_sha256[:12]}…. Remove the "
                    "wrong one, or say in which folder to look"
                )
    order = list(publications.values())
    return [each for each, path in sorted(order, key=lambda pair: (_order(pair[0].version), "+" in pair[1].name))]


def split_slug(slug: str) -> tuple[str, str | None]:
    """Return name and version of ``name@version``, or name and None.

    >>> split_slug("musictm@1.0.0"), split_slug("musictm")
    (('musictm', '1.0.0'), ('musictm', None))
    """
    name, _, version = slug.partition("@")
    return name, version or None


def place(publication: Publication, folder: Path) -> tuple[Path, bool]:
    """Return the file for a record, and whether it is there already.

    Raises:
        RefusedError: the version is on record with other bytes, or with another content in another view.
    """
    plain = paths.inside(folder, f"{publication.name}/{publication.version}.json")
    for path in (plain, plain.with_name(f"{publication.version}+{publication.view}.json")):
        if not path.is_file():
            return path, False
        there = _read(path)
        if there.names_the_same(publication):
            return path, True
        if there.view == publication.view or there.content_root != publication.content_root:
            break
    raise RefusedError(
        f"{publication.slug} is published already, with other content: {path} says RELEASE.json "
        f"{there.release_json_sha256[:12]}…, content root {there.content_root[:12]}…; yours are "
        f"{publication.release_json_sha256[:12]}…, {publication.content_root[:12]}…. Give yours another version"
    )


def write(publication: Publication, folder: Path) -> Path:
    """Write a record, unless it is there; return its file.

    Raises:
        RefusedError: the version is on record with other bytes.
        StorageError: the folder cannot be written.
    """
    encoded = encode(publication)
    while True:
        path, is_there = place(publication, folder)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        if is_there or create_once(path, encoded, temporary, alone=False):
            for left in path.parent.glob(f".{path.name}.*"):  # by writers that were killed
                left.unlink(missing_ok=True)
            return path


def _read(path: Path) -> Publication:
    publication = decode(paths.read_regular(path, layout.MAX_PUBLICATION_BYTES, follow=True), str(path))
    if publication.name != path.parent.name or publication.version != path.stem.partition("+")[0]:
        raise InputError(f"{path} is the record of {publication.slug}; its file has another name")
    return publication


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _names_there(records: Path | None) -> str:
    return ", ".join(sorted(set(_names(records)))) or "none of any data set"


def _names(records: Path | None) -> Iterator[str]:
    for folder in folders(records):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            yield from (path.name for path in folder.iterdir() if any(path.glob("*.json")))
