"""Where a release is, as users say it.

    musictm-1.0.0  /data/musictm-1.0.0  file:///data/musictm-1.0.0      a folder of this machine
    musictm@1.0.0  musictm@1.0.0+ids  musictm                           a name: a record says where it is
    s3://bucket/musictm/1.0.0  https://host/a/musictm/1.0.0             an address: of the release itself,
    hf://datasets/me/songs@v1.0.0  https://zenodo.org/records/12
    s3://bucket/datasets/musictm@1.0.0  /data/musictm@1.0.0             or of what it was published into

An address holds no key: credentials come from the environment.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.definitions import identifiers
from musicdata.errors import InputError, UsageError
from musicdata.release.publish.folder import local_path
from musicdata.release.publish.store import ATOMIC
from musicdata.release.record import layout

if TYPE_CHECKING:
    from musicdata.release.publish.publications import Publication
    from musicdata.release.record.layout import Record

SCHEMES = ("file", "https", "http", "hf", *(scheme for scheme in ATOMIC if scheme != "memory"))
TAKEN = "the folder of a release, an address (file://, s3://, hf://, https:// …) or NAME@VERSION"
"""What names a release, for messages."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_SLUG = re.compile(rf"(?P<name>{identifiers.DATASET})@(?P<version>\d+\.\d+\.\d+)(?:\+(?P<view>[a-z]+))?")
_NAME = re.compile(rf"{identifiers.DATASET}(@.*)?")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_HUB = re.compile(r"hf://datasets/[^/@]+/[^/@]+(?:@(?P<revision>[^/@]+))?")


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was named.

    Attributes:
        text: as it was named, without what need not be shown.
        folder: of this machine; None elsewhere.
        url: of the release somewhere else; "" where it is a folder or a name.
        slug: the name that is to be looked up in the records, or "".
        name: of the data set, version and view that the release there has to have; "" where nothing was said.
        version: see `name`.
        view: see `name`.
    """

    text: str
    folder: Path | None = None
    url: str = ""
    slug: str = ""
    name: str = ""
    version: str = ""
    view: str = ""

    @property
    def is_release(self) -> bool:
        """Say whether it is a folder of this machine with a release in it."""
        return self.folder is not None and os.path.isfile(self.folder / layout.RECORD)  # noqa: PTH113  # as above


def parse(place: str | os.PathLike[str]) -> Place:
    """Say what a user named; nothing is looked for but folders of this machine.

    A bare word may be a folder or a name: `folder` and `slug` are both set then.

    Raises:
        UsageError: it is an address that holds a key, or one that nothing is read from.

    >>> parse("s3://bucket/datasets/musictm@1.0.0").url
    's3://bucket/datasets/musictm/1.0.0'
    >>> parse("hf://datasets/me/songs").url
    'hf://datasets/me/songs@main'
    """
    text = os.fspath(place)
    scheme, colon, _ = text.partition("://")
    if colon and isinstance(place, str):
        url = _stripped(_without_key(text, scheme))
        if scheme == "file":
            return _folder(str(local_path(url)), url)
        return _hub(url) if scheme == "hf" else _below(url)
    if not _NAME.fullmatch(text):
        return _folder(text, text)
    is_there = os.path.exists(text)  # noqa: PTH110  # Path raises where a name is too long
    return Place(text, Path(text) if is_there or "@" not in text else None, slug=text)


def require_asked(place: Place, found: Record | Publication) -> None:
    """Make sure that what was found has the name, version and view that were asked for.

    Raises:
        InputError: it has not.
    """
    for what in ("name", "version", "view"):
        if getattr(place, what) not in ("", getattr(found, what)):
            where = place.url or place.folder
            raise InputError(f"{where} is {found.slug}, view {found.view}; {place.text} was asked for")


def _without_key(text: str, scheme: str) -> str:
    """Return an address in which nothing is that must not be shown.

    Raises:
        UsageError: there is.
    """
    rest = text.partition("://")[2]
    name = scheme if _SCHEME.fullmatch(scheme) else "…"
    if settings.redact(text) != text or "?" in rest or "#" in rest or "@" in rest.partition("/")[0]:
        raise UsageError(
            f"the address of a release holds no user, no key and no query; credentials come from the environment: "
            f"{name}://…"
        )
    if scheme not in SCHEMES and scheme not in ATOMIC:
        known = ", ".join(f"{one}://" for one in SCHEMES)
        hint = "; a record of Zenodo is read at https://zenodo.org/records/NUMBER" if scheme == "zenodo" else ""
        raise UsageError(f"nothing is read from {name}://; a release is at {known}, in a folder or on record{hint}")
    if not text.isprintable() or "\\" in text or ".." in rest.split("/"):
        raise UsageError(f"{text!r} is no address: it has .., a backslash or characters that cannot be seen")
    return text


def _stripped(url: str) -> str:
    """Return the address of a release, given that of one of its documents."""
    for document in (layout.RECORD, layout.PUBLICATION):
        url = url.removesuffix(f"/{document}")
    return url.rstrip("/")


def _folder(text: str, shown: str) -> Place:
    """Return a folder, or where ``NAME@VERSION`` was published into one."""
    path = Path(text)
    match = _SLUG.fullmatch(path.name)
    if match is None or os.path.exists(path):  # noqa: PTH110  # as above
        return Place(shown, path)
    folder = path.parent / match["name"] / match["version"]
    return Place(shown, folder, name=match["name"], version=match["version"], view=match["view"] or "")


def _hub(url: str) -> Place:
    match = _HUB.fullmatch(url)
    if match is None:
        raise UsageError(f"{url} names no data set of the hub; write hf://datasets/USER/NAME@v1.0.0")
    revision = match["revision"] or "main"
    repository = url.partition("@")[0]
    if _VERSION.fullmatch(revision):
        return Place(url, url=f"{repository}@v{revision}", version=revision)
    return Place(url, url=f"{repository}@{revision}")


def _below(url: str) -> Place:
    start, _, last = url.rpartition("/")
    if match := _SLUG.fullmatch(last):
        name, version, view = match["name"], match["version"], match["view"] or ""
        return Place(url, url=f"{start}/{name}/{version}", name=name, version=version, view=view)
    return Place(url, url=url)
