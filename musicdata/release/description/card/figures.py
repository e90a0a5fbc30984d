"""Figures of a release's data files, one pass over each: whatever the tables are, by their contracts."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.errors import IntegrityError
from musicdata.release.record import layout
from musicdata.release.record.files import opened
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.arrow import ChunkedArray, Values
    from musicdata.definitions.column import Column
    from musicdata.definitions.family import Group
    from musicdata.release.record.configs import Config

SPLITS = (*layout.SPLITS, layout.WHOLE)
LANGUAGE = "language"
_RATE_UNIT, _LENGTH_UNIT = "Hz", "audio sample"


class TextFigures:
    """Gathers what a column of texts holds: its distinct values split by split, and how many are empty."""

    def __init__(self) -> None:
        self.empty = 0
        self._distinct: dict[str, Values] = {}

    def update(self, split: str, values: ChunkedArray) -> None:
        """Take the values of some rows."""
        self.empty += values.null_count
        distinct: Values = pc.unique(values).drop_null()
        distinct = distinct.cast(pa.string()) if not pa.types.is_string(distinct.type) else distinct
        before = self._distinct.get(split)
        self._distinct[split] = (
            distinct if before is None else pc.unique(pa.chunked_array([before, distinct], pa.string()))
        )

    def distinct(self, split: str | None = None) -> int:
        """Count the distinct values of a split, or of all."""
        chunks = [values for name, values in self._distinct.items() if split in (None, name)]
        return len(pc.unique(pa.chunked_array(chunks, pa.string())))


class NumberFigures:
    """Gathers what a column of numbers holds: least, greatest and mean value, and how many are empty."""

    def __init__(self) -> None:
        self.empty = 0
        self.least: float | None = None
        self.greatest: float | None = None
        self._sums: list[float] = []
        self._count = 0

    def update(self, values: ChunkedArray) -> None:
        """Take the values of some rows; of booleans, true is 1."""
        self.empty += values.null_count
        numbers = values.drop_null()
        if not len(numbers):
            return
        numbers = numbers.cast(pa.int64()) if pa.types.is_boolean(numbers.type) else numbers
        bounds: Any = pc.min_max(numbers).as_py()
        self.least = bounds["min"] if self.least is None else min(self.least, bounds["min"])
        self.greatest = bounds["max"] if self.greatest is None else max(self.greatest, bounds["max"])
        self._sums.append(float(pc.sum(numbers).as_py()))
        self._count += len(numbers)

    @property
    def mean(self) -> float | None:
        """Return the mean of the values, None where there is none."""
        return math.fsum(self._sums) / self._count if self._count else None


@dataclass(slots=True)
class MediaFigures:
    """What a column of sounds or pictures holds: how many are empty, and the bytes of all others in the files."""

    empty: int = 0
    bytes: int = 0


@dataclass(slots=True)
class ConfigFigures:
    """What the data files of one config hold.

    Attributes:
        shown: the config.
        rows: split → rows.
        files: number of data files; `bytes` their size.
        texts: column → what its texts are, `numbers` and `media` likewise.
        seconds: table with a sound a row → split → their length together.
        languages: split → language → rows.
    """

    shown: Config
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    texts: dict[str, TextFigures] = field(default_factory=dict)
    numbers: dict[str, NumberFigures] = field(default_factory=dict)
    media: dict[str, MediaFigures] = field(default_factory=dict)
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    languages: dict[str, Counter[str | None]] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, TextFigures | NumberFigures | MediaFigures]:
        """Return column → its figures."""
        return {**self.texts, **self.numbers, **self.media}

    @property
    def n_rows(self) -> int:
        """Return the rows of all splits."""
        return sum(self.rows.values())


def measure(root: Path, config: Config) -> ConfigFigures:
    """Read the data files of a config once and return their figures.

    Raises:
        IntegrityError: a file cannot be read.
    """
    figures = ConfigFigures(config)
    for split in SPLITS:
        folder = paths.inside(root, f"{layout.DATA}/{config.name}")
        for name in sorted(path.relative_to(root).as_posix() for path in folder.glob(f"{split}-*.parquet")):
            try:
                _add_file(figures, split, root, name)
            except (OSError, pa.ArrowException) as error:
                message = f"{root / name} cannot be read: {error}. Run: musicdata release verify {root}"
                raise IntegrityError(message) from error
    return figures


def _add_file(figures: ConfigFigures, split: str, root: Path, name: str) -> None:
    columns = [column for _, column in figures.shown.columns]
    texts = [column.name for column in columns if column.type == "string"]
    with opened(root, name, read_dictionary=texts) as file:
        there = set(file.schema_arrow.names)
        columns = [column for column in columns if column.name in there and not column.is_array]
        read = [f"{column.name}.path" if column.is_media else column.name for column in columns]
        figures.files += 1
        figures.bytes += (root / name).stat().st_size
        figures.rows[split] = figures.rows.get(split, 0) + file.metadata.num_rows
        for column_name, size in _media_bytes(file, columns):
            figures.media.setdefault(column_name, MediaFigures()).bytes += size
        for number in range(file.num_row_groups):
            _add_rows(figures, split, file.read_row_group(number, columns=read), columns)


def _media_bytes(file: pq.ParquetFile, columns: list[Column]) -> Iterator[tuple[str, int]]:
    places = {f"{column.name}.bytes": column.name for column in columns if column.is_media}
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        for leaf in map(group.column, range(group.num_columns)):
            if leaf.path_in_schema in places:
                yield places[leaf.path_in_schema], leaf.total_uncompressed_size


def _add_rows(figures: ConfigFigures, split: str, rows: pa.Table, columns: list[Column]) -> None:
    for column in columns:
        values = rows.column(column.name)
        if column.is_media:
            figures.media.setdefault(column.name, MediaFigures()).empty += values.null_count
        elif column.type == "string":
            figures.texts.setdefault(column.name, TextFigures()).update(split, values)
        else:
            figures.numbers.setdefault(column.name, NumberFigures()).update(values)
        if column.name == LANGUAGE and column.type == "string":
            counts = zip(*(part.to_pylist() for part in pc.value_counts(values).flatten()), strict=True)
            figures.languages.setdefault(split, Counter()).update(dict(counts))
    for table, length, rate in sounds(figures.shown):
        lengths = pc.divide(rows.column(length).cast(pa.float64()), rows.column(rate).cast(pa.float64()))
        of_table = figures.seconds.setdefault(table, {})
        of_table[split] = of_table.get(split, 0.0) + (pc.sum(lengths).as_py() or 0.0)


def sounds(config: Config) -> list[tuple[str, str, str]]:
    """List the tables whose rows are a sound each: table, column of its length, column of its sampling rate.

    They are known by their units: one column in Hz, one in audio samples.
    """
    sounds = []
    for table in config.tables:
        by_unit: dict[str, list[str]] = {}
        for of, column in config.columns:
            if of == table:
                by_unit.setdefault(column.unit, []).append(column.name)
        if len(by_unit.get(_RATE_UNIT, [])) == len(by_unit.get(_LENGTH_UNIT, [])) == 1:
            sounds.append((table, by_unit[_LENGTH_UNIT][0], by_unit[_RATE_UNIT][0]))
    return sounds


def figures_of(figures: list[ConfigFigures], config: str) -> ConfigFigures | None:
    """Return the figures of the config called so, None where the release does not show it."""
    return next((one for one in figures if one.shown.name == config), None)


def show_group(figures: ConfigFigures, group: Group) -> tuple[Any, ...]:
    """Return what is told of a column: empty values, distinct ones, least, mean and greatest value.

    Of a family it is the empty values of all its columns: they have not one unit.
    """
    there = [figures.columns[column.name] for column in group.columns if column.name in figures.columns]
    empty = sum(one.empty for one in there) if there else None
    if not there or group.family is not None:
        return empty, None, None, None, None
    match there[0]:
        case TextFigures():
            return empty, there[0].distinct(), None, None, None
        case NumberFigures():
            return empty, None, there[0].least, there[0].mean, there[0].greatest
        case _:
            return empty, None, None, None, None
