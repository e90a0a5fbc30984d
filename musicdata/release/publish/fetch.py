"""Fetching of published releases, by name and version or by address.

    $MUSICDATA_HOME/releases/<name>/<version>-<12 digits>/            a whole release; of RELEASE.json's sha256
    $MUSICDATA_HOME/releases/<name>/.<version>-<12 digits>.partial/   one that is on its way

The record of the release says where it is and what the sha256 of its `RELEASE.json` is; that has the sha256 and size of
every other file. Nothing else is believed: a file that differs is thrown away and named. The folder gets its name when
all of it is there and right, so what has the name is used without the network. A download that broke off goes on.

Of a release that is named by its address alone, the `RELEASE.json` there is the first word: all files are held to it as
well, and it is held to a pin, and to a record where this machine has one (`musicdata.release.publish.remote`).
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.errors import IntegrityError, StorageError
from musicdata.release.publish import publications, remote
from musicdata.release.record import layout, pins
from musicdata.release.record.files import sums_of
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file
from musicdata.system.files import held, move_whole, storage_faults, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.release.publish.places import Place
    from musicdata.release.publish.publications import Publication
    from musicdata.release.publish.remote import Remote
    from musicdata.release.publish.source import Source
    from musicdata.release.publish.upload import Progress

_STALE = "Fetch it again; if that ends like this too, what is published there is broken, or the record is"


def fetch(slug: str, *, records_in: Path | None = None, progress: Progress | None = None) -> Path:
    """Return the folder of a published release, fetched if it is not here yet.

    Args:
        slug: ``musictm@1.0.0``, ``musictm@1.0.0+ids`` for a view, ``musictm`` for the highest version.
        records_in: folder of records to look in; None for all of `publications.folders`.
        progress: is told of each file that is there.

    Raises:
        InputError: there is no record of it.
        RefusedError: only the current folder has one, and nobody said that it is to be trusted.
        IntegrityError: what is published, or here, is not what the record says; the message names the files.
        TransferError: the download broke off; the same call goes on from there.
        UsageError: the network is needed and forbidden.
        StorageError: there is no room for it.
    """
    return _brought(_Wanted.on_record(publications.find(*publications.split_slug(slug), records_in)), progress)


def fetch_from(
    place: Place, *, pin: str | None = None, records_in: Path | None = None, progress: Progress | None = None
) -> tuple[Path, bool]:
    """Return the folder of a release that is at an address, fetched if it is not here yet, and whether it is on record.

    Args:
        place: with a `url`.
        pin: that it has to fit; of a content root, only that `RELEASE.json` says so is looked at.
        records_in: folder of records to compare it with; None for all of `publications.folders`.
        progress: is told of each file that is there.

    Raises:
        InputError: there is no release.
        UsageError: the pin is none, or the network is forbidden.
        IntegrityError: it is not the one that is pinned, or that is on record, or not what it says of itself.
        TransferError: the download broke off; the same call goes on from there.
        SetupError: credentials are missing, or there is no room for it.
    """
    from musicdata.release.publish.source import reading

    with reading(place.url) as source:
        there = remote.look(place, source)
        if pin is not None:
            pins.require(pin, there.record, there.encoded, place.url)
        is_on_record = remote.on_record(there, records_in) is not None
        return _brought(_Wanted.at_address(there), progress, source), is_on_record


def folder_here(known: Publication) -> Path | None:
    """Return the folder of a release on record, if it was fetched before; it is not looked into."""
    folder = paths.inside(
        settings.read().home, f"releases/{known.name}/{_folder_name(known.version, known.release_json_sha256)}"
    )
    return folder if folder.is_dir() else None


def _folder_name(version: str, digest: str) -> str:
    return f"{version}-{digest[:12]}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A release that is to be here.

    Attributes:
        name: of the data set; `version` of the release.
        url: where it is.
        digest: sha256 of its `RELEASE.json`.
        n_bytes: of all its files.
        signature: the file of its signature; None of a release that is not signed.
        said_by: what says all this, for messages.
        encoded: the bytes of `RELEASE.json`, where they were read already.
    """

    name: str
    version: str
    url: str
    digest: str
    n_bytes: int
    signature: layout.File | None
    said_by: str
    encoded: bytes = b""

    @classmethod
    def on_record(cls, known: Publication) -> _Wanted:
        """Return what a record tells of."""
        digest, signature = known.release_json_sha256, known.signature
        return cls(known.name, known.version, known.url, digest, known.bytes, signature, "its record")

    @classmethod
    def at_address(cls, there: Remote) -> _Wanted:
        """Return what lies at an address, as it says of itself."""
        of, signature = there.record, there.signature
        return cls(
            of.name,
            of.version,
            there.url,
            there.digest,
            there.n_bytes,
            signature,
            f"its {layout.RECORD}",
            there.encoded,
        )

    @property
    def slug(self) -> str:
        return f"{self.name}@{self.version}"


def _brought(wanted: _Wanted, progress: Progress | None, source: Source | None = None) -> Path:
    """Return the folder of a release, fetched if it is not here yet, from what is open already or else is opened."""
    releases = settings.read().home / "releases"
    name = _folder_name(wanted.version, wanted.digest)
    final = paths.inside(releases, f"{wanted.name}/{name}")
    if _is_here(final, wanted):
        return final
    with held(final.with_name(f".{name}.lock"), wait=True):  # another process that fetches the same: it is here then
        if not _is_here(final, wanted):
            with storage_faults(final):
                partial = paths.make_inside(releases, f"{wanted.name}/.{name}.partial")
            _Download(wanted, partial, progress or (lambda *_: None)).run(source)
            move_whole(partial, final)
    return final


