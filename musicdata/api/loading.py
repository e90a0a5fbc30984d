"""Releases, loaded by folder, by address or by name."""

from __future__ import annotations

import dataclasses
import hashlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import InputError, MusicdataError, UnprovedWarning, UsageError
from musicdata.release.publish import places, publications
from musicdata.release.reading.release import open_release
from musicdata.release.record import pins
from musicdata.release.record.layout import RECORD, read_encoded, read_record
from musicdata.release.verify.gate import require_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from musicdata.release.publish.places import Place
    from musicdata.release.reading.release import Release

_SOON = 20_000_000  # bytes; what is smaller is here soon


def load(
    place: str | PathLike[str],
    *,
    split: str | None = None,
    verify: bool = True,
    records: str | Path | None = None,
    pin: str | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Release:
    """Open a release: by its folder, by its address, or by name; fetched and checked when it is not here yet.

    Args:
        place: the folder of a release, also as ``file://``; an address, ``s3://bucket/datasets/musictm/1.0.0``,
            ``hf://datasets/user/name@v1.0.0``, ``https://…``, or that of what it was published into with the name,
            ``s3://bucket/datasets/musictm@1.0.0``; or the name of one that is on record, ``musictm@1.0.0``, ``musictm``
            for its newest version.
        split: only this split: ``train``, ``valid`` or ``test``.
        verify: see now that the release has exactly its files, each of its size, and hash each file before it is first
            read, once a process; a file that differs is an IntegrityError that names it. False looks at nothing: what
            is read may be anything. Neither computes the digests of columns: `musicdata release verify` does.
        records: folder of records to look in, which is trusted; None for those of this machine, and of
            MUSICDATA_RECORDS.
        pin: content root of the release or sha256 of its `RELEASE.json`, twelve digits at least: it is that one, or an
            IntegrityError. With a content root the digests of all columns are computed now, which reads all of it.
        progress: is told how far a download is.

    Warns:
        UnprovedWarning: it was loaded by an address, is whole, and neither a pin nor a record says that it is the one
            that was published.

    Raises:
        UsageError: an address holds a key, or nothing is read from there; or the pin is none.
        InputError: there is no such folder, release or split.
        RefusedError: only the current folder has a record of it, and nobody said that it is to be trusted.
        IntegrityError: it, or what was fetched, is not what its record or the pin says.
        TransferError: the download broke off; the same call goes on from there.
        SetupError: credentials are missing, or there is no room for it.
    """
    if pin is not None:
        pins.parse(pin)
        if not verify:
            raise UsageError(
                "with verify=False nothing is looked at, and so a pin proves nothing; leave one of the two out"
            )
    folder = Path(records) if records is not None else None
    release = open_release(folder_of(place, records=folder, pin=pin, progress=progress), split, verify=verify)
    if pin is not None and pins.require(pin, release.record, read_encoded(release.root), str(place)) == "content root":
        require_whole(release.root, "so the pin proves nothing")
    return dataclasses.replace(release, published_at=_published_at(release, place, folder))


def _published_at(release: Release, place: str | PathLike[str], records: Path | None) -> str:
    """Return where the release was published, by the records of it, else the address that it was loaded by."""
    digest = hashlib.sha256(read_encoded(release.root)).hexdigest()
    try:
        known = publications.all_of(release.name, records)
    except MusicdataError:  # told where a release is looked for by its name
        known = []
    return next((one.url for one in known if one.release_json_sha256 == digest), places.parse(place).url)


def folder_of(
    place: str | PathLike[str],
    *,
    records: Path | None = None,
    pin: str | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Path:
    """Return the folder of a release, fetched if it is elsewhere; arguments and errors are those of `load`.

    One that is fetched is held to the pin as far as its `RELEASE.json` goes; a folder is not looked at.
    """
    from musicdata.release.publish.fetch import fetch, fetch_from

    named = places.parse(place)
    told = _Percent(str(named.text), progress)
    if named.url:
        root, is_on_record = fetch_from(named, pin=pin, records_in=records, progress=told)
        if pin is None and not is_on_record:
            _warn_of(named, root)
        return root
    if named.slug and not named.is_release:
        try:
            return fetch(named.slug, records_in=records, progress=told)
        except InputError as error:
            raise InputError(not_known(named, error)) from error
    root = named.folder or Path()
    if not root.is_dir():
        raise InputError(f"{root} is no release: there is no such folder. Give {places.TAKEN}")
    if named.name:
        places.require_asked(named, read_record(root))
    return root


def not_known(named: Place, error: InputError) -> str:
    """Say what was not there: a bare word may have been meant for a folder."""
    if named.folder is None:
        return f"{error}. One that lies at an address is loaded by that: ADDRESS/{named.slug}"
    why = f"it has no {RECORD}" if named.folder.exists() else "there is no such folder"
    return f"{named.slug} is no workspace and no release: {why}, and {error}. Give {places.TAKEN}"


def _warn_of(named: Place, root: Path) -> None:
    digest = hashlib.sha256(read_encoded(root)).hexdigest()
    warnings.warn(
        f"{named.url} is whole, as its own RELEASE.json says; that it is the release that was published is not proved. "
        f"What proves it is a pin from its publisher: the content root, or the sha256 of RELEASE.json (here "
        f"{digest[:16]}…)",
        UnprovedWarning,
        stacklevel=3,
    )


class _Percent:
    """Tells how far a download is, each tenth of it once; of a small one nothing."""

    def __init__(self, what: str, tell: Callable[[str], None]) -> None:
        self._what = what
        self._tell = tell
        self._tenths = 0

    def __call__(self, _path: str, n_bytes: int, of_bytes: int) -> None:
        tenths = 10 * n_bytes // max(of_bytes, 1)
        if tenths > self._tenths and of_bytes > _SOON:
            self._tenths = tenths
            self._tell(f"fetch {self._what}: {n_bytes / 1e6:,.1f} of {of_bytes / 1e6:,.1f} MB")
