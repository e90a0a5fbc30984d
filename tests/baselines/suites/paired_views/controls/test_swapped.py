from __future__ import annotations

import dataclasses

import numpy as np

from musicdata_baselines.suites.paired_views.controls import Subject, check_swapped
from tests.baselines.suites.paired_views.planted import swapped


def test_lists_the_items_that_were_swapped(clean: Subject) -> None:
    result = check_swapped(swapped(clean, 3, 0.01))[0]
    (finding,) = result.findings
    assert finding.refuses
    assert result.figures["n_swapped"] == 20
    changed = (swapped(clean, 3, 0.01).views["audio"] != clean.views["audio"]).any(axis=1)
    assert set(finding.items) == set(clean.sample_ids[changed])


def test_says_of_which_views_nothing_can_be_told(clean: Subject) -> None:
    assert "unequal width" in check_swapped(clean)[1].summary
    white = np.random.default_rng(0).standard_normal((2, 2000, 80))
    alike = dataclasses.replace(clean, views=clean.views | {"audio": white[0], "sheet": white[1]})
    result = check_swapped(alike)[0]
    assert "cannot tell" in result.summary
    assert not result.findings


def test_honest_outliers_are_not_swapped(clean: Subject) -> None:
    loud = clean.views["audio"].copy()
    loud[:50] *= 20
    assert not any(r.findings for r in check_swapped(dataclasses.replace(clean, views=clean.views | {"audio": loud})))
