"""The folder an export is written into: every file is hashed as it is written, and lasts once it is closed."""

from __future__ import annotations

import contextlib
import hashlib
import io
from typing import TYPE_CHECKING, Any

from musicdata.release.record.layout import File
from musicdata.release.record.tree import Tree
from musicdata.system import paths
from musicdata.system.files import storage_faults, sync, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class HashedFile(io.RawIOBase):
    """A file whose bytes are hashed as they are written; it knows its position, so that archives can be written to it.

    Attributes:
        size: bytes so far.
    """

    def __init__(self, root: Path, name: str) -> None:
        super().__init__()
        self._path = root / name
        self._file = paths.create_inside(root, name)
        self._digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self.size

    def write(self, data: Any) -> int:
        """Append bytes."""
        with storage_faults(self._path, len(data)):
            written = self._file.write(data)
        self._digest.update(data)
        self.size += written
        return written

    def finish(self) -> str:
        """Make what was written last over a power loss; return its sha256."""
        with storage_faults(self._path, self.size):
            sync(self._file)
        self.close()
        return self._digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class Folder:
    """The folder of an export.

    Attributes:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: list[File] = []
        self._folders: set[Path] = {root}

    @property
    def files(self) -> list[File]:
        """Return what was written, in order of the paths."""
        return sorted(self._files, key=lambda file: file.path)

    def write(self, path: str, data: bytes) -> str:
        """Write a whole file; return its path in the folder."""
        with self.open(path) as file:
            file.write(data)
        return path

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[HashedFile]:
        """Open a file to be written from its beginning to its end.

        Raises:
            IntegrityError: the path leads out of the folder or over a link: names of tables and modalities are those of
                the release.
        """
        whole = self.root / path
        with storage_faults(whole):
            file = HashedFile(self.root, path)
            self._folders |= {self.root / parent for parent in whole.relative_to(self.root).parents}
        try:
            yield file
            digest = file.finish()
        finally:
            file.close()
        self._files.append(File(path=path, sha256=digest, bytes=file.size))

    def sync(self) -> None:
        """Make the names of all files last over a power loss."""
        for folder in sorted(self._folders):
            with storage_faults(folder):
                sync_folder(folder)


def file_problems(root: Path, files: Iterable[File], own: Iterable[str]) -> Iterator[str]:
    """Yield how the files of a folder differ from what its record says of them.

    Args:
        root: the folder.
        files: what the record says; every file but `own`.
        own: paths of the record itself, and of what the record does not list.
    """
    tree = Tree.of(root)
    yield from map(str, tree.oddities)
    named, odd = {*own}, {problem.file for problem in tree.oddities}
    for file in files:
        named.add(file.path)
        if file.path in odd:
            continue
        if file.path not in tree.sizes:
            yield f"{file.path} is missing"
        elif tree.sizes[file.path] != file.bytes:
            yield f"{file.path} has {tree.sizes[file.path]:,} bytes, its record says {file.bytes:,}"
        elif tree.sha256(file.path) != file.sha256:
            yield f"{file.path} is not what its record says: another sha256"
    for path in sorted(tree.sizes.keys() - named):
        yield f"{path} is not in its record"
