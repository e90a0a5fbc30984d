"""What a stage makes does not depend on how its work is cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicdata.definitions import recipe as recipes
from musicdata.definitions import trial
from tests.stages import reading

RENDERERS = ("render_audio", "render_sheet", "render_note_sheet", "features_audio", "features_sheet")
SIZES = st.none() | st.integers(1, 30)
STEPS = {step.stage.name: step for step in recipes.load("musictm").steps}
CHEAP = sorted(set(STEPS) - set(RENDERERS))


def assert_same_rows(stage: str, songs: Path, built: Path, size: int | None) -> None:
    """Run a stage with shards of so many items on the tables of a workspace; it makes what the workspace has."""
    step = STEPS[stage]
    parameters = {name: getattr(step.parameters, name) for name in type(step.parameters).model_fields}
    if not step.stage.inputs:
        parameters["input"] = str(songs)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MUSICDATA_SHARD_ITEMS")
        if size is not None:
            patch.setenv("MUSICDATA_SHARD_ITEMS", str(size))
        made = trial.run(step.stage, reading.tables(built, *step.stage.inputs), **parameters)
    assert made.tables == reading.tables(built, *step.stage.outputs)
    assert not made.rejects


@pytest.mark.parametrize("stage", CHEAP)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=SIZES)
def test_rows_are_the_same_whatever_the_size_of_shards(stage: str, songs: Path, built: Path, size: int | None) -> None:
    assert_same_rows(stage, songs, built, size)


@pytest.mark.parametrize(
    "stage", [pytest.param(s, marks=pytest.mark.long) if s == "render_note_sheet" else s for s in RENDERERS]
)
def test_renders_and_features_are_the_same_in_one_shard(stage: str, songs: Path, built: Path) -> None:
    assert_same_rows(stage, songs, built, None)
