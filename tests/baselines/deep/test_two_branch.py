"""Two-branch networks learn a planted link between groups of items, from features and from words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines import models
from musicdata_baselines.deep.two_branch import TwoBranch
from musicdata_baselines.errors import DeviceError, ModelFileError, ViewError
from musicdata_baselines.retrieval.gallery import Gallery, find_sets
from musicdata_baselines.views import Sequences
from tests.baselines.suites.albums import ordering
from tests.baselines.suites.albums.planted import Link, make

LINK = Link(
    albums=60, reviews=4, songs=4, latents=3, noise=0.2, reviewer=0.2, song=0.3, idle=0.0, vocabulary=200, words=25
)
POP = make(LINK)
SMALL: dict[str, Any] = {
    "n_components": 16,
    "hidden": 24,
    "words": 16,
    "lstm": 8,
    "vocabulary": 202,
    "most_tokens": 12,
    "batch_size": 40,
    "device": "cpu",
}


def views(text: str) -> list[Any]:
    return [POP.audio, POP.text if text == "vectors" else POP.tokens]


def fitted(text: str = "vectors", **more: Any) -> TwoBranch:
    model = TwoBranch(text=text, **(SMALL | {"epochs": 30} | more))  # type: ignore[arg-type]
    return model.fit(views(text), groups=[POP.song_album, POP.review_album])


def mrr(model: TwoBranch, text: str) -> float:
    songs, reviews = model.transform(views(text))
    gallery = Gallery.of(songs, POP.song_album, reviews, POP.review_album)
    return float(find_sets(gallery, np.arange(len(reviews)), "mean").reciprocal_ranks.mean())


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("vectors", {}),
        ("vectors", {"linear": True}),
        ("mean", {"learning_rate": 5e-3}),
        ("mean", {"neighbours": True, "near_x": 0.1, "near_y": 0.1, "learning_rate": 5e-3}),
        ("lstm", {"learning_rate": 1e-2, "epochs": 20}),
    ],
)
def test_reviews_find_the_albums_they_were_trained_with(text: str, more: dict[str, Any]) -> None:
    model = fitted(text, **more)
    chance = (1 / np.arange(1, POP.n_albums + 1)).mean()
    assert mrr(model, text) > 2 * chance
    losses = [epoch["loss"] for epoch in model.history_]
    assert losses[-1] < losses[0]


def test_scores_are_points_of_the_unit_sphere_whatever_the_rows() -> None:
    model = fitted("mean", epochs=1)
    songs, reviews = model.transform([POP.audio[:7], POP.tokens.take(np.arange(3))])
    assert (songs.shape, reviews.shape) == ((7, 16), (3, 16))
    for scores in (songs, reviews):
        np.testing.assert_allclose(np.linalg.norm(scores, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("text", ["vectors", "mean", "lstm"])
def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(text: str) -> None:
    one, again, other = (
        fitted(text, epochs=2, neighbours=True, seed=seed).transform(views(text)) for seed in (1, 1, 2)
    )
    assert one[0].tobytes() == again[0].tobytes()
    assert one[1].tobytes() == again[1].tobytes()
    assert one[0].tobytes() != other[0].tobytes()


@pytest.mark.parametrize("text", ["mean", "lstm"])
def test_a_model_of_words_comes_back_as_it_was(text: str, tmp_path: Path) -> None:
    model = fitted(text, epochs=1)
    loaded: Any = models.load(models.save(model, tmp_path))
    assert (loaded.history_, loaded.n_steps_) == (model.history_, model.n_steps_)
    for ours, theirs in zip(loaded.transform(views(text)), model.transform(views(text)), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    changed = model.set_params(vocabulary=300)
    with pytest.raises(ModelFileError):
        models.load(models.save(changed, tmp_path))


def test_the_lstm_reads_no_further_than_it_is_told_and_empty_texts_too() -> None:
    model = fitted("lstm", epochs=1, most_tokens=3)
    songs = POP.audio[:1]
    _, long = model.transform([songs, Sequences.of([[5, 6, 7, 8, 9], [5, 6, 7], [], [7, 6, 5]])])
    np.testing.assert_allclose(long[0], long[1], atol=1e-6)
    assert np.isfinite(long).all()
    assert not np.allclose(long[1], long[3])
    _, alone = model.transform([songs, Sequences.of([[]])])
    np.testing.assert_allclose(alone[0], long[2], atol=1e-6)


def test_training_ends_after_the_steps_it_may_have() -> None:
    per_epoch = round(len(POP.review_album) / 40)
    assert fitted(max_steps=per_epoch + 1, epochs=5).n_steps_ == per_epoch + 1
    assert [epoch["epoch"] for epoch in fitted(max_steps=per_epoch + 1, epochs=5).history_] == [1, 2]
    assert fitted(epochs=2).n_steps_ == 2 * per_epoch


def test_what_cannot_be_trained_is_named() -> None:
    groups = [POP.song_album, POP.review_album]
    with pytest.raises(ViewError, match="expected Sequences of token ids where text is mean"):
        TwoBranch(text="mean", device="cpu").fit([POP.audio, POP.text], groups)
    with pytest.raises(ViewError, match="the vocabulary ends at 9"):
        TwoBranch(text="mean", vocabulary=10, device="cpu").fit([POP.audio, POP.tokens], groups)
    with pytest.raises(ViewError, match="no groups were given"):
        TwoBranch(device="cpu").fit([POP.audio, POP.text])
    with pytest.raises(ViewError, match="one an item is needed"):
        TwoBranch(device="cpu").fit([POP.audio, POP.text], groups[::-1])
    with pytest.raises(DeviceError, match="tpu"):
        TwoBranch(device="tpu").fit([POP.audio, POP.text], groups)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"hidden": 0}, "hidden is 0"),
        ({"max_steps": 0}, "max_steps is 0"),
        ({"margin": -1.0}, "margin is -1.0"),
        ({"text": "bag"}, "there are vectors, mean, lstm"),
        ({"near_x": 0.5}, "set neighbours=True"),
        ({"batch_size": 1}, "batch_size is 1"),
    ],
)
def test_senseless_parameters_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fitted(**more)


@pytest.mark.long
def test_the_ordering_of_the_paper_shows_on_planted_albums() -> None:
    """Means over three seeds; `python -m tests.benchmarks.two_branch ordering` has more albums."""
    link = Link(albums=500, vocabulary=1000, words=40)
    by_seed = [ordering.measure(link, seed, epochs=12, text="vectors") for seed in range(3)]
    for pool in ("best", "mean"):
        one, both, near = (np.mean([found[place].mrr[pool] for found in by_seed]) for place in range(3))
        assert one < both < near
