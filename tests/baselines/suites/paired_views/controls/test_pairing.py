from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, check_real_pairs, check_shuffled_pairs
from tests.baselines.suites.paired_views.planted import Recipe, make, shuffled


def test_a_certain_pair_passes_and_refuses_once_its_pairs_are_shuffled(clean: Subject) -> None:
    real = check_real_pairs(clean)[0]
    assert real.findings == ()
    assert real.figures["p_value"] < 0.001
    assert real.figures["mrr"] > real.figures["detection_limit_mrr"]
    spoiled = check_real_pairs(shuffled(clean, 1, 1.0))
    assert spoiled[0].findings[0].refuses
    assert "asked: p < 0.01" in spoiled[0].findings[0].message


def test_of_other_pairs_the_p_value_is_only_reported(clean: Subject) -> None:
    unlinked = np.random.default_rng(0).permutation(2000)
    results = check_real_pairs(
        dataclasses.replace(clean, views=clean.views | {"lyrics": clean.views["lyrics"][unlinked]})
    )
    assert not any(result.findings for result in results)
    assert max(result.figures["p_value"] for result in results[1:]) > 0.01
    assert all("nothing asked" in result.summary for result in results[1:])


@pytest.mark.parametrize(
    "recipe",
    [Recipe(n=1500), Recipe(n=1500, clusters=2, cluster_share=0.6, group_share=0.2), Recipe(n=1500, tail=3)],
    ids=["default", "two corpora", "heavy tails"],
)
def test_what_is_fitted_to_shuffled_pairs_is_at_chance(recipe: Recipe) -> None:
    for result in check_shuffled_pairs(make(1004, recipe)):
        assert result.findings == ()
        assert 0.5 * result.figures["chance_mrr"] < result.figures["mrr"] < 2 * result.figures["chance_mrr"]


def test_pairs_found_without_having_been_shown_refuse() -> None:
    # Two groups of train can only be exchanged, and half of the exchanges leave them where they were.
    rng = np.random.default_rng(0)
    corpus = np.repeat([0, 1, 0, 1], [200, 200, 100, 100])
    views = {name: 5.0 * corpus[:, None] + rng.standard_normal((600, 4)) for name in ("audio", "sheet")}
    subject = Subject(
        names=("audio", "sheet"),
        views=views,
        split=np.repeat(["train", "test"], [400, 200]),
        sample_ids=np.array([f"{i:03d}" for i in range(600)]),
        groups=np.concatenate([corpus[:400], 2 + np.arange(200)]),
    )
    found = [check_shuffled_pairs(subject, seed)[0] for seed in range(4)]
    raised = [result.findings[0] for result in found if result.findings]
    assert raised
    assert all(finding.refuses and "it was not shown" in finding.message for finding in raised)
