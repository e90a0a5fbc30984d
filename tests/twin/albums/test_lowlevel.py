"""Low-level documents: the paths, shapes and types of the real ones, and numbers that can be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from musicdata.twin import AlbumPopulation
from tests.songs import shared

BEATS = "rhythm.beats_position"


@pytest.fixture(scope="module")
def documents(population: AlbumPopulation) -> list[dict[str, Any]]:
    return [json.loads(text) for text in population.lowlevel(population.submissions[:40])]


def leaves(document: dict[str, Any]) -> dict[str, Any]:
    def walk(branch: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        if isinstance(branch, dict):
            for name, below in branch.items():
                yield from walk(below, (*path, name))
        else:
            yield ".".join(path), branch

    return dict(walk({name: document[name] for name in ("lowlevel", "rhythm", "tonal")}, ()))


def test_paths_shapes_and_types_are_those_of_the_real_documents(documents: list[dict[str, Any]]) -> None:
    (path, *_) = sorted((shared("acousticbrainz") / "lowlevel").rglob("e8afe383*.json"))
    real = leaves(json.loads(path.read_text("utf-8")))
    assert len(real) == 512
    for document in documents:
        ours = leaves(document)
        assert set(ours) == set(real)
        for name, value in real.items():
            assert name == BEATS or np.shape(ours[name]) == np.shape(value), name
            assert isinstance(ours[name], str) == isinstance(value, str), name
        assert isinstance(ours["rhythm.beats_count"], int)


def test_metadata_is_of_the_same_kind(documents: list[dict[str, Any]]) -> None:
    (path, *_) = sorted((shared("acousticbrainz") / "lowlevel").rglob("e8afe383*.json"))
    real = json.loads(path.read_text("utf-8"))["metadata"]
    for document in documents:
        about = document["metadata"]
        assert set(about) == set(real)
        assert set(about["audio_properties"]) == set(real["audio_properties"])
        assert set(about["version"]) == set(real["version"])
        assert about["tags"]["musicbrainz_recordingid"]
        assert isinstance(about["tags"]["file_name"], str)


def test_numbers_lie_where_those_of_the_real_documents_do(documents: list[dict[str, Any]]) -> None:
    """Within a factor of ten of the range of twelve real songs, for nine in ten numbers of the kind that tell a lot."""
    real = [
        leaves(json.loads(path.read_text("utf-8"))) for path in (shared("acousticbrainz") / "lowlevel").rglob("*.json")
    ]
    ours = [leaves(document) for document in documents]
    names = [name for name, value in real[0].items() if name.endswith((".mean", ".var")) and not isinstance(value, str)]
    off = []
    for name in names:
        theirs = np.abs(np.array([document[name] for document in real], dtype=float))
        made = np.abs(np.array([document[name] for document in ours], dtype=float))
        off.append(np.mean((made > 10 * theirs.max()) | (made < theirs.min() / 10)))
    assert np.mean(off) < 0.1


def test_covariances_are_symmetric_and_their_inverses_are_so(documents: list[dict[str, Any]]) -> None:
    for document in documents[:10]:
        for family in ("mfcc", "gfcc"):
            covariance, inverse = (np.array(document["lowlevel"][family][part]) for part in ("cov", "icov"))
            assert (covariance == covariance.T).all()
            assert (inverse == inverse.T).all()
            assert covariance @ inverse == pytest.approx(np.eye(13), abs=1e-3)


def test_statistics_agree_with_each_other(documents: list[dict[str, Any]]) -> None:
    for document in documents[:10]:
        for numbers in document["lowlevel"].values():
            if isinstance(numbers, dict) and "median" in numbers:
                lowest, middle, mean, highest = (np.array(numbers[one]) for one in ("min", "median", "mean", "max"))
                assert (lowest <= mean).all()
                assert (mean <= highest).all()
                assert (middle <= highest).all()
                assert (np.array(numbers["var"]) >= 0).all()
        beats = document["rhythm"]["beats_position"]
        assert beats == sorted(beats)
        assert len(beats) == document["rhythm"]["beats_count"]
        assert beats[-1] <= document["metadata"]["audio_properties"]["length"]
        assert sum(document["tonal"]["chords_histogram"]) == pytest.approx(100, abs=0.01)


def test_whole_numbers_stand_where_others_have_fractions(documents: list[dict[str, Any]]) -> None:
    rates = [document["lowlevel"]["silence_rate_20dB"]["mean"] for document in documents]
    assert {type(rate) for rate in rates} == {int, float}


def test_submissions_of_a_recording_differ_slightly(population: AlbumPopulation) -> None:
    several = next(stored for stored in population.by_document.values() if len(stored) > 2)
    first, second, third = (leaves(json.loads(text)) for text in population.lowlevel(several[:3]))
    for one, other in ((first, second), (second, third)):
        means = np.array(one["lowlevel.mfcc.mean"]), np.array(other["lowlevel.mfcc.mean"])
        assert (means[0] != means[1]).any()
        assert means[0] == pytest.approx(means[1], rel=0.03)


def test_some_tags_are_texts(population: AlbumPopulation) -> None:
    (one, *_) = [submission for submission in population.submissions if submission.has_text_tags]
    assert {type(value) for value in population.metadata(one)["tags"].values()} == {str}
