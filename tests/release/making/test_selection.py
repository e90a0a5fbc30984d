"""What is released does not depend on the parts a workspace keeps it in, nor on the files it is written to."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicdata.definitions import recipe as recipes
from musicdata.release.making import selection
from musicdata.release.making.writing import ConfigWriter
from musicdata.release.record import configs, layout
from musicdata.workspace.folder import Workspace
from musicdata.workspace.parts import PartWriter
from musicdata.workspace.reader import TableReader

SIZES = st.lists(st.integers(2, 15), min_size=1, max_size=5)


def in_other_parts(work: Path, target: Path, sizes: list[int]) -> Workspace:
    """Write the tables of a workspace anew, in parts of so many keys, over and over."""
    source, workspace = Workspace(work), Workspace(target)
    shutil.copytree(work / "state", target / "state")
    shutil.copyfile(work / "recipe.toml", target / "recipe.toml")
    reader = TableReader(source)
    for stage in source.sealed_stages():
        manifest = source.manifest(stage)
        assert manifest is not None
        shards: list[dict[str, Any]] = []
        for table in manifest["tables"]:
            contract = reader.contract(table)
            rows = reader.read(table, [column.name for column in contract.columns])
            for number, piece in enumerate(pieces(rows, contract.key[0], sizes)):
                writer = PartWriter(contract, target / "state" / "scratch" / "part")
                writer.write(piece)
                writer.close()
                facts = {"rows": writer.rows, "first": writer.first, "last": writer.last}
                part = workspace.commit_part(writer.path, workspace.table_folder(table), number) | facts
                shard: dict[str, Any] = {
                    "key": str(number),
                    "first": writer.first,
                    "last": writer.last,
                    "n_items": 1,
                    "reasons": {},
                }
                shards.append(shard | {"rejects": None, "parts": {table: part}})
        workspace.write_manifest(stage, manifest | {"shards": shards})
    return workspace


def pieces(rows: pa.Table, key: str, sizes: list[int]) -> list[pa.Table]:
    """Cut rows that are in order of the key where it changes."""
    ids = pc.unique(rows.column(key))
    cut: list[pa.Table] = []
    start = 0
    while start < len(ids):
        size = sizes[len(cut) % len(sizes)]
        cut.append(rows.filter(pc.is_in(rows.column(key), ids.slice(start, size))))
        start += size
    return cut


def written(workspace: Workspace, out: Path, n_files: int) -> dict[str, layout.Table]:
    """Write every config of a release, each split in so many files where it has as many rows."""
    recipe = recipes.load(str(workspace.root / "recipe.toml"))
    reader = TableReader(workspace)
    assert recipe.release is not None
    selected = selection.select(reader, recipe.release.complete, [])
    contracts = configs.among(configs.released(map(reader.contract, recipe.tables())))
    tables: dict[str, layout.Table] = {}
    for config in configs.plan(contracts):
        rows = selected.rows(config)
        writer = ConfigWriter(out, config, rows, {split: max(1, min(n, n_files)) for split, n in rows.items()})
        for piece in selected.pieces(config):
            writer.write(piece)
        tables |= writer.finish()[1]
    return tables


def test_the_content_root_is_the_same_in_other_parts_and_files(validated: Path, released: Path) -> None:
    assert_same_content(validated, released, [3, 11, 2], 3)


@pytest.mark.long
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(sizes=SIZES, n_files=st.integers(1, 4))
def test_the_content_root_is_the_same_in_any_parts_and_files(
    validated: Path, released: Path, sizes: list[int], n_files: int
) -> None:
    assert_same_content(validated, released, sizes, n_files)


def assert_same_content(validated: Path, released: Path, sizes: list[int], n_files: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        workspace = in_other_parts(validated, Path(name) / "work", sizes)
        tables = written(workspace, Path(name) / "release", n_files)
    record = layout.read_record(released)
    assert tables == record.tables
    assert layout.content_root(tables) == record.content_root
