"""A check, a validation, an export or a takedown that is killed leaves nothing, and comes out the same when run again."""

from pathlib import Path

import pytest

import musicdata
from tests.faults.commands import KINDS, Scene, trials

SEEDS = range(2)
"""Of the two kills of each; `python -m tests.faults.commands --full` has 20."""


SOON = {"export"}
"""The kinds that every run of the tests tries."""


@pytest.mark.parametrize(
    "kind", [kind if kind in SOON else pytest.param(kind, marks=pytest.mark.long) for kind in KINDS]
)
def test_a_killed_command_comes_out_the_same(kind: str, validated: Path, released: Path, tmp_path: Path) -> None:
    sample = next(iter(musicdata.open_work(validated).rows("alignment")))["sample_id"]
    found = list(trials(kind, Scene(validated, released, sample), tmp_path, SEEDS))
    assert {killed.seed: killed.faults for killed in found if killed.faults} == {}
    assert any(killed.landed for killed in found)
