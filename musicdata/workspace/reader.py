"""Reads the sealed tables of a workspace."""

from __future__ import annotations

import contextlib
import tomllib
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from musicdata.definitions.arrow import conformed
from musicdata.definitions.reader import Reject
from musicdata.errors import IntegrityError, UnknownNameError
from musicdata.system import paths
from musicdata.wording import choice
from musicdata.workspace.parts import GATHER_ROWS, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.contract import Contract
    from musicdata.workspace.folder import Workspace


def read_rejects(workspace: Workspace, stage: str) -> Iterator[Reject]:
    """Yield what a sealed stage dropped, in order of the key."""
    parts = [part.select(["key", "reason", "detail"]) for part in _reject_parts(workspace, stage)]
    if parts:
        rows = pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("key", "reason", "detail")])
        for batch in rows.to_batches(max_chunksize=GATHER_ROWS):
            yield from (Reject(**row) for row in batch.to_pylist())


def _reject_parts(workspace: Workspace, stage: str) -> Iterator[pa.Table]:
    """Yield the parts of a sealed stage's rejects."""
    for shard in (workspace.manifest(stage) or {"shards": []})["shards"]:
        if shard["rejects"]:
            path = workspace.rejects_part(stage, shard["rejects"]["file"])
            with _as_it_stands(workspace):
                part = read_part(path, None, "stage", None, None)
            yield part


@contextlib.contextmanager
def _as_it_stands(workspace: Workspace) -> Iterator[None]:
    """Say of a part that cannot be read that it may just be replaced, if the workspace is being written."""
    try:
        yield
    except IntegrityError:
        if workspace.writer():
            raise workspace.held_error() from None
        raise


class TableReader:
    """The sealed tables of a workspace, read through the manifests that name their parts."""

    def __init__(self, workspace: Workspace, stages: list[str] | None = None) -> None:
        self._workspace = workspace
        self._parts: dict[str, list[dict[str, Any]]] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._damages: list[str] = []
        for stage in stages if stages is not None else workspace.sealed_stages():
            manifest = self._manifest(stage)
            for table, facts in manifest["tables"].items():
                self._facts[table] = facts
                self._parts[table] = [s["parts"][table] for s in manifest["shards"] if table in s["parts"]]

    def _manifest(self, stage: str) -> dict[str, Any]:
        """Return a stage's manifest; one that is damaged is told when a table is asked for that it may have named."""
        try:
            return self._workspace.manifest(stage) or {"tables": {}, "shards": []}
        except IntegrityError as error:
            self._damages.append(str(error))
            return {"tables": {}, "shards": []}

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        return sorted(self._parts)

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the rejects of every sealed stage as rows of the `rejects` contract."""
        for stage in self._workspace.sealed_stages():
            for part in _reject_parts(self._workspace, stage):
                yield from part.to_pylist()

    def contract(self, table: str) -> Contract:
        """Return the contract of `table`, which refers to tables there are.

        Raises:
            UnknownNameError: there is no such table, neither here nor with any recipe.
        """
        try:
            contract = self._workspace.contract(table)
        except UnknownNameError:
            self.parts(table)  # lists those of this workspace
            raise
        return contract.among(self.tables)

    def parameters(self, stage: str) -> dict[str, Any]:
        """Return what a sealed stage ran with; nothing for one that was not sealed."""
        manifest = self._workspace.manifest(stage)
        return dict(manifest["origin"]["facts"]["parameters"]) if manifest else {}

    def locations(self, stage: str) -> dict[str, str]:
        """Return the parameters of a stage that say where its input lies, as the recipe in the workspace has them."""
        try:
            with paths.open_regular(self._workspace.place("recipe.toml"), paths.MAX_TEXT_BYTES) as file:
                steps = tomllib.load(file).get("stage", [])
        except (OSError, ValueError, IntegrityError):  # none there, or none that can be read: nothing is known of them
            return {}
        known = self.parameters(stage)
        stated = {name: value for step in steps if step.get("use") == stage for name, value in step.items()}
        return {name: v for name, v in stated.items() if name not in known and name != "use" and isinstance(v, str)}

    def parts(self, table: str, first: str | None = None, last: str | None = None) -> list[dict[str, Any]]:
        """List the records of the parts of `table` that can hold keys in first..last."""
        if table not in self._parts and self._damages:
            raise IntegrityError(f"table {table} cannot be read: {self._damages[0]}")
        if table not in self._parts:
            writer = self._workspace.writer()
            raise UnknownNameError(
                f"there is no table {table!r} in {self._workspace.root}{choice(table, self.tables)}"
                + (f". The workspace is being written by {writer}" if writer else "")
            )
        low, high = first or "", last
        return [p for p in self._parts[table] if p["last"] >= low and (high is None or p["first"] <= high)]

    def digest(self, table: str) -> str:
        """Return the content hash of a whole table."""
        self.parts(table)  # raises for a table that is not there
        return str(self._facts[table]["digest"])

    def n_rows(self, table: str) -> int:
        """Return how many rows `table` has."""
        self.parts(table)
        return int(self._facts[table]["rows"])

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        """Return rows of `table` whose first key column lies in first..last, in order of the key.

        Without `columns`, all but media and vectors are read.
        """
        chunks = list(self.iterate(table, columns, first, last))
        contract = self._workspace.contract(table)
        names = columns if columns is not None else contract.describing_columns()
        empty = contract.arrow_schema().empty_table().select(names)
        return pa.concat_tables([empty, *chunks]).combine_chunks()

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        """Yield the same rows part by part, so that memory does not grow with the table."""
        contract = self._workspace.contract(table)
        names = columns if columns is not None else contract.describing_columns()
        schema = contract.arrow_schema(names)
        for part in self.parts(table, first, last):
            with _as_it_stands(self._workspace):
                path = self._workspace.table_part(table, part["file"])
                rows = read_part(path, names, contract.key[0], first, last)
            yield conformed(rows.select(names), schema)
