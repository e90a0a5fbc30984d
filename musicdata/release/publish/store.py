"""A release in an object store, reached through fsspec.

    BASE/<name>/<version>/…                 the published version
    BASE/<name>/.<version>.publishing       digest of the RELEASE.json that is being uploaded

An object appears whole or not at all, large ones too (multipart). The intent and `RELEASE.json` are put only if there
is none (`If-None-Match: *`), which decides between two that publish at once. A store that does not know this condition
overwrites instead; there the intent, read back after it is put, is all that keeps two apart.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.errors import SetupError
from musicdata.release.publish import failures
from musicdata.release.publish.failures import transfers
from musicdata.release.record import layout
from musicdata.system import paths

if TYPE_CHECKING:
    from types import TracebackType

    from musicdata.release.publish.upload import Commit, Progress, Upload

ATOMIC = ("s3", "gs", "gcs", "az", "abfs", "abfss", "memory")
"""Protocols of stores in which half an object is never seen."""

_CHUNK_BYTES = 8 << 20


class Store:
    """Publishes into an object store.

    Attributes:
        part_bytes: of a multipart upload; None leaves it to the library.
    """

    part_bytes: int | None = None

    def __init__(self, url: str, upload: Upload) -> None:
        self._upload = upload
        self._fs, base = open_store(url)
        self._protocol = url.partition("://")[0]
        folder = f"{base.rstrip('/')}/{upload.record.name}"
        self._place = f"{folder}/{upload.record.version}"
        self._intent = f"{folder}/.{upload.record.version}.publishing"

    @property
    def address(self) -> str:
        """Return the URL of the version's prefix."""
        return f"{self._protocol}://{self._place.lstrip('/')}"

    def __enter__(self) -> Store:
        """Do nothing: connections are made when they are needed."""
        return self

    @transfers
    def published(self) -> bytes | None:
        """Return the bytes of `RELEASE.json` there, or None."""
        return self._read(f"{self._place}/{layout.RECORD}")

    @transfers
    def begin(self) -> None:
        """Put the digest of `RELEASE.json` beside the version's prefix, or find it there.

        Raises:
            RefusedError: another is there, or objects that belong to no upload.
        """
        digest = self._upload.digest.encode()
        is_new = self._create(self._intent, digest)
        if (existing := self._read(self._intent) or b"") != digest:
            raise failures.bound(self._upload, self.address, existing.decode("ascii", "replace"), self._intent)
        sizes = self._there()
        if layout.RECORD not in sizes and (strays := set(sizes) - (set() if is_new else self._upload.paths)):
            if is_new:
                self._fs.rm_file(self._intent)
            raise failures.strayed(self.address, strays)

    @transfers
    def upload(self, progress: Progress) -> None:
        """Put every file that is not there.

        Raises:
            TransferError: the store cannot be reached, or refuses.
        """
        n_bytes = 0
        sizes = self._there()
        for file in self._upload.files:
            if sizes.get(file.path) != file.bytes or self._told(file) != file.sha256:
                self._put(file)
            n_bytes += file.bytes
            progress(file.path, n_bytes, self._upload.n_bytes)

    @transfers
    def holds(self, file: layout.File) -> bool:
        """Say whether an object there is what it should be, by reading it; one that is not is removed."""
        is_right = self._digest(file.path) == file.sha256
        if not is_right:  # else its metadata would vouch for it
            with contextlib.suppress(FileNotFoundError):
                self._fs.rm_file(f"{self._place}/{file.path}")
        return is_right

    @transfers
    def commit(self) -> Commit:
        """Put `RELEASE.json` if there is none."""
        is_first = self._create(f"{self._place}/{layout.RECORD}", self._upload.encoded)
        return "published" if is_first else "lost"

    @transfers
    def announce(self, record: bytes) -> bytes | None:
        """Put the record of the publication if there is none."""
        path = f"{self._place}/{layout.PUBLICATION}"
        if self._read(path) is None:
            self._create(path, record)
        return self._read(path)

    @transfers
    def clean(self) -> None:
        """Remove the intent, and parts of objects that were never finished."""
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._intent)
        if self._is_s3:
            self._abort_multiparts()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: there is no lock."""

    @property
    def _is_s3(self) -> bool:
        return self._protocol == "s3"

    def _there(self) -> dict[str, int]:
        """Return path → size of the objects below the version's prefix."""
        objects: dict[str, dict[str, Any]] = self._fs.find(self._place, detail=True)
        head = f"{self._place}/"
        return {path.removeprefix(head): facts["size"] for path, facts in objects.items() if facts["type"] == "file"}

    def _read(self, path: str) -> bytes | None:
        try:
            data: bytes = self._fs.cat_file(path, start=0, end=layout.MAX_RECORD_BYTES)
        except FileNotFoundError:
            return None
        return data

    def _create(self, path: str, data: bytes) -> bool:
        """Put an object if there is none; say whether it was this call that put it."""
        try:
            self._fs.pipe_file(path, data, mode="create")
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno == errno.EINVAL and "condition" in str(error):  # stores that do not say which one failed
                return False
            raise
        return True

    def _put(self, file: layout.File) -> None:
        facts: dict[str, Any] = {}
        if self._is_s3:
            facts = {"Metadata": {"sha256": file.sha256}, "chunksize": self.part_bytes}
        source = paths.inside(self._upload.root, file.path)
        paths.open_regular(source, file.bytes).close()
        self._fs.put_file(str(source), f"{self._place}/{file.path}", **facts)

    def _told(self, file: layout.File) -> str:
        """Return the sha256 that an object was put with; where stores keep none, that of its bytes."""
        if self._is_s3:
            return str(self._fs.metadata(f"{self._place}/{file.path}").get("sha256"))
        return self._digest(file.path)

    def _digest(self, path: str) -> str:
        digest = hashlib.sha256()
        try:
            with self._fs.open(f"{self._place}/{path}", "rb", block_size=_CHUNK_BYTES) as file:
                while chunk := file.read(_CHUNK_BYTES):
                    digest.update(chunk)
        except FileNotFoundError:
            return "missing"
        return digest.hexdigest()

    def _abort_multiparts(self) -> None:
        """Drop the parts of uploads that broke off: they are in no listing, but are paid for."""
        bucket, key, _ = self._fs.split_path(self._place)
        with contextlib.suppress(PermissionError):  # who may put may not always list these
            listing = self._fs.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=f"{key}/")
            for upload in listing.get("Uploads", []):
                self._fs.abort_mpu(bucket, upload["Key"], upload["UploadId"])


def open_store(url: str, *, anonymous: bool = False) -> tuple[Any, str]:
    """Return the file system of a URL and the path in it; credentials come from the environment.

    Raises:
        SetupError: the library for this kind of store is not installed.
        UsageError: the network is forbidden.
    """
    import fsspec

    settings.require_network(url)
    settings.guard_logs()
    options = {"anon": True} if anonymous and url.startswith("s3://") else {}
    try:
        fs, path = fsspec.core.url_to_fs(url, skip_instance_cache=True, use_listings_cache=False, **options)
    except ImportError as error:
        raise SetupError(f"{url}: {error}. s3:// comes with: pip install 'musicdata[publish]'") from None
    return fs, path
