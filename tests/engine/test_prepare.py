"""What a stage reads once for all of its shards: before them, only where one is computed, and gone afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import plugins, trial
from musicdata.definitions import stage as stages
from musicdata.errors import PartialError
from tests.trees import workspace_digests

STAGE = """
import os, signal
from pathlib import Path

from musicdata.definitions.stage import Parameters, Shard, Stage

LOG = Path(__file__).with_name("log.txt")
DIE = Path(__file__).with_name("die")

class Nothing(Parameters):
    pass

def prepare(parameters, inputs, folder):
    assert not list(folder.iterdir())
    (folder / "half").write_text("unfinished")
    with LOG.open("a") as log:
        log.write("prepared\\n")
    if DIE.exists():
        DIE.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    for name in "abc":
        (folder / name).write_text(name * 3)

def cut(parameters, inputs):
    for name in "abc":
        yield Shard(name, name, 1, "same")

def run(parameters, task):
    name = task.shard.first
    text = (task.prepared / name).read_text()
    task.sink.write("texts", {"sample_id": [name], "split": ["train"], "group_id": [name], "text": [text]})

STAGE = Stage("texts", 1, "reads", (), ("texts",), Nothing, run, cut, prepare=prepare)
"""
CONTRACT = """
[table]
name = "texts"
description = "One row per sample: a text."
key = ["sample_id"]
introduces = "sample_id"
completes = "sample_id"
"""
COLUMN = '\n[[column]]\nname = "{name}"\ntype = "string"\ndescription = "{name}."\n'
RECIPE = """
[dataset]
name = "texts"
title = "Texts"
modalities = ["text"]
[plugins]
modules = ["texts_stages.py"]
manifests = "manifests"
[[stage]]
use = "texts"
[release]
complete = "texts"
"""


@pytest.fixture
def folder(tmp_path: Path) -> object:
    """A recipe with a stage of its own that prepares something."""
    (tmp_path / "manifests").mkdir()
    columns = "".join(COLUMN.format(name=name) for name in ("sample_id", "split", "group_id", "text"))
    (tmp_path / "manifests" / "texts.toml").write_text(CONTRACT + columns)
    (tmp_path / "texts_stages.py").write_text(STAGE)
    (tmp_path / "texts.toml").write_text(RECIPE)
    yield tmp_path
    plugins.activate(plugins.Plugins())


def build(folder: Path) -> musicdata.Work:
    return musicdata.build(str(folder / "texts.toml"), work=folder / "work", workers=1)


def n_prepared(folder: Path) -> int:
    return (folder / "log.txt").read_text().count("prepared")


def test_it_runs_once_for_all_shards_and_only_where_one_is_computed(folder: Path) -> None:
    work = build(folder)
    assert work.table("texts", ["text"]).column(0).to_pylist() == ["aaa", "bbb", "ccc"]
    assert n_prepared(folder) == 1
    assert not list((folder / "work").rglob("*.prepared"))
    build(folder)
    assert n_prepared(folder) == 1
    before = workspace_digests(folder / "work")
    next((folder / "work" / "tables" / "texts").glob("*.parquet")).unlink()
    build(folder)
    assert n_prepared(folder) == 2
    assert workspace_digests(folder / "work") == before


def test_a_worker_that_dies_of_it_is_replaced_and_finds_an_empty_folder(folder: Path) -> None:
    (folder / "die").touch()
    assert len(build(folder).table("texts", ["text"])) == 3
    assert n_prepared(folder) == 2


def test_what_it_fails_of_ends_the_stage_before_any_shard(folder: Path) -> None:
    (folder / "texts_stages.py").write_text(
        STAGE.replace("(folder / name).write_text(name * 3)", "raise KeyError(name)")
    )
    with pytest.raises(PartialError, match="stage texts: 1 of 1 shards failed, first with KeyError: 'a'"):
        build(folder)


def test_a_trial_prepares_too(folder: Path) -> None:
    plugins.activate(plugins.load([folder / "texts_stages.py"], folder / "manifests"))
    assert trial.run(stages.find("texts")).rows("texts")[2]["text"] == "ccc"
