"""Controls: other songs' sound and words, never a song's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata_baselines.suites.captioning import controls, dataset, parts
from tests.baselines.suites.captioning import made


@given(st.lists(st.integers(0, 5), min_size=2, max_size=40), st.integers(0, 5))
def test_every_song_gets_another_of_another_group(groups: list[int], seed: int) -> None:
    labels = np.array([f"g{one}" for one in groups])
    other = controls.others(labels, seed)
    assert sorted(other.tolist()) == list(range(len(groups)))
    assert (other != np.arange(len(groups))).all()
    if 2 * np.bincount(groups).max() <= len(groups):
        assert (labels[other] != labels).all()


def test_sound_and_words_are_replaced_and_nothing_else() -> None:
    data = dataset.read(made.source(), made.SETTINGS)
    cut = parts.cut(data, "grouped", "full", 20)
    asked = controls.asked(cut, 0)
    assert cut.test.tokens is not None
    for name, songs in asked.items():
        assert (songs.ids, songs.references) == (cut.test.ids, cut.test.references)
        assert songs.tokens is not None
        assert (songs.lyrics != cut.test.lyrics) == (name == "shuffled lyrics")
        assert np.array_equal(songs.tokens, cut.test.tokens) == (name == "shuffled lyrics")
    assert not np.any(asked["zero audio"].tokens)
    assert sorted(asked["shuffled lyrics"].lyrics) == sorted(cut.test.lyrics)


def test_songs_without_sound_cannot_be_asked() -> None:
    settings = made.SETTINGS.model_copy(update={"tokens": {}})
    cut = parts.cut(dataset.read(made.source(), settings), "grouped", "full", 20)
    with pytest.raises(ValueError, match="nothing was heard"):
        controls.asked(cut, 0)
