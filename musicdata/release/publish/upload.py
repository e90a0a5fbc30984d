"""What is sent: the files of a release, and what each place that takes them has to be able to do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol

from musicdata.errors import InputError
from musicdata.release.publish.publications import Publication
from musicdata.release.record import layout
from musicdata.release.record.files import file_facts
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    Progress = Callable[[str, int, int], None]
    """Is told of each file that is there: its path, the bytes that are there by now, and how many they will be."""

Commit = Literal["published", "lost", "draft"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A release on its way.

    Attributes:
        root: its folder.
        record: what `RELEASE.json` says.
        encoded: the bytes of `RELEASE.json`.
        files: all others, in order of their paths; the signature among them, where there is one.
        claim: statement of the publisher to hold the rights of what has no free licence; it is published too.
        day: of its publication, in UTC: today.
    """

    root: Path
    record: layout.Record
    encoded: bytes
    files: tuple[layout.File, ...]
    claim: str = ""
    day: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())

    @property
    def digest(self) -> str:
        """Return the sha256 of `RELEASE.json`, which vouches for every byte of the release."""
        return hashlib.sha256(self.encoded).hexdigest()

    @property
    def signature(self) -> layout.File | None:
        """Return the signature, where the release is signed."""
        return next((file for file in self.files if file.path == layout.SIGNATURE), None)

    @property
    def n_bytes(self) -> int:
        """Return the bytes of all files, `RELEASE.json` among them."""
        return sum(file.bytes for file in self.files) + len(self.encoded)

    @property
    def rows(self) -> dict[str, int]:
        """Return split → samples."""
        rows = self.record.n_samples
        return {split: rows[split] for split in (*layout.SPLITS, layout.WHOLE) if split in rows}

    @property
    def paths(self) -> set[str]:
        """Return the paths of all files, `RELEASE.json` among them."""
        return {file.path for file in self.files} | {layout.RECORD}

    def publication(self, url: str) -> Publication:
        """Return the record of its publication at a URL."""
        return Publication(
            name=self.record.name,
            version=self.record.version,
            view=self.record.view,
            content_root=self.record.content_root,
            release_json_sha256=self.digest,
            files=len(self.paths),
            bytes=self.n_bytes,
            rows=self.rows,
            url=url,
            claim=self.claim,
            signature=self.signature,
            published=self.day,
        )


def pack(root: Path, claim: str = "") -> Upload:
    """Read what is to be sent from the folder of a release.

    Raises:
        InputError: it is none.
    """
    record = layout.read_record(root)
    sums = paths.inside(root, layout.SUMS)
    if not sums.is_file():
        raise InputError(f"{root} has no {layout.SUMS}; run: musicdata release verify {root}")
    unlisted = [sums, paths.inside(root, layout.SIGNATURE)]
    more = [file_facts(root, path) for path in unlisted if paths.is_regular(path)]
    files = sorted([*record.files, *more], key=lambda file: file.path)
    return Upload(root, record, layout.read_encoded(root), tuple(files), claim)


class Target(Protocol):
    """A place where one version of one data set is published. The calls come in this order."""

    @property
    def address(self) -> str:
        """Return the URL of the published version, from which it can be fetched."""
        ...

    def __enter__(self) -> Target: ...

    def published(self) -> bytes | None:
        """Return the `RELEASE.json` that is published there for this version, or None."""
        ...

    def begin(self) -> None:
        """Bind the unfinished upload to this `RELEASE.json`, or find that it is bound already.

        Raises:
            RefusedError: it is bound to another, or there are files that no upload of ours left.
        """
        ...

    def upload(self, progress: Progress) -> None:
        """Bring what is not there yet; nobody can take it for a published version."""
        ...

    def holds(self, file: layout.File) -> bool:
        """Read back what is there now under a file's path; say whether it is what was sent.

        What is not is not taken for sent by the next `upload`.
        """
        ...

    def commit(self) -> Commit:
        """Make it the published version, unless there is one; say what came of it."""
        ...

    def announce(self, record: bytes) -> bytes | None:
        """Put the record of the publication beside the published version, if there is none, as `PUBLICATION.json`.

        Places that can take nothing later have it from `upload` or not at all.

        Returns:
            the bytes of the one that is there now; None where there is none.
        """
        ...

    def clean(self) -> None:
        """Remove what only an upload needs."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
