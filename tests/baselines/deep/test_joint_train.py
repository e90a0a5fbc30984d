"""Joint training of spectrograms and texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicdata_baselines.deep.joint_train import JointTrainDCCA
from musicdata_baselines.errors import ViewError

QUICK: dict[str, Any] = {"n_components": 2, "epochs": 1, "device": "cpu"}


def views(n_rows: int = 12, n_pieces: int | None = 2, n_coefficients: int = 20, seed: int = 0) -> list[np.ndarray]:
    """Return noise in which the loudness of a band is what the text says."""
    rng = np.random.default_rng(seed)
    text = rng.normal(size=(n_rows, 5))
    pieces = () if n_pieces is None else (n_pieces,)
    audio = rng.normal(size=(n_rows, *pieces, n_coefficients, 161))
    loudness = np.exp(text[:, 0]).reshape(-1, *(1 for _ in pieces), 1, 1)
    audio[..., 4:9, :] *= loudness
    return [audio, text]


@pytest.mark.parametrize(("n_pieces", "n_coefficients"), [(None, 20), (4, 20), (None, 96)])
def test_scores_have_a_row_an_item(n_pieces: int | None, n_coefficients: int) -> None:
    both = views(6, n_pieces, n_coefficients)
    scores = JointTrainDCCA(**QUICK).fit_transform(both)
    assert [score.shape for score in scores] == [(6, 2), (6, 2)]
    assert all(np.isfinite(score).all() for score in scores)


def test_an_item_scores_the_mean_of_its_sub_sequences() -> None:
    audio, text = views()
    model = JointTrainDCCA(**QUICK).fit([audio, text])
    whole = model.transform([audio, text])[0]
    halves = [model.transform([audio[:, i], text])[0] for i in range(2)]
    np.testing.assert_allclose(whole, (halves[0] + halves[1]) / 2, rtol=1e-4, atol=1e-5)


def test_a_coefficient_has_one_mean_and_scale() -> None:
    audio, text = views()
    model = JointTrainDCCA(**QUICK).fit([audio, text])
    assert model.means_[0].shape == (20, 1)
    np.testing.assert_allclose(model.means_[0][:, 0], audio.mean(axis=(0, 1, 3)))
    np.testing.assert_allclose(model.scales_[0][:, 0], audio.std(axis=(0, 1, 3)))
    assert model.n_features_in_ == [20 * 161, 5]


def test_the_audio_network_learns_what_the_text_says() -> None:
    train, test = views(50, None, seed=0), views(40, None, seed=1)
    model = JointTrainDCCA(1, architecture="best", epochs=5, batch_size=50, device="cpu").fit(train)
    a, b = model.transform(test)
    assert abs(np.corrcoef(a[:, 0], b[:, 0])[0, 1]) > 0.5


def test_a_seed_gives_the_same_bytes() -> None:
    first, second, other = (JointTrainDCCA(**QUICK, seed=seed).fit_transform(views())[0] for seed in (0, 0, 1))
    assert first.tobytes() == second.tobytes()
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda a, t: [a[..., :160], t], r"shape \(12, 2, 20, 160\).*\(20, 161\) or \(96, 161\)"),
        (lambda a, t: [a.reshape(12, -1), t], r"shape \(12, 6440\)"),
        (lambda a, t: [a[:, :0], t], r"shape \(12, 0, 20, 161\)"),
        (lambda a, t: [a[:-1], t], "the same item"),
        (lambda a, t: [np.where(a == a[1, 1, 2, 3], np.nan, a), t], "view 0, row 1"),
        (lambda a, t: [], r"shape \(\)"),
        (lambda a, t: [a[:2], t[:2]], "2 rows for n_components=2"),
    ],
)
def test_views_that_cannot_be_fitted_are_named(spoil: Any, message: str) -> None:
    with pytest.raises(ViewError, match=message):
        JointTrainDCCA(**QUICK).fit(spoil(*views()))


def test_a_model_of_mfcc_refuses_mel() -> None:
    model = JointTrainDCCA(**QUICK).fit(views())
    with pytest.raises(ViewError, match=r"shape \(12, 2, 96, 161\).*\(20, 161\)"):
        model.transform(views(n_coefficients=96))
