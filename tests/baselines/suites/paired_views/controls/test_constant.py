from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, check_constant, run_all
from tests.baselines.suites.paired_views.planted import Recipe, constant_modality, make


def spoil(clean: Subject, view: np.ndarray) -> Subject:
    return dataclasses.replace(clean, views=clean.views | {"lyrics": view})


def test_names_the_constant_modality_only(clean: Subject) -> None:
    assert [r.findings for r in check_constant(clean)] == [(), (), ()]
    found = {r.subject: r for r in check_constant(constant_modality(clean, 5))}
    constant = [name for name, result in found.items() if result.findings]
    assert len(constant) == 1
    assert found[constant[0]].findings[0].refuses
    assert found[constant[0]].figures == {"n_informative": 0, "equal_share": 1.0}


@pytest.mark.parametrize("share", [0.95, 1.0])
def test_rounding_of_float32_is_no_information(clean: Subject, share: float) -> None:
    view = clean.views["lyrics"].copy()
    same = np.arange(2000) < share * 2000
    noise = 1 + 1e-7 * np.random.default_rng(0).standard_normal((same.sum(), view.shape[1]))
    view[same] = (view[0] * noise).astype(np.float32)
    assert check_constant(spoil(clean, view))[2].findings[0].refuses


def test_one_column_that_varies_is_not_enough(clean: Subject) -> None:
    view = np.zeros((2000, 40))
    view[:, 3] = np.arange(2000)
    assert "1 of 40 features vary" in check_constant(spoil(clean, view))[2].findings[0].message


def test_a_third_of_the_lyrics_may_be_the_same() -> None:
    subject = make(1000, Recipe(n=500, repeated_lyrics=0.33))
    assert not any(result.findings for result in check_constant(subject))


def test_a_view_that_varies_only_outside_train_is_constant(clean: Subject) -> None:
    view = clean.views["lyrics"].copy()
    view[clean.rows("train")] = 1.0
    assert check_constant(spoil(clean, view))[2].findings[0].refuses
    assert {r.control for r in run_all(spoil(clean, view)) if r.findings} == {"constant modality"}
