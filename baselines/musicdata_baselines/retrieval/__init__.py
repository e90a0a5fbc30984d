"""Retrieval between two views: exact ranks, figures with chance beside them, intervals and permutation tests."""

from __future__ import annotations

from musicdata_baselines.retrieval.category import CategoryMetrics, category_chance, category_metrics, category_mrr
from musicdata_baselines.retrieval.evaluation import Direction, Evaluation, evaluate
from musicdata_baselines.retrieval.inference import (
    PermutationResult,
    Significance,
    bootstrap_by_group,
    permutation_test,
)
from musicdata_baselines.retrieval.metrics import Metrics, chance, mean_mrr, recall_curve, reciprocal_ranks
from musicdata_baselines.retrieval.ranks import Places, Ranks, count_ranks, cumulative_ranks, normalise

__all__ = [
    "CategoryMetrics",
    "Direction",
    "Evaluation",
    "Metrics",
    "PermutationResult",
    "Places",
    "Ranks",
    "Significance",
    "bootstrap_by_group",
    "category_chance",
    "category_metrics",
    "category_mrr",
    "chance",
    "count_ranks",
    "cumulative_ranks",
    "evaluate",
    "mean_mrr",
    "normalise",
    "permutation_test",
    "recall_curve",
    "reciprocal_ranks",
]
