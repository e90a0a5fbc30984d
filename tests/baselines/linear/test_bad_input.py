from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines import backend
from musicdata_baselines.errors import DeviceError, NotFittedError, ViewError
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from musicdata_baselines.linear.mcca import MCCA
from tests.baselines.linear.paired import make

ALL = [CCA, GCCA, MCCA]


def spoil(where: tuple[Any, Any], value: float) -> list[Any]:
    views = make(50, (6, 5))
    views[1][where] = value
    return views


@pytest.mark.parametrize("estimator", ALL)
@pytest.mark.parametrize(
    ("views", "message"),
    [
        (spoil((7, 3), np.nan), "view 1, row 7, column 3 is nan"),
        (spoil((7, 3), -np.inf), "view 1, row 7, column 3 is -inf"),
        (spoil((9, slice(None)), np.nan), "view 1 is missing in row 9.*leave such rows out"),
        (spoil((slice(None), slice(None)), 2.5), "view 1 is constant in all of its 5 columns"),
        (make(5, (6, 5)), r"view 0 has 6 columns that vary and only 5 rows.*shrinkage.*RandomizedPCA"),
        (make(9, (6, 5)), r"views 0 and 1 have 6 \+ 5 dimensions and only 9 rows: 3 correlations would be 1"),
        (make(2, (1, 1)), r"views 0 and 1 have 1 \+ 1 dimensions and only 2 rows"),
        (make(2, (3, 2)), "view 0 has 3 columns that vary and only 2 rows"),
        (make(1, (3, 2)), "1 rows, at least 2"),
        ([np.ones((5, 2)), np.ones((6, 2))], r"\[5, 6\] rows; row i of each must be the same item"),
        ([np.ones((5, 2))], "1 views were given"),
        ([np.ones((5, 0)), np.ones((5, 2))], r"shape \(5, 0\)"),
        ([np.ones(5), np.ones((5, 2))], r"shape \(5,\)"),
        ([[["a"]], [["b"]]], "no array of numbers"),
    ],
)
def test_views_that_cannot_be_fitted(estimator: type, views: list[Any], message: str) -> None:
    with pytest.raises(ViewError, match=message):
        estimator().fit(views)


@pytest.mark.parametrize("estimator", ALL)
def test_more_components_than_there_are(estimator: type) -> None:
    views = make(60, (6, 4))
    with pytest.raises(ViewError, match=r"n_components is 5, but the views have rank 4; ask for 4"):
        estimator(n_components=5).fit(views)
    with pytest.raises(ViewError, match="rank 3"):
        estimator(n_components=4).fit([views[0], np.hstack([views[1][:, :3], views[1][:, :1]])])
    with pytest.raises(ViewError, match="rank 4; ask for 4"):  # five centred rows span four dimensions
        estimator(n_components=5, shrinkage=0.5).fit(make(5, (30, 30)))


@pytest.mark.parametrize("estimator", ALL)
def test_wider_than_long_is_no_error_with_a_ridge(estimator: type) -> None:
    views = make(20, (30, 25))
    fitted = estimator(n_components=3, shrinkage=0.5).fit(views)
    assert all(np.isfinite(scores).all() and scores.any(axis=0).all() for scores in fitted.transform(views))


@pytest.mark.parametrize("estimator", ALL)
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": 0}, "n_components is 0"),
        ({"n_components": 2.0}, r"n_components is 2\.0"),
        ({"n_components": True}, "n_components is True"),
        ({"shrinkage": -0.1}, r"shrinkage is -0\.1"),
        ({"shrinkage": 1.5}, r"shrinkage is 1\.5"),
        ({"shrinkage": float("nan")}, "shrinkage is nan"),
        ({"shrinkage": "a lot"}, "shrinkage is 'a lot'"),
        ({"weighting": "heavy"}, "weighting is 'heavy'.*'none', 'correlation'"),
        ({"weighting": -1}, "weighting is -1"),
        ({"weighting": float("inf")}, "weighting is inf"),
    ],
)
def test_parameters_that_make_no_sense(estimator: type, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        estimator(**parameters).fit(make(30, (4, 3)))


@pytest.mark.parametrize("estimator", ALL)
def test_what_is_transformed_must_be_what_was_fitted(estimator: type) -> None:
    views = make(50, (6, 5))
    with pytest.raises(NotFittedError, match="call fit first"):
        estimator().transform(views)
    with pytest.raises(NotFittedError, match="call fit first"):
        estimator().score(views)
    fitted = estimator().fit(views)
    with pytest.raises(ViewError, match="view 0 has 5 features; it was fitted on 6"):
        fitted.transform(views[::-1])
    with pytest.raises(ViewError, match="3 views were given, expected 2"):
        fitted.transform([*views, views[0]])
    with pytest.raises(ViewError, match="row 2, column 1 is nan"):
        fitted.transform([views[0][:3], _with_nan(views[1][:3])])
    still = [views[0][:4], np.repeat(views[1][:1], 4, axis=0)]
    with pytest.raises(ViewError, match="component 0 of view 1 does not vary in these 4 rows"):
        fitted.score(still)
    assert all(len(scores) == 1 for scores in fitted.transform([view[:1] for view in views]))


def _with_nan(view: Any) -> Any:
    view = view.copy()
    view[2, 1] = np.nan
    return view


def test_cca_takes_two_views() -> None:
    with pytest.raises(ViewError, match="3 views were given, expected 2"):
        CCA().fit(make(50, (4, 3, 3)))
    with pytest.raises(ViewError, match="CCA takes 2 views, not 3"):
        CCA().fit_blocks([make(50, (4, 3, 3))])


def test_rows_that_cannot_be_solved_are_not_added() -> None:
    views = make(50, (6, 5))
    fitted = CCA().partial_fit(views)
    with pytest.raises(ViewError, match="view 0 is missing in row 0"):
        fitted.partial_fit([views[0] * np.nan, views[1]])
    np.testing.assert_allclose(fitted.canonical_correlations_, CCA().fit(views).canonical_correlations_, atol=1e-12)
    wide = CCA(shrinkage=0.5).fit(make(10, (60, 5)))
    with pytest.raises(UsageError, match="no moments to add rows to"):
        wide.partial_fit(make(10, (60, 5)))


@pytest.mark.parametrize("device", ["gpu", "CUDA", ""])
def test_an_unknown_device_names_the_known_ones(device: str) -> None:
    with pytest.raises(DeviceError, match="auto, cpu, cuda"):
        backend.choose(device)
    with pytest.raises(DeviceError, match="auto, cpu, cuda"):
        CCA(device=device).fit(make(50, (4, 3)))


def test_a_card_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    if torch.cuda.is_available():
        assert backend.choose("auto").name == backend.choose("cuda").name == "cuda"
        return
    assert backend.choose("auto").name == "cpu"
    with pytest.raises(DeviceError, match="finds no CUDA card"):
        backend.choose("cuda")
