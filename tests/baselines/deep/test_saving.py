"""Deep models are arrays and JSON, and come back as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from musicdata_baselines import models
from musicdata_baselines.deep.dcca import DCCA
from musicdata_baselines.deep.dgcca import DGCCA
from musicdata_baselines.deep.info_nce import InfoNCE
from musicdata_baselines.deep.joint_train import JointTrainDCCA
from musicdata_baselines.deep.mve import MVE
from musicdata_baselines.deep.residual import ResidualCCA
from musicdata_baselines.errors import ModelFileError
from tests.baselines.deep.planted import linked, split

MODELS: dict[str, Callable[[], Any]] = {
    "dcca": lambda: DCCA(3, epochs=2, device="cpu"),
    "dcca paper": lambda: DCCA(3, architecture="paper", epochs=2, weighting=0.5, device="cpu"),
    "dgcca": lambda: DGCCA(3, epochs=2, device="cpu"),
    "mve": lambda: MVE(4, epochs=2, device="cpu"),
    "info_nce": lambda: InfoNCE(4, epochs=2, device="cpu"),
    "residual": lambda: ResidualCCA(3, epochs=2, device="cpu"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    train, valid = split(linked(150), 100, 50)
    model = MODELS[name]().fit(train, valid=valid)
    models.save(model, tmp_path)
    torch.manual_seed(3)
    state = torch.get_rng_state()
    loaded: Any = models.load(tmp_path)
    assert torch.equal(torch.get_rng_state(), state)
    assert loaded.get_params() == model.get_params()
    assert (loaded.history_, loaded.best_epoch_) == (model.history_, model.best_epoch_)
    assert loaded.score(valid) == model.score(valid)
    for ours, theirs in zip(loaded.transform(valid), model.transform(valid), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_a_model_of_spectrograms_comes_back_as_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    views = [rng.normal(size=(6, 2, 20, 161)), rng.normal(size=(6, 4))]
    model = JointTrainDCCA(2, epochs=1, device="cpu").fit(views)
    models.save(model, tmp_path)
    loaded: Any = models.load(tmp_path)
    assert loaded.transform(views)[0].tobytes() == model.transform(views)[0].tobytes()


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("networks_.0.linear.weight", lambda a: a[:, :-1]),
        ("networks_.1.hidden.8.bias", lambda a: a[:-1]),
        ("networks_.0.linear.weight", lambda a: a.astype(np.float64)),
        ("means_.0", lambda a: a[:-1]),
        ("scales_.1", np.zeros_like),
        ("linear_.weights_.0", lambda a: a[:-1]),
    ],
)
def test_parts_that_do_not_go_together_are_refused(name: str, spoil: Any) -> None:
    model = DCCA(3, epochs=1, device="cpu").fit(linked(50))
    arrays, facts = model.state()
    arrays[name] = spoil(arrays[name])
    with pytest.raises((ModelFileError, RuntimeError)):
        DCCA(**model.get_params()).restore(arrays, facts).check_state()
