"""Filters and moods."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicdata.music.queries.parts import EMOTIONS, Understood
from musicdata_baselines.suites.text_search.searching import filters, moods
from musicdata_baselines.suites.text_search.searching.engine import Engine


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"languages": ("fr",)}, {"fr-sea", "fr-wine"}),
        ({"languages": ("fr", "zh"), "not_languages": ("zh",)}, {"fr-sea", "fr-wine"}),
        ({"genres": ("Hymn", "Qu")}, {"en-night", "de-night", "zh-wine"}),
        ({"years": (1823, 1840)}, {"de-mill", "en-mill"}),
        ({"artist": "anna müller", "not_genres": ("Folk",)}, {"de-mill"}),
        ({"title": "the mill"}, {"en-mill"}),
        ({"languages": ("en",), "not_genres": ("Folk", "Pop", "Hymn", "Drinking Songs")}, {"en-untitled"}),
        ({"languages": ("hu",)}, set()),
    ],
)
def test_what_is_left(engine: Engine, asked: dict[str, Any], left: set[str]) -> None:
    found = filters.allowed(engine.index, Understood("", "", **asked))
    assert {engine.index.songs.ids[i] for i in np.flatnonzero(found).tolist()} == left


def test_nothing_said_leaves_all(engine: Engine) -> None:
    assert filters.allowed(engine.index, Understood("", "")).all()


def test_titles_are_equal_or_hold_the_words(engine: Engine) -> None:
    exact, part = filters.titled(engine.index, "the mill")
    assert [engine.index.songs.ids[i] for i in np.flatnonzero(exact).tolist()] == ["en-mill"]
    exact, part = filters.titled(engine.index, "wide sea")
    assert not exact.any()
    assert [engine.index.songs.ids[i] for i in np.flatnonzero(part).tolist()] == ["en-sea", "en-sea-2"]


def test_a_mood_and_its_opposite_add_up() -> None:
    z = np.random.default_rng(0).normal(size=(20, len(EMOTIONS))).astype(np.float32)
    z[3] = np.nan
    z[4] = 1e6
    for emotion in EMOTIONS:
        both = moods.fit(z, [emotion], []) + moods.fit(z, [], [emotion])
        assert np.isnan(both[3])
        assert np.delete(both, 3) == pytest.approx(np.ones(19), abs=1e-5)
    assert (np.argsort(moods.fit(z[5:], ["hope"], [])) == np.argsort(z[5:, EMOTIONS.index("hope")])).all()
    assert moods.fit(z, [], []).tolist() == [moods.NEUTRAL] * 20
