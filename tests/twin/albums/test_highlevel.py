"""High-level documents: models and classes of the real ones."""

from __future__ import annotations

import json

import pytest

from musicdata.twin import AlbumPopulation
from musicdata.twin.albums.highlevel import MODELS, with_names
from tests.songs import shared


def test_models_classes_and_keys_are_those_of_a_real_document(population: AlbumPopulation) -> None:
    (path, *_) = (shared("acousticbrainz") / "highlevel").rglob("564ccd5c*.json")
    real = json.loads(path.read_text("utf-8"))
    ours = population.highlevel(population.submissions[0])
    assert {name: sorted(model["all"]) for name, model in real["highlevel"].items()} == {
        name: sorted(model["all"]) for name, model in ours["highlevel"].items()
    }
    for name, model in real["highlevel"].items():
        assert set(model) == set(ours["highlevel"][name])
        assert set(model["version"]) == set(ours["highlevel"][name]["version"])
    assert set(real["metadata"]["version"]["highlevel"]) == set(ours["metadata"]["version"]["highlevel"])


def test_shares_add_up_and_the_value_is_the_largest(population: AlbumPopulation) -> None:
    for submission in population.submissions[:30]:
        for name, model in population.highlevel(submission)["highlevel"].items():
            assert tuple(model["all"]) == MODELS[name] == tuple(sorted(MODELS[name]))
            assert sum(model["all"].values()) == pytest.approx(1)
            assert model["probability"] == model["all"][model["value"]] == max(model["all"].values())


def test_what_was_never_processed_says_nothing(population: AlbumPopulation) -> None:
    (one, *_) = [submission for submission in population.submissions if not submission.has_highlevel]
    assert population.highlevel(one) == {"highlevel": {}, "metadata": None}


def test_classes_can_have_names_for_people(population: AlbumPopulation) -> None:
    named = with_names(population.highlevel(population.submissions[0]))["highlevel"]
    assert set(named["genre_rosamerica"]["all"]) >= {"Classical", "Rhythm and Blues"}
    assert named["genre_rosamerica"]["value"] in named["genre_rosamerica"]["all"]
    assert set(named["timbre"]["all"]) == {"bright", "dark"}
