"""Releases of made-up rows, written in milliseconds: tables go in, a whole release comes out."""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import soundfile
from numpy.typing import NDArray
from PIL import Image

from musicdata.definitions import contract as contracts
from musicdata.definitions import recipe as recipes
from musicdata.definitions.column import MEDIA_TYPE, Column
from musicdata.definitions.contract import Contract
from musicdata.definitions.recipe import Recipe
from musicdata.release.making import around, writing
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import configs, layout
from musicdata.release.record.digests import TableDigests
from musicdata.release.record.files import file_facts, sums_of

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Array

TABLES = ("samples", "audio", "sheets", "alignment", "note_sheets", "songs")
RATE_HZ = 8000
_NOTE_SHEETS = 12
_FACTS: Mapping[str, Any] = {
    "title": "Made up",
    "view": "full",
    **{name: {} for name in ("sources", "rejects", "tools", "rights")},
}


@dataclass(frozen=True)
class Made:
    """What a release is made of.

    Attributes:
        tables: table → its rows, all splits, in order of the key.
        contracts: of tables that have none in `manifests/`, or another one.
        record: facts of `RELEASE.json` that are to be other than they would be.
        texts: files around the data that are to be other than they would be.
        files: number of data files of each split.
        group_rows: of a row group; then rows are written as they are, whatever their contract says. 0 for the groups
            that a release has.
    """

    tables: Mapping[str, pa.Table]
    contracts: Mapping[str, Contract]
    record: Mapping[str, Any]
    texts: Mapping[str, str]
    files: int = 1
    group_rows: int = 0

    def with_table(self, name: str, change: Callable[[pa.Table], pa.Table]) -> Made:
        """Return the same with one table changed."""
        return replace(self, tables={**self.tables, name: change(self.tables[name])})

    def with_facts(self, **facts: Any) -> Made:
        """Return the same with other facts in `RELEASE.json`."""
        return replace(self, record={**self.record, **facts})

    def contract(self, table: str) -> Contract:
        """Return the contract of a table."""
        return self.contracts[table] if table in self.contracts else contracts.load(table)

    def write(self, root: Path, version: str = "1.0.0") -> Release:
        """Write the release and open it."""
        planned = configs.plan([self.contract(name) for name in self.tables])
        files: list[layout.File] = []
        tables: dict[str, layout.Table] = {}
        for config in planned:
            ours, facts = self._write_config(root, config)
            files += ours
            tables |= facts
        around = self._around(version)
        (root / layout.CONTRACTS).mkdir(parents=True, exist_ok=True)
        for path, data in around.items():
            (root / path).write_bytes(data)
        files += [file_facts(root, root / path) for path in around]
        record = layout.Record(
            name="made",
            version=version,
            content_root=layout.content_root(tables),
            tables=tables,
            files=sorted(files, key=lambda file: file.path),
            **{**_FACTS, "stages": _stages(), **self.record},
        )
        (root / layout.RECORD).write_bytes(record.encode())
        (root / layout.SUMS).write_bytes(sums_of(root, record))
        return open_release(root)

    def _write_config(self, root: Path, config: configs.Config) -> tuple[list[layout.File], dict[str, layout.Table]]:
        columns = {
            place: self.tables[table].column(name)
            for table, places in config.tables.items()
            for name, place in places.items()
        }
        rows = pa.table(
            [columns[name] for name in configs.column_names(config.contract)], schema=config.contract.arrow_schema()
        )
        parts = {layout.WHOLE: rows}
        if config.is_split:
            parts = {split: rows.filter(pc.equal(rows["split"], pa.scalar(split))) for split in layout.SPLITS}
        if self.group_rows:
            return _write_as_they_are(root, config, parts, self.group_rows)
        counts = {split: len(part) for split, part in parts.items()}
        writer = writing.ConfigWriter(root, config, counts, dict.fromkeys(counts, self.files))
        writer.write(rows)
        return writer.finish()

    def _around(self, version: str) -> dict[str, bytes]:
        told = {name: self.contract(name) for name in self.tables}
        texts = {
            layout.CARD: f"# Made up, version {version}\n",
            layout.CITATION: f'cff-version: "1.2.0"\nversion: "{version}"\n',
            layout.CROISSANT: "{}\n",
            layout.RECIPE: _recipe(str({**_FACTS, **self.record}["title"])),
        }
        data = {path: text.encode() for path, text in (texts | dict(self.texts)).items()}
        return data | {f"{layout.CONTRACTS}/{name}.toml": around.contract_text(c) for name, c in told.items()}


