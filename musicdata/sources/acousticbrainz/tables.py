"""Documents of one archive on their way into the two tables, in order of the key; one that is unusable is a reject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.sources.acousticbrainz import document as documents
from musicdata.sources.acousticbrainz import rows
from musicdata.sources.acousticbrainz.sorted_runs import SortedRuns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from musicdata.definitions.stage import Sink

LOWLEVEL, HIGHLEVEL = "acousticbrainz_lowlevel", "acousticbrainz_highlevel"


class DocumentTables:
    """Takes documents in any order, and writes their rows.

    Args:
        archive: under which they are kept.
        sink: where rows and rejects go.
        scratch: a folder for rows that memory has no room for.
    """

    def __init__(self, archive: str, sink: Sink, scratch: Path) -> None:
        self._archive = archive.encode("utf-8", "backslashreplace").decode()
        self._sink = sink
        self._low = SortedRuns(rows.LOWLEVEL, scratch, "lowlevel")
        self._high = SortedRuns(rows.HIGHLEVEL, scratch, "highlevel")
        self._seen: set[tuple[str, int]] = set()

    def take(self, kind: str, recording_id: str, submission: int, data: bytes | Mapping[str, Any]) -> None:
        """Take a document, as bytes or as JSON has it; what cannot be used is a reject.

        Args:
            kind: "lowlevel", "highlevel", or "" for what its keys say.
            recording_id: under which it is kept.
            submission: which of the recording's documents it is.
            data: the document.
        """
        try:
            document = documents.parsed(data) if isinstance(data, bytes) else data
            kind = kind or documents.kind_of(document)
            self._note(kind, recording_id, submission)
            if kind == "highlevel":
                high = documents.highlevel(document)
                self._high.add(rows.highlevel_row(recording_id, submission, high))
            else:
                low = documents.lowlevel(document, recording_id)
                self._low.add(rows.lowlevel_row(recording_id, submission, low))
        except FormatError as error:
            what = f"{kind or 'unknown'} document in {self._archive}"
            self._sink.reject(f"{recording_id}-{submission}", error.reason, f"{what}: {error.detail}")

    def write(self) -> None:
        """Write the rows of all documents that were taken."""
        for piece in self._low.merged():
            self._sink.write(LOWLEVEL, rows.lowlevel_table(self._archive, piece))
        for piece in self._high.merged():
            self._sink.write(HIGHLEVEL, rows.highlevel_table(self._archive, piece))

    def _note(self, kind: str, recording_id: str, submission: int) -> None:
        """Refuse a document that was there before."""
        key = (kind, int(recording_id.replace("-", ""), 16) << 32 | submission)
        if key in self._seen:
            raise FormatError("duplicate", "a document of this recording and number was there before; that is kept")
        self._seen.add(key)
