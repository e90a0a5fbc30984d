from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, check_duplicates
from tests.baselines.suites.paired_views.planted import Recipe, duplicated, make


@pytest.mark.parametrize(("noise", "exact"), [(0.0, 20), (1e-3, 0), (0.02, 0)])
def test_finds_every_copy_and_nothing_else(clean: Subject, noise: float, exact: int) -> None:
    result = check_duplicates(duplicated(clean, 1, noise=noise))
    (finding,) = result.findings
    assert finding.refuses
    assert len(finding.items) == 20
    assert result.figures["n_exact"] == exact


def test_an_item_copied_in_two_views_of_three_is_no_duplicate(clean: Subject) -> None:
    copied = duplicated(clean, 1)
    assert not check_duplicates(
        dataclasses.replace(copied, views=copied.views | {"lyrics": clean.views["lyrics"]})
    ).findings


def test_looks_past_a_constant_view(clean: Subject) -> None:
    copied = duplicated(clean, 1)
    views = copied.views | {"lyrics": np.zeros((2000, 40))}
    result = check_duplicates(dataclasses.replace(copied, views=views))
    assert len(result.findings[0].items) == 20
    assert result.figures["views"] == ["audio", "sheet"]


def test_counts_equal_items_within_the_test_split_without_a_finding(clean: Subject) -> None:
    first, second = clean.rows("test")[[0, 9]]
    views = {name: view.copy() for name, view in clean.views.items()}
    for view in views.values():
        view[second] = view[first]
    result = check_duplicates(dataclasses.replace(clean, views=views))
    assert result.findings == ()
    assert result.figures["n_within_test"] == 1


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(n=1500, repeated_lyrics=0.5),
        Recipe(n=1500, widths=(2, 2, 2)),
        Recipe(n=1500, widths=(2, 2, 2), noise=0.1),
        Recipe(n=1500, noise=0.1, group_share=0.8, cluster_share=0.15),
        Recipe(n=1500, tail=3),
    ],
    ids=["repeated lyrics", "two columns", "two clear columns", "alike windows", "heavy tails"],
)
def test_honest_neighbours_are_no_duplicates(recipe: Recipe) -> None:
    assert not check_duplicates(make(1001, recipe)).findings


def test_says_that_it_cannot_look_where_every_view_is_constant(clean: Subject) -> None:
    flat = dataclasses.replace(clean, views=dict.fromkeys(clean.names, np.zeros((2000, 3))))
    assert "every view is constant" in check_duplicates(flat).summary
