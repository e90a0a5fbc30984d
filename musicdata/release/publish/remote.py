"""A release at an address, of which nothing is known but what lies there: its record, and that of its publication.

    <address>/RELEASE.json        names every other file, with its size and sha256
    <address>/PUBLICATION.json    the record of its publication, where publishing put one

What is read first is small, and capped. It says what the rest has to be; who wrote it, it cannot say: that is what a
record of this machine (`publications`) or a pin (`musicdata.release.record.pins`) is for.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.errors import InputError, IntegrityError, SetupError
from musicdata.release.publish import places, publications
from musicdata.release.publish.source import MissingError
from musicdata.release.record import layout
from musicdata.release.record.files import sums_over

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.release.publish.places import Place
    from musicdata.release.publish.publications import Publication
    from musicdata.release.publish.source import Source

_MAX_SIGNATURE_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Remote:
    """A release somewhere else, as it says of itself.

    Attributes:
        url: of its folder.
        record: what its `RELEASE.json` says.
        encoded: the bytes of that.
        publication: the record beside it; None where there is none.
        signature: the file of its signature; None where there is none.
    """

    url: str
    record: layout.Record
    encoded: bytes
    publication: Publication | None
    signature: layout.File | None

    @property
    def digest(self) -> str:
        """Return the sha256 of `RELEASE.json`."""
        return hashlib.sha256(self.encoded).hexdigest()

    @property
    def n_bytes(self) -> int:
        """Return the bytes of all files of the release."""
        sums = len(sums_over(self.record, self.digest))
        signature = self.signature.bytes if self.signature else 0
        return sum(file.bytes for file in self.record.files) + sums + len(self.encoded) + signature


def look(place: Place, source: Source) -> Remote:
    """Read what a release says of itself, and what the record beside it says.

    Raises:
        InputError: there is none, or it is another than was asked for.
        IntegrityError: the two contradict each other.
        TransferError: it cannot be read.
        SetupError: credentials are missing, or do not suffice.
    """
    try:
        encoded = source.read(layout.RECORD, layout.MAX_RECORD_BYTES)
    except MissingError:
        raise InputError(
            f"there is no release at {place.url}: no {layout.RECORD} is there. Give the address of the release itself, "
            f"in which {layout.RECORD} lies, or of what it was published into with the name, ADDRESS/NAME@VERSION"
        ) from None
    if len(encoded) > layout.MAX_RECORD_BYTES:
        raise IntegrityError(f"{place.url}: its {layout.RECORD} has more than {layout.MAX_RECORD_BYTES:,} bytes")
    record = layout.decode(encoded, f"{place.url}/{layout.RECORD}")
    places.require_asked(place, record)
    digest = hashlib.sha256(encoded).hexdigest()
    publication = _beside(place.url, source, digest)
    signature = publication.signature if publication else _signature(source)
    return Remote(place.url, record, encoded, publication, signature)


def _beside(url: str, source: Source, digest: str) -> Publication | None:
    """Return the record of the publication that lies beside a release.

    Raises:
        IntegrityError: it is of another one.
    """
    data = _optional(source, layout.PUBLICATION, layout.MAX_PUBLICATION_BYTES)
    if data is None:
        return None
    where = f"{url}/{layout.PUBLICATION}"
    publication = publications.decode(data, where)
    if publication.release_json_sha256 != digest:
        raise IntegrityError(
            f"{where} and the {layout.RECORD} beside it contradict each other: by the first it has the sha256 "
            f"{publication.release_json_sha256}, it has {digest}. One of the two was changed; ask its publisher"
        )
    return publication


def _signature(source: Source) -> layout.File | None:
    """Return the file of a signature that lies there without a record that names it."""
    data = _optional(source, layout.SIGNATURE, _MAX_SIGNATURE_BYTES)
    if data is None or len(data) > _MAX_SIGNATURE_BYTES:
        return None
    return layout.File(path=layout.SIGNATURE, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def _optional(source: Source, path: str, max_bytes: int) -> bytes | None:
    """Return a small file that need not be there; stores that tell nobody what is missing forbid it instead."""
    with contextlib.suppress(MissingError, SetupError):
        return source.read(path, max_bytes)
    return None


def document(remote: Remote, source: Source, name: str) -> bytes:
    """Return the bytes of a document of a release, such as its recipe, which are those that its record names.

    Raises:
        IntegrityError: it is missing, or has other bytes.
    """
    file = next((file for file in remote.record.files if file.path == name), None)
    if file is None or file.bytes > layout.MAX_RECORD_BYTES:
        raise IntegrityError(f"{remote.url} has no {name} that can be read")
    data = source.read(name, file.bytes)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise IntegrityError(f"{remote.url}/{name} is not what {layout.RECORD} says it is")
    return data


def on_record(remote: Remote, records: Path | None) -> Publication | None:
    """Return this machine's record of the release, if it has one.

    Raises:
        IntegrityError: by that it is another.
    """
    wanted = (remote.record.version, remote.record.view)
    for known in publications.all_of(remote.record.name, records):
        if (known.version, known.view) != wanted:
            continue
        if known.release_json_sha256 != remote.digest:
            raise IntegrityError(
                f"{remote.url} is not the {known.slug} that is on record here: its {layout.RECORD} has the sha256 "
                f"{remote.digest}, on record is {known.release_json_sha256}, published at {known.url}. One of the two "
                "is not the release that was published"
            )
        return known
    return None
