from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, check_mispaired
from musicdata_baselines.suites.paired_views.controls.evidence import gather_evidence
from musicdata_baselines.suites.paired_views.controls.mixture import estimate_share
from musicdata_baselines.suites.paired_views.controls.rematching import rematch
from tests.baselines.suites.paired_views.planted import Recipe, make, shuffled

PAIR = ("audio", "sheet")


def changed(clean: Subject, spoiled: Subject) -> np.ndarray:
    return np.asarray((clean.views["sheet"] != spoiled.views["sheet"]).any(axis=1))


@pytest.mark.parametrize(("share", "refuses"), [(0.05, True), (0.1, True), (0.5, True)])
def test_estimates_the_share_and_lists_items_that_were_exchanged(clean: Subject, share: float, refuses: bool) -> None:
    spoiled = shuffled(clean, 1, share)
    result = check_mispaired(spoiled)[0]
    (finding,) = result.findings
    assert finding.refuses is refuses
    assert abs(result.figures["unlinked_share"] - share) < 0.3 * share
    guilty = set(clean.sample_ids[changed(clean, spoiled)])
    assert len(guilty.intersection(finding.items)) >= 0.8 * len(finding.items)


def test_warns_of_one_in_a_hundred() -> None:
    (finding,) = check_mispaired(shuffled(make(1006), 2, 0.01))[0].findings
    assert not finding.refuses


def test_says_so_where_the_link_is_too_weak(clean: Subject) -> None:
    for result in check_mispaired(clean)[1:]:
        assert "cannot tell" in result.summary
        assert result.figures["strength"] < 0.65
        assert len(result.figures["suspicious"]) == 20


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(n=2000),
        Recipe(n=2000, noise=0.7),
        Recipe(n=2000, tail=3, noise=1.0),
        Recipe(n=2000, tail=7, noise=1.2),
        Recipe(n=2000, loudness_tail=3, noise=1.0),
        Recipe(n=2000, loudness_tail=20, noise=1.2),
        Recipe(n=2000, clusters=2, cluster_share=0.4),
        Recipe(n=2000, clusters=100, cluster_share=0.4, noise=1.0),
        Recipe(n=2000, group_share=0.7, noise=1.0),
        Recipe(n=500, widths=(200, 200, 20)),
    ],
    ids=lambda recipe: str(recipe).removeprefix("Recipe"),
)
@pytest.mark.parametrize("seed", [1007, pytest.param(1008, marks=pytest.mark.long)])
def test_honest_items_of_poor_quality_or_of_another_kind_are_not_mispaired(recipe: Recipe, seed: int) -> None:
    assert not any(result.findings for result in check_mispaired(make(seed, recipe)))


def test_items_whose_sound_is_noise_are_reported_but_not_called_exchanged(clean: Subject) -> None:
    rng = np.random.default_rng(5)
    noisy = rng.permutation(2000)[:100]
    audio = clean.views["audio"].copy()
    audio[noisy] = 3 * audio.std(axis=0) * rng.standard_normal((100, audio.shape[1])) + audio.mean(axis=0)
    spoiled = dataclasses.replace(clean, views=clean.views | {"audio": audio})
    evidence = gather_evidence(spoiled, PAIR, 0)
    assert evidence.dispersion > 2
    assert rematch(spoiled, PAIR, evidence.residual, 0).p_value > 0.01
    assert not check_mispaired(spoiled)[0].findings


def test_finds_the_true_partners_where_features_are_far_from_gaussian() -> None:
    clean = make(1009, Recipe(n=2000, loudness_tail=3, noise=0.6))
    spoiled = shuffled(clean, 3, 0.03)
    evidence = gather_evidence(spoiled, PAIR, 0)
    assert evidence.dispersion > 1.15
    matching = rematch(spoiled, PAIR, evidence.residual, 0)
    right = [np.array_equal(spoiled.views["sheet"][j], clean.views["sheet"][i]) for i, j in matching.matches]
    assert np.mean(right) > 0.8
    assert matching.p_value < 1e-6
    (finding,) = check_mispaired(spoiled)[0].findings
    assert finding.message.startswith("at least ")
    assert set(finding.items) <= set(clean.sample_ids[changed(clean, spoiled)]) | set(finding.items[2 * len(right) :])


def test_residuals_are_held_out_and_uniform_for_items_that_were_exchanged(clean: Subject) -> None:
    spoiled = shuffled(clean, 4, 0.2)
    exchanged = changed(clean, spoiled)
    residual = gather_evidence(spoiled, PAIR, 0).residual
    assert 0.4 < residual[exchanged].mean() < 0.6
    assert 0.2 < residual[exchanged].std() < 0.32  # 0.29 were it uniform in one direction
    assert np.median(residual[~exchanged]) < 0.02


def test_without_a_link_pairs_fit_no_better_than_re_paired_ones(clean: Subject) -> None:
    evidence = gather_evidence(shuffled(clean, 5, 1.0), PAIR, 0)
    assert abs(evidence.strength - 0.5) < 0.03
    assert abs(evidence.residual.mean() - 0.5) < 0.03


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3])
def test_the_mixture_finds_the_share_that_was_mixed_in(share: float) -> None:
    rng = np.random.default_rng(6)
    own, repaired = rng.normal(0, 1, (5000, 2)), rng.normal(0, 1, (20000, 2))
    own[:, 0] += 4 * (rng.random(5000) >= share)
    mixture = estimate_share(own, repaired)
    assert abs(mixture.share - share) < 0.003 + 0.1 * share
    assert (mixture.statistic > 15) == (share > 0)
