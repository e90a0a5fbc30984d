"""Baselines, controls and the release gate for data sets built with musicdata.

`musicdata validate PATH` is `validate(PATH)`. Estimators follow scikit-learn's habits; they take a list of views, one
array of shape (rows, features) each, row i of every view being the same item. Searches take songs and queries instead.
"""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "CCA": "linear.cca",
    "GCCA": "linear.gcca",
    "MCCA": "linear.mcca",
    "WSABIE": "linear.wsabie",
    "DCCA": "deep.dcca",
    "DGCCA": "deep.dgcca",
    "JointTrainDCCA": "deep.joint_train",
    "MVE": "deep.mve",
    "InfoNCE": "deep.info_nce",
    "ResidualCCA": "deep.residual",
    "TwoBranch": "deep.two_branch",
    "Bm25Search": "search",
    "DenseSearch": "search",
    "HybridSearch": "search",
    "ProjectionHead": "search",
    "TfidfSearch": "search",
    "evaluate": "retrieval",
    "load": "models",
    "save": "models",
    "validate": "validation",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"musicdata_baselines has no {name!r}; it has {', '.join(sorted(_PUBLIC))}")
    return getattr(importlib.import_module(f"musicdata_baselines.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
