"""The samples of a release one after the other, each with all that exports carry of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import InputError, IntegrityError
from musicdata.release.reading import shape
from musicdata.release.record.rights import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.release.exports.export import Kind, Payload
    from musicdata.release.reading.release import Release
    from musicdata.release.reading.shape import Work

_FILE_STEM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,94}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample.

    Attributes:
        sample_id: and `split`: of the sample.
        facts: column of the config `samples` → value, media left out.
        media: name of a sound or a picture → bytes of the file; what the release does not show is left out.
        texts: name of a text → text, likewise; they are among the facts too.
        rights: modality → what the table of rights says about it.
        beside: its rows of the table beside the samples; None where the release has no such table.
    """

    sample_id: str
    split: str
    facts: dict[str, Any]
    media: dict[str, bytes]
    texts: dict[str, str]
    rights: dict[str, dict[str, Any]] = field(default_factory=dict)
    beside: pa.Table | None = None

    @property
    def stem(self) -> str:
        """Return the id as the name of a file without its ending.

        Raises:
            InputError: it cannot be one.
        """
        return file_stem(self.sample_id)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows beside it as dicts, without what `facts` says of the whole sample."""
        if self.beside is None:
            return []
        own = [name for name in self.beside.column_names if name not in self.facts]
        rows: list[dict[str, Any]] = self.beside.select(own).to_pylist()
        return rows

    def payload(self, kinds: Sequence[Kind]) -> Payload:
        """Return these payloads of it, as far as it has them."""
        payload: Payload = {"facts": self.facts, "media": self.media, "texts": self.texts}
        payload |= {"rights": self.rights} if self.rights else {}
        if self.beside is not None and "rows" in kinds:
            payload["rows"] = self.beside.to_pylist()
        return {kind: value for kind, value in payload.items() if kind in kinds}


def file_stem(name: str) -> str:
    """Return `name` if it can be the name of a file without its ending, and a key of an archive.

    Raises:
        InputError: it has other signs than letters a-z, digits, _ and -, or is too long.
    """
    if not _FILE_STEM.fullmatch(name):
        raise InputError(
            f"{name[:100]!r} cannot be the name of a file: expected at most 95 letters a-z, digits, _ and -. "
            "Only the export 'csv' takes any id"
        )
    return name


def iterate(release: Release) -> Iterator[Sample]:
    """Yield every sample in order of split, then sample_id; memory does not grow with their number.

    Raises:
        IntegrityError: rows of another table belong to no sample, or are not in order.
    """
    works = shape.works(release)
    rows, rights = _InStep(release, shape.beside(release)), _InStep(release, RIGHTS)
    for facts in release.samples():
        sample_id = facts[SAMPLE_ID]
        cells = [(work, facts.pop(work.place)) for work in works if not work.is_text]
        texts = {work.name: facts[work.place] for work in works if work.is_text}
        yield Sample(
            sample_id=sample_id,
            split=facts["split"],
            facts=facts,
            media={work.name: _bytes(work, cell) for work, cell in cells if cell is not None},
            texts={name: text for name, text in texts.items() if text is not None},
            rights=_rights(rights.take(sample_id)),
            beside=rows.take(sample_id),
        )
    rows.end()
    rights.end()


def _bytes(work: Work, cell: dict[str, Any]) -> bytes:
    data: bytes = cell["bytes"]
    ending = work.column.file_ending
    if not cell["path"].endswith(ending):
        raise InputError(f"{cell['path']!r} is no {ending} file; exports know no other kind of {work.name}")
    return data


def _rights(rows: pa.Table | None) -> dict[str, dict[str, Any]]:
    rights = [] if rows is None else rows.drop_columns([SAMPLE_ID, "split"]).to_pylist()
    return {row.pop("modality"): row for row in rights}


class _InStep:
    """Reads a table with rows of samples in step with the samples."""

    def __init__(self, release: Release, table: str) -> None:
        self._name = table
        self._empty: pa.Table | None = None
        self._groups: Iterator[tuple[str, pa.Table]] = iter(())
        if table in release.tables:
            self._empty = shape.table_schema(release, table).empty_table()
            self._groups = _by_sample(release, table)
        self._next = next(self._groups, None)

    def take(self, sample_id: str) -> pa.Table | None:
        """Return the rows of a sample; None where the release has no such table."""
        if self._next is None or self._next[0] != sample_id:
            return self._empty
        rows = self._next[1]
        self._next = next(self._groups, None)
        return rows

    def end(self) -> None:
        """Make sure that every row was taken."""
        if self._next is not None:
            raise IntegrityError(
                f"table {self._name}: the rows of {self._next[0]!r} belong to no sample, or are not in order; "
                "look closer with: musicdata release verify"
            )


def _by_sample(release: Release, table: str) -> Iterator[tuple[str, pa.Table]]:
    for rows in release.iterate(table, shape.table_schema(release, table).names):
        runs = pc.call_function("run_end_encode", [rows.column(SAMPLE_ID).combine_chunks()])
        begin = 0
        for sample_id, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            yield sample_id, rows.slice(begin, end - begin)
            begin = end