def _write_as_they_are(
    root: Path, config: configs.Config, parts: Mapping[str, pa.Table], group_rows: int
) -> tuple[list[layout.File], dict[str, layout.Table]]:
    digests, files = TableDigests(config.contract.arrow_schema()), []
    for split, rows in parts.items():
        path = root / layout.data_file(config.name, split, 0, 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, path, row_group_size=group_rows, write_page_checksum=True)
        digests.update(split, rows)
        files.append(file_facts(root, path))
    found = digests.digests()
    tables = {
        name: layout.Table(
            config=config.name,
            columns=columns,
            rows={split: len(rows) for split, rows in parts.items()},
            digests={column: found[place] for column, place in columns.items()},
        )
        for name, columns in config.tables.items()
    }
    return files, tables


def made(tables: Mapping[str, pa.Table], described: Mapping[str, Contract] | None = None) -> Made:
    """Return what a release of these tables is made of."""
    return Made(tables, described or {}, {}, {})


def data_set(n_samples: int = 12, notes: int = 4, seed: int = 0) -> Made:
    """Return made-up samples with sound, picture and notes: two samples a song, one in six of valid, one in six of test."""
    rng = np.random.default_rng(seed)
    ids = [f"s{number:06d}" for number in range(n_samples)]
    of_sample = {
        "sample_id": pa.array(ids),
        "split": pa.array(
            [("train", "train", "valid", "train", "train", "test")[n // 2 % 6] for n in range(n_samples)]
        ),
        "song_id": pa.array([f"song{n // 2:06d}" for n in range(n_samples)]),
        "group_id": pa.array([f"group{n // 4:06d}" for n in range(n_samples)]),
    }
    each = np.repeat(np.arange(n_samples), notes)
    of_note: dict[str, Array] = {name: values.take(each) for name, values in of_sample.items()}
    of_note["note_index"] = pa.array(np.tile(np.arange(notes, dtype=np.int32), n_samples))
    sheets = rng.integers(0, _NOTE_SHEETS, len(each))
    of_note["note_sheet_id"] = pa.array([f"n{number:02d}" for number in range(_NOTE_SHEETS)]).take(sheets)
    tables = {
        "samples": rows_of("samples", of_sample, rng),
        "audio": rows_of("audio", of_sample, rng),
        "sheets": rows_of("sheets", of_sample, rng),
        "alignment": rows_of("alignment", of_note, rng),
        "note_sheets": _note_sheets(pa.table(of_note), rng),
        "songs": rows_of("songs", {"song_id": pc.unique(of_sample["song_id"])}, rng),
    }
    return made(tables)


def _note_sheets(notes: pa.Table, rng: np.random.Generator) -> pa.Table:
    shown = notes.group_by(["note_sheet_id", "split"], use_threads=False).aggregate([("sample_id", "min")])
    shown = shown.rename_columns(["note_sheet_id", "split", "sample_id"])
    shown = shown.sort_by([("note_sheet_id", "ascending"), ("split", "ascending")])
    return rows_of("note_sheets", {name: shown[name].combine_chunks() for name in shown.column_names}, rng)


def rows_of(table: str, given: Mapping[str, Array], rng: np.random.Generator) -> pa.Table:
    """Return rows that fit the contract of a table: the columns given, the others by chance."""
    return fitting(contracts.load(table), given, rng)


def fitting(contract: Contract, given: Mapping[str, Array], rng: np.random.Generator) -> pa.Table:
    """Return rows that fit a contract: the columns given, the others by chance."""
    n_rows = len(next(iter(given.values())))
    columns = {c.name: given[c.name] if c.name in given else by_chance(c, n_rows, rng) for c in contract.columns}
    columns |= _hashes(columns, contract)
    return pa.table(list(columns.values()), schema=contract.arrow_schema())


def _hashes(columns: Mapping[str, Array], contract: Contract) -> dict[str, Array]:
    media = next((c.name for c in contract.columns if c.is_media), None)
    return {"sha256": sha256s(columns[media])} if media and "sha256" in columns else {}


def sha256s(media: Array) -> Array:
    """Return the sha256 of the bytes of sounds or pictures."""
    values: list[Any] = media.to_pylist()
    return pa.array([hashlib.sha256(value["bytes"]).hexdigest() for value in values], pa.string())


def by_chance(column: Column, n: int, rng: np.random.Generator) -> Array:
    """Return n values that fit a column."""
    if column.is_media:
        return encoded(column.type, rng.integers(0, 2**31, n))
    if column.values:
        return pa.array(column.values).take(rng.integers(0, len(column.values), n))
    if column.name == "parameters":  # JSON, of the stage that made the row
        return pa.array(["{}"] * n)
    if column.type == "string":
        return pa.array([f"w{number}" for number in range(97)]).take(rng.integers(0, 97, n))
    if column.type == "bool":
        return pa.array(rng.integers(0, 2, n).astype(bool), pa.bool_())
    if column.is_vector:
        return column.pack(rng.integers(0, 100, (n, *column.shape)).astype(column.element))
    if column.is_sequence:
        lists = [
            None if column.nullable and number % 5 == 1 else rng.integers(0, 100, number % 4) for number in range(n)
        ]
        return pa.array(lists, column.arrow_type)
    low = column.minimum or 0
    high = min(column.maximum if column.maximum is not None else 1000, 1000)
    if column.type.startswith("float"):
        return pa.array(low + rng.random(n) * (high - low), column.arrow_type)
    return pa.array(rng.integers(int(low), int(high) + 1, n), column.arrow_type)


def encoded(kind: str, seeds: NDArray[Any], *, anew: bool = False) -> Array:
    """Return a small FLAC or PNG file for each seed; those encoded anew have other bytes of the same content."""
    make, ending = (_flac, "flac") if kind == "audio" else (_png, "png")
    files = [{"bytes": make(int(seed), anew), "path": f"{seed}.{ending}"} for seed in seeds]
    return pa.array(files, MEDIA_TYPE)


def _flac(seed: int, anew: bool) -> bytes:
    noise = np.random.default_rng(seed).integers(-3000, 3000, 400)
    file = io.BytesIO()
    wave = (8000 * np.sin(np.arange(400) / (5 + seed % 50)) + noise).astype(np.int16)
    soundfile.write(file, wave, RATE_HZ, format="FLAC", subtype="PCM_16", compression_level=1.0 if anew else 0.0)
    return file.getvalue()


def _png(seed: int, anew: bool) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 2, (12, 24), np.uint8) * 255
    Image.fromarray(pixels).save(file, "PNG", compress_level=1 if anew else 9)
    return file.getvalue()


@functools.cache
def _loaded() -> Recipe:
    """Return musictm's recipe under another name, without the stages that the rows made here are not of."""
    loaded = recipes.load("musictm")
    steps = tuple(step for step in loaded.steps if step.stage.outputs[0] not in TABLES or step.stage.name == "align")
    dataset = loaded.dataset.model_copy(update={"name": "made", "title": _FACTS["title"]})
    return replace(loaded, dataset=dataset, steps=steps)


def _recipe(title: str) -> str:
    loaded = _loaded()
    return replace(loaded, dataset=loaded.dataset.model_copy(update={"title": title})).toml()


def _stages() -> list[dict[str, Any]]:
    return [step.stage.facts(step.parameters) for step in _loaded().steps]


@functools.cache
def small() -> Made:
    """Return a data set of twelve samples, made once."""
    return data_set()


def set_values(table: pa.Table, column: str, values: Any) -> pa.Table:
    """Return the table with another column in the place of one."""
    place, field = table.column_names.index(column), table.schema.field(column)
    return table.set_column(place, field, pa.array(values, field.type))


def resign(root: Path, change: Callable[[layout.Record], layout.Record] = lambda record: record) -> None:
    """Make `RELEASE.json` and `SHA256SUMS` those of the files that are there, as somebody would who wants to deceive."""
    record = layout.read_record(root)
    paths = [path for path in root.rglob("*") if path.is_file() and path.name not in (layout.RECORD, layout.SUMS)]
    files = sorted((file_facts(root, path) for path in paths), key=lambda file: file.path)
    record = change(record.model_copy(update={"files": files}))
    record = record.model_copy(update={"content_root": layout.content_root(record.tables)})
    (root / layout.RECORD).write_bytes(record.encode())
    (root / layout.SUMS).write_bytes(sums_of(root, record))


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Replace the rows of a Parquet file by what `change` makes of them."""
    pq.write_table(change(pq.read_table(path, partitioning=None)), path, write_page_checksum=True)
