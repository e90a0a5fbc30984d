"""The planted songs, indexed once, and encoders that know their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.music.features import text_encoders
from musicdata_baselines.suites.text_search.searching import index
from musicdata_baselines.suites.text_search.searching.engine import Engine
from musicdata_baselines.suites.text_search.settings import TextSearchSettings
from tests.baselines.suites.text_search.searching.planted import SETTINGS, SongSet, open_planted, song_set


@pytest.fixture(autouse=True)
def _planted_encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_encoders, "open_encoder", open_planted)


@pytest.fixture
def songs(tmp_path: Path) -> SongSet:
    """The planted songs, in a folder of their own."""
    return song_set(tmp_path)


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_encoders, "open_encoder", open_planted)
        root = tmp_path_factory.mktemp("planted")
        return index.build(song_set(root), TextSearchSettings(**SETTINGS), lambda _text: None)


@pytest.fixture
def engine(_built: Engine) -> Engine:
    """What searches the planted songs; nobody changes it."""
    return _built
