"""The features of whole clips, one row a sample: of aligned samples, and of pairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.music.features import logmel, mfcc, sound, track
from tests.stages.reading import tables, unpacked, vectors

OF_PAIRS: dict[str, tuple[str, Callable[..., Any], tuple[int, ...]]] = {
    "features_mfcc.clips": ("features_mfcc", mfcc.take, (4, 20, 161)),
    "features_logmel": ("features_logmel", logmel.take, (4, 96, 161)),
    "features_track": ("features_track", track.take, (65,)),
}
"""Stage → its table, what makes a vector of a sound, and the vector's shape."""


@pytest.mark.parametrize("name", OF_PAIRS)
def test_a_pair_has_the_vector_of_its_own_clip(name: str, crawled: Path) -> None:
    table, take, shape = OF_PAIRS[name]
    given = tables(crawled, "pairs", "audio", samples=5)
    made = trial.run(stages.find(name), given)
    rows = made.tables[table]
    assert rows.select(["sample_id", "split"]).to_pydict() == given["pairs"].select(["sample_id", "split"]).to_pydict()
    found = unpacked(table, rows)
    assert found.shape == (5, *shape)
    assert len(np.unique(found.reshape(5, -1), axis=0)) > 2
    clips = {row["sample_id"]: row["audio"]["bytes"] for row in given["audio"].to_pylist()}
    for vector, sample_id in zip(found, rows.column("sample_id").to_pylist(), strict=True):
        np.testing.assert_array_equal(vector, take(*sound.decode(clips[sample_id])))
    assert made.rejects == []


@pytest.mark.parametrize("name", OF_PAIRS)
def test_a_row_says_how_it_was_made(name: str, crawled: Path) -> None:
    table, _, _ = OF_PAIRS[name]
    made = trial.run(stages.find(name), tables(crawled, "pairs", "audio", samples=2))
    said = {(row["extractor"], row["extractor_version"], row["parameters"]) for row in made.rows(table)}
    ((extractor, version, parameters),) = said
    assert extractor
    assert version
    assert list(json.loads(parameters)) == sorted(json.loads(parameters))


def test_clips_without_their_pair_are_left_out(crawled: Path) -> None:
    given = tables(crawled, "pairs", "audio", samples=4)
    made = trial.run(stages.find("features_track"), given | {"pairs": given["pairs"].slice(1, 2)})
    assert [row["sample_id"] for row in made.rows("features_track")] == given["pairs"].column("sample_id").to_pylist()[
        1:3
    ]


def test_the_vectors_of_aligned_samples_have_the_paper_s_shape(deep: Path) -> None:
    found = vectors(deep, "features_mfcc")
    assert found.shape == (20, 4, 20, 161)
    (clip, *_) = tables(deep, "audio", samples=1)["audio"].to_pylist()
    np.testing.assert_array_equal(found[0], mfcc.take(*sound.decode(clip["audio"]["bytes"])))
