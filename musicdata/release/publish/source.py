"""Where published releases are read from: folders and object stores through fsspec, everything else over http."""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from musicdata import settings
from musicdata.errors import IntegrityError, UsageError
from musicdata.release.publish.failures import transfers
from musicdata.release.publish.store import ATOMIC, open_store
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file
from musicdata.system.files import move_whole, storage_faults, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from musicdata.release.record.layout import File
    from musicdata.settings import Secret
    from musicdata.system.http import Client

_CHUNK_BYTES = 8 << 20
_ZENODO = re.compile(r"https?://[^/]+/records/\d+")
_TAGGED = re.compile(r"(hf://datasets/[^/]+/[^/@]+)@([^/@]+)")


class MissingError(IntegrityError):
    """A file is not there."""


class Source(Protocol):
    """Where one release is published."""

    def read(self, path: str, max_bytes: int) -> bytes:
        """Return the bytes of a small file; of a larger one not much more than `max_bytes` are read.

        Raises:
            MissingError: it is not there.
        """
        ...

    def bring(self, file: File, to: Path) -> None:
        """Fetch a file, which then is whole and right; go on where an earlier call ended.

        Raises:
            IntegrityError: it is missing there, or is another.
        """
        ...

    def holds(self, file: File) -> bool:
        """Say whether a file there is what it should be, by reading it."""
        ...


@contextlib.contextmanager
def reading(url: str) -> Iterator[Source]:
    """Yield what reads the release at a URL of a record.

    Raises:
        UsageError: nothing does, or the network is forbidden.
    """
    from musicdata.release.publish.folder import local_path

    scheme = url.partition("://")[0]
    if scheme == "file":
        yield Files(url, str(local_path(url)))
    elif scheme in ATOMIC:
        yield Files(url, url)
    elif scheme in ("http", "https", "hf"):
        from musicdata.system.http import Client

        with Client() as client:
            yield Web(client, url)
    else:
        raise UsageError(f"nothing is fetched from {url}")


class Files:
    """Reads files through fsspec."""

    def __init__(self, address: str, place: str) -> None:
        self.address = address
        self._place = place
        self._fs: Any = None  # none is asked for files of this machine
        if "://" in place:
            self._fs, self._root = open_store(place)

    @transfers
    def read(self, path: str, max_bytes: int) -> bytes:
        """Return the bytes of a small file; what is public is read without credentials, if there are none."""
        try:
            return self._start(path, max_bytes)
        except Exception as error:
            if type(error).__name__ != "NoCredentialsError":
                raise
        self._fs, self._root = open_store(self._place, anonymous=True)
        return self._start(path, max_bytes)

    def _start(self, path: str, max_bytes: int) -> bytes:
        with self._opened(path) as file:
            data: bytes = file.read(max_bytes + 1)
        return data

    def _opened(self, path: str) -> Any:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if self._fs is None:
                return paths.open_inside(Path(self._place), path)
            return self._fs.open(f"{self._root.rstrip('/')}/{path}", "rb", block_size=_CHUNK_BYTES)
        raise MissingError(f"{path} is missing")

    @transfers
    def bring(self, file: File, to: Path) -> None:
        """Fetch a file."""
        part = to.with_name(f"{to.name}.part")
        while True:
            offset = part.stat().st_size if paths.is_regular(part) else 0
            goes_on = 0 < offset <= file.bytes
            self._append(file, part, offset if goes_on else 0)
            if part.stat().st_size == file.bytes and sha256_of_file(part) == file.sha256:
                break
            part.unlink()
            if not goes_on:
                raise IntegrityError("it has other bytes")
        with storage_faults(to, file.bytes):
            move_whole(part, to)

    @transfers
    def holds(self, file: File) -> bool:
        """Read a file to its end; say whether it has the bytes that it should have."""
        digest, left = hashlib.sha256(), file.bytes + 1
        try:
            with self._opened(file.path) as there:
                while left > 0 and (chunk := there.read(min(_CHUNK_BYTES, left))):
                    digest.update(chunk)
                    left -= len(chunk)
        except IntegrityError:
            return False
        return digest.hexdigest() == file.sha256

    def _append(self, file: File, part: Path, offset: int) -> None:
        """Read from `offset` on, and not much further than the file should reach."""
        left = file.bytes - offset + 1
        with self._opened(file.path) as source, _opened(part, goes_on=offset > 0) as copy:
            source.seek(offset)
            while left > 0 and (chunk := source.read(min(_CHUNK_BYTES, left))):
                with storage_faults(part, left):
                    copy.write(chunk)
                left -= len(chunk)
            with storage_faults(part):
                sync(copy)


def _opened(part: Path, *, goes_on: bool) -> IO[bytes]:
    with storage_faults(part):
        return paths.append(part) if goes_on else paths.create(part)


class Web:
    """Reads files over http: of the hub, of Zenodo, or of any server of files."""

    def __init__(self, client: Client, url: str) -> None:
        self.address = url
        self._client = client
        self._url_of, self._headers = _addresses(url)

    @transfers
    def read(self, path: str, max_bytes: int) -> bytes:
        """Return the bytes of a small file."""
        from musicdata.system.http import Limits

        limits = Limits(max_bytes=max_bytes)
        with _lacking():
            return self._client.request("GET", self._url_of(path), headers=self._headers, limits=limits).body

    @transfers
    def bring(self, file: File, to: Path) -> None:
        """Fetch a file."""
        with _lacking():
            self._client.download(
                self._url_of(file.path), to, sha256=file.sha256, size=file.bytes, headers=self._headers
            )

    @transfers
    def holds(self, file: File) -> bool:
        """Read a file to its end; say whether it has the bytes that it should have."""
        try:
            with _lacking():
                return self._client.sha256(self._url_of(file.path), file.bytes, headers=self._headers) == file.sha256
        except IntegrityError:
            return False


@contextlib.contextmanager
def _lacking() -> Iterator[None]:
    """Turn answers that will not change into IntegrityError: the file is not there, or is another."""
    from musicdata.system.http import HttpError, Outcome

    try:
        yield
    except HttpError as error:
        if error.outcome not in (Outcome.GONE, Outcome.INVALID):
            raise
        missing = error.outcome is Outcome.GONE
        raise (MissingError if missing else IntegrityError)(str(error)) from None


def _addresses(url: str) -> tuple[Callable[[str], str], dict[str, str | Secret]]:
    """Return what gives the URL of a path, and the headers to send with it."""
    if tagged := _TAGGED.fullmatch(url):
        from musicdata.release.publish import hub

        repository, token = hub.repository(tagged[1]), settings.read().keys.get("HF_TOKEN")
        return lambda path: hub.file_url(repository, tagged[2], path), hub.authorization(token)
    if _ZENODO.fullmatch(url):
        from musicdata.release.publish import zenodo

        return lambda path: zenodo.file_url(url, path), {}
    return lambda path: f"{url.rstrip('/')}/{quote(path)}", {}
