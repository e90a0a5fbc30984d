"""Refusing: AUC, threshold and F1 by hand and by scikit-learn; what lies apart is told, what does not is not."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from musicdata_baselines.suites.text_search import refusal
from musicdata_baselines.suites.text_search.asking import Run
from musicdata_baselines.suites.text_search.queries import QuerySet
from musicdata_baselines.suites.text_search.refusal import Asked

RNG = np.random.default_rng(0)


def asked(
    present: np.ndarray[tuple[int], np.dtype[np.float64]], absent: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Asked:
    best = np.concatenate([present, absent]).astype(np.float32)
    n = len(best)
    is_present = np.arange(n) < len(present)
    names = np.array([f"{number}" for number in range(n)])
    queries = QuerySet(
        ids=names,
        texts=["three little words"] * n,
        kinds=np.array(["line"] * n),
        languages=np.array(["en"] * n),
        targets=np.array([""] * n),
        sources=names,
        splits=np.array(["test"] * n),
        groups=names,
        relevant=[np.array([0] if there else [], np.int32) for there in is_present],
        n_there={},
    )
    run = Run("hybrid", is_present.astype(np.int32), best, np.zeros(n, np.float32), np.ones(n, bool))
    return Asked(queries, [run], is_present)


def test_auc_is_that_of_the_field_ties_included() -> None:
    present, absent = RNG.integers(0, 6, 40) / 1.0, RNG.integers(0, 5, 30) / 1.0
    truth = np.arange(70) < 40
    assert refusal.auc(present, absent) == pytest.approx(roc_auc_score(truth, np.concatenate([present, absent])))


def test_what_lies_apart_is_told() -> None:
    valid, test = (asked(RNG.normal(4, 1, 80), RNG.normal(0, 1, 20)) for _ in range(2))
    found = refusal.measure(valid, test, {"paper": 0.5}, 0)
    assert found is not None
    assert found.auc_low > 0.9
    assert 1 < found.threshold < 3
    assert found.f1 > 0.9 > found.answering_all
    assert found.present_found + found.present_refused == 80
    assert found.absent_found + found.absent_refused == 20
    recall, wrong = found.present_found / 80, found.absent_found / 20
    assert found.recall == recall
    assert found.precision == pytest.approx(recall / (recall + wrong))
    assert found.f1 == pytest.approx(2 * found.precision * recall / (found.precision + recall))
    assert found.all_ones == {"paper": pytest.approx(2 / 3)}
    assert found.n_valid == (80, 20)
    assert found.right == 1


def test_what_is_alike_is_not_told() -> None:
    valid, test = (asked(RNG.normal(0, 1, 80), RNG.normal(0, 1, 20)) for _ in range(2))
    found = refusal.measure(valid, test, {}, 0)
    assert found is not None
    assert found.auc_low < 0.5 < found.auc_high


def test_the_threshold_is_the_best_there_is_on_valid() -> None:
    present, absent = RNG.normal(1, 1, 50), RNG.normal(0, 1, 30)
    values = np.concatenate([present, absent])
    is_present = np.arange(80) < 50
    chosen = refusal._threshold(values, is_present)

    def f1(threshold: float) -> float:
        return refusal.balanced_f1(float((present >= threshold).mean()), float((absent >= threshold).mean()))

    assert f1(chosen) == pytest.approx(max(f1(value) for value in values.tolist()))


@pytest.mark.parametrize(("present", "absent"), [(80, 2), (2, 80)])
def test_too_few_give_no_figure(present: int, absent: int) -> None:
    few, many = asked(np.ones(present), np.zeros(absent)), asked(np.ones(80), np.zeros(80))
    assert refusal.measure(few, many, {}, 0) is None
    assert refusal.measure(many, few, {}, 0) is None


def test_a_margin_is_a_share_and_nothing_where_nothing_matched() -> None:
    queries = asked(np.array([4.0, 0.0]), np.array([2.0]))
    run = queries.runs[0]
    run = Run("hybrid", run.ranks, run.best, np.array([1.0, 0.0, 2.0], np.float32), run.can)
    values = Asked(queries.queries, [run], queries.present).statistics()
    assert values["hybrid margin"].tolist() == [0.75, 0.0, 0.0]
    assert values["hybrid score a term"].tolist() == pytest.approx([4 / 3, 0, 2 / 3])
