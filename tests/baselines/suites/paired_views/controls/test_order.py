from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, check_order
from tests.baselines.suites.paired_views.planted import Recipe, leaked_id, make


@pytest.mark.parametrize("form", ["number", "noisy"])
def test_finds_a_column_that_counts_the_rows_in_its_view_only(clean: Subject, form: str) -> None:
    results = check_order(leaked_id(clean, 2, form, ("sheet",)))
    assert [bool(result.findings) for result in results] == [False, True, False]
    assert results[1].findings[0].refuses


def test_finds_a_count_down_and_one_of_the_groups_and_one_that_compression_has_spread(clean: Subject) -> None:
    song = np.unique([sample_id.rpartition("-")[0] for sample_id in clean.sample_ids], return_inverse=True)[1]
    turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((81, 81)))
    for count in (-np.arange(2000.0), song.astype(float)):
        for rotation in (np.eye(81), turn):
            view = np.column_stack([clean.views["audio"] / clean.views["audio"].std(axis=0), count / count.std()])
            leaking = dataclasses.replace(clean, views=clean.views | {"audio": view @ rotation})
            assert check_order(leaking)[0].findings


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(n=1500, clusters=2, cluster_share=0.7, group_share=0.2, noise=0.3),
        Recipe(n=1500, clusters=75, cluster_share=0.7, group_share=0.2, noise=0.3, widths=(200, 200, 200)),
        Recipe(n=300, widths=(300, 300, 300)),
    ],
    ids=["two corpora", "clusters of twenty", "more features than rows"],
)
def test_honest_features_of_sorted_ids_do_not_count(recipe: Recipe) -> None:
    results = check_order(make(1002, recipe))
    assert not any(result.findings for result in results)
    assert max(result.figures["combined"] for result in results) < 0.65


def test_does_not_look_at_fewer_than_fifty_groups(clean: Subject) -> None:
    few = dataclasses.replace(leaked_id(clean, 2), groups=np.arange(2000) // 50)
    results = check_order(few)
    assert "40 groups" in results[0].summary
    assert not results[0].findings
