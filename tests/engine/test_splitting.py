"""A shard of which a worker dies loses the item at fault and keeps all others, byte for byte."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

import musicdata
from musicdata.definitions import stage as stages
from musicdata.engine import splitting
from musicdata.engine.executor import DIED, HUNG, MEMORY, Outcome, Spec
from musicdata.errors import PartialError
from tests.engine import odd_songs

RECIPE = """
[dataset]
name = "odd"
title = "odd"
modalities = []
[plugins]
modules = ["odd_songs.py"]
[options]
input = ["ingest.songs.input"]
[[stage]]
use = "ingest.songs"
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A recipe that reads files that do harm, with little time and memory for a shard."""
    shutil.copyfile(odd_songs.__file__, tmp_path / "odd_songs.py")
    (tmp_path / "odd.toml").write_text(RECIPE)
    find = stages.find

    def with_little(name: str) -> stages.Stage[Any]:
        return dataclasses.replace(find(name), deadline_s=12.0, memory_bytes=700 << 20)

    monkeypatch.setattr(stages, "find", with_little)
    return str(tmp_path / "odd.toml")


def songs(folder: Path, *contents: str) -> Path:
    """Write one file for each content; what is no harm is a song."""
    folder.mkdir()
    for number, content in enumerate(contents):
        (folder / f"{number:02}.odd").write_text(content)
    return folder


def rejects(work: Path) -> dict[str, tuple[str, str]]:
    return {row["key"]: (row["reason"], row["detail"]) for row in musicdata.open_work(work).rows("rejects")}


def test_each_item_at_fault_is_a_reject_of_its_own(recipe: str, tmp_path: Path) -> None:
    contents = ["a", "exit", "hang", "raise", "greedy", "kill", "b"]
    source = songs(tmp_path / "songs", *contents)
    done = musicdata.build(recipe, input=source, work=tmp_path / "work", workers=1)
    assert done.stages[0].rows["songs"] == 2
    assert rejects(tmp_path / "work") == {
        "01.odd": ("crashed", "computed alone, twice: a worker ended with 7"),
        "02.odd": ("took_too_long", "computed alone: no answer within 12 s"),
        "03.odd": ("crashed", "computed alone, twice: KeyError: 'odd' (in read, line 20 of odd_songs.py)"),
        "04.odd": ("too_much_memory", "computed alone: it took more than 700 MB of memory"),
        "05.odd": (
            "too_much_memory",
            "computed alone, twice: a worker was killed; the machine may be short of memory (try --workers 1)",
        ),
    }
    again = musicdata.build(recipe, input=source, work=tmp_path / "work", workers=1)
    assert [stage.built for stage in again.stages] == [False]


def test_the_others_have_the_bytes_that_they_have_without_it(recipe: str, tmp_path: Path) -> None:
    hurt, whole = (songs(tmp_path / name, "a", "raise", "b") for name in ("hurt", "whole"))
    (whole / "01.odd").unlink()
    works = [
        musicdata.build(recipe, input=source, work=tmp_path / f"{source.name}-work", workers=1).root
        for source in (hurt, whole)
    ]
    assert list(rejects(works[0])) == ["01.odd"]
    for table in ("songs", "song_notes"):
        parts = [[path.read_bytes() for path in sorted((work / "tables" / table).iterdir())] for work in works]
        assert parts[0] == parts[1]


@pytest.mark.long
def test_with_larger_limits_the_items_are_tried_again(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = songs(tmp_path / "songs", "a", "large", "b")
    work = tmp_path / "work"
    assert musicdata.build(recipe, input=source, work=work, workers=1).stages[0].rejects == {"too_much_memory": 1}
    find = stages.find
    monkeypatch.setattr(stages, "find", lambda name: dataclasses.replace(find(name), memory_bytes=2 << 30))
    (stage,) = musicdata.build(recipe, input=source, work=work, workers=1).stages
    assert stage.reasons == ("items that took too long or too much memory may take more now",)
    assert (stage.rows["songs"], stage.rejects) == (3, {})


def test_a_stage_of_which_every_item_fails_is_at_fault_itself(recipe: str, tmp_path: Path) -> None:
    source = songs(tmp_path / "songs", *["raise"] * 3)
    with pytest.raises(PartialError, match=r"all 3 items failed, .*KeyError: 'odd'"):
        musicdata.build(recipe, input=source, work=tmp_path / "work", workers=1)


SPEC = Spec("shard", "work", "ingest.songs", 0)


@pytest.mark.parametrize(
    ("error", "is_items"),
    [
        (DIED, True),
        (HUNG, True),
        (MEMORY, True),
        ("KeyError", True),
        ("RecursionError", True),
        ("OSError", False),
        ("StorageError", False),
        ("InputError", False),
        ("IntegrityError", False),
    ],
)
def test_what_the_machine_or_the_engine_is_at_fault_for_is_no_items(error: str, is_items: bool) -> None:
    assert splitting.may_be_an_items(Outcome(0, SPEC, error)) is is_items


def test_limits_are_larger_by_a_tenth_at_least() -> None:
    then = {"deadline_s": 100, "memory_bytes": 1000}
    assert not splitting.are_larger(then, then)
    assert not splitting.are_larger({"deadline_s": 105, "memory_bytes": 500}, then)
    assert splitting.are_larger({"deadline_s": 100, "memory_bytes": 1200}, then)
