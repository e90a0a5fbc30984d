"""A release that was resealed with another making is named, whatever of it was rewritten so that the hashes fit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicdata.release.record import layout
from musicdata.release.verify.files import verify
from tests.release.resealing import reseal
from tests.windows import Windows


def recipe(old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / layout.RECIPE).read_text("utf-8")
        assert old in text
        (root / layout.RECIPE).write_text(text.replace(old, new, 1), "utf-8")
        reseal(root)

    return change


def recorded(stage: str, **parameters: Any) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        def otherwise(raw: dict[str, Any]) -> None:
            next(facts for facts in raw["stages"] if facts["stage"] == stage)["parameters"] |= parameters

        reseal(root, otherwise)

    return change


def both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        for one in changes:
            one(root)

    return change


def of_record(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda root: reseal(root, change)


RESEALED: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "another recipe": (recipe("notes = 10", "notes = 16"), layout.RECIPE, "window.notes = 16, the stage ran with 10"),
    "a deeper key": (recipe("train = 0.7", "train = 0.8"), layout.RECIPE, "window.split.train = 0.8"),
    "another rule": (recipe('by = "group_id"', 'by = "sample_id"'), layout.RECIPE, "window.split.by = sample_id"),
    "a key less": (recipe("max_rest = 8.0\n", ""), layout.RECIPE, "says nothing of window.max_rest"),
    "a key more": (recipe("notes = 10", "notes = 10\nnotes_max = 12"), layout.RECIPE, "window.notes_max = 12, of which"),
    "a text more": (recipe("notes = 10", 'notes = 10\nx = "y"'), layout.RECIPE, "window.x = y, of which"),
    "a stage less": (recipe('[[stage]]\nuse = "group"\n', ""), layout.RECIPE, "the first that differs is group"),
    "a stage more": (recipe("[release]", '[[stage]]\nuse = "align"\n\n[release]'), layout.RECIPE, "differs is align"),
    "another stage": (recipe('use = "rights"', 'use = "rights.services"'), layout.RECIPE, "differs is rights.services"),
    "another title": (recipe('title = "part"', 'title = "whole"'), layout.RECIPE, "is the recipe of 'whole'"),
    "another plug-in": (
        recipe("[options]", '[plugins]\nmodules = ["mine.py"]\n\n[options]'), layout.RECIPE, "a plug-in that"
    ),
    "another record": (recorded("window", stride=7), layout.RECIPE, "window.stride = 20, the stage ran with 7"),
    "no records": (of_record(lambda raw: raw["stages"].clear()), layout.RECIPE, "other stages than those that ran"),
    "records without parameters": (
        of_record(lambda raw: [facts.pop("parameters") for facts in raw["stages"]]), layout.RECIPE, "of which"
    ),
    "parameters of another kind": (
        of_record(lambda raw: [facts.update(parameters="none") for facts in raw["stages"]]), layout.RECIPE, "of which"
    ),
    "recipe and record": (
        both(recipe("notes = 10", "notes = 16"), recorded("window", notes=16)),
        layout.RECORD, "samples: n_notes is 10, recorded is window.notes = 16",
    ),
    "recipe and record of a rate": (
        both(recipe("tempo_bpm = 120.0", "tempo_bpm = 60.0"), recorded("window", tempo_bpm=60.0)),
        layout.RECORD, "samples: tempo_bpm is 120.0, recorded is window.tempo_bpm = 60.0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RESEALED)
def test_a_release_resealed_with_another_making_is_named(name: str, windows: Windows, tmp_path: Path) -> None:
    change, file, says = RESEALED[name]
    root = shutil.copytree(windows.release, tmp_path / "release")
    change(root)
    problems = verify(root)
    assert [problem.file for problem in problems] == [file] * len(problems)
    assert any(says in problem.message for problem in problems), problems


def test_a_release_that_was_only_resealed_is_whole(windows: Windows, tmp_path: Path) -> None:
    root = shutil.copytree(windows.release, tmp_path / "release")
    reseal(root)
    assert verify(root) == []


def test_features_say_what_they_were_made_with(released: Path, tmp_path: Path) -> None:
    root = shutil.copytree(released, tmp_path / "release")
    both(recipe("hop_length = 512", "hop_length = 256"), recorded("features_audio", hop_length=256))(root)
    assert [str(problem) for problem in verify(root, deep=False)] == [
        "RELEASE.json: features_audio: hop_length is 512 in its rows, recorded is features_audio.hop_length = 256"
    ]
