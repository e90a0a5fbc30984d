"""A network stage carried out in memory: its items fetched one by one, its rows checked by their contracts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract
from musicdata.definitions.stage import Answer, Item, Parameters, Shard, Stage, Task
from musicdata.settings.services import Services
from musicdata.system.digests import digest_of
from musicdata.system.http import HttpError


@dataclass
class Calls:
    """Makes calls at once, and never the same one twice."""

    scratch: Path = Path()
    made: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)

    def call(self, service: str, what: Mapping[str, Any], ask: Callable[[], bytes]) -> bytes:
        key = digest_of([service, dict(what)])
        if key not in self.kept:
            self.made.append(dict(what))
            self.kept[key] = ask()
        return self.kept[key]


@dataclass
class Tables:
    """Holds tables, as inputs and as what a stage writes."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    rejects: list[tuple[str, str, str]] = field(default_factory=list)

    def write(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        added = contract.load(table).table(rows)
        self.tables[table] = pa.concat_tables([self.tables[table], added]) if table in self.tables else added

    def reject(self, key: str, reason: str, detail: str) -> None:
        self.rejects.append((key, reason, detail))

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        rows = self.tables.get(table, contract.load(table).arrow_schema().empty_table())
        if last:  # the shard that `crawl` hands over has no ends
            keys = rows.column(contract.load(table).key[0])
            rows = rows.filter(
                pc.and_(pc.greater_equal(keys, pa.scalar(first or "")), pc.less_equal(keys, pa.scalar(last)))
            )
        return rows.select(columns) if columns else rows

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        yield self.read(table, columns, first, last)

    def digest(self, table: str) -> str:
        return digest_of(self.rows(table))

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.read(table).to_pylist()
        return rows

    def reasons(self) -> list[str]:
        return sorted(reason for _, reason, _ in self.rejects)


def crawl(
    stage: Stage[Any],
    parameters: Parameters,
    services: Services,
    inputs: Tables | None = None,
    calls: Calls | None = None,
) -> Tables:
    """Carry a network stage out."""
    assert stage.network is not None
    inputs, calls = inputs or Tables(), calls or Calls()
    items = list(stage.network.items(parameters, inputs))
    assert [item.key for item in items] == sorted({item.key for item in items})
    fetcher = stage.network.connect(parameters, services)
    try:
        answers = [_answer(fetcher.fetch, item, calls) for item in items]
    finally:
        fetcher.close()
    return _written(stage, parameters, inputs, answers)


def _answer(fetch: Callable[[Item, Calls], bytes | Path], item: Item, calls: Calls) -> Answer:
    try:
        fetched = fetch(item, calls)
    except HttpError as error:
        return Answer(item.key, item.request, str(error.outcome), error.reason, str(error))
    assert isinstance(fetched, bytes)
    return Answer(item.key, item.request, "ok", payload=fetched)


def _written(stage: Stage[Any], parameters: Parameters, inputs: Tables, answers: list[Answer]) -> Tables:
    out = Tables()
    stage.run(parameters, Task(Shard("", "", len(answers), ""), inputs, out, Path(), answers=lambda: iter(answers)))
    for table, rows in out.tables.items():
        names = contract.load(table).key
        keys = list(zip(*(rows.column(name).to_pylist() for name in names), strict=True))
        assert keys == sorted(set(keys)), f"{table} is not in order of its key"
    return out


def compute(stage: Stage[Any], parameters: Parameters, inputs: Tables) -> Tables:
    """Carry a compute stage out."""
    assert stage.cut is not None
    out = Tables()
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) if stage.prepare else None
        if stage.prepare:
            stage.prepare(parameters, inputs, Path(folder))
        for shard in stage.cut(parameters, inputs):
            stage.run(parameters, Task(shard, inputs, out, Path(), prepared=prepared))
    return out
