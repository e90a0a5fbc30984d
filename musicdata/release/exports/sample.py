"""The samples of a release one after the other, each with all that views carry of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.errors import InputError, IntegrityError
from musicdata.release.exports.schema import media_columns, table_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.release.exports.view import Payload
    from musicdata.release.reading.release import Release

ALIGNMENT, RIGHTS = "alignment", "rights"
SUFFIXES = {"audio": ".flac", "sheet": ".png"}
_FILE_STEM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,94}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample.

    Attributes:
        sample_id: and `split`: of the sample.
        facts: column of the config `samples` → value, media left out.
        media: `audio`, `sheet` → bytes of the file; what the release does not show is left out.
        rights: modality → what the table of rights says about it.
        alignment: its rows of the table `alignment`; None where the release has no such table.
    """

    sample_id: str
    split: str
    facts: dict[str, Any]
    media: dict[str, bytes]
    rights: dict[str, dict[str, Any]] = field(default_factory=dict)
    alignment: pa.Table | None = None

    @property
    def lyrics(self) -> str | None:
        """Return the words, if the release shows them."""
        return self.facts.get("lyrics")

    @property
    def stem(self) -> str:
        """Return the id as the name of a file without its ending.

        Raises:
            InputError: it cannot be one.
        """
        return file_stem(self.sample_id)

    def rows(self) -> list[dict[str, Any]]:
        """Return the alignment as dicts, without what `facts` says of the whole sample."""
        if self.alignment is None:
            return []
        told = [name for name in self.alignment.column_names if name not in self.facts]
        found: list[dict[str, Any]] = self.alignment.select(told).to_pylist()
        return found

    def payload(self, names: Sequence[str]) -> Payload:
        """Return these payloads of it, as far as it has them."""
        found: Payload = {"facts": self.facts, **self.media}
        found |= {"lyrics": self.lyrics} if self.lyrics is not None else {}
        found |= {"rights": self.rights} if self.rights else {}
        if self.alignment is not None and "alignment" in names:
            found["alignment"] = self.alignment.to_pylist()
        return {name: value for name, value in found.items() if name in names}


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
    media = media_columns(release)
    alignment, rights = _Beside(release, ALIGNMENT), _Beside(release, RIGHTS)
    for facts in release.samples():
        sample_id = facts["sample_id"]
        cells = {modality: facts.pop(column) for modality, column in media.items()}
        yield Sample(
            sample_id=sample_id,
            split=facts["split"],
            facts=facts,
            media={modality: _bytes(modality, cell) for modality, cell in cells.items() if cell is not None},
            rights=_rights(rights.take(sample_id)),
            alignment=alignment.take(sample_id),
        )
    alignment.end()
    rights.end()


def _bytes(modality: str, cell: dict[str, Any]) -> bytes:
    data: bytes = cell["bytes"]
    if not cell["path"].endswith(SUFFIXES[modality]):
        raise InputError(f"{cell['path']!r} is no {SUFFIXES[modality]} file; exports know no other kind of {modality}")
    return data


def _rights(rows: pa.Table | None) -> dict[str, dict[str, Any]]:
    said = [] if rows is None else rows.drop_columns(["sample_id", "split"]).to_pylist()
    return {row.pop("modality"): row for row in said}


class _Beside:
    """Reads a table with rows of samples in step with the samples."""

    def __init__(self, release: Release, table: str) -> None:
        self._name = table
        self._empty: pa.Table | None = None
        self._groups: Iterator[tuple[str, pa.Table]] = iter(())
        if table in release.tables:
            self._empty = table_schema(release, table).empty_table()
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
    for rows in release.iterate(table):
        runs = pc.run_end_encode(rows.column("sample_id").combine_chunks())
        begin = 0
        for sample_id, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            yield sample_id, rows.slice(begin, end - begin)
            begin = end
