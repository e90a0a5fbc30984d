"""What can be set is all listed, with what it may be and what it means."""

from __future__ import annotations

import tomllib

import pytest

from musicdata.api.recipes import recipe_parameters
from musicdata.definitions import recipe
from musicdata.definitions.head import Crawl, Dataset, Releases
from musicdata.definitions.parameters import parameters
from musicdata.definitions.stage import STAGES


@pytest.mark.parametrize("name", STAGES.all())
def test_every_parameter_of_a_stage_says_what_it_means(name: str) -> None:
    silent = [one.key for one in parameters(name, STAGES.find(name).parameters) if not one.meaning]
    assert silent == [], "write a line for each under Attributes: in the docstring of the stage's parameters"


@pytest.mark.parametrize("model", [Crawl, Dataset, Releases])
def test_every_key_of_a_recipe_says_what_it_means(model: type[Crawl]) -> None:
    assert [one.key for one in parameters("x", model) if not one.meaning] == []


@pytest.mark.parametrize("name", recipe.names())
def test_what_is_listed_of_a_recipe_is_what_its_workspace_writes_out(name: str) -> None:
    written = tomllib.loads(recipe.load(name).toml())
    listed = {section.name: section for section in recipe_parameters(name)}
    for table in written["stage"]:
        values = {one.key.removeprefix(f"{table['use']}."): one.value for one in listed[table["use"]].parameters}
        for key, value in table.items():
            if key != "use" and not isinstance(value, dict):
                assert values[key] == value
            elif isinstance(value, dict) and key not in values:
                assert {inner: values[f"{key}.{inner}"] for inner in value} == value


def test_an_override_is_shown_beside_the_default() -> None:
    shown = {
        one.key: one
        for section in recipe_parameters(
            "musictm", ["window.notes=16", "window.split.test=0.2", "window.split.train=0.65"]
        )
        for one in section.parameters
    }
    assert (shown["window.notes"].value, shown["window.notes"].default) == (16, 20)
    assert shown["window.notes"].kind == "integer, at least 1, at most 1,000"
    assert (shown["window.split.test"].is_default, shown["window.split.valid"].is_default) == (False, True)
    assert shown["window.stride_unit"].kind == "note or word"
    assert shown["render_sheet.margin_px"].is_default
