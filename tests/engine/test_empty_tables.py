"""A stage that is for some of the items only: where there are none of these, its table is empty and the build goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import plugins
from musicdata.errors import NothingLeftError
from musicdata.release.making.freeze import freeze

STAGES = """
from musicdata.definitions.stage import Parameters, Shard, Stage

class Kind(Parameters):
    kind: str = ""

def cut_texts(parameters, inputs):
    for name in "abc":
        yield Shard(name, name, 1, "same")

def make_text(parameters, task):
    name = task.shard.first
    task.sink.write("texts", {"sample_id": [name], "split": ["train"], "group_id": [name], "text": [name]})

def cut_some(parameters, inputs):
    for name in inputs.read("texts", ["sample_id"]).column(0).to_pylist():
        if parameters.kind and name <= parameters.kind:
            yield Shard(name, name, 1, parameters.kind)

def note(parameters, task):
    name = task.shard.first
    if parameters.kind == "b":
        task.sink.reject(name, "odd", "it is no text")
    else:
        task.sink.write("remarks", {"sample_id": [name], "split": ["train"], "part": ["all"]})

def cut_counts(parameters, inputs):
    for name in "abc":
        yield Shard(name, name, 1, inputs.digest("remarks"))

def count(parameters, task):
    n = sum(map(len, task.inputs.iterate("remarks")))
    task.sink.write("counts", {"sample_id": [task.shard.first], "split": ["train"], "n": [str(n)]})

STAGES = (
    Stage("texts", 1, "reads", (), ("texts",), Parameters, make_text, cut_texts),
    Stage("remarks", 1, "notes", ("texts",), ("remarks",), Kind, note, cut_some, may_be_empty=MAY_BE_EMPTY),
    Stage("counts", 1, "counts", ("texts", "remarks"), ("counts",), Parameters, count, cut_counts),
)
"""
CONTRACT = '[table]\nname = "{name}"\ndescription = "Rows."\nkey = {key}\n{more}\n'
COLUMN = '[[column]]\nname = "{name}"\ntype = "string"\ndescription = "{name}."\n'
TABLES = {
    "texts": ('introduces = "sample_id"\ncompletes = "sample_id"', ("sample_id", "split", "group_id", "text")),
    "remarks": ("", ("sample_id", "split", "part")),
    "counts": ('references = { sample_id = "texts" }', ("sample_id", "split", "n")),
}
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
[[stage]]
use = "remarks"
[[stage]]
use = "counts"
[release]
complete = "texts"
"""


@pytest.fixture
def folder(tmp_path: Path) -> object:
    """A recipe whose second stage has something to do for some kinds of items only."""
    (tmp_path / "manifests").mkdir()
    for name, (more, columns) in TABLES.items():
        key = [column for column in columns if column in ("sample_id", "part")]
        text = CONTRACT.format(name=name, key=json.dumps(key), more=more) + "".join(
            COLUMN.format(name=column) for column in columns
        )
        (tmp_path / "manifests" / f"{name}.toml").write_text(text)
    (tmp_path / "texts_stages.py").write_text(STAGES.replace("MAY_BE_EMPTY", "True"))
    (tmp_path / "texts.toml").write_text(RECIPE)
    yield tmp_path
    plugins.activate(plugins.Plugins())


def build(folder: Path, kind: str = "", work: str = "work") -> musicdata.Work:
    return musicdata.build(
        str(folder / "texts.toml"), work=folder / work, workers=1, overrides=[f"remarks.kind={kind!r}"], change=True
    )


def n_counted(work: musicdata.Work) -> set[object]:
    return set(work.table("counts", ["n"]).column(0).to_pylist())


def test_the_build_goes_on_and_what_follows_reads_an_empty_table_that_may_fill(folder: Path) -> None:
    work = build(folder)
    assert work.table("remarks").num_rows == 0
    assert n_counted(work) == {"0"}
    assert musicdata.check(work.root).ok
    assert [stage.reasons for stage in build(folder).stages] == [(), (), ()]
    assert n_counted(build(folder, "c")) == {"3"}
    assert n_counted(build(folder)) == {"0"}


def test_a_release_has_the_empty_table(folder: Path) -> None:
    release = folder / "release"
    freeze(build(folder).root, release, version="1.0.0")
    plugins.activate(plugins.Plugins())
    assert musicdata.load(release).table("remarks").num_rows == 0


def test_items_that_are_all_rejected_end_the_build_all_the_same(folder: Path) -> None:
    with pytest.raises(NothingLeftError, match=r"remarks left no remarks: odd \(2\)"):
        build(folder, "b")


def test_a_stage_that_does_not_say_so_may_not_be_given_nothing(folder: Path) -> None:
    (folder / "texts_stages.py").write_text(STAGES.replace("MAY_BE_EMPTY", "False"))
    with pytest.raises(NothingLeftError, match="remarks left no remarks: it was given nothing"):
        build(folder)