def _is_here(final: Path, wanted: _Wanted) -> bool:
    """Say whether a release was fetched whole before.

    Raises:
        IntegrityError: it was, and has been changed since.
    """
    if not final.is_dir():
        return False
    wrong = [layout.RECORD]
    if _record_sha256(final) == wanted.digest:
        files = layout.read_record(final).files
        wrong = [file.path for file in files if not _has_size(final / file.path, file.bytes)]
    if wrong:
        raise IntegrityError(
            f"{final}, where {wanted.slug} was fetched to, has been changed: {', '.join(wrong[:5])}. Remove the "
            "folder, and fetch it again"
        )
    return True


def _has_size(path: Path, size: int) -> bool:
    return paths.is_regular(path) and path.stat().st_size == size


def _record_sha256(folder: Path) -> str:
    """Return the sha256 of `RELEASE.json` in a folder, "" where there is none."""
    try:
        return hashlib.sha256(layout.read_encoded(folder)).hexdigest()
    except FileNotFoundError:
        return ""


class _Download:
    """One release on its way into a folder, file by file."""

    def __init__(self, wanted: _Wanted, folder: Path, progress: Progress) -> None:
        self._wanted = wanted
        self._folder = folder
        self._progress = progress

    def run(self, opened: Source | None) -> None:
        """Bring what is missing.

        Raises:
            IntegrityError: a file is not what `RELEASE.json` says, or that not what the record says.
        """
        from musicdata.release.publish.source import reading

        with reading(self._wanted.url) if opened is None else contextlib.nullcontext(opened) as source:
            files = self._files(source)
            names = {file.path for file in files} | {layout.RECORD}
            self._sweep(names | {f"{name}.part" for name in names})
            self._need_room(files)
            wrong, n_bytes = [], 0
            for file in files:
                target = self._folder / file.path
                with storage_faults(target, file.bytes):
                    self._make_folder(file.path)
                if not (_has_size(target, file.bytes) and sha256_of_file(target) == file.sha256):
                    try:
                        source.bring(file, target)
                    except IntegrityError as error:
                        wrong.append(f"{file.path} ({error})")
                        continue
                n_bytes += file.bytes
                self._progress(file.path, n_bytes, self._wanted.n_bytes)
        if wrong:
            raise self._differs(wrong)
        self._sweep(names)

    def _make_folder(self, path: str) -> None:
        below, _, _ = path.rpartition("/")
        if below:
            paths.make_inside(self._folder, below)

    def _files(self, source: Source) -> list[layout.File]:
        """Return every file but `RELEASE.json`, after that has been fetched and checked."""
        slug, path = self._wanted.slug, self._folder / layout.RECORD
        if _record_sha256(self._folder) != self._wanted.digest:
            most = min(layout.MAX_RECORD_BYTES, self._wanted.n_bytes)
            data = self._wanted.encoded or source.read(layout.RECORD, most)
            digest = hashlib.sha256(data).hexdigest()
            if digest != self._wanted.digest:
                expected = self._wanted.digest
                raise self._differs([f"{layout.RECORD} (its sha256 is {digest}, expected {expected})"])
            write_whole(path, data, path.with_name(f"{path.name}.part"))
        record = layout.read_record(self._folder)
        sums = sums_of(self._folder, record)
        unlisted = [layout.File(path=layout.SUMS, sha256=hashlib.sha256(sums).hexdigest(), bytes=len(sums))]
        if self._wanted.signature:
            unlisted.append(self._wanted.signature.model_copy(update={"path": layout.SIGNATURE}))
        files = sorted([*record.files, *unlisted], key=lambda file: file.path)
        if record.slug != slug or sum(file.bytes for file in files) + path.stat().st_size != self._wanted.n_bytes:
            raise self._differs([f"{layout.RECORD} (it is of {record.slug}, and its files have other sizes in all)"])
        if clashing := _clashing([layout.RECORD, *(file.path for file in files)]):
            raise self._differs([f"{layout.RECORD} (it names {clashing} twice)"])
        return files

    def _sweep(self, keep: set[str]) -> None:
        """Remove what is not of this release: it is somebody else's, or what is left of an earlier try."""
        with storage_faults(self._folder):
            for path in sorted(self._folder.rglob("*"), reverse=True):
                name = path.relative_to(self._folder).as_posix()
                if path.is_symlink() or (not path.is_dir() and not (name in keep and paths.is_regular(path))):
                    path.unlink()
                elif path.is_dir() and not any(path.iterdir()):
                    path.rmdir()

    def _need_room(self, files: list[layout.File]) -> None:
        there = sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())
        needed = sum(file.bytes for file in files) - there
        free = shutil.disk_usage(self._folder).free
        if needed > free:
            raise StorageError(
                f"{self._wanted.slug} needs {needed:,} bytes more, and {self._folder} has {free:,} free. Make "
                "room, or name another folder with MUSICDATA_HOME"
            )

    def _differs(self, wrong: list[str]) -> IntegrityError:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        return IntegrityError(
            f"{self._wanted.slug} at {self._wanted.url} is not what {self._wanted.said_by} says: "
            f"{'; '.join(wrong[:5])}{more}. {_STALE}"
        )


def _clashing(paths: list[str]) -> str:
    """Return a path that is there twice, or is a folder of another, where capitals do not count; or nothing."""
    seen: set[str] = set()
    for path in sorted(path.casefold() for path in paths):
        if path in seen or any(other.startswith(f"{path}/") for other in seen):
            return path
        parts = path.split("/")
        if any("/".join(parts[:n]) in seen for n in range(1, len(parts))):
            return path
        seen.add(path)
    return ""
