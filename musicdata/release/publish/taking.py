"""Taking in the record of a publication: from a file, or from where the release is.

    musicdata release add-record https://host/datasets/musictm@1.0.0     `PUBLICATION.json` beside the release
    musicdata release add-record musictm-1.0.0.json                      a record that was handed over

From then on `musicdata.load("musictm@1.0.0")` finds the release, and holds it to the record. A record that lies beside
its release is taken with the address at which both were found: it may have been published there in another way. One
that is fetched by itself may not lead into this machine or its network.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.errors import InputError, IntegrityError, RefusedError
from musicdata.release.publish import places, publications
from musicdata.release.publish.source import MissingError, reading
from musicdata.release.record import layout, pins
from musicdata.settings.reach import place_of

if TYPE_CHECKING:
    from os import PathLike

    from musicdata.release.publish.places import Place
    from musicdata.release.publish.publications import Publication
    from musicdata.release.publish.source import Source

_ENDING = ".json"


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that was found.

    Attributes:
        publication: what it says, with the address at which the release is.
        found_at: where the record lay.
        path: its file among the records of this machine; `is_new` whether it is not there yet.
    """

    publication: Publication
    found_at: str
    path: Path
    is_new: bool


def find(place: str | PathLike[str], *, pin: str | None = None) -> Taken:
    """Read a record, and look whether it fits those of this machine; nothing is written.

    Args:
        place: file of a record, folder or address of a published release, or of what it was published into with
            ``NAME@VERSION``; an address that ends in ``.json`` is that of a record.
        pin: sha256 of `RELEASE.json` or content root that it has to name.

    Raises:
        UsageError: it is an address that holds a key, or the pin is none.
        InputError: there is no record.
        IntegrityError: it and the release beside it contradict each other, or it names another than the pin.
        RefusedError: it leads into this machine or its network, or there is another record of that version here.
        TransferError: it cannot be read.
    """
    named = places.parse(place)
    base, name = _file_of(named)
    found_at = f"{base}/{name}"
    with reading(base) as source:
        publication = publications.decode(_read(source, name, found_at), found_at)
        encoded = _release_beside(source) if name == layout.PUBLICATION else None
    places.require_asked(named, publication)
    if encoded is not None:
        publication = _at(publication, base, encoded, found_at)
    elif named.url:
        _require_outside(publication, found_at)
    if pin is not None:
        _require_pinned(publication, pins.parse(pin), found_at)
    path, is_there = publications.place(publication, settings.read().home / "records")
    return Taken(publication, found_at, path, not is_there)


def take(taken: Taken) -> Path:
    """Write a record that was found among those of this machine; return its file."""
    return publications.write(taken.publication, settings.read().home / "records")


def _file_of(named: Place) -> tuple[str, str]:
    """Return the address of the folder in which a record lies, and the name of its file.

    Raises:
        InputError: nothing is there, or a name was given.
    """
    if named.url:
        start, _, last = named.url.rpartition("/")
        return (start, last) if last.endswith(_ENDING) else (named.url, layout.PUBLICATION)
    folder = named.folder.absolute() if named.folder is not None else Path()
    if folder.is_file():
        return folder.parent.as_uri(), folder.name
    if named.folder is not None and folder.is_dir():
        return folder.as_uri(), layout.PUBLICATION
    what = f"there is no {named.text}" if named.folder else f"{named.text} is a name, which only a record leads to"
    raise InputError(f"{what}; give the file of a record, or the folder or the address of a published release")


def _read(source: Source, name: str, where: str) -> bytes:
    try:
        data = source.read(name, layout.MAX_PUBLICATION_BYTES)
    except MissingError:
        raise InputError(
            f"there is no record of a publication: {where} is missing. A release without one is loaded by its address, "
            "and held to a pin"
        ) from None
    if len(data) > layout.MAX_PUBLICATION_BYTES:
        raise InputError(
            f"{where} is no record of a publication: it has more than {layout.MAX_PUBLICATION_BYTES:,} bytes"
        )
    return data


def _release_beside(source: Source) -> bytes | None:
    """Return the bytes of the `RELEASE.json` that lies beside a record, if there is one."""
    try:
        return source.read(layout.RECORD, layout.MAX_RECORD_BYTES)
    except MissingError:
        return None


def _at(publication: Publication, base: str, encoded: bytes, found_at: str) -> Publication:
    """Return a record with the address at which its release lies beside it.

    Raises:
        IntegrityError: another release does.
    """
    digest = hashlib.sha256(encoded).hexdigest()
    if digest != publication.release_json_sha256:
        raise IntegrityError(
            f"{found_at} and the {layout.RECORD} beside it contradict each other: by the first it has the sha256 "
            f"{publication.release_json_sha256}, it has {digest}. One of the two was changed; ask its publisher"
        )
    return publication.model_copy(update={"url": base})


def _require_outside(publication: Publication, found_at: str) -> None:
    """Refuse a record from elsewhere that leads to where only this machine gets."""
    from musicdata.system.http.addresses import leads_inside

    place = place_of(publication.url)
    is_web = publication.url.startswith(("http://", "https://"))
    if publication.url.startswith("file://") or (is_web and (place is None or leads_inside(*place))):
        raise RefusedError(
            f"{found_at} says that {publication.slug} is at {publication.url}, inside this machine or its network: a "
            "record from elsewhere may not lead there. If you trust it, save it as a file and give that"
        )


def _require_pinned(publication: Publication, pin: str, found_at: str) -> None:
    digest, root = publication.release_json_sha256, publication.content_root
    if not (digest.startswith(pin) or root.startswith(pin)):
        raise IntegrityError(
            f"{found_at} is not the record of the release that is pinned: the pin is {pin}, it names {layout.RECORD} "
            f"with the sha256 {digest} and the content root {root}. Ask its publisher which is right"
        )
