"""The projection: trained under two splits, a system only where it ships, and without pairs of one group told apart."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata_baselines.search import DenseSearch
from musicdata_baselines.suites.text_search import dataset, encoders, heads
from musicdata_baselines.suites.text_search.dataset import SongSet
from musicdata_baselines.suites.text_search.encoders import Encoders
from musicdata_baselines.suites.text_search.results import HEAD
from tests.baselines.suites.text_search import planted


@pytest.fixture(scope="module")
def read(_made_encoders: None) -> tuple[SongSet, Encoders, dict[str, DenseSearch]]:
    data = dataset.read(planted.source(), planted.SETTINGS)
    known = encoders.open_all(data.songs, planted.SETTINGS)
    return data, known, {name: DenseSearch(one).fit(data.songs) for name, one in known.by_name.items()}


def train(
    read: tuple[SongSet, Encoders, dict[str, DenseSearch]], monkeypatch: pytest.MonkeyPatch, **bounds: float
) -> heads.Heads:
    monkeypatch.setattr(heads, "LEAST_PAIRS", bounds.get("pairs", 40))
    monkeypatch.setattr(heads, "LEAST_ASKED", bounds.get("asked", 5))
    return heads.train(*read, seed=0)


def test_both_splits_are_trained_under_and_what_ships_is_a_system(
    read: tuple[SongSet, Encoders, dict[str, DenseSearch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = train(read, monkeypatch)
    assert [one.scheme for one in found.trained] == ["grouped", "random"]
    for one in found.trained:
        assert one.n_pairs >= 40
        assert one.ships == (one.valid_mrr >= one.frozen_valid_mrr + 0.002)
        assert one.ships or one.mrr == one.frozen_mrr
    assert (found.system is not None) == found.trained[0].ships
    if found.system is not None:
        assert found.system.name == HEAD
        assert found.system.languages == {"de"}  # as many songs as the other; the first in order


def test_too_few_lines_train_nothing(
    read: tuple[SongSet, Encoders, dict[str, DenseSearch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train(read, monkeypatch, pairs=100_000).trained == ()
    assert train(read, monkeypatch, asked=100_000).system is None


def test_the_target_of_a_line_is_the_section_it_is_from(
    read: tuple[SongSet, Encoders, dict[str, DenseSearch]],
) -> None:
    data, known, _ = read
    lines = data.lines.take(np.flatnonzero(data.lines.languages == "de"))
    vectors = known.by_name["use"].encode(lines.texts, query=True).vectors
    targets = heads._targets(data, lines, vectors, "use")
    right = 0
    for source, text, target in zip(lines.sources.tolist(), lines.texts, targets, strict=True):
        if source not in data.songs.ids:
            assert not target.any()
            continue
        stanzas = data.songs.texts[data.songs.ids.index(source)].split("\n\n")
        wanted = planted.Bag("use").encode([next(stanza for stanza in stanzas if text in stanza)]).vectors[0]
        right += bool(np.abs(target - wanted).max() < 1e-3)
    assert right > 0.9 * len(lines)
