from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, check_shared_numbers
from tests.baselines.suites.paired_views.planted import leaked_id


@pytest.mark.parametrize("form", ["hash", "group"])
def test_finds_a_number_pasted_in_two_views(clean: Subject, form: str) -> None:
    results = check_shared_numbers(leaked_id(clean, 4, form, ("audio", "lyrics")))
    assert [bool(result.findings) for result in results] == [False, True, False]
    assert "feature " in results[1].findings[0].message


def test_finds_it_when_compression_has_spread_it_over_all_columns(clean: Subject) -> None:
    leaking = leaked_id(clean, 4, "hash", ("audio", "sheet"))
    rng = np.random.default_rng(1)
    views = {name: (view - view.mean(axis=0)) / view.std(axis=0) for name, view in leaking.views.items()}
    turned = {name: v @ np.linalg.qr(rng.standard_normal((v.shape[1],) * 2))[0] for name, v in views.items()}
    results = check_shared_numbers(dataclasses.replace(leaking, views=turned))
    assert [bool(result.findings) for result in results] == [True, False, False]
    assert "combinations" in results[0].findings[0].message


def test_finds_it_through_a_change_of_scale_that_is_not_linear(clean: Subject) -> None:
    leak = np.random.default_rng(2).permutation(2000) / 2000
    views = {name: clean.views[name].copy() for name in clean.names}
    views["audio"][:, 3], views["sheet"][:, 8] = np.exp(3 * leak), -np.sqrt(leak)
    assert check_shared_numbers(dataclasses.replace(clean, views=views))[0].findings


def test_corpora_that_every_view_tells_apart_share_no_number(clean: Subject) -> None:
    rng = np.random.default_rng(3)
    views = {name: clean.views[name].copy() for name in clean.names}
    for n_corpora in (2, 4):
        corpus = np.arange(2000) * n_corpora // 2000
        for view in views.values():
            view[:, :5] += 300 * view[:, :5].std(axis=0) * rng.standard_normal((n_corpora, 5))[corpus]
        assert not any(r.findings for r in check_shared_numbers(dataclasses.replace(clean, views=views)))


def test_columns_that_are_mostly_zero_agree_by_chance(clean: Subject) -> None:
    views = {name: clean.views[name].copy() for name in clean.names}
    for name in ("audio", "sheet"):
        views[name][:, 0] = np.arange(2000) == 17
    assert not any(r.findings for r in check_shared_numbers(dataclasses.replace(clean, views=views)))
