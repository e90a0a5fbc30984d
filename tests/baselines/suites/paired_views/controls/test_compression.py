from __future__ import annotations

import dataclasses

import numpy as np

from musicdata_baselines.suites.paired_views.controls import Subject
from musicdata_baselines.suites.paired_views.controls.compression import compress, informative_columns, standardise


def test_a_column_informs_if_it_varies_by_more_than_float32_rounds() -> None:
    n = np.arange(100)
    view = np.stack([np.zeros(100), np.full(100, 1e4), 1e4 + 1e-3 * (n % 2), 1e4 + n, 1e-9 * n], axis=1)
    assert informative_columns(view).tolist() == [3, 4]


def test_standardises_over_the_rows_given() -> None:
    view = np.random.default_rng(0).normal(5, 3, (50, 4))
    view[:, 2] = 7
    rows = np.arange(30)
    standard = standardise(view, rows)
    assert standard.shape == (50, 3)
    np.testing.assert_allclose(standard[rows].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(standard[rows].std(axis=0), 1)


def test_keeps_the_components_that_vary_most(clean: Subject) -> None:
    compressed = compress(clean, 30)
    assert [compressed.views[name].shape[1] for name in clean.names] == [30, 30, 30]
    train = clean.rows("train")
    scores, columns = compressed.views["audio"][train], standardise(clean.views["audio"], train)[train]
    variances = scores.var(axis=0)
    assert (np.diff(variances) <= 1e-9).all()
    # No 30 orthonormal combinations of the columns vary more: Ky Fan.
    highest = np.linalg.eigvalsh(np.corrcoef(columns.T))[-30:].sum()
    np.testing.assert_allclose(variances.sum(), highest, rtol=1e-6)


def test_views_that_are_components_already_keep_their_first_ones(clean: Subject) -> None:
    train = clean.rows("train")
    columns = standardise(clean.views["audio"], train)
    _, values, directions = np.linalg.svd(columns[train], full_matrices=False)
    components = columns @ directions.T
    kept = compress(dataclasses.replace(clean, views=clean.views | {"audio": components}), 30).views["audio"]
    assert (np.diff(values) < 0).all()
    for number in (0, 29):
        assert abs(np.corrcoef(kept[train, number], components[train, number])[0, 1]) > 0.999999


def test_keeps_no_more_columns_than_a_fifth_of_the_rows_it_is_fitted_to(clean: Subject) -> None:
    few = dataclasses.replace(clean, split=np.where(np.arange(2000) < 100, "train", "test"))
    assert compress(few).views["audio"].shape == (2000, 20)
