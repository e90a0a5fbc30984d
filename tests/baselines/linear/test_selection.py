from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.linear.selection import choose
from musicdata_baselines.retrieval import mean_mrr
from tests.baselines.linear.paired import make


@pytest.mark.parametrize(("estimator", "widths"), [(CCA, (40, 30)), (GCCA, (40, 30, 20))])
def test_it_is_the_best_of_all_that_were_fitted_one_by_one(estimator: type, widths: tuple[int, ...]) -> None:
    views = make(500, widths, shared=10, noise=1.0)
    train, valid = [v[:300] for v in views], [v[300:] for v in views]
    shrinkages, exponents = (0.01, 0.3), (0.0, 1.0, 3.0)
    choice = choose(estimator, Moments.of(train), valid, shrinkages=shrinkages, exponents=exponents, n_components=12)
    for (shrinkage, exponent), found in choice.tried.items():
        scores = estimator(12, shrinkage=shrinkage, weighting=exponent).fit(train).transform(valid)
        assert found == pytest.approx(np.mean([mean_mrr(a, b) for a, b in combinations(scores, 2)]), abs=1e-9)
    assert set(choice.tried) == {(s, e) for s in shrinkages for e in exponents}
    assert choice.valid_mrr == max(choice.tried.values()) == choice.tried[choice.shrinkage, choice.exponent]
    parameters = choice.estimator.get_params()
    assert (parameters["shrinkage"], parameters["weighting"]) == (choice.shrinkage, choice.exponent)
    scores = choice.estimator.transform(valid)
    assert np.mean([mean_mrr(a, b) for a, b in combinations(scores, 2)]) == pytest.approx(choice.valid_mrr, abs=1e-9)


def test_columns_that_repeat_others_are_no_error() -> None:
    views = make(300, (20, 6))
    views[1] = np.hstack([views[1]] * 3)
    choice = choose(CCA, Moments.of([v[:200] for v in views]), [v[200:] for v in views], n_components=15)
    assert choice.estimator.n_components_ == 6


def test_weighting_pays_where_most_components_are_noise() -> None:
    views = make(1200, (60, 60), shared=8, noise=1.5)
    moments, valid = Moments.of([v[:800] for v in views]), [v[800:] for v in views]
    plain = choose(CCA, moments, valid, exponents=(0.0,), n_components=60)
    weighted = choose(CCA, moments, valid, n_components=60)
    assert weighted.exponent > 0
    assert weighted.valid_mrr > 1.5 * plain.valid_mrr


def test_components_are_limited_by_the_rank() -> None:
    views = make(300, (20, 6))
    choice = choose(CCA, Moments.of([v[:200] for v in views]), [v[200:] for v in views], n_components=100)
    assert choice.estimator.n_components_ == 6


def test_there_must_be_something_to_try() -> None:
    views = make(50, (5, 4))
    with pytest.raises(UsageError, match="at least one"):
        choose(CCA, Moments.of(views), views, shrinkages=())
